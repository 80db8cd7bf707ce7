"""Images, as the API shows them."""

import dataclasses
from typing import Any

from clouddesk.api.views import links
from clouddesk.cloud import types
from clouddesk.db import models

#: Shown as Glance has them.
_PLAIN = (
    'id',
    'name',
    'note',
    'status',
    'visibility',
    'kind',
    'origin',
    'size',
    'virtual_size',
    'disk_format',
    'container_format',
    'min_ram',
    'min_disk',
    'max_ram',
    'min_vcpus',
    'multiqueue',
    'os_type',
    'os_distro',
    'os_version',
    'architecture',
    'properties',
    'protected',
    'hidden',
    'owner',
    'created_at',
    'updated_at',
)


def image(
    found: types.Image, row: models.Image | None, base: str
) -> dict[str, Any]:
    """
    :param row: what clouddesk knows beside Glance, if anything
    """
    checksum = found.checksum
    return {
        **{name: getattr(found, name) for name in _PLAIN},
        'checksum': checksum and dataclasses.asdict(checksum),
        'data_images': list(found.data_images),
        'tags': list(found.tags),
        'retired_at': links.time(row.retired_at) if row else None,
        'work_order_id': row.work_order_id if row else None,
        'fault': _fault(row),
        'links': links.own(base, 'images', found.id),
    }


def _fault(row: models.Image | None) -> dict[str, str] | None:
    if row is None or row.fault_code is None:
        return None
    return {'code': row.fault_code, 'message': row.fault_message or ''}
