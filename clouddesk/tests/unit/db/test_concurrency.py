"""Several at once: exactly one gets what only one can have."""

from clouddesk import exceptions
from clouddesk import states
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import leases
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base


class ConcurrencyTestCase(base.DatabaseTestCase):
    def stop(self, rows):
        ids = [row.id for row in rows]
        return lambda: desktop_orders.act(base.ORDER, 'stop', ids, 'project')

    def delete(self, row):
        return lambda: desktop_orders.act(
            base.ORDER, 'delete', [row.id], 'project'
        )

    def test_same_desktops(self):
        rows = self.desktops(5)
        backwards = list(reversed(rows))
        results = self.at_once(
            self.stop(rows), self.stop(backwards), self.stop(rows)
        )
        self.assertEqual(1, len(results['answers']))
        self.assertEqual(2, len(results[exceptions.DesktopBusy]))
        winner = results['answers'][0]
        self.assertEqual(5, len(desktops.held_by(winner.id)))

    def test_overlapping_desktops_are_taken_whole(self):
        rows = self.desktops(6)
        results = self.at_once(self.stop(rows[:4]), self.stop(rows[2:]))
        self.assertEqual(1, len(results['answers']))
        holders = {
            row.work_order_id
            for row in desktops.get_many([row.id for row in rows])
        }
        self.assertEqual({results['answers'][0].id, None}, holders)

    def test_different_desktops(self):
        rows = self.desktops(4)
        results = self.at_once(*[self.stop([row]) for row in rows])
        self.assertEqual(['answers'], list(results))
        self.assertEqual(4, len(results['answers']))

    def test_same_pool(self):
        pool, _members = self.pool(3)

        def resize(size):
            return lambda: pool_orders.resize(
                base.ORDER, pool.id, size, 'project', 'school'
            )

        results = self.at_once(resize(5), resize(1), resize(7))
        self.assertEqual(1, len(results['answers']))
        self.assertEqual(2, len(results[exceptions.PoolBusy]))
        winner = results['answers'][0]
        held = pools.get(pool.id)
        self.assertEqual(winner.id, held.work_order_id)
        self.assertEqual(winner.inputs['size'], held.size)

    def test_same_pool_name(self):
        create = lambda: pool_orders.create(  # noqa: E731
            base.ORDER, base.POOL, 'school'
        )
        results = self.at_once(create, create, create)
        self.assertEqual(1, len(results['answers']))
        self.assertEqual(2, len(results[exceptions.NameTaken]))

    def test_desktops_of_one_pool(self):
        """The pool is counted down once for each, whatever the order."""
        pool, members = self.pool(6)
        results = self.at_once(*[self.delete(row) for row in members[:4]])
        self.assertEqual(['answers'], list(results))
        self.assertEqual(2, pools.get(pool.id).size)

    def test_desktop_and_its_pool(self):
        pool, members = self.pool(4)
        results = self.at_once(
            self.delete(members[0]),
            lambda: pool_orders.delete(base.ORDER, pool.id, 'project'),
        )
        self.assertEqual(1, len(results['answers']))
        holders = {row.work_order_id for row in self.members(pool).values()}
        self.assertIn(results['answers'][0].id, holders)

    def test_items_of_one_order(self):
        """The threads of one worker do not lose each other's steps."""
        order = pool_orders.create(
            base.ORDER, base.POOL | {'size': 8}, 'school'
        )
        epoch = self.claim(order).epoch

        def run(item):
            where = (order.id, epoch, item.id)

            def steps():
                progress.start_item(*where)
                progress.finish_step(*where, 1, {'port_id': str(item.id)})
                progress.finish_item(
                    *where, states.ITEM_DONE, {'status': states.RUNNING}
                )

            return steps

        results = self.at_once(*[run(item) for item in order.items])
        self.assertEqual(['answers'], list(results))
        pool = pools.get(order.subject_id)
        for row in self.members(pool).values():
            self.assertEqual(states.RUNNING, row.status)
            self.assertIsNotNone(row.port_id)

    def test_pause_and_claim(self):
        """S15: whoever comes first."""
        order = desktop_orders.create(base.ORDER, base.SPEC, ['a'])
        results = self.at_once(
            lambda: work_orders.act('pause', [order.id], 'project'),
            lambda: leases.claim(order.id, 'me', 60),
        )
        status = work_orders.get(order.id).status
        refused = results[exceptions.WorkOrderWrongState]
        claimed = [each for each in results['answers'] if each]
        if refused:
            self.assertEqual(states.WORKING, status)
        else:
            self.assertEqual(states.PAUSED, status)
        self.assertEqual(1, len(claimed))

    def test_takeover_and_a_late_write(self):
        """Either all of the write came first, or none of it happened."""
        order = desktop_orders.create(base.ORDER, base.SPEC, ['a'])
        epoch = self.claim(order).epoch
        item = order.items[0]
        self.set_order(order, lease_expires_at=order.created_at)
        results = self.at_once(
            lambda: leases.claim(order.id, 'another', 60),
            lambda: progress.finish_step(
                order.id, epoch, item.id, 3, {'server_id': 'late'}
            ),
        )
        after = work_orders.get(order.id)
        self.assertEqual(('another', 2), (after.owner, after.epoch))
        written = (after.items[0].steps_done, desktops.held_by(order.id)[0])
        lost = bool(results[exceptions.LeaseLost])
        self.assertEqual(0 if lost else 3, written[0])
        self.assertEqual(None if lost else 'late', written[1].server_id)
