"""Several conductors and several people, in every order that comes up.

State machines of hypothesis drive the functions of the database as conductors
and the API do: claims, renewals, expiry, writes of those who lost their lease,
retries, cancellations, orders that want the same desktop. After each step
everything is counted (rules 1, 2, 4 and 5; S14-S16).
"""

import collections

from hypothesis import stateful
from hypothesis import strategies as some
import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import models
from clouddesk.db.api import assignments
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import leases
from clouddesk.db.api import locks
from clouddesk.db.api import pool_orders
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base

OWNERS = ('north', 'south', 'east')
_BROKEN = (states.ITEM_FAILED, {}, ('broken', 'It broke.'))
#: What becomes of desktops.
_ENDS = (states.RUNNING, states.OFF, states.FAULT)
_OPEN = (states.ITEM_PENDING, states.ITEM_WORKING)
#: What the rules say no with; anything else is a bug.
_NO = (exceptions.Conflict, exceptions.NotFound, exceptions.Forbidden)

#: An index into whatever there is; taken modulo its length.
which = some.integers(0, 30)
owner = some.sampled_from(OWNERS)


class Lives(stateful.RuleBasedStateMachine):
    """Orders and leases, as the database sees them; at first there is nothing.

    The database is that of the test.
    """

    title = 'lives'

    def __init__(self):
        super().__init__()
        for table in reversed(models.Base.metadata.sorted_tables):
            self.write(sa.delete(table))
        #: (order id, epoch) -> who was given it.
        self.given = {}
        #: The last epoch of an order that anybody was given.
        self.newest = collections.Counter()
        #: Items that ended, by (order, item): how often.
        self.ended = collections.Counter()

    @stateful.initialize()
    def begin(self):
        """Something to quarrel about."""
        self.create_desktops(2)
        self.create_pool('red', 2)
        self.work(0, 'north', states.RUNNING)
        self.work(0, 'north', states.OFF)

    # -- people ------------------------------------------------------------

    @stateful.rule(count=some.integers(1, 3))
    def create_desktops(self, count):
        desktop_orders.create(base.ORDER, base.SPEC, ['desk'] * count)

    @stateful.rule(
        name=some.sampled_from(['red', 'blue']), size=some.integers(0, 3)
    )
    def create_pool(self, name, size):
        pool = base.POOL | {'name': name, 'size': size}
        self.ask(pool_orders.create, base.ORDER, pool, 'school')

    @stateful.rule(pool=which, size=some.integers(0, 4))
    def resize_pool(self, pool, size):
        pool_id = self.any(models.Pool, pool)
        self.ask(pool_orders.resize, base.ORDER, pool_id, size, None, 'school')

    @stateful.rule(pool=which)
    def retry_pool(self, pool):
        pool_id = self.any(models.Pool, pool)
        self.ask(pool_orders.retry, base.ORDER, pool_id, None, 'school')

    @stateful.rule(pool=which)
    def delete_pool(self, pool):
        pool_id = self.any(models.Pool, pool)
        self.ask(pool_orders.delete, base.ORDER, pool_id, None)

    @stateful.rule(
        action=some.sampled_from(sorted(set(states.ACTION_TO) - {'create'})),
        one=which,
        other=which,
    )
    def act_on_desktops(self, action, one, other):
        """Two of them at once, perhaps held by somebody else."""
        ids = {self.any(models.Desktop, each) for each in (one, other)}
        self.ask(desktop_orders.act, base.ORDER, action, sorted(ids), None)

    @stateful.rule(
        action=some.sampled_from(sorted(states.ORDER_ACTION_TO)), order=which
    )
    def act_on_order(self, action, order):
        order_id = self.any(models.WorkOrder, order)
        if self.ask(work_orders.act, action, [order_id], None):
            if action == 'retry':
                self.forget_ends(order_id)

    @stateful.rule(desktop=which, locked=some.booleans())
    def lock(self, desktop, locked):
        ids = [self.any(models.Desktop, desktop)]
        if locked:
            self.ask(locks.lock, ids, None, 'Exam')
        else:
            self.ask(locks.unlock, ids, None)

    @stateful.rule(desktop=which, user=some.sampled_from(['ada', 'bob']))
    def assign(self, desktop, user):
        id_ = self.any(models.Desktop, desktop)
        self.ask(assignments.assign, id_, None, ('user', user))

    # -- conductors --------------------------------------------------------

    @stateful.rule(order=which, who=owner)
    def claim(self, order, who):
        """Rule 2: only what nobody holds."""
        order_id = self.any(models.WorkOrder, order)
        before = self.row(models.WorkOrder, order_id)
        free = before is not None and order_id in leases.claimable(1000)
        claimed = leases.claim(order_id, who, 60)
        assert bool(claimed) == free
        if claimed:
            self.give(claimed, who)

    @stateful.rule(
        order=which, who=owner, end=some.sampled_from(sorted(_ENDS))
    )
    def work(self, order, who, end):
        """All of an order, and nobody comes in between."""
        ripe = sorted(leases.claimable(1000))
        if not ripe:
            return
        order_id = ripe[order % len(ripe)]
        claimed = leases.claim(order_id, who, 60)
        self.give(claimed, who)
        lease = sorted(self.given).index((order_id, claimed.epoch))
        while self.item(order_id, 0) is not None:
            self.end_item(lease, end)
        self.finish_order(lease, end != states.FAULT)

    @stateful.rule()
    def expire(self):
        """Everybody is silent for longer than a lease."""
        self.write(
            sa.update(models.WorkOrder)
            .where(models.WorkOrder.owner.is_not(None))
            .values(lease_expires_at=clock.now(-1))
        )

    @stateful.precondition(lambda self: self.given)
    @stateful.rule(lease=which)
    def renew(self, lease):
        order_id, epoch, who = self.lease(lease)
        held = self.holds(order_id, epoch)
        assert leases.renew(order_id, who, epoch, 60) == held

    @stateful.precondition(lambda self: self.given)
    @stateful.rule(lease=which)
    def release(self, lease):
        order_id, epoch, who = self.lease(lease)
        held = self.holds(order_id, epoch)
        assert leases.release(order_id, who, epoch) == held

    @stateful.precondition(lambda self: self.given)
    @stateful.rule(lease=which, item=which)
    def start_item(self, lease, item):
        self.write_as(lease, item, progress.start_item)

    @stateful.precondition(lambda self: self.given)
    @stateful.rule(lease=which, item=which, steps=some.integers(1, 4))
    def finish_step(self, lease, item, steps):
        self.write_as(lease, item, progress.finish_step, steps, {})

    @stateful.precondition(lambda self: self.given)
    @stateful.rule(
        lease=which, item=which, end=some.sampled_from(sorted(_ENDS))
    )
    def finish_item(self, lease, item, end):
        about = self.about(lease)
        rest = {'status': end} if about == flows.DESKTOP else {}
        more = _BROKEN if end == states.FAULT else (states.ITEM_DONE, rest)
        self.write_as(
            lease, item, progress.finish_item, *more, about=about, ends=True
        )

    @stateful.precondition(lambda self: self.given)
    @stateful.rule(lease=which, item=which)
    def forget(self, lease, item):
        """Only by orders that remove things, or are taken back."""
        order_id, _epoch, _who = self.lease(lease)
        order = self.row(models.WorkOrder, order_id)
        if order is None:
            return
        about = flows.subject_of(order.kind)
        undone = self.forgets(order)
        if undone is not None:
            self.write_as(
                lease, item, progress.forget, undone, about=about, ends=True
            )

    @stateful.precondition(lambda self: self.given)
    @stateful.rule(lease=which, good=some.booleans())
    def finish_order(self, lease, good):
        order_id, epoch, _who = self.lease(lease)
        order = self.row(models.WorkOrder, order_id)
        status = states.SUCCEEDED if good else states.FAILED
        if order is not None and order.status == states.CANCELLING:
            status = states.CANCELLED
        held = self.holds(order_id, epoch)
        done = self.tried(progress.finish_order, order_id, epoch, status)
        assert done == held
        if held:
            assert not desktops.held_by(order_id)

    # -- everything is counted ---------------------------------------------

    @stateful.invariant()
    def desktops_are_held_once_and_by_the_living(self):
        orders = {each.id: each for each in self.rows(models.WorkOrder)}
        items = self.rows(models.WorkItem)
        wanted = {(i.work_order_id, i.desktop_id) for i in items}
        stranded = {row.id for row in desktops.stranded(1000)}
        for row in self.rows(models.Desktop):
            if row.work_order_id:
                holder = orders[row.work_order_id]
                assert holder.status not in states.ORDER_FINISHED
                assert (holder.id, row.id) in wanted
            elif row.status in states.DESKTOP_UNSTABLE:
                assert row.id in stranded
            explained = row.faulted_at is not None
            assert (row.status == states.FAULT) == explained

    @stateful.invariant()
    def statuses_are_legal_and_have_a_way_out(self):
        machine = states.desktop_machine()
        for row in self.rows(models.Desktop):
            assert row.status in machine.states
        claimable = set(leases.claimable(1000))
        for order in self.rows(models.WorkOrder):
            finished = order.status in states.ORDER_FINISHED
            assert finished == (order.finished_at is not None)
            if finished or order.status in (states.QUEUED, states.PAUSED):
                assert order.owner is None
            acted = any(
                order.status in before
                for before in states.ORDER_ACTION_FROM.values()
            )
            assert finished or acted or order.owner or order.id in claimable

    @stateful.invariant()
    def pools_are_held_by_the_living_and_count(self):
        orders = {each.id: each for each in self.rows(models.WorkOrder)}
        slots = collections.Counter(
            (row.pool_id, row.slot)
            for row in self.rows(models.Desktop)
            if row.pool_id
        )
        assert not [place for place, times in slots.items() if times > 1]
        for pool in self.rows(models.Pool):
            assert pool.size >= 0
            if pool.work_order_id:
                holder = orders[pool.work_order_id]
                assert holder.status not in states.ORDER_FINISHED

    @stateful.invariant()
    def no_item_is_lost_or_done_twice(self):
        counted = collections.Counter()
        for item in self.rows(models.WorkItem):
            counted[item.work_order_id] += 1
            assert item.status in states.ITEM_STATUSES
            assert 0 <= item.steps_done <= item.steps_total
        told = work_orders.progress(list(counted))
        for order_id, groups in told.items():
            assert sum(each.count for each in groups) == counted[order_id]
        assert not [item for item, times in self.ended.items() if times > 1]

    # -- helpers -----------------------------------------------------------

    def ask(self, ask, *args):
        """Whether people's wish was granted."""
        try:
            ask(*args)
        except _NO:
            return False
        return True

    def tried(self, write, *args, **others):
        """Whether a worker could write."""
        try:
            write(*args, **others)
        except exceptions.LeaseLost:
            return False
        return True

    def give(self, claimed, who):
        """Somebody was given an order, which was never given so before."""
        assert claimed.epoch > self.newest[claimed.id]
        self.newest[claimed.id] = claimed.epoch
        self.given[claimed.id, claimed.epoch] = who

    def end_item(self, lease, end):
        """Do the first item of an order as its flow does."""
        order = self.row(models.WorkOrder, self.lease(lease)[0])
        if end == states.FAULT or self.forgets(order) is None:
            self.finish_item(lease, 0, end)
        else:
            self.forget(lease, 0)

    def forgets(self, order):
        """Whether what the order removes is something that it made itself.

        None when it removes nothing.
        """
        undone = order.status == states.CANCELLING
        destroys = flows.destroys(order.kind, order.inputs)
        return undone if destroys != undone else None

    def write_as(self, lease, item, write, *more, ends=False, **others):
        """A write succeeds if, and only if, its epoch is that of the lease."""
        order_id, epoch, _who = self.lease(lease)
        item_id = self.item(order_id, item)
        if item_id is None:
            return
        held = self.holds(order_id, epoch)
        before = self.rows(models.WorkItem)
        where = (order_id, epoch, item_id)
        assert self.tried(write, *where, *more, **others) == held
        if held and ends:
            self.ended[order_id, item_id] += 1
        if not held:
            after = self.rows(models.WorkItem)
            assert list(map(_told, before)) == list(map(_told, after))

    def lease(self, number):
        """One that somebody has, or had."""
        leases_ = sorted(self.given.items())
        (order_id, epoch), who = leases_[number % len(leases_)]
        return order_id, epoch, who

    def about(self, lease):
        """What the items of the order of a lease are about."""
        order = self.row(models.WorkOrder, self.lease(lease)[0])
        return flows.subject_of(order.kind) if order else flows.DESKTOP

    def holds(self, order_id, epoch):
        """Whether an epoch is still that of the order's lease."""
        order = self.row(models.WorkOrder, order_id)
        return bool(order and order.owner and order.epoch == epoch)

    def item(self, order_id, number):
        """An item that is open, and its order holds what it is about."""
        items = [
            each
            for each in self.rows(models.WorkItem)
            if each.work_order_id == order_id
        ]
        held = {
            row.id
            for model in (models.Desktop, models.Image)
            for row in self.rows(model)
            if row.work_order_id == order_id
        }
        found = [
            each.id
            for each in items
            if each.subject_id in held and each.status in _OPEN
        ]
        return found[number % len(found)] if found else None

    def forget_ends(self, order_id):
        """What failed may end again, because somebody asked for it."""
        for item in self.rows(models.WorkItem):
            if item.status == states.ITEM_PENDING:
                self.ended.pop((item.work_order_id, item.id), None)

    def any(self, model, number):
        rows = sorted(
            self.rows(model), key=lambda row: (row.created_at, row.id)
        )
        return rows[number % len(rows)].id if rows else 'nothing'

    def rows(self, model):
        with db.reader() as session:
            return list(session.scalars(sa.select(model)))

    def row(self, model, id_):
        with db.reader() as session:
            return session.get(model, id_)

    def write(self, statement):
        with db.writer() as session:
            session.execute(
                statement, execution_options={'synchronize_session': False}
            )


def _told(item):
    return (item.id, item.status, item.steps_done, item.fault_code)
