"""Work orders: making them, reading them, and what people do to them."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import dataclasses
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
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import paging
from clouddesk.db import people
from clouddesk.db import quotas
from clouddesk.db import retries
from clouddesk.db import turns
from clouddesk.db.api import desktops as desktops_api
from clouddesk.db.api import pools as pools_api
from clouddesk.i18n import _

#: Statuses in the order in which a pool gives desktops up. What is broken
#: goes first, whosever it is; then what is nobody's.
_SHRINK_FIRST = (states.FAULT, states.OFF)


#: How much of what a project may have: :data:`clouddesk.db.quotas.COUNTED`.
Limits = Mapping[str, int]


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
        ``desktop_id``: orders that have an item for the desktop
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
    if filters.get('desktop_id') is not None:
        item = models.WorkItem
        found = sa.select(item.work_order_id).filter_by(
            desktop_id=filters['desktop_id']
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
def create_desktops(
    order: Mapping[str, Any],
    spec: Mapping[str, Any],
    names: Sequence[str],
    limits: Limits | None = None,
) -> models.WorkOrder:
    """Order new desktops that belong to no pool.

    :param order: ``project_id``, ``user_id`` and ``request_id``
    :param spec: what they are made from, see
        :data:`clouddesk.db.inserts.SPEC`, and perhaps ``note`` and ``tags``
    :param names: one for each desktop
    :raises OverQuota: more desktops than the project may have
    """
    common = _owner(order) | dict(spec)
    tags = common.pop('tags', ())
    with db.writer() as session, _kept(session, order, limits) as made:
        # The id of a single desktop is needed before its row is written.
        rows = [
            {'id': uuidutils.generate_uuid(), 'name': name} for name in names
        ]
        parts = [(row['id'], row['name']) for row in rows]
        order_id = inserts.order(
            session, order, flows.CREATE, {}, _only(parts)
        )
        inserts.desktops(session, order_id, common, rows)
        inserts.tags(session, parts, tags)
        inserts.items(session, order_id, flows.CREATE, {}, parts)
        made['desktops'] = len(parts)
        return _load(session, [order_id])[0]


@db.retry_on_deadlock
def create_pool(
    order: Mapping[str, Any],
    pool: Mapping[str, Any],
    project_name: str,
    limits: Limits | None = None,
) -> models.WorkOrder:
    """Order a pool and the desktops in it.

    :param order: ``project_id``, ``user_id`` and ``request_id``
    :param pool: ``name``, ``note``, ``size``, ``name_template`` and the spec
    :param project_name: for the names of the desktops
    :raises NameTaken: another pool of the project has the name
    :raises OverQuota: more desktops or pools than the project may have
    """
    row = models.Pool(
        id=uuidutils.generate_uuid(), **(_owner(order) | dict(pool))
    )
    with db.writer() as session, _kept(session, order, limits) as made:
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
        return _load(session, [order_id])[0]


@db.retry_on_deadlock
def resize_pool(
    order: Mapping[str, Any],
    pool_id: str,
    size: int,
    project_id: str | None,
    project_name: str,
    limits: Limits | None = None,
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
    with holds.writer() as session, _kept(session, order, limits) as made:
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
        return _load(session, [order_id])[0]


@db.retry_on_deadlock
def retry_pool(
    order: Mapping[str, Any],
    pool_id: str,
    project_id: str | None,
    project_name: str,
    limits: Limits | None = None,
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
    with holds.writer() as session, _kept(session, order, limits) as made:
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
        return _load(session, [order_id])[0]


@db.retry_on_deadlock
def delete_pool(
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
        return _load(session, [order_id])[0]


@db.retry_on_deadlock
def act_on_desktops(
    order: Mapping[str, Any],
    action: str,
    desktop_ids: Sequence[str],
    project_id: str | None,
    inputs: Mapping[str, Any] | None = None,
    viewer: people.Viewer | None = None,
    first: Callable[[orm.Session], None] | None = None,
) -> models.WorkOrder:
    """Order the same action for desktops, all of them or none.

    Deleting desktops of a pool lowers the size that the pool wants.

    :param action: ``start``, ``stop``, ``reboot``, ``retry``, ``rebuild`` or
        ``delete``
    :param inputs: such as ``{"force": true}``
    :param viewer: None sees all of the project
    :param first: done in the same transaction, before anything is taken
    :raises NotFound: desktops that the caller does not see, named
    :raises DesktopBusy: desktops that other orders hold, named
    :raises DesktopWrongState: desktops that the action cannot begin with
    :raises PoolBusy: a pool of theirs is being deleted
    :raises Invalid: the desktops belong to several projects
    """
    parts, owner = desktops_api.chosen(desktop_ids, project_id, viewer)
    order = dict(order) | owner
    inputs = inputs or {}
    kind = 'desktop.%s' % action
    with holds.writer() as session:
        if first is not None:
            first(session)
        order_id = inserts.order(session, order, kind, inputs, _only(parts))
        if action == 'delete':
            holds.lower_pools(session, dict(parts))
        holds.take_desktops(session, dict(parts), order_id, action)
        inserts.items(session, order_id, kind, inputs, parts)
        return _load(session, [order_id])[0]


@db.retry_on_deadlock
def act(
    action: str, order_ids: Sequence[str], project_id: str | None
) -> list[models.WorkOrder]:
    """Retry, pause, resume or cancel orders, all of them or none (S14-S16).

    :returns: the orders with their items, in the order of ``order_ids``
    :raises NotFound: orders that are not in the project, named
    :raises WorkOrderWrongState: orders that are not in the right status,
        named
    :raises DesktopBusy: retry needs a desktop that another order holds now
    :raises PoolBusy: retry needs a pool that another order holds now
    :raises Conflict: what the order was about has changed too much
    """
    ids = list(dict.fromkeys(order_ids))
    with holds.writer() as session:
        retries.turn(session, action, ids, project_id)
        if action == 'retry':
            for each in sorted(ids):
                order = session.get_one(models.WorkOrder, each)
                retries.revive(session, order)
        return _load(session, ids)


def _load(
    session: orm.Session, order_ids: Sequence[str]
) -> list[models.WorkOrder]:
    query = (
        sa.select(models.WorkOrder)
        .where(models.WorkOrder.id.in_(order_ids))
        .options(orm.selectinload(models.WorkOrder.items))
        .execution_options(populate_existing=True)
    )
    found = {order.id: order for order in session.scalars(query)}
    return [found[each] for each in order_ids]


def _owner(order: Mapping[str, Any]) -> dict[str, Any]:
    return {key: order[key] for key in ('project_id', 'user_id')}


def _kept(
    session: orm.Session, order: Mapping[str, Any], limits: Limits | None
) -> contextlib.AbstractContextManager[dict[str, int]]:
    return quotas.kept(session, order['project_id'], limits)


def _project_of(pool: models.Pool) -> dict[str, str]:
    # An admin may act on the pool of others; the order is theirs to see.
    return {'project_id': pool.project_id}


def _only(parts: Sequence[inserts.Part]) -> inserts.Part | None:
    return parts[0] if len(parts) == 1 else None


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
    common = _owner(order) | {'pool_id': pool.id}
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
