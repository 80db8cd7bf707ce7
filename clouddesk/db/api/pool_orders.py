"""Work orders for pools: made, resized, retried, deleted."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import flows
from clouddesk import names as desktop_names
from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import inserts
from clouddesk.db import making
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import turns
from clouddesk.db.api import pools as pools_api
from clouddesk.i18n import _

#: Statuses in the order in which a pool gives desktops up. What is broken
#: goes first, whosever it is; then what is nobody's.
_SHRINK_FIRST = (states.FAULT, states.OFF)


@db.retry_on_deadlock
def create(
    order: Mapping[str, Any],
    pool: Mapping[str, Any],
    project_name: str,
    limits: making.Limits | None = None,
) -> models.WorkOrder:
    """Order a pool and the desktops in it.

    :param order: ``project_id``, ``user_id`` and ``request_id``
    :param pool: ``name``, ``note``, ``size``, ``name_template`` and the spec
    :param project_name: for the names of the desktops
    :raises NameTaken: another pool of the project has the name
    :raises OverQuota: more desktops or pools than the project may have
    """
    row = models.Pool(
        id=uuidutils.generate_uuid(), **(making.owner(order) | dict(pool))
    )
    with db.writer() as session, making.kept(session, order, limits) as made:
        order_id = inserts.order(session, order, flows.POOL_CREATE, {}, row)
        row.work_order_id = order_id
        session.add(row)
        with owned.unique_name('pool', row.name):
            session.flush()
        slots = range(1, row.size + 1)
        parts = _fill(session, order, order_id, row, slots, project_name)
        inserts.items(session, order_id, flows.POOL_CREATE, {}, parts)
        turns.record(session, order, order_id, row.id)
        made |= {'pools': 1, 'desktops': len(parts)}
        return making.load(session, [order_id])[0]


@db.retry_on_deadlock
def resize(
    order: Mapping[str, Any],
    pool_id: str,
    size: int,
    project_id: str | None,
    project_name: str,
    limits: making.Limits | None = None,
) -> models.WorkOrder:
    """Order more or fewer desktops in a pool.

    The lowest free slots are filled; desktops in fault go first, then those
    of nobody that are off, then the others of nobody, then those that belong
    to somebody, the highest slot first.

    :raises NotFound: there is no such pool in the project
    :raises PoolBusy: another order holds the pool
    :raises DesktopBusy: another order holds a desktop that should go
    :raises DesktopWrongState: a desktop that should go cannot be deleted now
    :raises Conflict: the pool has that size already
    :raises OverQuota: more desktops than the project may have
    """
    order = dict(order) | _project_of(pools_api.get(pool_id, project_id))
    with (
        holds.writer() as session,
        making.kept(session, order, limits) as made,
    ):
        pool = holds.lock_pool(session, pool_id)
        members = _members(session, pool_id)
        live = [row for row in members if row.status != states.DELETING]
        if len(live) == size == pool.size:
            raise exceptions.Conflict(
                _('Pool %(name)s has %(size)s desktops already.'),
                {'field': 'size'},
                name=pool.name,
                size=size,
            )
        inputs = _resize_inputs(size, len(live))
        order_id = _order_for(
            session, order, flows.POOL_RESIZE, inputs, pool, size
        )
        if inputs['direction'] == flows.GROW:
            slots = _free_slots(members, size - len(live))
            parts = _fill(session, order, order_id, pool, slots, project_name)
            made['desktops'] = len(parts)
        else:
            parts = _shrink(session, order_id, live, len(live) - size)
        inserts.items(session, order_id, flows.POOL_RESIZE, inputs, parts)
        turns.record(session, order, order_id)
        return making.load(session, [order_id])[0]


@db.retry_on_deadlock
def retry(
    order: Mapping[str, Any],
    pool_id: str,
    project_id: str | None,
    project_name: str,
    limits: making.Limits | None = None,
) -> models.WorkOrder:
    """Order what a degraded pool lacks.

    Desktops in fault are built again, lowest slot first, and missing ones
    are added, until the pool can have the size that is wanted.

    :raises NotFound: there is no such pool in the project
    :raises PoolBusy: another order holds the pool
    :raises Conflict: nothing is to do
    :raises OverQuota: more desktops than the project may have
    """
    order = dict(order) | _project_of(pools_api.get(pool_id, project_id))
    with (
        holds.writer() as session,
        making.kept(session, order, limits) as made,
    ):
        pool = holds.lock_pool(session, pool_id)
        members = _members(session, pool_id)
        faulty = [row for row in members if row.status == states.FAULT]
        good = [
            row
            for row in members
            if row.status not in (states.FAULT, states.DELETING)
        ]
        lacking = pool.size - len(good)
        if lacking <= 0:
            raise exceptions.Conflict(
                _('Pool %(name)s has nothing to retry.'), name=pool.name
            )
        again = [(row.id, row.name) for row in faulty[:lacking]]
        # The first items; cancelling the order must not remove their desktops.
        inputs = {'rebuilt': len(again)}
        order_id = _order_for(session, order, flows.POOL_RETRY, inputs, pool)
        holds.take_desktops(session, dict(again), order_id, 'retry')
        slots = _free_slots(members, lacking - len(again))
        new = _fill(session, order, order_id, pool, slots, project_name)
        made['desktops'] = len(new)
        inserts.items(session, order_id, flows.POOL_RETRY, inputs, again + new)
        turns.record(session, order, order_id)
        return making.load(session, [order_id])[0]


@db.retry_on_deadlock
def delete(
    order: Mapping[str, Any], pool_id: str, project_id: str | None
) -> models.WorkOrder:
    """Order the end of a pool and of all its desktops.

    :raises NotFound: there is no such pool in the project
    :raises PoolBusy: another order holds the pool
    :raises DesktopBusy: another order holds one of its desktops
    :raises DesktopWrongState: one of its desktops cannot be deleted now
    """
    order = dict(order) | _project_of(pools_api.get(pool_id, project_id))
    with holds.writer() as session:
        pool = holds.lock_pool(session, pool_id)
        parts = [(row.id, row.name) for row in _members(session, pool_id)]
        order_id = _order_for(session, order, flows.POOL_DELETE, {}, pool)
        holds.take_desktops(session, dict(parts), order_id, 'delete')
        inserts.items(session, order_id, flows.POOL_DELETE, {}, parts)
        turns.record(session, order, order_id)
        return making.load(session, [order_id])[0]


def _project_of(pool: models.Pool) -> dict[str, str]:
    # An admin may act on the pool of others; the order is theirs to see.
    return {'project_id': pool.project_id}


def _order_for(
    session: orm.Session,
    order: Mapping[str, Any],
    kind: str,
    inputs: Mapping[str, Any],
    pool: models.Pool,
    size: int | None = None,
) -> str:
    order_id = inserts.order(session, order, kind, inputs, pool)
    pool.work_order_id = order_id
    pool.size = pool.size if size is None else size
    session.flush()
    return order_id


def _members(session: orm.Session, pool_id: str) -> Sequence[Any]:
    row = models.Desktop
    query = sa.select(
        row.id,
        row.name,
        row.slot,
        row.status,
        row.assignee_id,
        row.locked,
        row.protected,
    )
    query = query.where(row.pool_id == pool_id).order_by(row.slot)
    return session.execute(query).all()


def _resize_inputs(size: int, live: int) -> dict[str, Any]:
    direction = flows.GROW if size >= live else flows.SHRINK
    return {'direction': direction, 'size': size}


def _free_slots(members: Sequence[Any], count: int) -> list[int]:
    taken = {row.slot for row in members}
    candidates = range(1, len(taken) + count + 1)
    return [slot for slot in candidates if slot not in taken][:count]


def _fill(
    session: orm.Session,
    order: Mapping[str, Any],
    order_id: str,
    pool: models.Pool,
    slots: Sequence[int],
    project_name: str,
) -> list[inserts.Part]:
    common = making.owner(order) | {'pool_id': pool.id}
    common |= {key: getattr(pool, key) for key in inserts.SPEC}
    rows = [
        {
            'slot': slot,
            'name': desktop_names.render(
                pool.name_template, pool.name, slot, project_name
            ),
        }
        for slot in slots
    ]
    return inserts.desktops(session, order_id, common, rows)


def _shrink(
    session: orm.Session, order_id: str, live: Sequence[Any], count: int
) -> list[inserts.Part]:
    def turn(row: Any) -> tuple[bool, bool, int, int]:
        # When there are not enough others, the refusal names these.
        stays = row.locked or row.protected
        rank = dict(zip(_SHRINK_FIRST, range(len(_SHRINK_FIRST)), strict=True))
        taken = row.assignee_id is not None and row.status != states.FAULT
        return stays, taken, rank.get(row.status, len(rank)), -row.slot

    parts = [(row.id, row.name) for row in sorted(live, key=turn)[:count]]
    holds.take_desktops(session, dict(parts), order_id, 'delete')
    return parts
