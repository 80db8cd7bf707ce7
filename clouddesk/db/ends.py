"""Tells the history what became of work orders, when it is written down."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import events
from clouddesk import flows
from clouddesk import names
from clouddesk import states
from clouddesk.db import journal
from clouddesk.db import models

_Order = models.WorkOrder
_Item = models.WorkItem
_Build = models.ImageBuild

_OUTCOMES = {
    states.ITEM_DONE: events.SUCCESS,
    states.SUCCEEDED: events.SUCCESS,
}

#: What a request to make an image is called, too.
_CREATED = 'image.create'

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


def tell_images(session: orm.Session, order_id: str) -> None:
    """The images of the build that an order works on are there.

    Without this their history would not say who made them.
    """
    query: Any = sa.select(
        *_OF_ORDER, _Build.name, _Build.image_id, _Build.disks
    )
    query = query.join(_Build, _Build.work_order_id == _Order.id)
    query = query.where(_Order.id == order_id)
    made = [
        journal.row(
            _CREATED,
            _who(row),
            (flows.IMAGE, image_id, names.of_disk(row.name, place)),
            events.SUCCESS,
            work_order_id=order_id,
        )
        for row in session.execute(query)
        for place, image_id in enumerate(_images(row))
        if image_id
    ]
    journal.tell(session, made)


def _images(row: Any) -> list[str | None]:
    further = [disk.get('image_id') for disk in row.disks or ()]
    return [row.image_id, *further]


def _event(row: Any, status: str) -> journal.Row:
    outcome = _OUTCOMES.get(status, events.FAILURE)
    is_undone = status in (states.ITEM_UNDONE, states.CANCELLED)
    return journal.row(
        row.kind,
        _who(row),
        (row.subject_type, row.subject_id, row.subject_name),
        outcome,
        code=_CANCELLED if is_undone else row.fault_code,
        work_order_id=row.order_id,
    )


def _who(row: Any) -> dict[str, Any]:
    keys = ('project_id', 'user_id', 'request_id')
    return {key: getattr(row, key) for key in keys}
