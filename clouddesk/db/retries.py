"""What people do to work orders that exist."""

from collections.abc import Collection
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.i18n import _

_Order = models.WorkOrder
_Item = models.WorkItem
_Desktop = models.Desktop

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


def revive(session: orm.Session, order: models.WorkOrder) -> None:
    """Give an order that failed its desktops and its pool back.

    Items that failed or never started wait again, at the step where they
    were. An item whose desktop is gone, or already as it should be, is over.

    :raises Conflict: the pool has changed too much since
    :raises Refused: another order holds the pool or one of the desktops
    """
    if order.kind.startswith('pool.'):
        _retake_pool(session, order)
    action = _action_of(order)
    deleted = flows.destroys(order.kind, order.inputs)
    again, settled, gone = {}, [], []
    for row in _unfinished(session, order.id):
        if row.status is None:
            gone.append(row.item_id)
        elif row.holder is None and row.status in _GOALS.get(action, ()):
            settled.append(row.item_id)
        else:
            again[row.desktop_id] = row.item_id
    allowed = {*states.ACTION_FROM[action], states.ACTION_TO[action]}
    holds.take_desktops(
        session, again, order.id, action, allowed | {states.FAULT}
    )
    _set_items(session, again.values(), _WAITING)
    _set_items(session, settled, _DONE)
    _set_items(session, gone, _DONE if deleted else _UNDONE)


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


def _unfinished(session: orm.Session, order_id: str) -> Sequence[Any]:
    query = (
        sa.select(
            _Item.id.label('item_id'),
            _Item.desktop_id,
            _Desktop.status,
            _Desktop.work_order_id.label('holder'),
        )
        .outerjoin(_Desktop, _Desktop.id == _Item.desktop_id)
        .where(_Item.work_order_id == order_id)
        .where(_Item.status.in_([states.ITEM_FAILED, states.ITEM_PENDING]))
        .order_by(_Item.id)
    )
    return session.execute(query).all()


def _set_items(
    session: orm.Session, ids: Collection[int], values: dict[str, Any]
) -> None:
    if ids:
        statement = sa.update(_Item).where(_Item.id.in_(sorted(ids)))
        holds.execute(session, statement.values(values))


def _retake_pool(session: orm.Session, order: models.WorkOrder) -> None:
    pool_id = str(order.subject_id)
    pool = session.get(models.Pool, pool_id)
    if pool is None or _outdated(session, order, pool):
        raise exceptions.Conflict(
            _('Pool %(name)s has changed since work order %(id)s failed.'),
            {'work_order_id': order.id, 'pool_id': pool_id},
            name=order.subject_name,
            id=order.id,
        )
    holds.take_pool(session, pool_id, order.id)


def _outdated(
    session: orm.Session, order: models.WorkOrder, pool: models.Pool
) -> bool:
    """Whether deleting again would take desktops that are wanted now."""
    if order.kind == flows.POOL_RESIZE:
        shrinks = flows.destroys(order.kind, order.inputs)
        return bool(shrinks and pool.size > order.inputs['size'])
    if order.kind != flows.POOL_DELETE:
        return False
    items = sa.select(_Item.desktop_id).where(_Item.work_order_id == order.id)
    newcomers = (
        sa.select(_Desktop.id)
        .where(_Desktop.pool_id == pool.id, _Desktop.id.not_in(items))
        .limit(1)
    )
    return session.scalars(newcomers).first() is not None
