"""Leases: one worker at a time, and never a stale one."""

import threading

import ddt

from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import leases
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base


class _LeaseTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.order = desktop_orders.create(base.ORDER, base.SPEC, ['a', 'b'])

    def expire(self):
        self.set_order(self.order, lease_expires_at=clock.now(-1))


@ddt.ddt
class ClaimTestCase(_LeaseTestCase):
    def test_claim(self):
        claimed = leases.claim(self.order.id, 'me', 60)
        self.assertEqual(states.WORKING, claimed.status)
        self.assertEqual(('me', 1), (claimed.owner, claimed.epoch))
        self.assertIsNotNone(claimed.started_at)
        self.assertGreater(claimed.lease_expires_at, claimed.started_at)
        self.assertEqual(['a', 'b'], [i.subject_name for i in claimed.items])

    def test_claimed_order_is_taken(self):
        leases.claim(self.order.id, 'me', 60)
        self.assertIsNone(leases.claim(self.order.id, 'you', 60))
        self.assertIsNone(leases.claim(self.order.id, 'me', 60))

    def test_unknown_order(self):
        self.assertIsNone(leases.claim('nothing', 'me', 60))

    def test_expired_lease_is_taken_over(self):
        first = leases.claim(self.order.id, 'me', 60)
        self.expire()
        second = leases.claim(self.order.id, 'you', 60)
        self.assertEqual(('you', 2), (second.owner, second.epoch))
        self.assertEqual(first.started_at, second.started_at)

    @ddt.data(states.PAUSED, *sorted(states.ORDER_FINISHED))
    def test_nothing_to_do(self, status):
        self.set_order(self.order, status=status)
        self.assertIsNone(leases.claim(self.order.id, 'me', 60))

    def test_cancelling_stays_cancelling(self):
        work_orders.act('cancel', [self.order.id], 'project')
        claimed = leases.claim(self.order.id, 'me', 60)
        self.assertEqual(states.CANCELLING, claimed.status)

    @ddt.data(2, 4)
    def test_one_of_many_wins(self, contenders):
        """Two conductors that hear of the same order do not both work."""
        start = threading.Barrier(contenders)
        won = []

        def contend(name):
            start.wait()
            claimed = leases.claim(self.order.id, name, 60)
            if claimed is not None:
                won.append((name, claimed.owner, claimed.epoch))

        threads = [
            threading.Thread(target=contend, args=('worker%d' % each,))
            for each in range(contenders)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(1, len(won))
        self.assertEqual((won[0][0], 1), won[0][1:])


class KeepTestCase(_LeaseTestCase):
    def test_renew(self):
        before = leases.claim(self.order.id, 'me', 60)
        self.assertTrue(leases.renew(self.order.id, 'me', 1, 600))
        after = work_orders.get(self.order.id)
        self.assertGreater(after.lease_expires_at, before.lease_expires_at)
        self.assertEqual(1, after.epoch)

    def test_renew_late_but_first(self):
        """Nobody took it, so nobody else can have written."""
        leases.claim(self.order.id, 'me', 60)
        self.expire()
        self.assertTrue(leases.renew(self.order.id, 'me', 1, 60))
        self.assertIsNone(leases.claim(self.order.id, 'you', 60))

    def test_renew_lost(self):
        leases.claim(self.order.id, 'me', 60)
        self.expire()
        leases.claim(self.order.id, 'you', 60)
        self.assertFalse(leases.renew(self.order.id, 'me', 1, 60))
        self.assertFalse(leases.renew(self.order.id, 'me', 2, 60))
        self.assertFalse(leases.renew(self.order.id, 'you', 1, 60))

    def test_release_hands_over(self):
        leases.claim(self.order.id, 'me', 60)
        self.assertTrue(leases.release(self.order.id, 'me', 1))
        order = work_orders.get(self.order.id)
        self.assertEqual(states.WORKING, order.status)
        self.assertIsNone(order.owner)
        self.assertEqual([self.order.id], leases.claimable(10))
        self.assertEqual(2, leases.claim(self.order.id, 'you', 60).epoch)

    def test_release_all(self):
        leases.claim(self.order.id, 'me', 60)
        self.assertEqual(1, leases.release_all())
        self.assertEqual([self.order.id], leases.claimable(10))
        self.assertEqual(0, leases.release_all())

    def test_release_lost(self):
        leases.claim(self.order.id, 'me', 60)
        self.expire()
        leases.claim(self.order.id, 'you', 60)
        self.assertFalse(leases.release(self.order.id, 'me', 1))
        self.assertEqual('you', work_orders.get(self.order.id).owner)

    def test_released_worker_is_fenced_before_anybody_claims(self):
        leases.claim(self.order.id, 'me', 60)
        leases.release(self.order.id, 'me', 1)
        item = self.order.items[0]
        self.assertRaises(
            exceptions.LeaseLost,
            progress.start_item,
            self.order.id,
            1,
            item.id,
        )


class ClaimableTestCase(_LeaseTestCase):
    def test_oldest_first(self):
        later = desktop_orders.create(base.ORDER, base.SPEC, ['c'])
        both = [self.order.id, later.id]
        self.assertEqual(both, leases.claimable(10))
        self.assertEqual(both[:1], leases.claimable(1))

    def test_of_a_long_queue_any_of_the_oldest(self):
        """Else all conductors would try the same ones."""
        ids = [
            self.order.id,
            *(
                desktop_orders.create(base.ORDER, base.SPEC, ['c']).id
                for _ in range(8)
            ),
        ]
        seen = [leases.claimable(1) for _ in range(50)]
        self.assertEqual({1}, {len(found) for found in seen})
        self.assertGreater(len({found[0] for found in seen}), 1)
        self.assertEqual(set(), {found[0] for found in seen} - set(ids[:8]))

    def test_held_or_not(self):
        leases.claim(self.order.id, 'me', 60)
        self.assertEqual([], leases.claimable(10))
        self.expire()
        self.assertEqual([self.order.id], leases.claimable(10))

    def test_every_claimable_status(self):
        for status in sorted(states.ORDER_STATUSES):
            self.set_order(self.order, status=status)
            wanted = status in states.ORDER_CLAIMABLE
            self.assertEqual(wanted, bool(leases.claimable(1)), status)
