"""The history of work orders, and what is old of it."""

import datetime

from oslo_utils import timeutils
import sqlalchemy as sa

from clouddesk import db
from clouddesk import events
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import journal
from clouddesk.db import models
from clouddesk.db import paging
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import events as api
from clouddesk.db.api import pool_orders
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base


class EventsTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.heard = []
        events.listen(self.heard.extend)
        self.addCleanup(events.forget, self.heard.extend)

    def told(self, **filters):
        rows = api.list_(None, filters, paging.Page(sort_dirs=['asc']))
        return [
            (row.action, row.subject_type, row.outcome, row.code)
            for row in rows
        ]

    def stop(self, *rows):
        ids = [row.id for row in rows]
        return desktop_orders.act(base.ORDER, 'stop', ids, 'project')


class OrdersTestCase(EventsTestCase):
    def test_m22_the_end_of_an_order_is_told(self):
        desktop = self.desktop()
        order = self.stop(desktop)
        self.finish(order, states.OFF)
        rows = api.list_('project', {'work_order_id': order.id}, paging.Page())
        self.assertEqual(['success', 'pending'], [row.outcome for row in rows])
        end = rows[0]
        self.assertEqual(
            ('desktop.stop', desktop.id, desktop.name, 'ada', 'req-1'),
            (
                end.action,
                end.subject_id,
                end.subject_name,
                end.user_id,
                end.request_id,
            ),
        )

    def test_what_loops_order_is_told_too(self):
        order = self.stop(self.desktop())
        (row,) = api.list_(
            'project', {'work_order_id': order.id}, paging.Page()
        )
        self.assertEqual({'by': 'clouddesk'}, row.details)
        self.assertEqual('pending', row.outcome)

    def test_each_desktop_of_a_pool_and_the_pool(self):
        self.pool(2)
        self.assertEqual(
            [
                ('pool.create', 'pool', 'pending', None),
                ('pool.create', 'desktop', 'success', None),
                ('pool.create', 'desktop', 'success', None),
                ('pool.create', 'pool', 'success', None),
            ],
            self.told(),
        )

    def test_what_failed(self):
        self.finish(self.stop(self.desktop()), states.FAULT)
        self.assertIn(
            ('desktop.stop', 'desktop', 'failure', 'broken'), self.told()
        )

    def test_what_is_deleted(self):
        pool, _members = self.pool(1)
        order = pool_orders.delete(base.ORDER, pool.id, 'project')
        self.remove_all(order)
        told = self.told(action='pool.delete', outcome='success')
        self.assertEqual({'pool', 'desktop'}, {row[1] for row in told})

    def test_what_was_cancelled(self):
        order = self.stop(self.desktop(), self.desktop())
        claimed = self.claim(order)
        progress.finish_item(
            order.id, claimed.epoch, claimed.items[0].id, states.ITEM_DONE, {}
        )
        work_orders.act('cancel', [order.id], 'project')
        progress.finish_order(order.id, claimed.epoch, states.CANCELLED)
        self.assertEqual(
            [
                ('desktop.stop', 'desktop', 'success', None),
                ('desktop.stop', 'desktop', 'failure', 'cancelled'),
            ],
            [row for row in self.told(work_order_id=order.id)][-2:],
        )

    def test_a_retry_tells_only_what_it_did(self):
        order = self.stop(self.desktop(), self.desktop())
        claimed = self.claim(order)
        ends = (states.ITEM_DONE, states.ITEM_FAILED)
        for item, end in zip(claimed.items, ends, strict=True):
            progress.finish_item(order.id, claimed.epoch, item.id, end, {})
        progress.finish_order(order.id, claimed.epoch, states.FAILED)
        work_orders.act('retry', [order.id], 'project')
        claimed = self.claim(order)
        item = claimed.items[1]
        progress.finish_item(
            order.id, claimed.epoch, item.id, states.ITEM_DONE, {}
        )
        progress.finish_order(order.id, claimed.epoch, states.SUCCEEDED)
        ends = [row[2] for row in self.told(work_order_id=order.id)][1:]
        self.assertEqual(['success', 'failure', 'success'], ends)

    def test_a_worker_that_is_too_late_tells_nothing(self):
        order = self.stop(self.desktop())
        claimed = self.claim(order)
        before = self.told()
        self.assertRaises(
            exceptions.LeaseLost,
            progress.finish_item,
            order.id,
            claimed.epoch - 1,
            claimed.items[0].id,
            states.ITEM_DONE,
            {},
        )
        self.assertEqual(before, self.told())

    def test_listeners_hear_after_the_commit(self):
        self.heard.clear()
        order = self.stop(self.desktop())
        self.finish(order, states.OFF)
        heard = [row['outcome'] for row in self.heard]
        self.assertEqual(['pending', 'success'], heard[-2:])
        self.assertEqual(
            {row['id'] for row in self.heard}
            - {row.id for row in api.list_(None, {}, paging.Page())},
            set(),
        )

    def test_what_is_taken_back_is_not_heard(self):
        desktop = self.desktop()
        self.heard.clear()
        with db.rehearsal():
            self.stop(desktop)
        self.assertEqual([], self.heard)
        self.assertEqual([], self.told(action='desktop.stop'))


class TellingTestCase(EventsTestCase):
    def setUp(self):
        super().setUp()
        self.who = {'project_id': 'p', 'user_id': 'u', 'request_id': 'r'}

    def test_a_long_name_is_cut(self):
        row = journal.row(
            'image.update', self.who, ('image', 'i', 'x' * 300), 'success'
        )
        with db.writer() as session:
            journal.tell(session, [row])
        self.assertEqual(255, len(self.heard[0]['subject_name']))

    def test_a_retried_transaction_tells_once(self):
        told = journal.Telling('image.update', self.who)
        told.name(['i'])
        with journal.telling(told):
            for fails in (True, False):
                try:
                    with db.writer():
                        if fails:
                            raise exceptions.Conflict()
                except exceptions.Conflict:
                    self.assertEqual([], self.told())
        self.assertEqual(told.rows, api.end(told))
        self.assertEqual(1, len(self.told()))


class PurgeTestCase(EventsTestCase):
    def test_what_is_old_goes(self):
        self.desktops(3)
        kept = len(self.told())
        old = timeutils.utcnow() - datetime.timedelta(days=31)
        rows = [
            journal.row('image.update', base.ORDER, None, 'success')
            | {'created_at': old}
            for _each in range(5)
        ]
        self.write(sa.insert(models.Event).values(rows))
        self.assertEqual(0, api.purge(32))
        self.assertEqual(5, api.purge(30, batch=2))
        self.assertEqual(kept, len(self.told()))
