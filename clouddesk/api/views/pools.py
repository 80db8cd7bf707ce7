"""Pools, as the API shows them."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from clouddesk import flows
from clouddesk import states
from clouddesk.api.views import links
from clouddesk.api.views import spec
from clouddesk.db import models
from clouddesk.i18n import _

_STATUS_OF_KIND = {
    flows.POOL_CREATE: states.POOL_BUILDING,
    flows.POOL_RETRY: states.POOL_BUILDING,
    flows.POOL_RESIZE: states.POOL_RESIZING,
    flows.POOL_DELETE: states.POOL_DELETING,
}

#: Desktops that do not count for the size that is wanted.
_NOT_GOOD = (states.FAULT, states.DELETING)


def pool(
    row: models.Pool, counts: Mapping[str, int], kind: str | None, base: str
) -> dict[str, Any]:
    """A pool in a list.

    :param counts: desktops by status
    :param kind: of the work order that holds the pool
    """
    good = _good(counts)
    status = status_of(row.size, good, kind)
    return {
        'id': row.id,
        'name': row.name,
        'note': row.note,
        'status': status,
        'status_reason': _reason(status, good, row.size),
        'size': row.size,
        'counts': {key: count for key, count in counts.items() if count},
        **spec.spec(row),
        'template': spec.template(row),
        'name_template': row.name_template,
        'assignment': row.assignment,
        'persistence': row.persistence,
        'on_return': row.on_return,
        'project_id': row.project_id,
        'user_id': row.user_id,
        'work_order_id': row.work_order_id,
        'created_at': links.time(row.created_at),
        'updated_at': links.time(row.updated_at),
        'links': links.own(base, 'pools', row.id),
    }


def members(people: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Who may take desktops of a pool.

    :param people: type and id of each
    """
    return {
        'users': [id_ for kind, id_ in people if kind == states.USER],
        'groups': [id_ for kind, id_ in people if kind == states.GROUP],
    }


def faults(rows: Sequence[models.Desktop]) -> list[dict[str, Any]]:
    """Why desktops of a pool are in fault."""
    return [
        {
            'desktop_id': row.id,
            'name': row.name,
            'code': row.fault_code,
            'message': row.fault_message,
        }
        for row in rows
    ]


def status_of(size: int, good: int, kind: str | None) -> str:
    """The status that follows from the order, or else from the desktops."""
    if kind in _STATUS_OF_KIND:
        return _STATUS_OF_KIND[kind]
    return states.POOL_DEGRADED if good < size else states.POOL_ACTIVE


def _good(counts: Mapping[str, int]) -> int:
    return sum(
        count for status, count in counts.items() if status not in _NOT_GOOD
    )


def _reason(status: str, good: int, size: int) -> str | None:
    if status != states.POOL_DEGRADED:
        return None
    return _('%(good)s of %(size)s desktops are good.') % {
        'good': good,
        'size': size,
    }
