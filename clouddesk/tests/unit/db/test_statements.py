"""A class of fifty costs as many statements as a class of five."""

from clouddesk import states
from clouddesk.db import paging
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import leases
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base


class StatementsTestCase(base.DatabaseTestCase):
    def costs(self, prepare, call):
        """How many statements ``call`` sends for 5 and for 50 desktops."""
        numbers = []
        for count in (5, 50):
            ready = prepare(count)
            with base.statements() as sent:
                call(ready)
            numbers.append(len(sent))
        return tuple(numbers)

    def sized(self, count, status=states.RUNNING):
        return self.pool(count, status, name='class%d' % count)[0]

    def resized(self, pool, size):
        return pool_orders.resize(
            base.ORDER, pool.id, size, 'project', 'school'
        )

    def acted(self, action, rows):
        ids = [row.id for row in rows]
        return desktop_orders.act(base.ORDER, action, ids, 'project')

    def test_create_desktops(self):
        costs = self.costs(
            lambda count: ['desk'] * count,
            lambda names: desktop_orders.create(base.ORDER, base.SPEC, names),
        )
        self.assertEqual((6, 6), costs)

    def test_create_pool(self):
        costs = self.costs(
            lambda count: base.POOL | {'name': str(count), 'size': count},
            lambda pool: pool_orders.create(base.ORDER, pool, 'school'),
        )
        self.assertEqual((7, 7), costs)

    def test_grow(self):
        costs = self.costs(
            lambda count: (self.pool(0, name=str(count))[0], count),
            lambda ready: self.resized(*ready),
        )
        self.assertEqual((11, 11), costs)

    def test_shrink(self):
        costs = self.costs(self.sized, lambda pool: self.resized(pool, 0))
        self.assertEqual((11, 11), costs)

    def test_retry_pool(self):
        costs = self.costs(
            lambda count: self.sized(count, states.FAULT),
            lambda pool: pool_orders.retry(
                base.ORDER, pool.id, 'project', 'school'
            ),
        )
        self.assertEqual((11, 11), costs)

    def test_delete_pool(self):
        costs = self.costs(
            self.sized,
            lambda pool: pool_orders.delete(base.ORDER, pool.id, 'project'),
        )
        self.assertEqual((11, 11), costs)

    def test_act_on_desktops(self):
        costs = self.costs(
            self.desktops, lambda rows: self.acted('stop', rows)
        )
        self.assertEqual((7, 7), costs)

    def test_delete_desktops(self):
        costs = self.costs(
            self.desktops, lambda rows: self.acted('delete', rows)
        )
        self.assertEqual((8, 8), costs)

    def test_retry_order(self):
        costs = self.costs(
            self.failed,
            lambda order: work_orders.act('retry', [order.id], 'project'),
        )
        self.assertEqual((7, 7), costs)

    def test_claim(self):
        costs = self.costs(
            self.stop_order, lambda order: leases.claim(order.id, 'me', 60)
        )
        self.assertEqual((3, 3), costs)

    def test_finish_order(self):
        costs = self.costs(
            lambda count: self.claim(self.stop_order(count)),
            lambda order: progress.finish_order(
                order.id, order.epoch, states.FAILED
            ),
        )
        self.assertEqual((9, 9), costs)

    def test_finish_item(self):
        costs = self.costs(
            lambda count: self.claim(self.stop_order(count)),
            lambda order: progress.finish_item(
                order.id, order.epoch, order.items[0].id, states.ITEM_DONE, {}
            ),
        )
        self.assertEqual((5, 5), costs)

    def test_list(self):
        page = paging.Page()
        costs = self.costs(
            self.desktops, lambda _rows: desktops.list_('project', {}, page)
        )
        # The desktops, and the tags of all of them.
        self.assertEqual((2, 2), costs)

    def test_counts(self):
        costs = self.costs(self.sized, lambda pool: pools.counts([pool.id]))
        self.assertEqual((1, 1), costs)

    def test_observe_what_did_not_change(self):
        costs = self.costs(
            self.desktops,
            lambda rows: desktops.observe(
                [{'id': row.id, 'status': row.status} for row in rows]
            ),
        )
        self.assertEqual((1, 1), costs)

    def stop_order(self, count):
        return self.acted('stop', self.desktops(count))

    def failed(self, count):
        order = self.stop_order(count)
        self.finish(order, states.FAULT)
        return order
