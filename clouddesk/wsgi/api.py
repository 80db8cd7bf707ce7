"""The door for WSGI servers: ``clouddesk.wsgi.api:application``.

Reads the configuration files named in ``OS_CLOUDDESK_CONFIG_FILES``, separated
by ``;``, or else ``/etc/clouddesk/clouddesk.conf`` and
``/etc/clouddesk/clouddesk.conf.d``. Nothing is connected before the first
request: the server may load this module before it forks its workers.
"""

from collections.abc import Mapping
import os
from typing import Any

from oslo_log import log

from clouddesk import db
from clouddesk import notifications
from clouddesk import rpc
from clouddesk import version
from clouddesk.api import app
from clouddesk.conf import CONF

_FILES_VARIABLE = 'OS_CLOUDDESK_CONFIG_FILES'
_DEFAULT_FILE = '/etc/clouddesk/clouddesk.conf'

LOG = log.getLogger(__name__)


def _where(environ: Mapping[str, str]) -> dict[str, Any]:
    named = environ.get(_FILES_VARIABLE, '')
    if named:
        files = [each for each in named.split(';') if each]
        return {'default_config_files': files, 'default_config_dirs': []}
    return {
        'default_config_files': list(filter(os.path.isfile, [_DEFAULT_FILE])),
        'default_config_dirs': list(
            filter(os.path.isdir, [_DEFAULT_FILE + '.d'])
        ),
    }


def init_application() -> Any:
    """Read the configuration and build the application."""
    log.register_options(CONF)
    log.set_defaults()
    CONF(
        [],
        project='clouddesk',
        version=version.version_string(),
        **_where(os.environ),
    )
    log.setup(CONF, 'clouddesk')
    db.configure(CONF)
    rpc.init(CONF)
    notifications.init(CONF, 'api')
    LOG.info('clouddesk %s serves its API', version.version_string())
    return app.build(CONF)


application = init_application()
