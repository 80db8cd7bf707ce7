"""Image builds, as the API shows them."""

from typing import Any

from clouddesk import states
from clouddesk.api.schemas import image_builds as schemas
from clouddesk.api.views import links
from clouddesk.db import models
from clouddesk.i18n import _


def image_build(row: models.ImageBuild, base: str) -> dict[str, Any]:
    return {
        'id': row.id,
        'name': row.name,
        'note': row.note,
        'status': row.status,
        'fault': _fault(row),
        'kind': row.kind,
        'source': {'type': row.source_type, 'id': row.source_id},
        **{key: row.properties.get(key) for key in schemas.NEEDS},
        'desktop_id': row.builder_id,
        # Of the builder; its image is the source.
        'flavor_id': row.builder_flavor_id,
        'network_id': row.builder_network_id,
        'boot_from': row.builder_boot_from,
        'volume_size': row.builder_volume_size,
        # Until it is activated it may still go.
        'image_id': row.image_id if row.activated_at else None,
        'data_images': [
            each['image_id'] for each in row.disks or () if row.activated_at
        ],
        'work_order_id': row.work_order_id,
        'activated_at': links.time(row.activated_at),
        'project_id': row.project_id,
        'user_id': row.user_id,
        'created_at': links.time(row.created_at),
        'updated_at': links.time(row.updated_at),
        'links': links.own(base, 'image-builds', row.id),
    }


def _fault(row: models.ImageBuild) -> dict[str, str] | None:
    if row.status != states.BUILD_FAULT:
        return None
    for code, message in (
        (row.order_fault_code, row.order_fault_message),
        (row.builder_fault_code, row.builder_fault_message),
    ):
        if code:
            return {'code': code, 'message': message or ''}
    if row.activated_at is not None:
        return {
            'code': 'not_tidied',
            'message': _(
                'The image is ready, but what it was made with may still be '
                'there; delete the image build, and that goes.'
            ),
        }
    return {
        'code': 'not_built',
        'message': _('There is neither an image nor a builder.'),
    }
