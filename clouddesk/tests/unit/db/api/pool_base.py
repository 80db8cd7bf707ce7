"""Making and reading work orders."""

from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import pool_orders
from clouddesk.tests.unit.db import base


class PoolOrderTestCase(base.DatabaseTestCase):
    def resize(self, pool, size, project_id='project', order=base.ORDER):
        return pool_orders.resize(order, pool.id, size, project_id, 'school')

    def retry(self, pool):
        return pool_orders.retry(base.ORDER, pool.id, 'project', 'school')

    def delete(self, pool):
        return pool_orders.delete(base.ORDER, pool.id, 'project')

    def act(self, action, *rows):
        ids = [row.id for row in rows]
        return desktop_orders.act(base.ORDER, action, ids, 'project')

    def slots(self, order):
        """The slots of an order's desktops, in the order of its items."""
        ids = [item.desktop_id for item in order.items]
        slots = {row.id: row.slot for row in desktops.get_many(ids)}
        return [slots[each] for each in ids]
