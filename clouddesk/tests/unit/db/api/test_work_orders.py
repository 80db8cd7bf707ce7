"""Making and reading work orders."""

from unittest import mock

import ddt
import sqlalchemy as sa

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.db import paging
from clouddesk.db.api import desktops
from clouddesk.db.api import pools
from clouddesk.db.api import progress
from clouddesk.db.api import purge
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base


class ReadTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.order = work_orders.create_desktops(
            base.ORDER, base.SPEC, ['a', 'b', 'c']
        )

    def ids(self, project_id='project', **filters):
        page = paging.Page()
        rows = work_orders.list_(project_id, filters, page)
        return [row.id for row in rows]

    def test_get(self):
        order = work_orders.get(self.order.id, 'project')
        self.assertEqual(
            ['a', 'b', 'c'], [i.desktop_name for i in order.items]
        )

    def test_get_without_items(self):
        with base.statements() as sent:
            work_orders.get(self.order.id, items=False)
        self.assertEqual(1, len(sent))

    def test_strangers_find_nothing(self):
        self.assertRaises(
            exceptions.NotFound, work_orders.get, self.order.id, 'other'
        )
        self.assertRaises(exceptions.NotFound, work_orders.get, 'nothing')
        self.assertEqual([], self.ids('other'))

    def test_list_newest_first(self):
        later = work_orders.create_desktops(base.ORDER, base.SPEC, ['d'])
        theirs = work_orders.create_desktops(base.STRANGER, base.SPEC, ['e'])
        self.assertEqual([later.id, self.order.id], self.ids())
        self.assertEqual([theirs.id, later.id, self.order.id], self.ids(None))

    def test_list_filters(self):
        pool, members = self.pool(1)
        order = work_orders.act_on_desktops(
            base.ORDER, 'stop', [members[0].id], 'project'
        )
        one = [order.id]
        self.assertEqual(one, self.ids(kind=flows.STOP))
        self.assertEqual(one, self.ids(subject_id=members[0].id))
        both = self.ids(desktop_id=members[0].id)
        self.assertEqual(2, len(both))
        self.assertEqual(order.id, both[0])
        self.assertEqual(1, len(self.ids(subject_id=pool.id)))
        self.assertEqual([], self.ids(desktop_id='nothing'))

    def test_list_by_status(self):
        self.assertEqual([self.order.id], self.ids(status=states.QUEUED))
        wanted = [states.QUEUED, states.PAUSED]
        self.assertEqual([self.order.id], self.ids(status=wanted))
        self.assertEqual([], self.ids(status=states.PAUSED))

    def test_list_loads_no_items(self):
        with base.statements() as sent:
            self.ids()
        self.assertEqual(1, len(sent))

    def test_progress(self):
        epoch = self.claim(self.order).epoch
        first, second = self.order.items[:2]
        where = (self.order.id, epoch)
        progress.start_item(*where, first.id)
        progress.finish_step(*where, first.id, 2, {})
        progress.finish_item(*where, second.id, states.ITEM_FAILED, {})
        with base.statements() as sent:
            found = work_orders.progress([self.order.id, 'nothing'])
        self.assertEqual(1, len(sent))
        self.assertEqual([], found['nothing'])
        self.assertEqual(
            {
                work_orders.ItemGroup(states.ITEM_WORKING, 2, 5, 1),
                work_orders.ItemGroup(states.ITEM_FAILED, 0, 5, 1),
                work_orders.ItemGroup(states.ITEM_PENDING, 0, 5, 1),
            },
            set(found[self.order.id]),
        )


class CreateDesktopsTestCase(base.DatabaseTestCase):
    def test_one(self):
        order = work_orders.create_desktops(base.ORDER, base.SPEC, ['Ada'])
        self.assertEqual(flows.CREATE, order.kind)
        self.assertEqual(states.QUEUED, order.status)
        self.assertEqual(0, order.epoch)
        self.assertEqual('req-1', order.request_id)
        desktop = desktops.get(order.items[0].desktop_id)
        self.assertEqual(
            ('desktop', desktop.id, 'Ada'),
            (order.subject_type, order.subject_id, order.subject_name),
        )
        self.assertEqual(states.BUILDING, desktop.status)
        self.assertEqual(order.id, desktop.work_order_id)
        self.assertEqual('ada', desktop.user_id)
        self.assertEqual(1024, desktop.ram)
        self.assertEqual([], desktop.addresses)

    def test_batch(self):
        """V10."""
        spec = base.SPEC | {'note': 'exam'}
        order = work_orders.create_desktops(base.ORDER, spec, ['b', 'a'])
        self.assertIsNone(order.subject_type)
        self.assertEqual([0, 1], [item.position for item in order.items])
        self.assertEqual(['b', 'a'], [i.desktop_name for i in order.items])
        steps = flows.steps_for(flows.CREATE, {})
        self.assertEqual(len(steps), order.items[0].steps_total)
        held = desktops.held_by(order.id)
        self.assertEqual({'exam'}, {row.note for row in held})


class CreatePoolTestCase(base.DatabaseTestCase):
    def create(self, **values):
        return work_orders.create_pool(
            base.ORDER, base.POOL | values, 'school'
        )

    def test_pool_with_desktops(self):
        """I15."""
        order = self.create()
        pool = pools.get(order.subject_id, 'project')
        self.assertEqual(order.id, pool.work_order_id)
        self.assertEqual(
            (flows.POOL_CREATE, 'pool', 'class'),
            (order.kind, order.subject_type, order.subject_name),
        )
        names = [item.desktop_name for item in order.items]
        self.assertEqual(['class-01', 'class-02', 'class-03'], names)
        members = self.members(pool)
        self.assertEqual([1, 2, 3], list(members))
        self.assertEqual('image', members[1].image_id)
        self.assertEqual(10, members[1].disk)
        self.assertEqual(states.BUILDING, members[1].status)
        self.assertEqual(order.id, members[1].work_order_id)

    def test_empty_pool(self):
        order = self.create(size=0)
        self.assertEqual([], order.items)
        self.finish(order)
        self.assertEqual(0, pools.get(order.subject_id).size)

    def test_template_with_project(self):
        """V11."""
        order = self.create(size=1, name_template='{project}-{serial}-{base}')
        self.assertEqual('school-1-class', order.items[0].desktop_name)

    def test_name_taken(self):
        self.create()
        before = self.count(models.WorkOrder), self.count(models.Desktop)
        error = self.assertRaises(exceptions.NameTaken, self.create)
        self.assertEqual('name', error.details['field'])
        after = self.count(models.WorkOrder), self.count(models.Desktop)
        self.assertEqual(before, after)

    def test_same_name_in_another_project(self):
        self.create()
        work_orders.create_pool(base.STRANGER, base.POOL, 'university')
        self.assertEqual(2, self.count(models.Pool))

    def test_bad_template_makes_nothing(self):
        self.assertRaises(
            exceptions.Invalid, self.create, name_template='{base.x}'
        )
        self.assertEqual(0, self.count(models.Pool))


class _PoolOrderTestCase(base.DatabaseTestCase):
    def resize(self, pool, size, project_id='project', order=base.ORDER):
        return work_orders.resize_pool(
            order, pool.id, size, project_id, 'school'
        )

    def retry(self, pool):
        return work_orders.retry_pool(base.ORDER, pool.id, 'project', 'school')

    def delete(self, pool):
        return work_orders.delete_pool(base.ORDER, pool.id, 'project')

    def act(self, action, *rows):
        ids = [row.id for row in rows]
        return work_orders.act_on_desktops(base.ORDER, action, ids, 'project')

    def slots(self, order):
        """The slots of an order's desktops, in the order of its items."""
        ids = [item.desktop_id for item in order.items]
        slots = {row.id: row.slot for row in desktops.get_many(ids)}
        return [slots[each] for each in ids]


class GrowTestCase(_PoolOrderTestCase):
    def test_grow(self):
        pool, _members = self.pool(2)
        order = self.resize(pool, 4)
        self.assertEqual(flows.POOL_RESIZE, order.kind)
        inputs = {'direction': flows.GROW, 'size': 4}
        self.assertEqual(inputs, order.inputs)
        self.assertEqual([3, 4], self.slots(order))
        self.assertEqual('class-03', order.items[0].desktop_name)
        self.assertEqual(5, order.items[0].steps_total)
        grown = pools.get(pool.id)
        self.assertEqual((4, order.id), (grown.size, grown.work_order_id))

    def test_lowest_free_slots_first(self):
        pool, members = self.pool(5)
        self.remove_all(self.act('delete', members[1], members[3]))
        self.assertEqual([2, 4, 6], self.slots(self.resize(pool, 6)))

    def test_slot_of_a_desktop_on_its_way_out_is_taken(self):
        pool, members = self.pool(3)
        self.act('delete', members[0])
        order = self.resize(pool, 4)
        self.assertEqual([4, 5], self.slots(order))

    def test_name_of_the_day(self):
        pool, _members = self.pool(0)
        pools.update(pool.id, {'name': 'lab'})
        order = self.resize(pool, 1)
        self.assertEqual('lab-01', order.items[0].desktop_name)

    def test_order_of_an_admin_belongs_to_the_pools_project(self):
        pool, _members = self.pool(1)
        order = self.resize(pool, 2, None, base.STRANGER)
        self.assertEqual('project', order.project_id)
        self.assertEqual('eve', order.user_id)
        desktop = desktops.get(order.items[0].desktop_id)
        self.assertEqual('project', desktop.project_id)

    def test_strangers_find_nothing(self):
        pool, _members = self.pool(1)
        self.assertRaises(exceptions.NotFound, self.resize, pool, 2, 'other')
        self.assertEqual(1, pools.get(pool.id).size)

    def test_same_size(self):
        pool, _members = self.pool(2)
        error = self.assertRaises(exceptions.Conflict, self.resize, pool, 2)
        self.assertEqual('size', error.details['field'])
        self.assertIsNone(pools.get(pool.id).work_order_id)

    def test_size_that_is_there_but_was_not_wanted(self):
        pool, members = self.pool(3)
        self.finish(self.resize(pool, 2), states.FAULT)
        order = self.resize(pool, 3)
        self.assertEqual([], order.items)
        self.finish(order)
        self.assertEqual(3, pools.get(pool.id).size)
        self.assertEqual(3, len(members))

    def test_held_pool(self):
        pool, _members = self.pool(1)
        holder = self.resize(pool, 2)
        before = self.count(models.WorkOrder)
        for again in (
            lambda: self.resize(pool, 3),
            lambda: self.retry(pool),
            lambda: self.delete(pool),
        ):
            error = self.assertRaises(exceptions.PoolBusy, again)
            self.assertIn(holder.id, str(error))
            self.assertEqual(holder.id, error.details['work_order_id'])
        self.assertEqual(before, self.count(models.WorkOrder))
        self.assertEqual(2, pools.get(pool.id).size)


class ShrinkTestCase(_PoolOrderTestCase):
    def test_shrink(self):
        pool, members = self.pool(3)
        order = self.resize(pool, 1)
        inputs = {'direction': flows.SHRINK, 'size': 1}
        self.assertEqual(inputs, order.inputs)
        self.assertEqual([3, 2], self.slots(order))
        self.assertEqual(6, order.items[0].steps_total)
        victim = desktops.get(members[2].id)
        self.assertEqual(states.DELETING, victim.status)
        self.assertEqual(order.id, victim.work_order_id)
        self.assertEqual(1, pools.get(pool.id).size)

    def test_fault_then_off_then_highest(self):
        pool, members = self.pool(6)
        self.set_desktops([members[0].id], states.OFF)
        self.set_desktops([members[2].id], states.OFF)
        self.set_desktops([members[1].id], states.FAULT)
        order = self.resize(pool, 1)
        self.assertEqual([2, 3, 1, 6, 5], self.slots(order))

    def test_to_nothing(self):
        pool, _members = self.pool(2)
        self.remove_all(self.resize(pool, 0))
        self.assertEqual({}, self.members(pool))
        self.assertEqual(0, pools.get(pool.id).size)

    def test_desktop_of_another_order(self):
        pool, members = self.pool(3)
        holder = self.act('stop', members[2])
        error = self.assertRaises(exceptions.DesktopBusy, self.resize, pool, 1)
        self.assertIn(members[2].name, str(error))
        self.assertIn(holder.id, str(error))
        kept = pools.get(pool.id)
        self.assertEqual((3, None), (kept.size, kept.work_order_id))
        one = desktops.get(members[1].id)
        self.assertEqual(states.RUNNING, one.status)

    def test_desktop_that_moves(self):
        pool, members = self.pool(2)
        self.set_desktops([members[1].id], states.MIGRATING)
        self.assertRaises(exceptions.DesktopWrongState, self.resize, pool, 1)

    def test_desktops_on_their_way_out_count_no_more(self):
        pool, members = self.pool(4)
        self.act('delete', members[0])
        order = self.resize(pool, 2)
        self.assertEqual([4], self.slots(order))


class RetryPoolTestCase(_PoolOrderTestCase):
    def test_faults_are_built_again(self):
        pool, members = self.pool(3)
        bad = [members[0].id, members[2].id]
        self.set_desktops(bad, states.FAULT, fault_code='broken')
        order = self.retry(pool)
        self.assertEqual(flows.POOL_RETRY, order.kind)
        self.assertEqual([1, 3], self.slots(order))
        again = desktops.get(members[0].id)
        self.assertEqual(states.BUILDING, again.status)
        self.assertEqual(order.id, again.work_order_id)
        self.assertIsNone(again.fault_code)
        self.assertEqual(order.id, pools.get(pool.id).work_order_id)

    def test_missing_ones_are_added(self):
        order = work_orders.create_pool(base.ORDER, base.POOL, 'school')
        epoch = self.claim(order).epoch
        progress.forget_desktop(order.id, epoch, order.items[1].id)
        progress.finish_order(order.id, epoch, states.FAILED)
        pool = pools.get(order.subject_id)
        self.assertEqual([1, 3], list(self.members(pool)))
        # What was not built is in fault, so all three slots are worked on.
        self.assertEqual([1, 3, 2], self.slots(self.retry(pool)))

    def test_not_more_than_wanted(self):
        pool, members = self.pool(4)
        self.finish(self.resize(pool, 2), states.FAULT)
        self.assertRaises(exceptions.Conflict, self.retry, pool)
        self.set_desktops([members[0].id], states.FAULT)
        self.assertEqual([1], self.slots(self.retry(pool)))

    def test_nothing_to_do(self):
        pool, _members = self.pool(2)
        error = self.assertRaises(exceptions.Conflict, self.retry, pool)
        self.assertIn('class', str(error))
        self.assertIsNone(pools.get(pool.id).work_order_id)


class DeletePoolTestCase(_PoolOrderTestCase):
    def test_delete(self):
        pool, members = self.pool(2)
        self.set_desktops([members[0].id], states.FAULT)
        order = self.delete(pool)
        self.assertEqual(flows.POOL_DELETE, order.kind)
        self.assertEqual([1, 2], self.slots(order))
        status = {row.status for row in desktops.held_by(order.id)}
        self.assertEqual({states.DELETING}, status)

    def test_desktop_of_another_order(self):
        pool, members = self.pool(2)
        self.act('stop', members[0])
        self.assertRaises(exceptions.DesktopBusy, self.delete, pool)
        self.assertIsNone(pools.get(pool.id).work_order_id)

    @mock.patch('time.sleep', autospec=True)
    def test_desktop_that_goes_meanwhile(self, _sleep):
        pool, members = self.pool(2)
        self.set_desktops([members[0].id], states.MIGRATING)
        gone = sa.delete(models.Desktop).filter_by(id=members[0].id)
        explain = holds.DesktopsRefused.explain

        def meanwhile(refused, session):
            self.write(gone)
            return explain(refused, session)

        with mock.patch.object(
            holds.DesktopsRefused, 'explain', autospec=True
        ) as late:
            late.side_effect = meanwhile
            order = self.delete(pool)
        self.assertEqual(1, late.call_count)
        self.assertEqual([2], self.slots(order))

    def test_strangers_find_nothing(self):
        pool, _members = self.pool(1)
        self.assertRaises(
            exceptions.NotFound,
            work_orders.delete_pool,
            base.STRANGER,
            pool.id,
            'other',
        )

    def test_everything_can_be_removed_again(self):
        """Real foreign keys do not keep anything alive."""
        pool, _members = self.pool(2)
        self.remove_all(self.delete(pool))
        self.write(
            sa.update(models.WorkOrder).values(finished_at=clock.now(-1))
        )
        purge.finished_orders(0)
        self.assertEqual(0, self.count(models.WorkOrder))
        self.assertEqual(0, self.count(models.WorkItem))
        self.assertEqual(0, self.count(models.Desktop))
        self.assertEqual(0, self.count(models.Pool))


@ddt.ddt
class ActOnDesktopsTestCase(_PoolOrderTestCase):
    @ddt.data('start', 'stop', 'reboot', 'retry', 'delete')
    def test_action(self, action):
        """V24."""
        for status in states.ACTION_FROM[action]:
            desktop = self.desktop(status)
            order = work_orders.act_on_desktops(
                base.ORDER, action, [desktop.id], 'project', {'force': True}
            )
            self.assertEqual('desktop.' + action, order.kind)
            self.assertEqual({'force': True}, order.inputs)
            self.assertEqual(desktop.id, order.subject_id)
            taken = desktops.get(desktop.id)
            self.assertEqual(states.ACTION_TO[action], taken.status)
            self.assertEqual(order.id, taken.work_order_id)

    @ddt.data('start', 'stop', 'reboot', 'retry', 'delete')
    def test_wrong_state(self, action):
        allowed = states.ACTION_FROM[action]
        for status in sorted(states.DESKTOP_STATUSES - set(allowed)):
            desktop = self.desktop(status)
            error = self.assertRaises(
                exceptions.DesktopWrongState, self.act, action, desktop
            )
            self.assertIn(status, str(error))
            self.assertEqual(sorted(allowed), error.details['allowed'])
            self.assertEqual(status, desktops.get(desktop.id).status)

    def test_batch_keeps_the_order_asked_for(self):
        first, second, third = self.desktops(3)
        order = self.act('stop', third, first, second, first)
        self.assertEqual(
            [third.id, first.id, second.id],
            [item.desktop_id for item in order.items],
        )
        self.assertIsNone(order.subject_id)

    def test_batch_is_refused_whole(self):
        good = self.desktop()
        off = self.desktops(2, states.OFF)
        before = self.count(models.WorkOrder)
        error = self.assertRaises(
            exceptions.DesktopWrongState, self.act, 'stop', good, *off
        )
        named = [row['id'] for row in error.details['desktops']]
        self.assertEqual([row.id for row in off], named)
        self.assertIn(off[0].name, str(error))
        self.assertIn(off[1].name, str(error))
        self.assertNotIn(good.name, str(error))
        self.assertEqual(states.RUNNING, desktops.get(good.id).status)
        self.assertEqual(before, self.count(models.WorkOrder))

    def test_busy_and_wrong_ones_are_all_named(self):
        free, busy = self.desktops(2)
        off = self.desktop(states.OFF)
        holder = self.act('stop', busy)
        error = self.assertRaises(
            exceptions.DesktopBusy, self.act, 'stop', free, off, busy
        )
        named = {row['id'] for row in error.details['desktops']}
        self.assertEqual({busy.id, off.id}, named)
        self.assertIn(holder.id, str(error))

    def test_strangers_find_nothing(self):
        mine = self.desktop()
        theirs = self.desktop(order=base.STRANGER)
        error = self.assertRaises(
            exceptions.NotFound, self.act, 'stop', mine, theirs
        )
        self.assertEqual([theirs.id], error.details['desktop_ids'])
        self.assertEqual(states.RUNNING, desktops.get(mine.id).status)

    def test_order_of_an_admin_belongs_to_the_desktops_project(self):
        theirs = self.desktop(order=base.STRANGER)
        order = work_orders.act_on_desktops(
            base.ORDER, 'stop', [theirs.id], None
        )
        self.assertEqual('other', order.project_id)

    def test_one_project_at_a_time(self):
        rows = [self.desktop(), self.desktop(order=base.STRANGER)]
        error = self.assertRaises(
            exceptions.Invalid,
            work_orders.act_on_desktops,
            base.ORDER,
            'stop',
            [row.id for row in rows],
            None,
        )
        self.assertEqual('desktop_ids', error.details['field'])

    @mock.patch('time.sleep', autospec=True)
    def test_reason_that_has_gone(self, _sleep):
        """Whoever was in the way let go before the look: try again."""
        desktop = self.desktop(states.OFF)
        explain = holds.DesktopsRefused.explain

        def meanwhile(refused, session):
            self.set_desktops([desktop.id], states.RUNNING)
            return explain(refused, session)

        with mock.patch.object(
            holds.DesktopsRefused, 'explain', autospec=True
        ) as late:
            late.side_effect = meanwhile
            order = self.act('stop', desktop)
        self.assertEqual(1, late.call_count)
        self.assertEqual(desktop.id, order.subject_id)


class DeleteFromPoolTestCase(_PoolOrderTestCase):
    def size(self, pool):
        return pools.get(pool.id).size

    def test_pool_wants_less(self):
        pool, members = self.pool(3)
        other, others = self.pool(2, name='other')
        alone = self.desktop()
        self.act('delete', members[0], members[2], others[1], alone)
        self.assertEqual((1, 1), (self.size(pool), self.size(other)))

    def test_refused_deletion_changes_nothing(self):
        pool, members = self.pool(3)
        self.set_desktops([members[1].id], states.MIGRATING)
        self.assertRaises(
            exceptions.DesktopWrongState,
            self.act,
            'delete',
            members[0],
            members[1],
        )
        self.assertEqual(3, self.size(pool))

    def test_deletion_asked_for_twice(self):
        pool, members = self.pool(1)
        self.act('delete', members[0])
        self.assertRaises(
            exceptions.DesktopBusy, self.act, 'delete', members[0]
        )
        self.assertEqual(0, self.size(pool))

    def test_other_actions_change_nothing(self):
        pool, members = self.pool(3)
        self.act('stop', members[0])
        self.assertEqual(3, self.size(pool))

    def test_deletion_that_failed_is_counted_once(self):
        pool, members = self.pool(3)
        self.finish(self.act('delete', members[0]), states.FAULT)
        self.assertEqual(2, self.size(pool))
        self.remove_all(self.act('delete', members[0]))
        self.assertEqual(2, self.size(pool))

    def test_surplus_goes_first(self):
        pool, members = self.pool(3)
        self.finish(self.act('delete', members[0]), states.FAULT)
        self.act('delete', members[0], members[1])
        self.assertEqual(1, self.size(pool))

    def test_missing_ones_stay_wanted(self):
        pool, members = self.pool(3)
        self.write(sa.delete(models.Desktop).filter_by(id=members[1].id))
        self.act('delete', members[2])
        self.assertEqual(2, self.size(pool))

    def test_while_the_pool_is_resized(self):
        pool, members = self.pool(4)
        self.resize(pool, 3)
        self.act('delete', members[0])
        self.assertEqual(2, self.size(pool))

    def test_while_the_pool_is_deleted(self):
        """A desktop that could not be removed waits for the order's end."""
        pool, members = self.pool(2)
        order = self.delete(pool)
        epoch = self.claim(order).epoch
        failed = order.items[0]
        progress.finish_item(
            order.id, epoch, failed.id, states.ITEM_FAILED, {}
        )
        for action in ('delete', 'start', 'retry'):
            error = self.assertRaises(
                exceptions.PoolBusy, self.act, action, members[0]
            )
            self.assertEqual(pool.id, error.details['pool_id'])
        progress.finish_order(order.id, epoch, states.FAILED)
        self.act('delete', members[0])
