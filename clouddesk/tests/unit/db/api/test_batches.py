"""Batches: a verdict for each desktop."""

from unittest import mock

from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import models
from clouddesk.db import verdicts
from clouddesk.db.api import batches
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base


class BatchTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        names = ['ada', 'bob', 'eve', 'zoe']
        made = desktop_orders.create(base.ORDER, base.SPEC, names)
        self.finish(made)
        self.ids = [item.desktop_id for item in made.items]
        self.ada, self.bob, self.eve, self.zoe = self.ids

    def act(self, action, *ids, **inputs):
        return batches.act(
            base.ORDER, action, ids or self.ids, 'project', inputs
        )

    def refusals(self, order):
        return {
            item.subject_name: item.fault_code
            for item in order.items
            if item.status == states.ITEM_REFUSED
        }

    def test_v25_a_verdict_for_each(self):
        """V25: wrong states are refused and named, the rest goes on."""
        holder = desktop_orders.act(
            base.ORDER, 'reboot', [self.bob], 'project'
        )
        self.set_desktops([self.eve], states.OFF)
        self.set_desktops([self.zoe], states.RUNNING, locked=True)
        order = self.act('stop', wave=2)
        self.assertEqual({'wave': 2}, order.inputs)
        self.assertEqual(
            {
                'bob': 'desktop_busy',
                'eve': 'desktop_wrong_state',
                'zoe': 'desktop_locked',
            },
            self.refusals(order),
        )
        by_name = {item.subject_name: item for item in order.items}
        self.assertIn('eve is off', by_name['eve'].fault_message)
        self.assertEqual(states.ITEM_PENDING, by_name['ada'].status)
        self.assertEqual(2, by_name['ada'].steps_total)
        found = {row.name: row for row in desktops.get_many(self.ids)}
        self.assertEqual(order.id, found['ada'].work_order_id)
        self.assertEqual(holder.id, found['bob'].work_order_id)
        self.assertIsNone(found['eve'].work_order_id)
        self.assertEqual(states.RUNNING, found['zoe'].status)

    def test_retry_leaves_refused_items_alone(self):
        self.set_desktops([self.ada], states.OFF)
        order = self.act('stop', self.ada, self.bob)
        epoch = self.claim(order).epoch
        where = (order.id, epoch)
        fault = ('power_failed', 'It does not stop.')
        progress.finish_item(
            *where, order.items[1].id, states.ITEM_FAILED, {}, fault
        )
        progress.finish_order(*where, states.FAILED, fault)
        (again,) = work_orders.act('retry', [order.id], 'project')
        self.assertEqual({'ada': 'desktop_wrong_state'}, self.refusals(again))
        self.assertEqual(states.OFF, desktops.get(self.ada).status)
        self.assertEqual(order.id, desktops.get(self.bob).work_order_id)

    def test_none_can_go(self):
        """The answer names all of them, each with its reason."""
        self.set_desktops([self.ada, self.bob], states.OFF)
        self.set_desktops([self.eve], states.RUNNING, locked=True)
        error = self.assertRaises(
            exceptions.DesktopLocked,
            self.act,
            'stop',
            self.ada,
            self.bob,
            self.eve,
        )
        told = {row['name']: row['code'] for row in error.details['desktops']}
        self.assertEqual(
            {
                'eve': 'desktop_locked',
                'ada': 'desktop_wrong_state',
                'bob': 'desktop_wrong_state',
            },
            told,
        )
        self.assertEqual(states.OFF, desktops.get(self.ada).status)

    def test_strangers_stop_all(self):
        error = self.assertRaises(
            exceptions.NotFound, self.act, 'stop', self.ada, 'nobody'
        )
        self.assertEqual(['nobody'], error.details['desktop_ids'])

    def test_deleting_lowers_pools_by_what_is_deleted(self):
        """V39: a protected desktop stays, and its pool wants it."""
        pool, members = self.pool(3)
        ids = [row.id for row in members]
        self.set_desktops(ids[:1], states.RUNNING, protected=True)
        order = self.act('delete', *ids)
        self.assertEqual(
            {members[0].name: 'desktop_protected'}, self.refusals(order)
        )
        self.assertEqual(1, pools.get(pool.id).size)

    def test_somebody_quicker(self):
        """What was free at the look is taken: it is looked at again."""
        looked = verdicts.of
        calls = []

        def of(session, ids, wish):
            found = looked(session, ids, wish)
            calls.append(1)
            if len(calls) == 1:
                row = session.get_one(models.Desktop, self.ada)
                row.status = states.OFF
                session.flush()
            return found

        with mock.patch.object(verdicts, 'of', of):
            order = self.act('stop', self.ada, self.bob)
        # The rollback took the change back, so nothing was in the way.
        self.assertEqual({}, self.refusals(order))
        self.assertEqual(2, len(calls))


class ProtectedPoolTestCase(base.DatabaseTestCase):
    """V39, V40"""

    def setUp(self):
        super().setUp()
        self.made, self.members_ = self.pool(3)
        self.set_desktops(
            [self.members_[2].id], states.RUNNING, protected=True
        )

    def resize(self, size):
        return pool_orders.resize(
            base.ORDER, self.made.id, size, 'project', 'school'
        )

    def test_pool_is_not_deleted(self):
        error = self.assertRaises(
            exceptions.DesktopProtected,
            pool_orders.delete,
            base.ORDER,
            self.made.id,
            'project',
        )
        self.assertIn(self.members_[2].name, str(error))
        self.assertIsNone(pools.get(self.made.id).work_order_id)

    def test_shrinking_takes_others(self):
        order = self.resize(1)
        self.assertEqual(
            {self.members_[0].id, self.members_[1].id},
            {item.desktop_id for item in order.items},
        )

    def test_shrinking_names_it_when_there_are_no_others(self):
        error = self.assertRaises(exceptions.DesktopProtected, self.resize, 0)
        self.assertIn(self.members_[2].name, str(error))
