"""Removing old work orders."""

import ddt

from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import purge
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base

_DAY = 86400


@ddt.ddt
class PurgeTestCase(base.DatabaseTestCase):
    def order(self, status, days):
        order = desktop_orders.create(base.ORDER, base.SPEC, ['a', 'b'])
        finished = clock.now(-_DAY * days)
        self.set_order(order, status=status, finished_at=finished)
        return order

    @ddt.data(*sorted(states.ORDER_FINISHED))
    def test_old_ones_go(self, status):
        self.order(status, 8)
        kept = self.order(status, 6)
        self.assertEqual(1, purge.finished_orders(7))
        self.assertEqual(1, self.count(models.WorkOrder))
        self.assertEqual(2, self.count(models.WorkItem))
        self.assertEqual(2, len(work_orders.get(kept.id).items))

    @ddt.data(states.PAUSED, *sorted(states.ORDER_CLAIMABLE))
    def test_unfinished_ones_stay(self, status):
        self.order(status, 100)
        self.assertEqual(0, purge.finished_orders(7))
        self.assertEqual(1, self.count(models.WorkOrder))

    def test_in_batches(self):
        for _each in range(5):
            self.order(states.SUCCEEDED, 2)
        self.assertEqual(5, purge.finished_orders(1, batch=2))
        self.assertEqual(0, self.count(models.WorkItem))

    def test_desktops_stay(self):
        order = self.order(states.SUCCEEDED, 2)
        purge.finished_orders(1)
        desktop = desktops.get(order.items[0].desktop_id)
        self.assertIsNone(desktop.work_order_id)
