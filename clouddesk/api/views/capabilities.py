"""What the cloud offers, as the API shows it."""

from collections.abc import Sequence
from typing import Any

from clouddesk import first_boot
from clouddesk import remote
from clouddesk.api import export
from clouddesk.api import limits
from clouddesk.api import microversion
from clouddesk.api.schemas import desktops as schemas
from clouddesk.conf import CONF


def capabilities(
    services: dict[str, bool], import_methods: Sequence[str]
) -> dict[str, Any]:
    """What clients may offer to people here.

    :param services: which optional services the cloud has
    :param import_methods: how images come into it, beside an upload
    """
    return {
        'boot_from': ['image', 'volume'] if services['volume'] else ['image'],
        'console_types': list(schemas.CONSOLE_TYPES),
        'default_console_type': CONF.cloud.console_type,
        'remote_protocols': sorted(remote.PROTOCOLS),
        'components': sorted(first_boot.offered()),
        'export_formats': sorted(export.MEDIA),
        'services': services,
        'image_import_methods': list(import_methods),
        'region': CONF.cloud.region_name,
        'options': limits.options(),
        'microversions': [
            {'version': version, 'reason': reason}
            for version, reason in microversion.VERSIONS
        ],
    }
