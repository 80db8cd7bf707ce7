from clouddesk import db
from clouddesk import exceptions
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import paging
from clouddesk.db.api import desktops
from clouddesk.db.api import pools
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base

MINE = base.ORDER['project_id']


class FindTestCase(base.DatabaseTestCase):
    def find(self, row_id, project_id):
        with db.reader() as session:
            return owned.find(session, models.Desktop, row_id, project_id)

    def test_only_in_its_project(self):
        row = self.desktop()
        for project_id in (MINE, None):
            self.assertEqual(row.id, self.find(row.id, project_id).id)
        self.assertIsNone(self.find(row.id, 'other'))
        self.assertIsNone(self.find('nothing', None))

    def test_what_belongs_to_others_stays_in_the_database(self):
        pool, (desktop,) = self.pool(1)
        order = work_orders.list_(MINE, {}, paging.Page(limit=1))[0]
        for noun, row in (
            (desktops, desktop),
            (pools, pool),
            (work_orders, order),
        ):
            page = paging.Page(marker=row.id)
            for error, call in (
                (exceptions.NotFound, lambda: noun.get(row.id, 'other')),
                (exceptions.Invalid, lambda: noun.list_('other', {}, page)),
            ):
                with base.statements() as sent:
                    self.assertRaises(error, call)
                for statement in sent:
                    self.assertIn('project_id = ', statement)
