from unittest import mock

from clouddesk import exceptions
from clouddesk.conductor import lease
from clouddesk.db.api import leases as leases_api
from clouddesk.tests.unit.conductor import base


class LeaseTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.order_id = self.create()
        self.lease, self.taken = self.leases.claim(self.order_id)
        renew = mock.patch.object(
            leases_api,
            'renew',
            side_effect=leases_api.renew,
            autospec=True,
        )
        self.renew = self.useFixtureOf(renew)

    def useFixtureOf(self, patcher):
        self.addCleanup(patcher.stop)
        return patcher.start()

    def test_a_fresh_lease_costs_nothing(self):
        self.lease.check()
        self.assertFalse(self.renew.called)

    def test_a_lease_that_was_not_renewed_is_renewed_before_use(self):
        self.clock.now += 31
        self.lease.check()
        self.lease.check()
        self.assertEqual(1, self.renew.call_count)

    def test_another_claim_is_found_out(self):
        self.expire(self.order_id)
        other = lease.Leases('two', 90, self.clock.monotonic)
        self.assertIsNotNone(other.claim(self.order_id))
        self.leases.renew_all()
        self.assertTrue(self.lease.lost)
        self.assertRaises(exceptions.LeaseLost, self.lease.check)

    def test_a_lease_that_expired_unnoticed_is_still_ours(self):
        self.expire(self.order_id)
        self.leases.renew_all()
        self.lease.check()
        other = lease.Leases('two', 90, self.clock.monotonic)
        self.assertIsNone(other.claim(self.order_id))

    def test_one_failure_does_not_keep_others_from_renewal(self):
        second, _order = self.leases.claim(self.create())
        self.renew.side_effect = [ValueError, True]
        self.leases.renew_all()
        self.assertEqual(2, self.renew.call_count)
        self.assertFalse(second.lost)

    def test_a_released_order_is_free(self):
        self.leases.release(self.lease)
        self.leases.renew_all()
        self.assertFalse(self.renew.called)
        self.assertEqual([self.order_id], leases_api.claimable(5))

    def test_what_ended_is_neither_renewed_nor_released(self):
        self.lease.end()
        self.clock.now += 89
        with mock.patch.object(
            leases_api, 'release', autospec=True
        ) as release:
            self.leases.renew_all()
            self.leases.release(self.lease)
        self.assertFalse(self.lease.lost)
        self.assertEqual(0, self.renew.call_count)
        release.assert_not_called()

    def test_a_forgotten_lease_is_not_used_again(self):
        self.leases.forget(self.lease)
        self.assertRaises(exceptions.LeaseLost, self.lease.check)
        self.assertEqual([], leases_api.claimable(5))

    def test_owners_are_unique_and_fit(self):
        first, second = lease.owner_name('h' * 300), lease.owner_name('h')
        self.assertNotEqual(first, second)
        self.assertEqual(255, len(first))

    def test_the_thread_renews(self):
        renewed = self.useFixtureOf(
            mock.patch.object(lease.Leases, 'renew_all', autospec=True)
        )
        beating = lease.Leases('three', 0.001)
        renewed.side_effect = lambda leases: leases._stopped.set()
        beating.start()
        beating._thread.join()
        self.assertTrue(renewed.called)
        beating.stop()
