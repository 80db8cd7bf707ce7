from oslo_db import exception as db_exc

from clouddesk import db
from clouddesk.db import models
from clouddesk.db.api import installation
from clouddesk.tests.unit.db import base


class InstallationTestCase(base.DatabaseTestCase):
    def test_made_once(self):
        made = installation.get_id()
        self.assertEqual(36, len(made))
        self.assertEqual(made, installation.get_id())

    def test_another_conductor_is_quicker(self):
        find = installation._find
        answers = iter([None])
        made = installation.get_id()
        self.patch(
            installation, '_find', lambda: next(answers, None) or find()
        )
        self.assertEqual(made, installation.get_id())

    def test_there_is_only_one(self):
        installation.get_id()
        self.assertRaises(db_exc.DBDuplicateEntry, self.add)

    def add(self):
        with db.writer() as session:
            session.add(models.Installation(number=1))
