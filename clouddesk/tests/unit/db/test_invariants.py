"""Whatever people and workers do in whatever order, nothing gets lost."""

import collections
import os
import random

import ddt
import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import leases
from clouddesk.db.api import pool_orders
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base

#: How many different lives are lived; more of them find rarer ones.
LIVES = int(os.environ.get('CLOUDDESK_TEST_LIVES', '4'))
STEPS = 60

_FAULT = ('broken', 'It broke.')


class Life:
    """A teacher, a worker and a crash, driven by dice."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.done = collections.Counter()

    def step(self):
        doing = self.dice.choice(
            (
                self.create,
                self.create_pool,
                self.resize,
                self.change_pool,
                self.act,
                self.act,
                self.turn,
                self.work,
                self.work,
                self.work,
                self.crash,
            )
        )
        try:
            doing()
            self.done[doing.__name__] += 1
        except (exceptions.Conflict, exceptions.NotFound):
            self.done['refused'] += 1

    # -- people ------------------------------------------------------------

    def create(self):
        names = ['desk'] * self.dice.randint(1, 3)
        desktop_orders.create(base.ORDER, base.SPEC, names)

    def create_pool(self):
        name = self.dice.choice(['red', 'blue'])
        size = self.dice.randint(0, 4)
        pool = base.POOL | {'name': name, 'size': size}
        pool_orders.create(base.ORDER, pool, 'school')

    def resize(self):
        size = self.dice.randint(0, 5)
        pool_orders.resize(
            base.ORDER, self.any_id(models.Pool), size, None, 'school'
        )

    def change_pool(self):
        pool_id = self.any_id(models.Pool)
        if self.dice.random() < 0.5:
            pool_orders.retry(base.ORDER, pool_id, None, 'school')
        else:
            pool_orders.delete(base.ORDER, pool_id, None)

    def act(self):
        action = self.dice.choice(sorted(set(states.ACTION_TO) - {'create'}))
        ids = {self.any_id(models.Desktop) for _each in range(2)}
        desktop_orders.act(base.ORDER, action, sorted(ids), None)

    def turn(self):
        action = self.dice.choice(sorted(states.ORDER_ACTION_TO))
        work_orders.act(action, [self.any_id(models.WorkOrder)], None)

    # -- workers -----------------------------------------------------------

    def work(self):
        """Do a part of an order, or all of it."""
        waiting = leases.claimable(10)
        if not waiting:
            return
        order = leases.claim(self.dice.choice(waiting), 'worker', 60)
        open_ = (states.ITEM_PENDING, states.ITEM_WORKING)
        items = [item for item in order.items if item.status in open_]
        for item in items:
            if self.dice.random() < 0.1:
                return
            progress.start_item(order.id, order.epoch, item.id)
            self.end(order, item)
        status = self.dice.choice([states.SUCCEEDED, states.FAILED])
        if order.status == states.CANCELLING:
            status = states.CANCELLED
        progress.finish_order(order.id, order.epoch, status)

    def end(self, order, item):
        where = (order.id, order.epoch, item.id)
        undoing = order.status == states.CANCELLING
        if self.dice.random() < 0.2:
            progress.finish_item(*where, states.ITEM_FAILED, {}, _FAULT)
        elif flows.destroys(order.kind, order.inputs) != undoing:
            progress.forget(*where, undone=undoing)
        else:
            status = states.ITEM_UNDONE if undoing else states.ITEM_DONE
            progress.finish_item(*where, status, {'status': states.RUNNING})

    def crash(self):
        with db.writer() as session:
            session.execute(
                sa.update(models.WorkOrder)
                .where(models.WorkOrder.owner.is_not(None))
                .values(lease_expires_at=clock.now(-1)),
                execution_options={'synchronize_session': False},
            )

    def any_id(self, model):
        with db.reader() as session:
            query = sa.select(model.id).order_by(model.created_at, model.id)
            ids = session.scalars(query).all()
        return self.dice.choice(ids) if ids else 'nothing'


@ddt.ddt
class InvariantsTestCase(base.DatabaseTestCase):
    @ddt.data(*range(LIVES))
    def test_life(self, seed):
        life = Life(seed)
        for _each in range(STEPS):
            life.step()
            self.check()
        self.assertGreater(len(life.done), 5)

    def rows(self, model):
        with db.reader() as session:
            return list(session.scalars(sa.select(model)))

    def check(self):
        orders = {row.id: row for row in self.rows(models.WorkOrder)}
        members = collections.Counter()
        stranded = {row.id for row in desktops.stranded(1000)}
        for row in self.rows(models.Desktop):
            members[row.pool_id] += 1
            self.check_held(row, orders)
            if row.status in states.DESKTOP_UNSTABLE:
                self.assertTrue(row.work_order_id or row.id in stranded)
            self.assertEqual(row.status == states.FAULT, bool(row.faulted_at))
        for row in self.rows(models.Pool):
            self.check_held(row, orders)
            self.assertGreaterEqual(row.size, 0)
        for order in orders.values():
            finished = order.status in states.ORDER_FINISHED
            self.assertEqual(finished, order.finished_at is not None)
            if finished or order.status == states.QUEUED:
                self.assertIsNone(order.owner)

    def check_held(self, row, orders):
        if row.work_order_id:
            holder = orders[row.work_order_id]
            self.assertNotIn(holder.status, states.ORDER_FINISHED)
