"""Desktops, as the API shows them."""

from typing import Any

from clouddesk.api.views import links
from clouddesk.api.views import spec
from clouddesk.db import models


def desktop(row: models.Desktop, base: str) -> dict[str, Any]:
    return {
        'id': row.id,
        'name': row.name,
        'note': row.note,
        'tags': [each.tag for each in row.tags],
        'status': row.status,
        'fault': _fault(row),
        'project_id': row.project_id,
        'user_id': row.user_id,
        'pool_id': row.pool_id,
        'slot': row.slot,
        'work_order_id': row.work_order_id,
        'locked': row.locked,
        'lock_reason': row.lock_reason,
        'protected': row.protected,
        **spec.spec(row),
        'template': spec.template(row),
        'assignee': _assignee(row),
        'addresses': row.addresses,
        'server_id': row.server_id,
        'port_id': row.port_id,
        'volume_id': row.volume_id,
        'data_volumes': row.data_volumes or [],
        'server_status': row.server_status,
        'created_at': links.time(row.created_at),
        'updated_at': links.time(row.updated_at),
        'links': links.own(base, 'desktops', row.id),
    }


def _assignee(row: models.Desktop) -> dict[str, Any] | None:
    if row.assignee_id is None:
        return None
    return {
        'type': row.assignee_type,
        'id': row.assignee_id,
        'assigned_at': links.time(row.assigned_at),
    }


def _fault(row: models.Desktop) -> dict[str, Any] | None:
    if row.fault_code is None:
        return None
    return {
        'code': row.fault_code,
        'message': row.fault_message or '',
        'created_at': links.time(row.faulted_at),
    }
