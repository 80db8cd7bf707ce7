"""Making and reading work orders."""

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import paging
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base


class ReadTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.order = desktop_orders.create(
            base.ORDER, base.SPEC, ['a', 'b', 'c']
        )

    def ids(self, project_id='project', **filters):
        page = paging.Page()
        rows = work_orders.list_(project_id, filters, page)
        return [row.id for row in rows]

    def test_get(self):
        order = work_orders.get(self.order.id, 'project')
        self.assertEqual(
            ['a', 'b', 'c'], [i.subject_name for i in order.items]
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
        later = desktop_orders.create(base.ORDER, base.SPEC, ['d'])
        theirs = desktop_orders.create(base.STRANGER, base.SPEC, ['e'])
        self.assertEqual([later.id, self.order.id], self.ids())
        self.assertEqual([theirs.id, later.id, self.order.id], self.ids(None))

    def test_list_filters(self):
        pool, members = self.pool(1)
        order = desktop_orders.act(
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
