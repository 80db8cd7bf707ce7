"""Two conductors and one order."""

from clouddesk import exceptions
from clouddesk import states
from clouddesk.conductor import lease
from clouddesk.db.api import leases
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base


class TakeOverTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.other = lease.Leases('two', 90, self.clock.monotonic)

    def test_one_of_two_gets_the_order(self):
        order_id = self.create()
        self.assertIsNotNone(self.leases.claim(order_id))
        self.assertIsNone(self.other.claim(order_id))

    def test_a_stale_worker_is_stopped_by_its_lease(self):
        """Its next call is not made once another one has claimed."""
        order_id = self.create(2)
        engine = self.engine(order_id)

        def steal(verb, when):
            if (verb, when) == ('create_port', 'after'):
                self.world.watch = lambda verb, when: None
                self.expire(order_id)
                self.assertIsNotNone(self.other.claim(order_id))
                self.clock.now += 40

        self.world.watch = steal
        self.assertRaises(exceptions.LeaseLost, engine.run)
        self.assertEqual(
            ['create_port'], [verb for verb, _id in self.world.calls]
        )

    def test_a_stale_worker_writes_nothing(self):
        """Its write is refused even while it believes in its lease."""
        order_id = self.create()
        engine = self.engine(order_id)

        def steal(verb, when):
            if (verb, when) == ('create_server', 'after'):
                self.expire(order_id)
                self.assertIsNotNone(self.other.claim(order_id))

        self.world.watch = steal
        self.assertRaises(exceptions.LeaseLost, engine.run)
        (desktop_id,) = self.ids_of(order_id)
        self.assertIsNone(self.desktop(desktop_id).server_id)
        self.world.watch = lambda verb, when: None
        order = self.take_over(order_id)
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual(1, len(self.world.servers(desktop_id)))

    def test_stopping_hands_over_at_once(self):
        order_id = self.create(3)
        engine = self.engine(order_id)
        self.clock.between.append(engine.stop)
        engine.run()
        self.assertEqual(states.WORKING, self.order(order_id).status)
        claimed = self.leases._held[order_id]
        self.leases.release(claimed)
        self.assertEqual([order_id], leases.claimable(5))
        self.clock.between.clear()
        self.engine(order_id, self.other).run()
        order = self.order(order_id)
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual(3, len(self.world.verbs('create_server')))

    def test_a_build_goes_on_while_nobody_looks(self):
        """The deadline of a step never ends it before a look."""
        order_id = self.create()
        self.die(order_id, 12)
        for _tick in range(5):
            self.world.tick()
        self.clock.since = lambda moment: 10**6
        order = self.take_over(order_id)
        self.assertEqual(states.SUCCEEDED, order.status)

    def test_a_desktop_that_vanished_fails_the_order(self):
        order_id = self.create(2)
        (gone, stays) = self.ids_of(order_id)
        self.remove_row(gone)
        order = self.work(order_id)
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual(states.RUNNING, self.desktop(stays).status)

    def test_a_vanished_desktop_is_a_deleted_desktop(self):
        ids = self.built(2)
        order_id = self.act('delete', ids)
        self.remove_row(ids[0])
        order = self.work(order_id)
        self.assertEqual(states.SUCCEEDED, order.status)

    def test_a_finished_order_is_not_taken(self):
        order_id = self.create()
        self.work(order_id)
        self.assertIsNone(self.leases.claim(order_id))

    def test_a_paused_order_waits(self):
        """S15"""
        order_id = self.create()
        work_orders.act('pause', [order_id], base.PROJECT)
        self.assertIsNone(self.leases.claim(order_id))
        self.assertEqual([], leases.claimable(5))
