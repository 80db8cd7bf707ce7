"""What people do to work orders that exist."""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.db import verdicts
from clouddesk.i18n import _

_Order = models.WorkOrder
_Item = models.WorkItem
_Pool = models.Pool
_Desktop = models.Desktop
_Image = models.Image
_Build = models.ImageBuild

#: Statuses in which nothing is left to do for an action.
_GOALS: dict[str, tuple[str, ...]] = {
    'start': (states.RUNNING,),
    'stop': (states.OFF,),
    'retry': (states.RUNNING, states.OFF),
}

_WAITING = {
    'status': states.ITEM_PENDING,
    'fault_code': None,
    'fault_message': None,
}
_DONE = _WAITING | {
    'status': states.ITEM_DONE,
    'steps_done': _Item.steps_total,
}
_UNDONE = _WAITING | {'status': states.ITEM_UNDONE}


def turn(
    session: orm.Session,
    action: str,
    ids: Sequence[str],
    project_id: str | None,
) -> None:
    """Change the status of orders, all of them or none."""
    values: dict[str, Any] = {'status': states.ORDER_ACTION_TO[action]}
    if action == 'retry':
        values |= {
            'fault_code': None,
            'fault_message': None,
            'finished_at': None,
        }
    statement = sa.update(_Order).where(
        _Order.id.in_(sorted(ids)),
        _Order.status.in_(states.ORDER_ACTION_FROM[action]),
    )
    if project_id is not None:
        statement = statement.where(_Order.project_id == project_id)
    if holds.execute(session, statement.values(values)) != len(ids):
        raise OrdersRefused(action, ids, project_id)


def revive(session: orm.Session, ids: Collection[str]) -> None:
    """Give orders that failed their desktops, images and pools back.

    Items that failed or never started wait again, and will go through all
    steps: those that were done find their work. An item whose desktop is gone,
    or already as it should be, is over.

    :raises Conflict: a pool has changed too much since
    :raises PoolBusy: two of the orders want one pool
    :raises DesktopBusy: two of the orders want one desktop
    :raises ImageBusy: two of the orders want one image
    :raises Refused: another order holds a pool, desktop or image
    """
    query = sa.select(_Order).where(_Order.id.in_(ids)).order_by(_Order.id)
    orders = {order.id: order for order in session.scalars(query)}
    _retake_pools(
        session,
        [each for each in orders.values() if each.kind.startswith('pool.')],
    )
    again: dict[str, Any] = {}
    done: list[int] = []
    undone: list[int] = []
    for row in _unfinished(session, ids):
        order = orders[row.order_id]
        if row.name is None:
            is_goal = flows.removes(order.kind, order.inputs)
            (done if is_goal else undone).append(row.item_id)
        elif row.subject_id not in again and _is_settled(order, row):
            done.append(row.item_id)
        else:
            _want(again, row)
    _check_builds(session, list(orders.values()))
    _retake_images(session, again)
    _retake_desktops(session, orders, again)
    _set_items(session, [row.item_id for row in again.values()], _WAITING)
    _set_items(session, done, _DONE)
    _set_items(session, undone, _UNDONE)


class OrdersRefused(holds.Refused):
    def __init__(
        self, action: str, ids: Sequence[str], project_id: str | None
    ) -> None:
        super().__init__(action)
        self.action = action
        self.ids = ids
        self.project_id = project_id

    def explain(self, session: orm.Session) -> Exception | None:
        query = sa.select(_Order).where(_Order.id.in_(self.ids))
        rows = [
            row
            for row in session.scalars(query.order_by(_Order.created_at))
            if self.project_id in (None, row.project_id)
        ]
        missing = set(self.ids) - {row.id for row in rows}
        if missing:
            return exceptions.NotFound(
                details={'work_order_ids': sorted(missing)},
                kind='work order',
                id=', '.join(sorted(missing)),
            )
        allowed = states.ORDER_ACTION_FROM[self.action]
        wrong = [row for row in rows if row.status not in allowed]
        return _wrong_state(self.action, wrong) if wrong else None


def _wrong_state(
    action: str, rows: list[models.WorkOrder]
) -> exceptions.WorkOrderWrongState:
    allowed = states.ORDER_ACTION_FROM[action]
    keys = ('id', 'kind', 'status')
    return exceptions.WorkOrderWrongState(
        details={
            'work_orders': [
                {key: getattr(row, key) for key in keys} for row in rows
            ],
            'allowed': list(allowed),
        },
        action=action,
        allowed=', '.join(allowed),
        refused=', '.join('%s (%s)' % (row.id, row.status) for row in rows),
    )


def _action_of(order: models.WorkOrder) -> str:
    if flows.builds(order.kind, order.inputs):
        return 'retry'
    if flows.destroys(order.kind, order.inputs):
        return 'delete'
    return order.kind.partition('.')[2]


def _unfinished(session: orm.Session, ids: Collection[str]) -> Sequence[Any]:
    """Items, and of the rows that they are about: none of one that is gone."""
    query = (
        sa.select(
            _Item.id.label('item_id'),
            _Item.work_order_id.label('order_id'),
            _Item.subject_type,
            _Item.subject_id,
            sa.func.coalesce(_Desktop.name, _Image.name).label('name'),
            _Desktop.status,
            sa.func.coalesce(
                _Desktop.work_order_id, _Image.work_order_id
            ).label('holder'),
        )
        .outerjoin(_Desktop, _is_about(_Desktop, flows.DESKTOP))
        .outerjoin(_Image, _is_about(_Image, flows.IMAGE))
        .where(_Item.work_order_id.in_(ids))
        .where(_Item.status.in_([states.ITEM_FAILED, states.ITEM_PENDING]))
        .order_by(_Item.work_order_id, _Item.id)
    )
    return session.execute(query).all()


def _is_about(model: Any, name: str) -> sa.ColumnElement[bool]:
    return sa.and_(model.id == _Item.subject_id, _Item.subject_type == name)


def _is_settled(order: models.WorkOrder, row: Any) -> bool:
    goals = _GOALS.get(_action_of(order), ())
    return row.holder is None and row.status in goals


def _want(again: dict[str, Any], row: Any) -> None:
    first = again.setdefault(row.subject_id, row)
    if first.order_id == row.order_id:
        return
    if row.subject_type == flows.IMAGE:
        busy = _Image(
            id=row.subject_id, name=row.name, work_order_id=first.order_id
        )
        raise holds.image_busy(busy)
    raise exceptions.DesktopBusy(
        details={'desktop_ids': [row.subject_id]},
        name=row.name,
        work_order=first.order_id,
    )


def _check_builds(
    session: orm.Session, orders: Sequence[models.WorkOrder]
) -> None:
    """
    :raises Conflict: a later order worked on an image build, or it is gone
    """
    wanted = [each for each in orders if each.kind in flows.OF_BUILDS]
    if not wanted:
        return
    query: Any = sa.select(_Build.id, _Build.work_order_id).where(
        _Build.id.in_([order.subject_id for order in wanted])
    )
    last = dict(session.execute(query.with_for_update()).all())
    for order in wanted:
        if last.get(str(order.subject_id)) != order.id:
            raise exceptions.Conflict(
                _('Image build %(name)s changed since work order %(id)s.'),
                {
                    'work_order_id': order.id,
                    'image_build_id': order.subject_id,
                },
                name=order.subject_name,
                id=order.id,
            )


def _retake_images(session: orm.Session, again: dict[str, Any]) -> None:
    """
    :param again: rows of :func:`_unfinished` by what they are about
    """
    takers = {
        id_: row.order_id
        for id_, row in again.items()
        if row.subject_type == flows.IMAGE
    }
    holds.take_images(session, takers)


def _retake_desktops(
    session: orm.Session,
    orders: Mapping[str, models.WorkOrder],
    again: Mapping[str, Any],
) -> None:
    """
    :param again: rows of :func:`_unfinished` by what they are about
    """
    takers: dict[str, dict[str, str]] = {}
    for id_, row in again.items():
        if row.subject_type != flows.DESKTOP:
            continue
        action = _action_of(orders[row.order_id])
        takers.setdefault(action, {})[id_] = row.order_id
    if len(takers) > 1:
        # All at once: batches whose actions cross would wait for each other.
        lock = sa.select(_Desktop.id).where(_Desktop.id.in_(sorted(again)))
        session.execute(lock.order_by(_Desktop.id).with_for_update()).all()
    for action, of_action in sorted(takers.items()):
        begins_in = {*states.ACTION_FROM[action], states.ACTION_TO[action]}
        wish = verdicts.Wish.to(action, begins_in | {states.FAULT}, of_action)
        holds.grant(session, wish)


def _set_items(
    session: orm.Session, ids: Collection[int], values: dict[str, Any]
) -> None:
    if ids:
        statement = sa.update(_Item).where(_Item.id.in_(sorted(ids)))
        holds.execute(session, statement.values(values))


def _retake_pools(
    session: orm.Session, orders: Sequence[models.WorkOrder]
) -> None:
    if not orders:
        return
    ids = {str(order.subject_id) for order in orders}
    query = sa.select(_Pool).where(_Pool.id.in_(ids))
    pools = {pool.id: pool for pool in session.scalars(query)}
    crowded = _crowded(session, orders)
    takers: dict[str, str] = {}
    for order in orders:
        pool = pools.get(str(order.subject_id))
        if pool is None or order.id in crowded or _outgrown(order, pool):
            raise exceptions.Conflict(
                _('Pool %(name)s has changed since work order %(id)s failed.'),
                {'work_order_id': order.id, 'pool_id': order.subject_id},
                name=order.subject_name,
                id=order.id,
            )
        first = takers.setdefault(pool.id, order.id)
        if first != order.id:
            raise exceptions.PoolBusy(
                details={'pool_id': pool.id, 'work_order_id': first},
                name=pool.name,
                work_order=first,
            )
    holds.take_pools(session, takers)


def _outgrown(order: models.WorkOrder, pool: models.Pool) -> bool:
    """Whether shrinking again would take desktops that are wanted now."""
    return (
        order.kind == flows.POOL_RESIZE
        and flows.destroys(order.kind, order.inputs)
        and pool.size > order.inputs['size']
    )


def _crowded(
    session: orm.Session, orders: Sequence[models.WorkOrder]
) -> set[str]:
    """Orders that delete a pool which got desktops that they do not know."""
    is_known = sa.exists().where(
        _Item.work_order_id == _Order.id, _Item.subject_id == _Desktop.id
    )
    query = (
        sa.select(_Order.id)
        .join(_Desktop, _Desktop.pool_id == _Order.subject_id)
        .where(
            _Order.id.in_([order.id for order in orders]),
            _Order.kind == flows.POOL_DELETE,
            ~is_known,
        )
    )
    return set(session.scalars(query.distinct()))
