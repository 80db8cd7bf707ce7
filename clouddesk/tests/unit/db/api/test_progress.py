"""What a worker records, and what a worker that lost its lease cannot."""

import ddt
import sqlalchemy as sa

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import models
from clouddesk.db import paging
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import leases
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base

FAULT = ('build_failed', 'No host had room.')


class _ProgressTestCase(base.DatabaseTestCase):
    def work(self, order):
        """Claim an order; its writes go through ``self``."""
        self.order = order
        self.epoch = self.claim(order).epoch

    def new_desktops(self, count=2):
        names = ['desk%d' % number for number in range(count)]
        self.work(desktop_orders.create(base.ORDER, base.SPEC, names))

    def act(self, action, ids):
        self.work(desktop_orders.act(base.ORDER, action, ids, 'project'))

    def item(self, position=0):
        return work_orders.get(self.order.id).items[position]

    def desktop_of(self, position=0):
        return desktops.get(self.item(position).desktop_id)

    def call(self, function, *args, **kwargs):
        return function(self.order.id, self.epoch, *args, **kwargs)

    def finish_item(self, position, status, values=None, fault=None):
        item_id = self.item(position).id
        values = values or {}
        self.call(progress.finish_item, item_id, status, values, fault)


@ddt.ddt
class FenceTestCase(_ProgressTestCase):
    def setUp(self):
        super().setUp()
        self.new_desktops()
        self.set_order(self.order, lease_expires_at=clock.now(-1))

    def writes(self, epoch):
        item = self.item()
        done = states.ITEM_DONE
        where = (self.order.id, epoch)
        return {
            'check': lambda: progress.check(*where),
            'start': lambda: progress.start_item(*where, item.id),
            'step': lambda: progress.finish_step(
                *where, item.id, 1, {'server_id': 'twin'}
            ),
            'item': lambda: progress.finish_item(*where, item.id, done, {}),
            'forget': lambda: progress.forget(*where, item.id),
            'order': lambda: progress.finish_order(*where, states.SUCCEEDED),
        }

    def snapshot(self):
        order = work_orders.get(self.order.id)
        desktop = self.desktop_of()
        item = order.items[0]
        return (
            (order.status, order.owner, order.epoch, order.updated_at),
            (item.status, item.steps_done),
            (desktop.status, desktop.server_id, desktop.work_order_id),
        )

    @ddt.data('check', 'start', 'step', 'item', 'forget', 'order')
    def test_stale_epoch_writes_nothing(self, name):
        leases.claim(self.order.id, 'another', 60)
        before = self.snapshot()
        write = self.writes(self.epoch)[name]
        error = self.assertRaises(exceptions.LeaseLost, write)
        self.assertIn(self.order.id, str(error))
        self.assertEqual(before, self.snapshot())

    @ddt.data('check', 'start', 'step', 'item', 'forget', 'order')
    def test_expired_but_not_taken_may_write(self, name):
        self.writes(self.epoch)[name]()

    @ddt.data('check', 'start', 'step', 'item', 'forget', 'order')
    def test_finished_order_is_closed(self, name):
        self.call(progress.finish_order, states.FAILED)
        write = self.writes(self.epoch)[name]
        self.assertRaises(exceptions.LeaseLost, write)

    @ddt.data('check', 'start', 'step', 'item', 'forget', 'order')
    def test_retried_order_is_closed_until_claimed(self, name):
        self.call(progress.finish_order, states.FAILED)
        work_orders.act('retry', [self.order.id], 'project')
        write = self.writes(self.epoch)[name]
        self.assertRaises(exceptions.LeaseLost, write)

    def test_item_of_another_order(self):
        theirs = desktop_orders.create(base.ORDER, base.SPEC, ['b'])
        item_id = theirs.items[0].id
        self.assertRaises(
            exceptions.NotFound, self.call, progress.start_item, item_id
        )
        self.assertRaises(
            exceptions.NotFound, self.call, progress.forget, item_id
        )
        self.assertEqual(1, len(desktops.held_by(theirs.id)))


class ItemTestCase(_ProgressTestCase):
    def setUp(self):
        super().setUp()
        self.new_desktops()

    def test_check_shows_that_it_is_cancelled(self):
        order = self.call(progress.check)
        self.assertEqual(states.WORKING, order.status)
        work_orders.act('cancel', [self.order.id], 'project')
        order = self.call(progress.check)
        self.assertEqual(states.CANCELLING, order.status)

    def test_start_item_begins_anew(self):
        """Whoever takes a retried item over goes on from its first step."""
        item_id = self.item().id
        self.call(progress.start_item, item_id)
        self.call(progress.finish_step, item_id, 2, {})
        self.call(progress.start_item, item_id)
        self.assertEqual(0, self.item().steps_done)

    def test_start_item(self):
        self.call(progress.start_item, self.item().id)
        self.assertEqual(states.ITEM_WORKING, self.item().status)
        self.assertEqual(states.ITEM_PENDING, self.item(1).status)

    def test_finish_step_records_what_came_of_it(self):
        self.call(
            progress.finish_step,
            self.item().id,
            2,
            {'port_id': 'port', 'volume_id': 'volume'},
        )
        self.assertEqual(2, self.item().steps_done)
        desktop = self.desktop_of()
        self.assertEqual('port', desktop.port_id)
        self.assertEqual('volume', desktop.volume_id)
        self.assertEqual(self.order.id, desktop.work_order_id)
        self.assertIsNone(self.desktop_of(1).port_id)

    def test_finish_step_without_values(self):
        self.call(progress.finish_step, self.item().id, 1, {})
        self.assertEqual(1, self.item().steps_done)

    def test_only_what_workers_may_set(self):
        self.assertRaisesRegex(
            ValueError,
            'project_id',
            self.call,
            progress.finish_step,
            self.item().id,
            1,
            {'project_id': 'mine'},
        )
        self.assertEqual(0, self.item().steps_done)

    def test_done(self):
        self.finish_item(
            0, states.ITEM_DONE, {'status': states.RUNNING, 'server_id': 's'}
        )
        item, desktop = self.item(), self.desktop_of()
        self.assertEqual(states.ITEM_DONE, item.status)
        self.assertEqual(item.steps_total, item.steps_done)
        self.assertEqual(states.RUNNING, desktop.status)
        self.assertEqual('s', desktop.server_id)
        self.assertIsNone(desktop.work_order_id)

    def test_failed(self):
        self.finish_item(0, states.ITEM_FAILED, {}, FAULT)
        item, desktop = self.item(), self.desktop_of()
        self.assertEqual(states.ITEM_FAILED, item.status)
        self.assertEqual(FAULT, (item.fault_code, item.fault_message))
        self.assertEqual(states.FAULT, desktop.status)
        self.assertEqual(FAULT, (desktop.fault_code, desktop.fault_message))
        self.assertIsNotNone(desktop.faulted_at)
        self.assertIsNone(desktop.work_order_id)

    def test_failed_but_the_desktop_is_well(self):
        self.finish_item(
            0, states.ITEM_FAILED, {'status': states.RUNNING}, FAULT
        )
        desktop = self.desktop_of()
        self.assertEqual(states.RUNNING, desktop.status)
        self.assertIsNone(desktop.fault_code)
        self.assertEqual(FAULT[0], self.item().fault_code)

    def test_done_but_the_desktop_is_not_well(self):
        values = {
            'status': states.FAULT,
            'fault_code': 'server_error',
            'fault_message': 'Not usable.',
        }
        self.finish_item(0, states.ITEM_DONE, values)
        desktop = self.desktop_of()
        self.assertEqual('server_error', desktop.fault_code)
        self.assertIsNotNone(desktop.faulted_at)

    def test_long_messages_are_cut(self):
        text = '長' * (desktops.MAX_MESSAGE + 1)
        self.finish_item(0, states.ITEM_FAILED, {}, ('long', text))
        kept = text[: desktops.MAX_MESSAGE]
        self.assertEqual(kept, self.item().fault_message)
        self.assertEqual(kept, self.desktop_of().fault_message)

    def test_twice(self):
        self.finish_item(0, states.ITEM_DONE, {'status': states.RUNNING})
        self.assertRaises(
            exceptions.NotFound, self.finish_item, 0, states.ITEM_DONE
        )

    def test_forget(self):
        desktop = self.desktop_of()
        self.call(progress.forget, self.item().id)
        item = self.item()
        self.assertEqual(states.ITEM_DONE, item.status)
        self.assertEqual(item.steps_total, item.steps_done)
        self.assertEqual([], desktops.get_many([desktop.id]))

    def test_forget_undone(self):
        self.call(progress.forget, self.item().id, undone=True)
        self.assertEqual(states.ITEM_UNDONE, self.item().status)


class PoolSizeTestCase(_ProgressTestCase):
    """The size that a pool wants follows what is taken back."""

    def size(self, pool_id):
        return pools.get(pool_id).size

    def forget(self, position):
        item_id = self.item(position).id
        self.call(progress.forget, item_id, undone=True)

    def test_undone_creation_wants_less(self):
        self.work(pool_orders.create(base.ORDER, base.POOL, 'school'))
        self.forget(2)
        self.forget(1)
        self.assertEqual(1, self.size(self.order.subject_id))

    def test_undone_creation_of_what_is_not_wanted_any_more(self):
        pool, members = self.pool(1, states.FAULT)
        self.finish(self.deletion(members[0].id), states.FAULT)
        self.assertEqual(0, self.size(pool.id))
        page = paging.Page(limit=1, sort_dirs=['asc'])
        created = work_orders.list_('project', {}, page)[0]
        self.work(work_orders.act('retry', [created.id], 'project')[0])
        self.forget(0)
        self.assertEqual(0, self.size(pool.id))

    def test_undone_growth_wants_less(self):
        pool, _members = self.pool(2)
        self.work(
            pool_orders.resize(base.ORDER, pool.id, 4, 'project', 'school')
        )
        self.forget(0)
        self.assertEqual(3, self.size(pool.id))

    def test_undone_retry_wants_as_many(self):
        pool, members = self.pool(2)
        self.remove_all(self.deletion(members[1].id))
        self.set_size(pool.id, 2)
        self.work(pool_orders.retry(base.ORDER, pool.id, 'project', 'school'))
        self.forget(0)
        self.assertEqual(2, self.size(pool.id))

    def test_deleted_desktop_is_not_counted_twice(self):
        pool, members = self.pool(2)
        self.work(self.deletion(members[1].id))
        self.call(progress.forget, self.item().id)
        self.assertEqual(1, self.size(pool.id))

    def test_undone_deletion_wants_it_again(self):
        pool, members = self.pool(2)
        self.work(self.deletion(members[1].id))
        self.assertEqual(1, self.size(pool.id))
        self.finish_item(0, states.ITEM_UNDONE, {'status': states.RUNNING})
        self.assertEqual(2, self.size(pool.id))

    def test_undone_shrinking_wants_it_again(self):
        pool, _members = self.pool(3)
        self.work(
            pool_orders.resize(base.ORDER, pool.id, 1, 'project', 'school')
        )
        self.finish_item(0, states.ITEM_UNDONE, {'status': states.RUNNING})
        self.assertEqual(2, self.size(pool.id))

    def test_undone_end_of_the_pool_wants_as_many(self):
        pool, _members = self.pool(2)
        self.work(pool_orders.delete(base.ORDER, pool.id, 'project'))
        self.finish_item(0, states.ITEM_UNDONE, {'status': states.RUNNING})
        self.assertEqual(2, self.size(pool.id))

    def test_undone_stop_changes_no_pool(self):
        pool, members = self.pool(2)
        self.act('stop', [members[0].id])
        self.finish_item(0, states.ITEM_UNDONE, {'status': states.RUNNING})
        self.assertEqual(2, self.size(pool.id))

    def deletion(self, desktop_id):
        return desktop_orders.act(
            base.ORDER, 'delete', [desktop_id], 'project'
        )

    def set_size(self, pool_id, size):
        statement = sa.update(models.Pool).filter_by(id=pool_id)
        self.write(statement.values(size=size))


@ddt.ddt
class FinishOrderTestCase(_ProgressTestCase):
    @ddt.data(*sorted(states.ORDER_FINISHED))
    def test_nothing_stays_held(self, status):
        self.work(pool_orders.create(base.ORDER, base.POOL, 'school'))
        self.call(progress.finish_order, status, FAULT)
        self.assertNothingHeldBy(self.order)
        order = work_orders.get(self.order.id)
        self.assertEqual(status, order.status)
        self.assertEqual(FAULT, (order.fault_code, order.fault_message))
        self.assertIsNotNone(order.finished_at)
        self.assertIsNone(order.owner)
        self.assertIsNone(order.lease_expires_at)
        self.assertIsNone(pools.get(order.subject_id).work_order_id)

    @ddt.data(*sorted(states.ORDER_FINISHED))
    def test_half_built_desktops_are_in_fault(self, status):
        self.new_desktops()
        self.call(progress.finish_order, status)
        desktop = self.desktop_of()
        self.assertEqual(states.FAULT, desktop.status)
        self.assertEqual('not_built', desktop.fault_code)
        self.assertIsNotNone(desktop.faulted_at)

    def test_half_built_desktops_get_the_fault_of_the_order(self):
        self.new_desktops()
        self.call(progress.finish_order, states.FAILED, FAULT)
        desktop = self.desktop_of()
        self.assertEqual(FAULT, (desktop.fault_code, desktop.fault_message))

    @ddt.data('start', 'stop', 'reboot', 'delete')
    def test_others_are_left_to_the_reconciler(self, action):
        desktop = self.desktop(states.ACTION_FROM[action][0])
        self.act(action, [desktop.id])
        self.call(progress.finish_order, states.FAILED)
        self.assertEqual(
            [desktop.id], [row.id for row in desktops.stranded(10)]
        )

    def test_settled_desktops_stay_as_they_are(self):
        self.new_desktops()
        self.finish_item(0, states.ITEM_DONE, {'status': states.RUNNING})
        self.call(progress.finish_order, states.FAILED)
        self.assertEqual(states.RUNNING, self.desktop_of().status)

    def test_items_of_a_failed_order(self):
        self.new_desktops(3)
        self.call(progress.start_item, self.item(0).id)
        self.finish_item(1, states.ITEM_DONE, {'status': states.RUNNING})
        self.call(progress.finish_order, states.FAILED)
        self.assertEqual(
            [states.ITEM_FAILED, states.ITEM_DONE, states.ITEM_PENDING],
            [self.item(number).status for number in range(3)],
        )

    def test_items_of_a_cancelled_order(self):
        self.new_desktops(3)
        self.call(progress.start_item, self.item(0).id)
        self.finish_item(1, states.ITEM_DONE, {'status': states.RUNNING})
        self.call(progress.finish_order, states.CANCELLED)
        self.assertEqual(
            [states.ITEM_UNDONE, states.ITEM_DONE, states.ITEM_UNDONE],
            [self.item(number).status for number in range(3)],
        )

    def test_end_of_a_pool(self):
        pool, members = self.pool(2)
        self.remove_all(pool_orders.delete(base.ORDER, pool.id, 'project'))
        self.assertRaises(exceptions.NotFound, pools.get, pool.id)
        self.assertEqual([], desktops.get_many([row.id for row in members]))

    def test_end_of_an_empty_pool(self):
        pool, _members = self.pool(0)
        order = pool_orders.delete(base.ORDER, pool.id, 'project')
        self.remove_all(order)
        self.assertRaises(exceptions.NotFound, pools.get, pool.id)
        self.assertEqual('class', work_orders.get(order.id).subject_name)

    def test_pool_whose_end_failed_stays(self):
        pool, members = self.pool(2)
        self.work(pool_orders.delete(base.ORDER, pool.id, 'project'))
        self.call(progress.forget, self.item(0).id)
        self.finish_item(1, states.ITEM_FAILED, {}, FAULT)
        self.call(progress.finish_order, states.FAILED, FAULT)
        self.assertIsNone(pools.get(pool.id).work_order_id)
        self.assertEqual([2], list(self.members(pool)))

    def test_pool_with_desktops_is_never_removed(self):
        pool, _members = self.pool(1)
        self.work(pool_orders.delete(base.ORDER, pool.id, 'project'))
        self.call(progress.finish_order, states.SUCCEEDED)
        self.assertIsNone(pools.get(pool.id).work_order_id)

    def test_other_orders_keep_the_pool(self):
        pool, _members = self.pool(1)
        self.work(
            pool_orders.resize(base.ORDER, pool.id, 0, 'project', 'school')
        )
        self.assertEqual(flows.POOL_RESIZE, self.order.kind)
        self.call(progress.forget, self.item().id)
        self.call(progress.finish_order, states.SUCCEEDED)
        self.assertEqual(0, pools.get(pool.id).size)
