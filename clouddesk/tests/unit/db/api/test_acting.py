"""What people do to work orders: retry, pause, resume, cancel."""

import ddt

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

FAULT = ('broken', 'It broke.')


class _ActTestCase(base.DatabaseTestCase):
    def act(self, action, *orders):
        ids = [order.id for order in orders]
        return work_orders.act(action, ids, 'project')

    def order(self, names=('a',)):
        return desktop_orders.create(base.ORDER, base.SPEC, list(names))

    def fail(self, order, done=0, failed=1):
        """Some items done, some failed, the rest never started."""
        epoch = self.claim(order).epoch
        where = (order.id, epoch)
        for item in order.items[:done]:
            progress.finish_item(
                *where, item.id, states.ITEM_DONE, {'status': states.RUNNING}
            )
        for item in order.items[done : done + failed]:
            progress.finish_step(*where, item.id, 2, {'port_id': item.id})
            progress.finish_item(
                *where, item.id, states.ITEM_FAILED, {}, FAULT
            )
        progress.finish_order(*where, states.FAILED, FAULT)
        return work_orders.get(order.id)

    def on(self, action, *rows):
        ids = [row.id for row in rows]
        return desktop_orders.act(base.ORDER, action, ids, 'project')


@ddt.ddt
class StatusTestCase(_ActTestCase):
    @ddt.data('retry', 'pause', 'resume', 'cancel')
    def test_from_and_to(self, action):
        """S14, S15, S16."""
        for status in sorted(states.ORDER_STATUSES):
            order = self.order()
            self.set_order(order, status=status)
            if status in states.ORDER_ACTION_FROM[action]:
                self.set_desktops(
                    [order.items[0].desktop_id],
                    states.FAULT,
                    work_order_id=None,
                )
                turned = self.act(action, order)[0]
                after = states.ORDER_ACTION_TO[action]
                self.assertEqual(after, turned.status)
            else:
                error = self.assertRaises(
                    exceptions.WorkOrderWrongState, self.act, action, order
                )
                self.assertIn(action, str(error))
                self.assertIn(status, str(error))
                self.assertEqual(status, work_orders.get(order.id).status)

    @ddt.data('pause', 'resume', 'cancel', 'retry')
    def test_batch_with_a_finished_one_is_refused_whole(self, action):
        """S16: each action has its own message, and names the order."""
        good, finished = self.order(), self.order()
        self.set_order(good, status=states.ORDER_ACTION_FROM[action][0])
        self.set_order(finished, status=states.SUCCEEDED)
        error = self.assertRaises(
            exceptions.WorkOrderWrongState, self.act, action, good, finished
        )
        named = [row['id'] for row in error.details['work_orders']]
        self.assertEqual([finished.id], named)
        self.assertIn(finished.id, str(error))
        self.assertNotIn(good.id, str(error))
        self.assertTrue(str(error).startswith(action))
        kept = work_orders.get(good.id).status
        self.assertEqual(states.ORDER_ACTION_FROM[action][0], kept)

    def test_all_refused_ones_are_named(self):
        orders = [self.order(), self.order()]
        error = self.assertRaises(
            exceptions.WorkOrderWrongState, self.act, 'resume', *orders
        )
        self.assertEqual(2, len(error.details['work_orders']))

    def test_batch(self):
        orders = [self.order(), self.order(), self.order()]
        turned = self.act('pause', *reversed(orders))
        wanted = [order.id for order in reversed(orders)]
        self.assertEqual(wanted, [order.id for order in turned])
        self.assertEqual({states.PAUSED}, {row.status for row in turned})
        self.assertEqual(1, len(turned[0].items))

    def test_one_named_twice(self):
        order = self.order()
        self.assertEqual(1, len(self.act('pause', order, order)))

    def test_strangers_find_nothing(self):
        mine, theirs = self.order(), self.order()
        self.set_order(theirs, project_id='other')
        error = self.assertRaises(
            exceptions.NotFound, self.act, 'pause', mine, theirs
        )
        self.assertEqual([theirs.id], error.details['work_order_ids'])
        self.assertEqual(states.QUEUED, work_orders.get(mine.id).status)
        everybody = work_orders.act('pause', [mine.id, theirs.id], None)
        self.assertEqual(2, len(everybody))

    def test_cancel_of_a_running_order_leaves_it_to_its_worker(self):
        order = self.order()
        leases.claim(order.id, 'me', 60)
        self.act('cancel', order)
        self.assertIsNone(leases.claim(order.id, 'you', 60))
        self.assertTrue(leases.renew(order.id, 'me', 1, 60))

    def test_cancel_of_a_paused_order_is_for_a_conductor(self):
        """S15: what was paused is undone, not forgotten."""
        order = self.order()
        self.act('pause', order)
        self.assertEqual([], leases.claimable(10))
        self.act('cancel', order)
        self.assertEqual([order.id], leases.claimable(10))

    def test_claim_beats_pause(self):
        """S15: only while it waits."""
        order = self.order()
        leases.claim(order.id, 'me', 60)
        self.assertRaises(
            exceptions.WorkOrderWrongState, self.act, 'pause', order
        )


class RetryTestCase(_ActTestCase):
    def test_from_the_failed_step(self):
        """S14."""
        failed = self.fail(self.order(['a', 'b', 'c']), done=1, failed=1)
        again = self.act('retry', failed)[0]
        self.assertEqual(states.QUEUED, again.status)
        self.assertIsNone(again.fault_code)
        self.assertIsNone(again.finished_at)
        done, retried, waiting = again.items
        self.assertEqual(states.ITEM_DONE, done.status)
        self.assertEqual(states.ITEM_PENDING, retried.status)
        self.assertEqual(2, retried.steps_done)
        self.assertIsNone(retried.fault_code)
        self.assertEqual((states.ITEM_PENDING, 0), waiting_of(waiting))
        held = desktops.held_by(again.id)
        self.assertEqual(
            {retried.desktop_id, waiting.desktop_id},
            {row.id for row in held},
        )
        self.assertEqual({states.BUILDING}, {row.status for row in held})
        self.assertEqual({None}, {row.fault_code for row in held})
        self.assertEqual(2, self.claim(again).epoch)

    def test_desktop_that_another_order_holds(self):
        failed = self.fail(self.order(['a']))
        desktop = desktops.get(failed.items[0].desktop_id)
        holder = self.on('start', desktop)
        error = self.assertRaises(
            exceptions.DesktopBusy, self.act, 'retry', failed
        )
        self.assertIn(holder.id, str(error))
        order = work_orders.get(failed.id)
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual(states.ITEM_FAILED, order.items[0].status)

    def test_desktop_that_was_deleted_since(self):
        failed = self.fail(self.order(['a', 'b']), failed=2)
        gone = desktops.get(failed.items[0].desktop_id)
        self.remove_all(self.on('delete', gone))
        again = self.act('retry', failed)[0]
        self.assertEqual(
            [states.ITEM_UNDONE, states.ITEM_PENDING],
            [item.status for item in again.items],
        )

    def test_desktop_that_was_repaired_since(self):
        failed = self.fail(self.order(['a', 'b']), failed=2)
        desktop = desktops.get(failed.items[0].desktop_id)
        self.finish(self.on('retry', desktop), states.RUNNING)
        again = self.act('retry', failed)[0]
        self.assertEqual(states.ITEM_DONE, again.items[0].status)
        self.assertEqual(again.items[0].steps_total, again.items[0].steps_done)
        repaired = desktops.get(desktop.id)
        self.assertEqual(states.RUNNING, repaired.status)
        self.assertIsNone(repaired.work_order_id)

    def test_actions(self):
        for action, before in (
            ('start', states.OFF),
            ('stop', states.RUNNING),
            ('reboot', states.RUNNING),
            ('delete', states.OFF),
        ):
            desktop = self.desktop(before)
            failed = self.fail(self.on(action, desktop))
            self.act('retry', failed)
            held = desktops.get(desktop.id)
            self.assertEqual(states.ACTION_TO[action], held.status)
            self.assertEqual(failed.id, held.work_order_id)

    def test_what_is_settled_is_over(self):
        for action, before, after in (
            ('start', states.OFF, states.RUNNING),
            ('stop', states.RUNNING, states.OFF),
        ):
            desktop = self.desktop(before)
            failed = self.fail(self.on(action, desktop))
            self.set_desktops([desktop.id], after)
            again = self.act('retry', failed)[0]
            self.assertEqual(states.ITEM_DONE, again.items[0].status)
            self.assertEqual(after, desktops.get(desktop.id).status)

    def test_deletion_whose_desktop_is_gone_is_over(self):
        desktop = self.desktop()
        failed = self.fail(self.on('delete', desktop))
        self.remove_all(self.on('delete', desktops.get(desktop.id)))
        again = self.act('retry', failed)[0]
        self.assertEqual(states.ITEM_DONE, again.items[0].status)

    def test_desktop_that_cannot_be_rebooted_now(self):
        desktop = self.desktop()
        failed = self.fail(self.on('reboot', desktop))
        self.set_desktops([desktop.id], states.OFF)
        self.assertRaises(
            exceptions.DesktopWrongState, self.act, 'retry', failed
        )

    def test_several_orders(self):
        first, second = self.fail(self.order()), self.fail(self.order())
        again = self.act('retry', first, second)
        for order in again:
            self.assertEqual(1, len(desktops.held_by(order.id)))

    def test_several_actions(self):
        """Each desktop goes to its own order, with its own action."""
        failed = {}
        for action, before in (
            ('start', states.OFF),
            ('stop', states.RUNNING),
            ('reboot', states.RUNNING),
            ('delete', states.OFF),
        ):
            for _each in range(2):
                order = self.fail(self.on(action, *self.desktops(2, before)))
                failed[order.id] = action
        again = self.act('retry', *map(work_orders.get, failed))
        self.assertEqual(list(failed), [order.id for order in again])
        for order in again:
            held = desktops.held_by(order.id)
            self.assertEqual(
                {item.desktop_id for item in order.items},
                {row.id for row in held},
            )
            action = failed[order.id]
            self.assertEqual(
                {states.ACTION_TO[action]}, {row.status for row in held}
            )

    def test_items_that_are_over_belong_to_their_orders(self):
        created = self.fail(self.order(['a', 'b']), failed=2)
        deleted = self.fail(self.on('delete', self.desktop()))
        for each in (created, deleted):
            gone = desktops.get(each.items[0].desktop_id)
            self.remove_all(self.on('delete', gone))
        created, deleted = self.act('retry', created, deleted)
        self.assertEqual(
            [states.ITEM_UNDONE, states.ITEM_PENDING],
            [item.status for item in created.items],
        )
        self.assertEqual(states.ITEM_DONE, deleted.items[0].status)

    def test_one_of_several_is_refused(self):
        free, busy = (self.fail(self.order([name])) for name in 'ab')
        desktop = desktops.get(busy.items[0].desktop_id)
        holder = self.on('start', desktop)
        error = self.assertRaises(
            exceptions.DesktopBusy, self.act, 'retry', free, busy
        )
        self.assertEqual(
            [desktop.id], [row['id'] for row in error.details['desktops']]
        )
        self.assertIn(holder.id, str(error))
        self.assertNothingHeldBy(free)
        self.assertEqual(states.FAILED, work_orders.get(free.id).status)

    def test_two_that_want_one_desktop(self):
        desktop = self.desktop()
        failed = []
        for action in ('stop', 'reboot'):
            failed.append(self.fail(self.on(action, desktop)))
            self.set_desktops([desktop.id], states.RUNNING)
        error = self.assertRaises(
            exceptions.DesktopBusy, self.act, 'retry', *failed
        )
        self.assertIn(min(order.id for order in failed), str(error))
        self.assertEqual([desktop.id], error.details['desktop_ids'])
        for order in failed:
            self.assertNothingHeldBy(order)

    def test_batches_that_cross(self):
        """Whoever comes second is refused; nobody waits for ever."""
        pairs = []
        for actions in (('stop', 'reboot'), ('reboot', 'stop')):
            pair = []
            pairs.append(pair)
            for n, action in enumerate(actions):
                if len(pairs) == 1:
                    desktop = self.desktop()
                else:
                    (item,) = pairs[0][n].items
                    desktop = desktops.get(item.desktop_id)
                pair.append(self.fail(self.on(action, desktop)))
                self.set_desktops([desktop.id], states.RUNNING)
        results = self.at_once(
            *(lambda pair=pair: self.act('retry', *pair) for pair in pairs)
        )
        self.assertEqual(1, len(results['answers']), results)
        self.assertEqual(1, len(results[exceptions.DesktopBusy]), results)

    def test_many_desktops(self):
        """No database runs out of parameters."""
        failed = [self.fail(self.order(['a'] * 400)) for _each in range(3)]
        for order in self.act('retry', *failed):
            self.assertEqual(400, len(desktops.held_by(order.id)))


class RetryPoolOrderTestCase(_ActTestCase):
    def create(self):
        return pool_orders.create(base.ORDER, base.POOL, 'school')

    def resize(self, pool, size):
        return pool_orders.resize(
            base.ORDER, pool.id, size, 'project', 'school'
        )

    def delete(self, pool):
        return pool_orders.delete(base.ORDER, pool.id, 'project')

    def test_pool_is_held_again(self):
        failed = self.fail(self.create(), done=1, failed=2)
        again = self.act('retry', failed)[0]
        pool = pools.get(failed.subject_id)
        self.assertEqual(again.id, pool.work_order_id)
        self.assertEqual(2, len(desktops.held_by(again.id)))

    def test_pool_that_another_order_holds(self):
        failed = self.fail(self.create())
        pool = pools.get(failed.subject_id)
        holder = self.resize(pool, 4)
        error = self.assertRaises(
            exceptions.PoolBusy, self.act, 'retry', failed
        )
        self.assertIn(holder.id, str(error))
        order = work_orders.get(failed.id)
        self.assertEqual(states.FAILED, order.status)

    def test_pool_that_is_gone(self):
        failed = self.fail(self.create(), failed=3)
        pool = pools.get(failed.subject_id)
        self.remove_all(self.delete(pool))
        error = self.assertRaises(
            exceptions.Conflict, self.act, 'retry', failed
        )
        self.assertIn('class', str(error))

    def test_shrinking(self):
        pool, _members = self.pool(3)
        failed = self.fail(self.resize(pool, 1), failed=2)
        self.act('retry', failed)
        status = {row.status for row in desktops.held_by(failed.id)}
        self.assertEqual({states.DELETING}, status)

    def test_shrinking_that_is_not_wanted_any_more(self):
        pool, _members = self.pool(3)
        failed = self.fail(self.resize(pool, 1), failed=2)
        self.finish(self.resize(pool, 3))
        self.assertRaises(exceptions.Conflict, self.act, 'retry', failed)

    def test_end_of_the_pool(self):
        pool, _members = self.pool(2)
        failed = self.fail(self.delete(pool), failed=2)
        again = self.act('retry', failed)[0]
        self.remove_all(again)
        self.assertRaises(exceptions.NotFound, pools.get, pool.id)

    def test_end_of_a_pool_that_got_new_desktops(self):
        pool, _members = self.pool(2)
        failed = self.fail(self.delete(pool), failed=2)
        self.finish(self.resize(pool, 3))
        self.assertRaises(exceptions.Conflict, self.act, 'retry', failed)

    def test_several_pools(self):
        """The end of each pool is that of one order only."""
        failed = []
        for name in ('one', 'two'):
            pool, _members = self.pool(2, name=name)
            failed.append(self.fail(self.delete(pool), failed=2))
        for order in self.act('retry', *failed):
            self.assertEqual(
                order.id, pools.get(order.subject_id).work_order_id
            )
            self.remove_all(order)

    def test_one_of_several_pools_is_held(self):
        free = self.fail(self.create())
        pool, _members = self.pool(2, name='other')
        busy = self.fail(self.resize(pool, 3))
        holder = self.resize(pools.get(pool.id), 4)
        error = self.assertRaises(
            exceptions.PoolBusy, self.act, 'retry', free, busy
        )
        self.assertEqual(pool.id, error.details['pool_id'])
        self.assertIn(holder.id, str(error))
        self.assertNothingHeldBy(free)

    def test_two_that_want_one_pool(self):
        pool, _members = self.pool(2)
        failed = [self.fail(self.resize(pool, size)) for size in (4, 6)]
        error = self.assertRaises(
            exceptions.PoolBusy, self.act, 'retry', *failed
        )
        self.assertIn(min(order.id for order in failed), str(error))
        self.assertIsNone(pools.get(pool.id).work_order_id)

    def test_desktop_whose_pool_another_order_deletes(self):
        pool, members = self.pool(2)
        rebooted = self.fail(self.on('reboot', members[0]))
        other = self.fail(self.on('reboot', self.desktop()))
        self.set_desktops([members[0].id], states.RUNNING)
        end = self.delete(pool)
        self.set_desktops([members[0].id], states.RUNNING, work_order_id=None)
        error = self.assertRaises(
            exceptions.PoolBusy, self.act, 'retry', rebooted, other
        )
        self.assertIn(end.id, str(error))
        self.assertNothingHeldBy(other)


def waiting_of(item):
    return item.status, item.steps_done
