from unittest import mock

from clouddesk import conf
from clouddesk.conductor import manager
from clouddesk.conductor import reconciler
from clouddesk.conductor import sweep
from clouddesk.conductor import sync
from clouddesk.conductor import timetable
from clouddesk.conductor import vanished
from clouddesk.db.api import purge
from clouddesk.tests.unit.conductor import base


class ReconcilerTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.manager = mock.create_autospec(manager.Manager, instance=True)
        self.manager.free.return_value = 2
        self.manager.run_order.return_value = True
        self.loops = reconciler.Reconciler(
            self.manager,
            mock.create_autospec(sync.Sync, instance=True),
            mock.create_autospec(sweep.Sweep, instance=True),
            conf.CONF,
            mock.create_autospec(timetable.Timetable, instance=True),
            mock.create_autospec(vanished.Vanished, instance=True),
        )

    def test_lost_orders_are_found_oldest_first(self):
        ids = [self.create() for _each in range(3)]
        self.assertEqual({'claimed': 2}, self.loops.claim())
        self.assertEqual(
            [mock.call(each) for each in ids[:2]],
            self.manager.run_order.mock_calls,
        )

    def test_orders_that_somebody_holds_are_left(self):
        order_id = self.create()
        self.leases.claim(order_id)
        self.assertEqual({'claimed': 0}, self.loops.claim())
        self.expire(order_id)
        self.assertEqual({'claimed': 1}, self.loops.claim())

    def test_a_full_conductor_claims_nothing(self):
        self.create()
        self.manager.free.return_value = 0
        self.assertEqual({'claimed': 0}, self.loops.claim())

    def test_history_is_kept_when_asked_for(self):
        with mock.patch.object(
            purge, 'finished_orders', autospec=True, return_value=3
        ) as purged:
            counts = {'events': 0, 'secrets': 0}
            self.assertEqual(counts | {'purged': 3}, self.loops.purge())
            self.config(group='conductor', finished_order_days=0)
            self.assertEqual(counts | {'purged': 0}, self.loops.purge())
        purged.assert_called_once_with(30)

    def test_a_loop_that_fails_runs_again(self):
        loop = mock.Mock(side_effect=[ValueError, {'seen': 1}], spec=[])
        run = reconciler._periodic('name', loop, 5)
        run()
        run()
        self.assertEqual(2, loop.call_count)
