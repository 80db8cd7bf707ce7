"""Every option of clouddesk, one module per group.

Options are registered here and nowhere else, so importing any module of
clouddesk leaves the configuration complete.
"""

from oslo_config import cfg

from clouddesk.conf import api
from clouddesk.conf import audit
from clouddesk.conf import cloud
from clouddesk.conf import conductor
from clouddesk.conf import course
from clouddesk.conf import desktop
from clouddesk.conf import history
from clouddesk.conf import image_import
from clouddesk.conf import images
from clouddesk.conf import notifications
from clouddesk.conf import pool
from clouddesk.conf import quota
from clouddesk.conf import secrets
from clouddesk.conf import service_auth

CONF = cfg.CONF

_MODULES = (
    api,
    audit,
    cloud,
    conductor,
    course,
    desktop,
    history,
    image_import,
    images,
    notifications,
    pool,
    quota,
    secrets,
    service_auth,
)

for _module in _MODULES:
    _module.register_opts(CONF)
