"""What a worker writes about the order that it holds.

Every function repeats the epoch of the claim in the first statement of its
transaction. Once another worker has claimed the order, or the lease was
released, that statement matches nothing: :class:`LeaseLost` is raised and
nothing is written. Being an UPDATE of the order's row, it also makes a claim
that comes at the same moment wait until all of it is written.
"""

from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import ends
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.db.api import desktops
from clouddesk.db.api import subjects
from clouddesk.i18n import _

_Order = models.WorkOrder
_Item = models.WorkItem
_Desktop = models.Desktop
_Pool = models.Pool
_Build = models.ImageBuild

#: What a worker may set of an image build.
_OF_BUILD = frozenset(
    {'image_id', 'snapshot_id', 'copy_id', 'disks', 'activated_at'}
)

#: Code and message, for people.
Fault = tuple[str, str]

#: Orders whose undone items were never wanted, so their pool shrinks again.
_GROWS_POOL = (flows.POOL_CREATE, flows.POOL_RESIZE)


def check(order_id: str, epoch: int) -> models.WorkOrder:
    """The order without its items, to see whether it is being cancelled.

    :raises LeaseLost: somebody else holds it
    """
    with db.reader() as session:
        order = session.scalars(
            sa.select(_Order).where(*_fence(order_id, epoch))
        ).one_or_none()
    if order is None:
        raise exceptions.LeaseLost(id=order_id)
    return order


@db.retry_on_deadlock
def start_item(order_id: str, epoch: int, item_id: int) -> None:
    """An item is being worked on, from its first step.

    A retried item keeps the number of steps that were done before, for people
    to see, until now: whoever takes the order over goes on from this number.

    :raises LeaseLost: somebody else holds the order
    """
    with db.writer() as session:
        _guard(session, order_id, epoch)
        values = {'status': states.ITEM_WORKING, 'steps_done': 0}
        _set_item(session, order_id, item_id, **values)


@db.retry_on_deadlock
def finish_step(
    order_id: str,
    epoch: int,
    item_id: int,
    steps_done: int,
    values: Mapping[str, Any],
    about: str = flows.DESKTOP,
    of_build: Mapping[str, Any] | None = None,
) -> None:
    """A step of an item is done, and this is what came of it.

    :param steps_done: of this item, this step included
    :param values: of the row that the item is about: ids of what was made,
        and what was observed
    :param about: what the item is about, see :mod:`clouddesk.db.api.subjects`
    :param of_build: the same of the image build that the order works on
    :raises LeaseLost: somebody else holds the order
    """
    with db.writer() as session:
        _guard(session, order_id, epoch)
        _set_build(session, order_id, of_build)
        _set_item(session, order_id, item_id, steps_done=steps_done)
        _set_row(session, order_id, item_id, about, values)


@db.retry_on_deadlock
def turn_back(order_id: str, epoch: int, item_id: int, fault: Fault) -> None:
    """An item has failed, and what was made for it goes first.

    :raises LeaseLost: somebody else holds the order
    """
    code, message = _cut(fault)
    with db.writer() as session:
        _guard(session, order_id, epoch)
        values = {'fault_code': code, 'fault_message': message}
        _set_item(session, order_id, item_id, **values)


@db.retry_on_deadlock
def finish_item(
    order_id: str,
    epoch: int,
    item_id: int,
    status: str,
    row_values: Mapping[str, Any],
    fault: Fault | None = None,
    about: str = flows.DESKTOP,
    of_build: Mapping[str, Any] | None = None,
) -> None:
    """An item is over, and its desktop or image is free.

    A failed item leaves its desktop in fault, unless ``row_values`` has
    another status. A desktop left in an unstable status is for the
    reconciler to look at.

    :param status: done, failed or undone
    :param row_values: of the row that the item is about
    :raises LeaseLost: somebody else holds the order
    """
    code, message = _cut(fault)
    values: dict[str, Any] = {'status': status}
    values |= {'fault_code': code, 'fault_message': message}
    if status == states.ITEM_DONE:
        values['steps_done'] = _Item.steps_total
    with db.writer() as session:
        _guard(session, order_id, epoch)
        _set_build(session, order_id, of_build)
        _set_item(session, order_id, item_id, **values)
        if status == states.ITEM_UNDONE:
            _keep_in_pool(session, order_id, item_id)
        final = subjects.of(about).final(status, row_values, code, message)
        free = {'work_order_id': None}
        _set_row(session, order_id, item_id, about, final, free)
        ends.tell_items(session, order_id, [item_id])


@db.retry_on_deadlock
def set_build(order_id: str, epoch: int, values: Mapping[str, Any]) -> None:
    """Record something of the image build that an order works on.

    :raises LeaseLost: somebody else holds the order
    """
    with db.writer() as session:
        _guard(session, order_id, epoch)
        _set_build(session, order_id, values)


@db.retry_on_deadlock
def forget(
    order_id: str,
    epoch: int,
    item_id: int,
    undone: bool = False,
    about: str = flows.DESKTOP,
) -> None:
    """Nothing is left of a desktop or image in the cloud; remove its row.

    :param undone: the order was cancelled; a pool that would have got the
        desktop wants one less
    :raises LeaseLost: somebody else holds the order
    """
    values: dict[str, Any] = {'status': states.ITEM_UNDONE}
    if not undone:
        values = {
            'status': states.ITEM_DONE,
            'steps_done': _Item.steps_total,
        }
    with db.writer() as session:
        _guard(session, order_id, epoch)
        _set_item(session, order_id, item_id, **values)
        if undone:
            _lower_pool(session, order_id, item_id)
        model = subjects.of(about).model
        statement = sa.delete(model).where(*_of_item(order_id, item_id, model))
        holds.execute(session, statement)
        ends.tell_items(session, order_id, [item_id])


@db.retry_on_deadlock
def finish_order(
    order_id: str, epoch: int, status: str, fault: Fault | None = None
) -> None:
    """An order is over; nothing stays held, and the lease is gone.

    :param status: succeeded, failed or cancelled
    :raises LeaseLost: somebody else holds the order
    """
    code, message = _cut(fault)
    statement = sa.update(_Order).where(*_fence(order_id, epoch))
    statement = statement.values(
        status=status,
        fault_code=code,
        fault_message=message,
        finished_at=clock.now(),
        owner=None,
        lease_expires_at=None,
    )
    with db.writer() as session:
        if holds.execute(session, statement) != 1:
            raise exceptions.LeaseLost(id=order_id)
        _end_items(session, order_id, status)
        _free_desktops(session, order_id, fault)
        _free_others(session, order_id)
        order = session.get_one(_Order, order_id)
        _free_pools(session, order, status)
        _end_builds(session, order, status)
        ends.tell_order(session, order_id, status)


def _fence(order_id: str, epoch: int) -> tuple[sa.ColumnElement[bool], ...]:
    # Without an owner the lease was released or the order is finished, and
    # the epoch has not grown yet.
    return (
        _Order.id == order_id,
        _Order.epoch == epoch,
        _Order.owner.is_not(None),
    )


def _cut(fault: Fault | None) -> tuple[str | None, str | None]:
    code, message = fault or (None, None)
    return code, message and message[: desktops.MAX_MESSAGE]


def _guard(session: orm.Session, order_id: str, epoch: int) -> None:
    statement = (
        sa.update(_Order)
        .where(*_fence(order_id, epoch))
        .values(updated_at=timeutils.utcnow())
    )
    if holds.execute(session, statement) != 1:
        raise exceptions.LeaseLost(id=order_id)


def _set_item(
    session: orm.Session, order_id: str, item_id: int, **values: Any
) -> None:
    statement = (
        sa.update(_Item)
        .where(_Item.id == item_id, _Item.work_order_id == order_id)
        .values(values)
    )
    if holds.execute(session, statement) != 1:
        raise exceptions.NotFound(kind='work item', id=item_id)


def _set_row(
    session: orm.Session,
    order_id: str,
    item_id: int,
    about: str,
    values: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write the row that an item is about."""
    subject = subjects.of(about)
    unknown = set(values) - subject.writable - subjects.EXPLAINS
    if unknown:
        raise ValueError('not for workers: %s' % sorted(unknown))
    values = dict(values) | dict(more or {})
    if not values:
        return
    statement = sa.update(subject.model).where(
        *_of_item(order_id, item_id, subject.model)
    )
    if holds.execute(session, statement.values(values)) != 1:
        raise exceptions.NotFound(kind='%s of work item' % about, id=item_id)


def _of_item(
    order_id: str, item_id: int, model: Any = _Desktop
) -> tuple[sa.ColumnElement[bool], ...]:
    """The row that an item is about, as long as the order holds it."""
    item = sa.select(_Item.subject_id).where(
        _Item.id == item_id, _Item.work_order_id == order_id
    )
    return (
        model.id == item.scalar_subquery(),
        model.work_order_id == order_id,
    )


def _lower_pool(session: orm.Session, order_id: str, item_id: int) -> None:
    order = session.get_one(_Order, order_id)
    if order.kind in _GROWS_POOL:
        desktop = sa.select(_Desktop.id).where(*_of_item(order_id, item_id))
        holds.lower_pools(session, session.scalars(desktop).all())


def _keep_in_pool(session: orm.Session, order_id: str, item_id: int) -> None:
    """A desktop that was to be deleted stays, so its pool wants it again."""
    order = session.get_one(_Order, order_id)
    destroys = flows.destroys(order.kind, order.inputs)
    if not destroys or order.kind == flows.POOL_DELETE:
        return
    pool_id = sa.select(_Desktop.pool_id).where(*_of_item(order_id, item_id))
    statement = (
        sa.update(_Pool)
        .where(_Pool.id == pool_id.scalar_subquery())
        .values(size=_Pool.size + 1)
    )
    holds.execute(session, statement)


def _end_items(session: orm.Session, order_id: str, status: str) -> None:
    """Let no item of a finished order look as if somebody worked on it."""
    becomes = {
        states.FAILED: ({states.ITEM_WORKING}, states.ITEM_FAILED),
        states.CANCELLED: (
            {states.ITEM_PENDING, states.ITEM_WORKING},
            states.ITEM_UNDONE,
        ),
    }
    if status not in becomes:
        return
    unfinished, end = becomes[status]
    ends.tell_items(session, order_id, statuses=unfinished, end=end)
    statement = (
        sa.update(_Item)
        .where(_Item.work_order_id == order_id)
        .where(_Item.status.in_(sorted(unfinished)))
        .values(status=end)
    )
    holds.execute(session, statement)


def _free_desktops(
    session: orm.Session, order_id: str, fault: Fault | None
) -> None:
    """Free what items did not; a half-built desktop is in fault.

    Other unstable statuses stay for the reconciler, which asks Nova.
    """
    code, message = fault or (
        'not_built',
        _('The work order ended before the desktop was built.'),
    )
    held = sa.update(_Desktop).where(_Desktop.work_order_id == order_id)
    broken = desktops.fault_values(states.FAULT, code, message)
    holds.execute(
        session,
        held.where(_Desktop.status == states.BUILDING).values(
            status=states.FAULT, work_order_id=None, **broken
        ),
    )
    holds.execute(session, held.values(work_order_id=None))


def _free_others(session: orm.Session, order_id: str) -> None:
    for model in subjects.HELD:
        held = sa.update(model).where(model.work_order_id == order_id)
        holds.execute(session, held.values(work_order_id=None))


def _set_build(
    session: orm.Session, order_id: str, values: Mapping[str, Any] | None
) -> None:
    if not values:
        return
    unknown = set(values) - _OF_BUILD
    if unknown:
        raise ValueError('not for workers: %s' % sorted(unknown))
    statement = sa.update(_Build).where(_Build.work_order_id == order_id)
    holds.execute(session, statement.values(dict(values)))
    if values.get('activated_at'):
        ends.tell_images(session, order_id)


def _end_builds(
    session: orm.Session, order: models.WorkOrder, status: str
) -> None:
    """Nothing is left of an image build that was called off or discarded."""
    is_discarded = order.kind == flows.DISCARD and status == states.SUCCEEDED
    is_called_off = (
        order.kind in flows.OF_BUILDS and status == states.CANCELLED
    )
    if is_discarded or is_called_off:
        over = sa.delete(_Build).where(
            _Build.work_order_id == order.id,
            _Build.builder_id.is_(None),
            _Build.activated_at.is_(None),
        )
        holds.execute(session, over)


def _free_pools(
    session: orm.Session, order: models.WorkOrder, status: str
) -> None:
    if order.kind == flows.POOL_DELETE and status == states.SUCCEEDED:
        left = sa.exists().where(_Desktop.pool_id == _Pool.id)
        statement = sa.delete(_Pool).where(_Pool.work_order_id == order.id)
        holds.execute(session, statement.where(~left))
    held = sa.update(_Pool).where(_Pool.work_order_id == order.id)
    holds.execute(session, held.values(work_order_id=None))
