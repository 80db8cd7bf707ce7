"""Pools in the database."""

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import paging
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.tests.unit.db import base


class PoolsTestCase(base.DatabaseTestCase):
    def test_get(self):
        pool, _members = self.pool()
        self.assertEqual('class', pools.get(pool.id, 'project').name)

    def test_strangers_find_nothing(self):
        pool, _members = self.pool()
        self.assertRaises(exceptions.NotFound, pools.get, pool.id, 'other')
        self.assertRaises(
            exceptions.NotFound, pools.update, pool.id, {}, 'other'
        )

    def test_get_unknown(self):
        self.assertRaises(exceptions.NotFound, pools.get, 'nothing')

    def test_list(self):
        for name in ('a', 'b', 'c'):
            self.pool(0, name=name)
        page = paging.Page(2, None, ['name'], ['asc'])
        rows = pools.list_('project', {}, page)
        self.assertEqual(['a', 'b'], [row.name for row in rows])
        page.marker = rows[-1].id
        rows = pools.list_('project', {}, page)
        self.assertEqual(['c'], [row.name for row in rows])

    def test_list_filters(self):
        for name in ('a', 'b'):
            self.pool(0, name=name)
        found = pools.list_(None, {'name': 'b'}, paging.Page())
        self.assertEqual(['b'], [row.name for row in found])
        self.assertEqual([], pools.list_('other', {}, paging.Page()))

    def test_update(self):
        pool, _members = self.pool()
        changed = pools.update(pool.id, {'name': 'b', 'note': 'n'}, 'project')
        self.assertEqual(('b', 'n'), (changed.name, changed.note))

    def test_update_nothing_else(self):
        pool, _members = self.pool()
        pools.update(pool.id, {'size': 100})
        self.assertEqual(3, pools.get(pool.id).size)

    def test_update_to_a_name_that_is_taken(self):
        self.pool(0, name='a')
        pool, _members = self.pool(0, name='b')
        error = self.assertRaises(
            exceptions.NameTaken, pools.update, pool.id, {'name': 'a'}
        )
        self.assertEqual('name', error.details['field'])
        self.assertIn('a', str(error))
        self.assertEqual('b', pools.get(pool.id).name)

    def test_names_differ_by_case(self):
        self.pool(0, name='class')
        pool, _members = self.pool(0, name='Class')
        self.assertEqual('Class', pools.get(pool.id).name)

    def test_counts(self):
        pool, members = self.pool(3)
        other, _members = self.pool(0, name='empty')
        self.set_desktops([members[0].id], states.FAULT)
        counts = pools.counts([pool.id, other.id])
        self.assertEqual({states.RUNNING: 2, states.FAULT: 1}, counts[pool.id])
        self.assertEqual({}, counts[other.id])

    def test_counts_of_none(self):
        self.assertEqual({}, pools.counts([]))

    def test_faults(self):
        pool, members = self.pool(4)
        bad = [members[3], members[1]]
        self.set_desktops([row.id for row in bad], states.FAULT)
        found = pools.faults(pool.id)
        self.assertEqual([2, 4], [row.slot for row in found])
        self.assertEqual(1, len(pools.faults(pool.id, limit=1)))

    def test_order_kinds(self):
        free, _members = self.pool(0, name='free')
        busy, _members = self.pool(0, name='busy')
        pool_orders.resize(base.ORDER, busy.id, 2, 'project', 'school')
        rows = [pools.get(busy.id), pools.get(free.id)]
        with base.statements() as sent:
            kinds = pools.order_kinds(rows)
        self.assertEqual({busy.id: flows.POOL_RESIZE}, kinds)
        self.assertEqual(1, len(sent))
        self.assertEqual({}, pools.order_kinds([free]))
