"""How many desktops and pools a project may have."""

from clouddesk.cloud import unified_limits
from clouddesk.conf import CONF


def of_project(project_id: str) -> dict[str, int]:
    """clouddesk's own limits of a project; less than zero is none.

    :returns: ``desktops`` and ``pools``
    :raises CloudError: they are Keystone's, and it does not answer
    """
    if CONF.quota.unified_limits:
        return unified_limits.of_project(project_id)
    return {'desktops': CONF.quota.desktops, 'pools': CONF.quota.pools}
