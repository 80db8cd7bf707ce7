"""A conductor's work without threads and without time passing by itself."""

from unittest import mock

from oslo_config import fixture as config_fixture
from oslotest import base
import sqlalchemy as sa

from clouddesk import conf
from clouddesk import db
from clouddesk.cloud import types
from clouddesk.conductor import clock
from clouddesk.conductor import engine
from clouddesk.conductor import hooks
from clouddesk.conductor import lease
from clouddesk.db import clock as db_clock
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import work_orders
from clouddesk.tests.fixtures import database
from clouddesk.tests.unit.conductor import fake_cloud

PROJECT = 'project'
ORDER = {'project_id': PROJECT, 'user_id': 'user', 'request_id': 'req-1'}
SPEC = {
    'image_id': 'image',
    'flavor_id': 'flavor',
    'network_id': 'network',
    'boot_from': 'image',
    'vcpus': 1,
    'ram': 512,
    'disk': 4,
}
FLOATING_SPEC = SPEC | {
    'floating_network_id': 'public',
    'remote_protocols': ['rdp', 'ssh'],
}
VOLUME_SPEC = SPEC | {'boot_from': 'volume', 'volume_size': 5}


class Killed(BaseException):
    """The process died here."""


class Inline:
    """An executor that does everything at once, in the caller's thread."""

    def __init__(self, dead=lambda: False):
        self.dead = dead

    def submit(self, function, *args):
        if self.dead():
            raise Killed()
        function(*args)


class SteppedClock(clock.Clock):
    """Time passes only while somebody waits; then the world moves on."""

    def __init__(self, world):
        self.now = 1000.0
        self.world = world
        #: Called before each wait that nothing ends.
        self.between = []

    def monotonic(self):
        return self.now

    def since(self, moment):
        return 0.0

    def wait(self, inbox, seconds):
        if not inbox.empty():
            return inbox.get()
        if seconds > 0:
            for callback in list(self.between):
                callback()
            if not inbox.empty():
                return inbox.get()
            self.now += seconds
            self.world.tick()
        return None


def server(desktop_id, id_, status='ACTIVE', **more):
    return types.Server(
        id=id_, name='x', status=status, desktop_id=desktop_id, **more
    )


class ConductorTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.config = self.useFixture(config_fixture.Config(conf.CONF)).config
        self.useFixture(database.Database())
        self.new_world()

    def new_world(self):
        self.world = fake_cloud.World()
        self.clock = SteppedClock(self.world)
        self.leases = lease.Leases('one', 90, self.clock.monotonic)

    # making orders

    def create(self, count=1, spec=SPEC):
        names = ['desk_%02d' % n for n in range(1, count + 1)]
        return desktop_orders.create(ORDER, spec, names).id

    def create_pool(self, size, name='class'):
        pool = SPEC | {'name': name, 'size': size, 'note': ''}
        pool |= {'name_template': '{base}_{serial:02d}'}
        order = pool_orders.create(ORDER, pool, 'school')
        return order.subject_id, order.id

    def act(self, action, ids, **inputs):
        order = desktop_orders.act(ORDER, action, ids, PROJECT, inputs)
        return order.id

    def built(self, count=1, spec=SPEC):
        """Ids of desktops that run."""
        order_id = self.create(count, spec)
        self.work(order_id)
        self.world.calls.clear()
        return self.ids_of(order_id)

    def ids_of(self, order_id):
        return [item.desktop_id for item in self.order(order_id).items]

    # running orders

    def engine(self, order_id, leases=None, executor=None):
        claimed = (leases or self.leases).claim(order_id)
        self.assertIsNotNone(claimed, 'the order could not be claimed')
        return engine.Engine(
            claimed[0],
            self.world.for_project,
            executor or Inline(),
            conf.CONF,
            self.clock,
        )

    def work(self, order_id):
        """Claim an order and carry it out to the end."""
        engine_ = self.engine(order_id)
        engine_.run()
        return self.order(order_id)

    def take_over(self, order_id):
        """Another conductor continues after the lease expired."""
        self.expire(order_id)
        other = lease.Leases('two', 90, self.clock.monotonic)
        self.engine(order_id, other).run()
        return self.order(order_id)

    def end_of_time(self):
        """Nothing may wait longer than anything is allowed to."""
        end = self.clock.now + 3 * conf.CONF.conductor.build_timeout
        self.clock.between.append(
            lambda: self.assertLess(self.clock.now, end, 'waits for ever')
        )

    def expire(self, order_id):
        with db.writer() as session:
            session.execute(
                sa.update(models.WorkOrder)
                .where(models.WorkOrder.id == order_id)
                .values(lease_expires_at=db_clock.now(-1))
            )

    def dying_at(self, number):
        """Die at the n-th event: a checkpoint, or around a call."""
        self.events = 0

        def event(*args):
            self.events += 1
            if self.events >= number:
                raise Killed()

        self.world.watch = event
        return mock.patch.object(hooks, 'checkpoint', event)

    def die(self, order_id, number):
        """:returns: whether the conductor died before the order ended"""
        try:
            with self.dying_at(number):
                dead = Inline(lambda: self.events >= number)
                self.engine(order_id, executor=dead).run()
        except Killed:
            return True
        finally:
            self.world.watch = lambda verb, when: None
        return False

    # looking

    def order(self, order_id):
        return work_orders.get(order_id)

    def desktop(self, desktop_id):
        return desktops.get(desktop_id)

    def statuses(self, order_id):
        return [item.status for item in self.order(order_id).items]

    def pool(self, pool_id):
        return pools.get(pool_id)

    def remove_row(self, desktop_id):
        with db.writer() as session:
            session.execute(
                sa.delete(models.Desktop).where(
                    models.Desktop.id == desktop_id
                )
            )

    def forget_history(self):
        with db.writer() as session:
            session.execute(sa.delete(models.WorkOrder))
