"""Work orders, as the API shows them."""

import collections
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from clouddesk import flows
from clouddesk import states
from clouddesk.api.views import links
from clouddesk.db import models
from clouddesk.db.api import work_orders

#: Shown until the order is finished, however near the end is.
_ALMOST = 99

Group = work_orders.ItemGroup


def work_order(
    row: models.WorkOrder, groups: Sequence[Group], base: str
) -> dict[str, Any]:
    """An order in a list.

    :param groups: how far its items are
    """
    return {
        'id': row.id,
        'kind': row.kind,
        'status': row.status,
        'subject': _subject(row),
        'percent': percent(row.status, groups),
        'steps': _steps(flows.steps_for(row.kind, row.inputs), groups),
        'counts': _counts(groups),
        'fault': _fault(row),
        'project_id': row.project_id,
        'user_id': row.user_id,
        'request_id': row.request_id,
        'created_at': links.time(row.created_at),
        'updated_at': links.time(row.updated_at),
        'started_at': links.time(row.started_at),
        'finished_at': links.time(row.finished_at),
        'links': links.own(base, 'work-orders', row.id),
    }


def with_items(row: models.WorkOrder, base: str) -> dict[str, Any]:
    """An order and its items, which must be loaded."""
    steps = flows.steps_for(row.kind, row.inputs)
    shown = work_order(row, _grouped(row.items), base)
    shown['items'] = [_item(item, steps) for item in row.items]
    return shown


def percent(status: str, groups: Iterable[Group]) -> int:
    """Steps that are done, in percent of all; 100 only at the end."""
    if status == states.SUCCEEDED:
        return 100
    done = total = 0
    for group in groups:
        done += group.steps_done * group.count
        total += group.steps_total * group.count
    if not total:
        return 0
    reached = done * 100 // total
    return (
        reached if status in states.ORDER_FINISHED else min(reached, _ALMOST)
    )


def _grouped(items: Iterable[models.WorkItem]) -> list[Group]:
    counted = collections.Counter(
        (item.status, item.steps_done, item.steps_total) for item in items
    )
    return [Group(*group, count) for group, count in counted.items()]


def _steps(
    names: Sequence[str], groups: Sequence[Group]
) -> list[dict[str, Any]]:
    # Nothing is done to those that were refused.
    total = sum(g.count for g in groups if g.status != states.ITEM_REFUSED)
    return [
        {
            'name': name,
            'done': sum(g.count for g in groups if g.steps_done > place),
            'total': total,
        }
        for place, name in enumerate(names)
    ]


def _counts(groups: Iterable[Group]) -> dict[str, int]:
    counts = dict.fromkeys(sorted(states.ITEM_STATUSES), 0)
    for group in groups:
        counts[group.status] += group.count
    return counts


def _item(item: models.WorkItem, steps: Sequence[str]) -> dict[str, Any]:
    # No step comes next for an item that was refused.
    left = steps[item.steps_done : item.steps_total]
    return {
        'desktop_id': item.desktop_id,
        'image_id': item.image_id,
        'name': item.subject_name,
        'status': item.status,
        'step': left[0] if left else None,
        'steps_done': item.steps_done,
        'steps_total': item.steps_total,
        'fault': _fault(item),
    }


def _subject(row: models.WorkOrder) -> dict[str, Any] | None:
    if row.subject_id is None:
        return None
    return {
        'type': row.subject_type,
        'id': row.subject_id,
        'name': row.subject_name,
    }


def _fault(row: models.WorkOrder | models.WorkItem) -> dict[str, str] | None:
    if row.fault_code is None:
        return None
    return {'code': row.fault_code, 'message': row.fault_message or ''}
