"""The default rules, one module per noun."""

from collections.abc import Iterator
import itertools

from oslo_policy import policy

from clouddesk.policies import base
from clouddesk.policies import checks
from clouddesk.policies import cloud_facts
from clouddesk.policies import courses
from clouddesk.policies import desktops
from clouddesk.policies import differences
from clouddesk.policies import events
from clouddesk.policies import image_builds
from clouddesk.policies import image_import
from clouddesk.policies import image_logins
from clouddesk.policies import images
from clouddesk.policies import pools
from clouddesk.policies import templates
from clouddesk.policies import work_orders

_MODULES = (
    base,
    checks,
    cloud_facts,
    courses,
    desktops,
    differences,
    events,
    image_builds,
    image_import,
    image_logins,
    images,
    pools,
    templates,
    work_orders,
)


def list_rules() -> Iterator[policy.RuleDefault]:
    """All rules, for the enforcer and for ``oslopolicy-*`` tools."""
    return itertools.chain.from_iterable(
        module.list_rules() for module in _MODULES
    )
