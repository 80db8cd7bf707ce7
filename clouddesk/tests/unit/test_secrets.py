import pathlib
from unittest import mock

import fixtures
from oslo_config import fixture as config_fixture
from oslotest import base
import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import secrets
from clouddesk.conf import CONF
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import secrets as secrets_db
from clouddesk.drivers.secret_store import keys
from clouddesk.tests.fixtures import database
from clouddesk.tests.unit.db import base as db_base


class SecretsTest(base.BaseTestCase):
    """V15: what must not be read."""

    def setUp(self):
        super().setUp()
        self.useFixture(database.Database())
        folder = self.useFixture(fixtures.TempDir())
        self.file = folder.join('secrets.keys')
        keys.add(self.file)
        self.config = self.useFixture(config_fixture.Config(CONF)).config
        self.config(group='secrets', key_file=self.file)

    def rows(self):
        with db.reader() as session:
            return list(session.scalars(sa.select(models.Secret)))

    def age(self):
        with db.writer() as session:
            session.execute(
                sa.update(models.Secret).values(
                    created_at=sa.text("datetime('now', '-2 hours')")
                )
            )

    def test_there_and_back(self):
        reference = secrets.keep('project', '$6$hash')
        self.assertEqual('$6$hash', secrets.reveal(reference))
        (row,) = self.rows()
        self.assertEqual(('project', reference), (row.project_id, row.id))
        self.assertNotIn('$6$', row.ciphertext)

    def test_keys_can_be_changed(self):
        reference = secrets.keep('project', 'old')
        self.assertEqual(2, keys.add(self.file))
        self.assertEqual('old', secrets.reveal(reference))
        newer = secrets.keep('project', 'new')
        first = keys.read(self.file)[0]
        pathlib.Path(self.file).write_text(first)
        self.assertEqual('new', secrets.reveal(newer))
        self.assertRaises(
            exceptions.ServiceUnavailable, secrets.reveal, reference
        )

    def test_only_its_owner_reads_the_file(self):
        mode = pathlib.Path(self.file).stat().st_mode
        self.assertEqual(0o600, mode & 0o777)
        keys.add(self.file)
        mode = pathlib.Path(self.file).stat().st_mode
        self.assertEqual(0o600, mode & 0o777)

    def test_without_good_keys_nothing_is_kept(self):
        for text in ('', 'short', 'x' * 44, '\xff'):
            pathlib.Path(self.file).write_text(text, 'utf-8')
            self.assertRaises(
                exceptions.ServiceUnavailable, secrets.keep, 'project', 'x'
            )
        pathlib.Path(self.file).unlink()
        self.assertRaises(
            exceptions.ServiceUnavailable, secrets.keep, 'project', 'x'
        )
        self.assertEqual([], self.rows())

    def test_what_is_gone(self):
        self.assertRaises(exceptions.NotFound, secrets.reveal, 'nothing')

    def test_purge(self):
        """It goes with the last desktop that was made with it."""
        used, unused = [secrets.keep('project', each) for each in 'ab']
        spec = db_base.SPEC | {'login_user': 'ada', 'secret_ref': used}
        desktop_orders.create(db_base.ORDER, spec, ['one', 'two'])
        self.assertEqual({'secrets': 0}, secrets.purge())
        self.age()
        self.assertEqual({'secrets': 1}, secrets.purge())
        self.assertRaises(exceptions.NotFound, secrets.reveal, unused)
        self.remove('one')
        self.assertEqual({'secrets': 0}, secrets.purge())
        self.remove('two')
        self.assertEqual({'secrets': 1}, secrets.purge())
        self.assertEqual([], self.rows())

    def remove(self, name):
        desktop = models.Desktop
        with db.writer() as session:
            session.execute(sa.delete(desktop).where(desktop.name == name))

    def test_a_store_that_is_away_keeps_the_row(self):
        secrets.keep('project', 'x')
        self.age()
        store = secrets._store('embedded')
        away = exceptions.ServiceUnavailable(service='The secret store')
        with mock.patch.object(
            store, 'forget', autospec=True, side_effect=away
        ):
            self.assertEqual({'secrets': 0}, secrets.purge())
        self.assertEqual(1, len(secrets_db.unused(0, 10)))
