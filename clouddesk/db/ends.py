"""Tells the history what became of work orders, when it is written down."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import events
from clouddesk import states
from clouddesk.db import journal
from clouddesk.db import models

_Order = models.WorkOrder
_Item = models.WorkItem

_OUTCOMES = {
    states.ITEM_DONE: events.SUCCESS,
    states.SUCCEEDED: events.SUCCESS,
}

#: Why, where nothing went wrong.
_CANCELLED = 'cancelled'

_OF_ORDER = (
    _Order.id.label('order_id'),
    _Order.kind,
    _Order.project_id,
    _Order.user_id,
    _Order.request_id,
)


def tell_items(
    session: orm.Session,
    order_id: str,
    ids: Collection[int] | None = None,
    statuses: Collection[str] = (),
    end: str | None = None,
) -> None:
    """Items of an order are over.

    :param ids: None is all
    :param statuses: only those that are in one of these
    :param end: status that they are about to get; None has been written
    """
    query: Any = sa.select(
        *_OF_ORDER,
        _Item.subject_type,
        _Item.subject_id,
        _Item.subject_name,
        _Item.status,
        _Item.fault_code,
    )
    query = query.join(_Order, _Order.id == _Item.work_order_id)
    query = query.where(_Item.work_order_id == order_id)
    if ids is not None:
        query = query.where(_Item.id.in_(ids))
    if statuses:
        query = query.where(_Item.status.in_(sorted(statuses)))
    rows = session.execute(query.order_by(_Item.position)).all()
    journal.tell(session, [_event(row, end or row.status) for row in rows])


def tell_order(session: orm.Session, order_id: str, status: str) -> None:
    """An order is over, and with it what it was about as a whole.

    What it did to desktops or images is told by its items.
    """
    is_told = sa.exists().where(
        _Item.work_order_id == _Order.id,
        _Item.subject_id == _Order.subject_id,
    )
    query: Any = sa.select(
        *_OF_ORDER,
        _Order.subject_type,
        _Order.subject_id,
        _Order.subject_name,
        _Order.fault_code,
    ).where(_Order.id == order_id, _Order.subject_id.is_not(None), ~is_told)
    rows = session.execute(query).all()
    journal.tell(session, [_event(row, status) for row in rows])


def _event(row: Any, status: str) -> journal.Row:
    outcome = _OUTCOMES.get(status, events.FAILURE)
    is_undone = status in (states.ITEM_UNDONE, states.CANCELLED)
    return journal.row(
        row.kind,
        {
            'project_id': row.project_id,
            'user_id': row.user_id,
            'request_id': row.request_id,
        },
        (row.subject_type, row.subject_id, row.subject_name),
        outcome,
        code=_CANCELLED if is_undone else row.fault_code,
        work_order_id=row.order_id,
    )
