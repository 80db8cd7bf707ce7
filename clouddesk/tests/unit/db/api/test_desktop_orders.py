"""Making and reading work orders."""

from unittest import mock

import ddt
import sqlalchemy as sa

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import pools
from clouddesk.db.api import progress
from clouddesk.tests.unit.db import base
from clouddesk.tests.unit.db.api import pool_base


class CreateDesktopsTestCase(base.DatabaseTestCase):
    def test_one(self):
        order = desktop_orders.create(base.ORDER, base.SPEC, ['Ada'])
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
        order = desktop_orders.create(base.ORDER, spec, ['b', 'a'])
        self.assertIsNone(order.subject_type)
        self.assertEqual([0, 1], [item.position for item in order.items])
        self.assertEqual(['b', 'a'], [i.subject_name for i in order.items])
        steps = flows.steps_for(flows.CREATE, {})
        self.assertEqual(len(steps), order.items[0].steps_total)
        held = desktops.held_by(order.id)
        self.assertEqual({'exam'}, {row.note for row in held})


@ddt.ddt
class ActOnDesktopsTestCase(pool_base.PoolOrderTestCase):
    @ddt.data('start', 'stop', 'reboot', 'retry', 'delete')
    def test_action(self, action):
        """V24."""
        for status in states.ACTION_FROM[action]:
            desktop = self.desktop(status)
            order = desktop_orders.act(
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
        order = desktop_orders.act(base.ORDER, 'stop', [theirs.id], None)
        self.assertEqual('other', order.project_id)

    def test_one_project_at_a_time(self):
        rows = [self.desktop(), self.desktop(order=base.STRANGER)]
        error = self.assertRaises(
            exceptions.Invalid,
            desktop_orders.act,
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


class DeleteFromPoolTestCase(pool_base.PoolOrderTestCase):
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
