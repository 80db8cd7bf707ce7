import threading
from unittest import mock

import fixtures
from oslo_context import context as oslo_context
from oslo_db import exception as db_exc
from sqlalchemy import exc as sa_exc

from clouddesk import conf
from clouddesk import db
from clouddesk import states
from clouddesk.conductor import audit
from clouddesk.conductor import checkup
from clouddesk.conductor import endpoints
from clouddesk.conductor import engine
from clouddesk.conductor import hints
from clouddesk.conductor import manager
from clouddesk.db import models
from clouddesk.db.api import leases as leases_api
from clouddesk.db.api import progress
from clouddesk.tests.unit.conductor import base

#: Seconds; only reached when something is broken.
LONG = 30


class ManagerTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.config(group='conductor', poll_interval=0.1, max_work_orders=2)
        self.manager = manager.Manager(
            self.leases, self.world.for_project, conf.CONF
        )
        self.addCleanup(self.manager.stop)
        self.hold = threading.Event()
        self.held = threading.Semaphore(0)

    def let_servers_be_built(self):
        self.world.watch = lambda verb, when: (
            self.world.tick() if verb == 'list_servers' else None
        )

    def hold_calls(self):
        """Every call waits until :attr:`hold` is set."""

        def watch(verb, when):
            if when == 'before':
                self.held.release()
                self.hold.wait(LONG)
            if verb == 'list_servers':
                self.world.tick()

        self.world.watch = watch
        self.addCleanup(self.hold.set)

    def test_a_long_queue_is_worked_off_without_pauses(self):
        """No loop looks here, and no message comes for the others."""
        self.let_servers_be_built()
        waiting = [self.create() for _ in range(5)]
        for order_id in waiting[:2]:
            self.manager.run_order(order_id)
        while leases_api.claimable(1):
            self.manager.drain()
        self.manager.drain()
        ended = [self.order(order_id) for order_id in waiting]
        self.assertEqual(
            [(states.SUCCEEDED, 1)] * 5, [(o.status, o.epoch) for o in ended]
        )

    def test_a_queue_that_is_not_seen_hurts_nobody(self):
        self.let_servers_be_built()
        self.manager._was_full = True
        with mock.patch.object(
            leases_api, 'claimable', autospec=True, side_effect=KeyError('x')
        ) as look:
            self.manager.run_order(self.create())
            self.manager.drain()
        look.assert_called_once_with(2)
        self.assertEqual(2, self.manager.free())

    def test_what_threads_log_carries_the_request(self):
        seen = set()

        def watch(verb, when):
            seen.add(oslo_context.get_current().request_id)
            if verb == 'list_servers':
                self.world.tick()

        self.world.watch = watch
        order_id = self.create(3)
        with db.writer() as session:
            session.get(models.WorkOrder, order_id).request_id = 'req-tina'
        self.manager.run_order(order_id)
        self.manager.drain()
        self.assertEqual({'req-tina'}, seen)

    def test_an_order_runs(self):
        self.let_servers_be_built()
        order_id = self.create(5)
        self.assertTrue(self.manager.run_order(order_id))
        self.manager.drain()
        self.assertEqual(states.SUCCEEDED, self.order(order_id).status)
        self.assertEqual({}, self.leases._held)
        self.assertEqual(2, self.manager.free())

    def test_a_full_pool_rejects(self):
        self.hold_calls()
        ids = [self.create() for _each in range(3)]
        taken = [self.manager.run_order(each) for each in ids]
        self.assertEqual([True, True, False], taken)
        self.assertEqual(0, self.manager.free())
        self.hold.set()
        self.manager.drain()
        self.assertTrue(self.manager.run_order(ids[2]))
        self.manager.drain()
        self.assertEqual(states.SUCCEEDED, self.order(ids[2]).status)

    def test_an_order_runs_only_once(self):
        self.hold_calls()
        order_id = self.create()
        self.assertTrue(self.manager.run_order(order_id))
        self.held.acquire(timeout=LONG)
        self.assertTrue(self.manager.run_order(order_id))
        self.assertEqual(1, self.manager.free())

    def test_an_unknown_order_is_nothing(self):
        self.assertTrue(self.manager.run_order('nothing'))
        self.manager.drain()
        self.assertEqual(2, self.manager.free())

    def test_stopping_records_the_calls_that_run_and_hands_over(self):
        self.hold_calls()
        order_id = self.create()
        self.manager.run_order(order_id)
        self.assertTrue(self.held.acquire(timeout=LONG))
        told = threading.Event()
        stop = engine.Engine.stop

        def tell(engine_):
            stop(engine_)
            told.set()

        self.useFixture(fixtures.MockPatchObject(engine.Engine, 'stop', tell))
        stopping = threading.Thread(target=self.manager.stop)
        stopping.start()
        self.assertTrue(told.wait(LONG))
        self.hold.set()
        stopping.join(LONG)
        self.assertFalse(stopping.is_alive())
        order = self.order(order_id)
        self.assertEqual(states.WORKING, order.status)
        self.assertIsNone(order.owner)
        (desktop_id,) = self.ids_of(order_id)
        self.assertIsNotNone(self.desktop(desktop_id).port_id)
        self.assertFalse(self.manager.run_order(order_id))
        self.assertEqual([order_id], leases_api.claimable(5))

    def run_with(self, error):
        order_id = self.create()
        with mock.patch.object(
            engine.Engine, 'run', autospec=True, side_effect=error
        ):
            self.manager.run_order(order_id)
            self.manager.drain()
        return self.order(order_id)

    def test_an_engine_that_breaks_fails_the_order(self):
        order = self.run_with(ValueError('surprise'))
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual('internal_error', order.fault_code)
        desktop = self.desktop(order.items[0].desktop_id)
        self.assertEqual(states.FAULT, desktop.status)
        self.assertIsNone(desktop.work_order_id)

    def test_a_database_that_is_away_leaves_the_order_to_others(self):
        for error in (
            db_exc.DBConnectionError(),
            sa_exc.TimeoutError('QueuePool limit'),
        ):
            order = self.run_with(error)
            self.assertEqual(states.WORKING, order.status)
            self.assertEqual({}, self.leases._held)

    def test_no_free_connection_fails_no_item(self):
        self.let_servers_be_built()
        order_id = self.create()
        with mock.patch.object(
            progress,
            'finish_step',
            autospec=True,
            side_effect=sa_exc.TimeoutError('QueuePool limit'),
        ):
            self.manager.run_order(order_id)
            self.manager.drain()
        order = self.order(order_id)
        self.assertEqual(states.WORKING, order.status)
        self.assertEqual(states.ITEM_WORKING, order.items[0].status)
        self.assertEqual(states.SUCCEEDED, self.take_over(order_id).status)

    def test_a_lease_never_outlives_its_thread(self):
        """Nobody else could ever take the order."""
        for error in (sa_exc.TimeoutError('QueuePool limit'), KeyError('x')):
            with mock.patch.object(
                progress, 'finish_order', autospec=True, side_effect=error
            ):
                order = self.run_with(ValueError('surprise'))
            self.assertEqual(states.WORKING, order.status)
            self.assertEqual({}, self.leases._held)

    def test_the_endpoint(self):
        self.let_servers_be_built()
        looks = []
        hinted = hints.Hints(lambda servers, ids: looks.append(ids))
        endpoint = endpoints.Endpoint(
            self.manager,
            hinted,
            mock.create_autospec(audit.Audit, instance=True),
            mock.create_autospec(checkup.Checkup, instance=True),
        )
        self.assertEqual('pong', endpoint.ping({}))
        endpoint.look_at({}, 'd')
        hinted.flush()
        self.assertEqual([{'d'}], looks)
        order_id = self.create()
        endpoint.run_order({}, order_id)
        self.manager.drain()
        self.assertEqual(states.SUCCEEDED, self.order(order_id).status)
