"""Making and reading work orders."""

from unittest import mock

import sqlalchemy as sa

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.db.api import desktops
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import progress
from clouddesk.db.api import purge
from clouddesk.tests.unit.db import base
from clouddesk.tests.unit.db.api import pool_base


class CreatePoolTestCase(base.DatabaseTestCase):
    def create(self, **values):
        return pool_orders.create(base.ORDER, base.POOL | values, 'school')

    def test_pool_with_desktops(self):
        """I15."""
        order = self.create()
        pool = pools.get(order.subject_id, 'project')
        self.assertEqual(order.id, pool.work_order_id)
        self.assertEqual(
            (flows.POOL_CREATE, 'pool', 'class'),
            (order.kind, order.subject_type, order.subject_name),
        )
        names = [item.subject_name for item in order.items]
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
        self.assertEqual('school-1-class', order.items[0].subject_name)

    def test_name_taken(self):
        self.create()
        before = self.count(models.WorkOrder), self.count(models.Desktop)
        error = self.assertRaises(exceptions.NameTaken, self.create)
        self.assertEqual('name', error.details['field'])
        after = self.count(models.WorkOrder), self.count(models.Desktop)
        self.assertEqual(before, after)

    def test_same_name_in_another_project(self):
        self.create()
        pool_orders.create(base.STRANGER, base.POOL, 'university')
        self.assertEqual(2, self.count(models.Pool))

    def test_bad_template_makes_nothing(self):
        self.assertRaises(
            exceptions.Invalid, self.create, name_template='{base.x}'
        )
        self.assertEqual(0, self.count(models.Pool))


class GrowTestCase(pool_base.PoolOrderTestCase):
    def test_grow(self):
        pool, _members = self.pool(2)
        order = self.resize(pool, 4)
        self.assertEqual(flows.POOL_RESIZE, order.kind)
        inputs = {'direction': flows.GROW, 'size': 4}
        self.assertEqual(inputs, order.inputs)
        self.assertEqual([3, 4], self.slots(order))
        self.assertEqual('class-03', order.items[0].subject_name)
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
        self.assertEqual('lab-01', order.items[0].subject_name)

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


class ShrinkTestCase(pool_base.PoolOrderTestCase):
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


class RetryPoolTestCase(pool_base.PoolOrderTestCase):
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
        order = pool_orders.create(base.ORDER, base.POOL, 'school')
        epoch = self.claim(order).epoch
        progress.forget(order.id, epoch, order.items[1].id)
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


class DeletePoolTestCase(pool_base.PoolOrderTestCase):
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
            pool_orders.delete,
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
