"""Templates, as the API shows them."""

import types
from typing import Any

from clouddesk.api.views import links
from clouddesk.api.views import spec
from clouddesk.db import models


def template(row: models.Template, base: str) -> dict[str, Any]:
    return {
        'id': row.id,
        'name': row.name,
        'note': row.note,
        'region': row.region,
        'visibility': row.visibility,
        'department': row.department,
        'revision': row.revision,
        **spec.spec(row),
        'project_id': row.project_id,
        'user_id': row.user_id,
        'created_at': links.time(row.created_at),
        'updated_at': links.time(row.updated_at),
        'links': links.own(base, 'templates', row.id),
    }


def revision(row: models.TemplateRevision) -> dict[str, Any]:
    """What a template was."""
    # Columns that came later were not known to old revisions.
    then: Any = types.SimpleNamespace(
        **dict.fromkeys(models.SPEC) | _LISTS | row.spec,
        data_images=models.images_of(row.spec.get('data_disks')),
        has_user_data=row.spec.get('user_data') is not None,
    )
    return {
        'revision': row.revision,
        **spec.spec(then),
        'user_id': row.user_id,
        'created_at': links.time(row.created_at),
    }


_LISTS: dict[str, Any] = {'remote_protocols': [], 'components': []}
