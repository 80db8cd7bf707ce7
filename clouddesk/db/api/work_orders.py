"""Work orders: reading them, and turning their course."""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk.db import holds
from clouddesk.db import making
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import paging
from clouddesk.db import people
from clouddesk.db import retries


@dataclasses.dataclass(frozen=True)
class ItemGroup:
    """So many items of an order that got equally far."""

    status: str
    steps_done: int
    steps_total: int
    count: int


def get(
    order_id: str,
    project_id: str | None = None,
    items: bool = True,
    viewer: people.Viewer | None = None,
) -> models.WorkOrder:
    """:raises NotFound: there is none that the caller may see"""
    options = [orm.selectinload(models.WorkOrder.items)] if items else []
    with db.reader() as session:
        order = owned.find(
            session, models.WorkOrder, order_id, project_id, options, viewer
        )
        if order is None:
            raise exceptions.NotFound(kind='work order', id=order_id)
        return order


def list_(
    project_id: str | None,
    filters: Mapping[str, Any],
    page: paging.Page,
    viewer: people.Viewer | None = None,
) -> list[models.WorkOrder]:
    """One page of the work orders of a project, without their items.

    :param filters: ``status`` (one or a list), ``kind``, ``subject_id``, and
        ``desktop_id`` and ``image_id``: orders that have an item for it
    :param viewer: None sees all of the project
    :raises Invalid: marker or sort key
    """
    order = models.WorkOrder
    query = sa.select(order)
    if project_id is not None:
        query = query.where(order.project_id == project_id)
    for key in ('kind', 'subject_id'):
        if filters.get(key) is not None:
            query = query.where(getattr(order, key) == filters[key])
    if filters.get('status'):
        status = filters['status']
        wanted = [status] if isinstance(status, str) else status
        query = query.where(order.status.in_(wanted))
    for key in ('desktop_id', 'image_id'):
        if filters.get(key) is not None:
            found = sa.select(models.WorkItem.work_order_id).filter_by(
                subject_id=filters[key]
            )
            query = query.where(order.id.in_(found))
    with db.reader() as session:
        return paging.fetch(session, query, order, project_id, page, viewer)


def kinds(order_ids: Collection[str], project_id: str | None) -> set[str]:
    """The kinds of those orders that are in the project."""
    order = models.WorkOrder
    query = sa.select(order.kind).where(
        order.id.in_(order_ids), *people.visible(order, project_id, None)
    )
    with db.reader() as session:
        return set(session.scalars(query.distinct()))


def progress(order_ids: Collection[str]) -> dict[str, list[ItemGroup]]:
    """How far orders are, without loading their items."""
    item = models.WorkItem
    groups = (
        item.work_order_id,
        item.status,
        item.steps_done,
        item.steps_total,
    )
    query: Any = (
        sa.select(*groups, sa.func.count())
        .where(item.work_order_id.in_(order_ids))
        .group_by(*groups)
        .order_by(*groups)
    )
    result: dict[str, list[ItemGroup]] = {each: [] for each in order_ids}
    with db.reader() as session:
        for order_id, *group in session.execute(query):
            result[order_id].append(ItemGroup(*group))
    return result


@db.retry_on_deadlock
def act(
    action: str, order_ids: Sequence[str], project_id: str | None
) -> list[models.WorkOrder]:
    """Retry, pause, resume or cancel orders, all of them or none (S14-S16).

    :returns: the orders with their items, in the order of ``order_ids``
    :raises NotFound: orders that are not in the project, named
    :raises WorkOrderWrongState: orders that are not in the right status,
        named
    :raises DesktopBusy: retry needs a desktop that another order holds now,
        or that two of these orders want
    :raises PoolBusy: the same for a pool
    :raises Conflict: what the order was about has changed too much
    """
    ids = list(dict.fromkeys(order_ids))
    with holds.writer() as session:
        retries.turn(session, action, ids, project_id)
        if action == 'retry':
            retries.revive(session, ids)
        return making.load(session, ids)
