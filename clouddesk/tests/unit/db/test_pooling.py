"""Few words for a transaction, and no trust in what has rested."""

import pathlib
from unittest import mock

import fixtures
from oslotest import base
import sqlalchemy as sa

from clouddesk.db import pooling


class PluginTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder, 'db')
        self.engine = sa.create_engine('sqlite:///%s?plugin=clouddesk' % path)
        self.addCleanup(self.engine.dispose)
        self.connected = []
        sa.event.listen(
            self.engine, 'connect', lambda *args: self.connected.append(args)
        )
        self.clock = self.useFixture(
            fixtures.MockPatchObject(pooling.time, 'monotonic')
        ).mock
        self.now = 1000.0
        self.after(0)

    def after(self, seconds):
        self.now += seconds
        self.clock.return_value = self.now

    def pings(self, answers=True):
        return mock.patch.object(
            self.engine.dialect,
            'do_ping',
            autospec=True,
            side_effect=[answers, True],
        )

    def use(self):
        with self.engine.connect() as connection:
            self.assertEqual(1, connection.scalar(sa.text('SELECT 1')))

    def test_what_has_just_worked_is_not_asked(self):
        with self.pings() as ping:
            self.use()
            self.after(0.9)
            self.use()
        ping.assert_not_called()
        self.assertEqual(1, len(self.connected))

    def test_what_has_rested_is_asked(self):
        with self.pings() as ping:
            self.use()
            self.after(1)
            self.use()
        self.assertEqual(1, ping.call_count)
        self.assertEqual(1, len(self.connected))

    def test_what_does_not_answer_is_replaced(self):
        self.use()
        self.after(1)
        with self.pings(answers=False):
            self.use()
        self.assertEqual(2, len(self.connected))

    def test_a_connection_goes_back_without_a_word(self):
        self.use()
        with mock.patch.object(
            self.engine.dialect, 'do_rollback', autospec=True
        ) as rollback:
            self.use()
        # What ends the transaction.
        self.assertEqual(1, rollback.call_count)

    def test_a_transaction_is_over_when_its_connection_goes_back(self):
        with self.engine.connect() as connection:
            connection.execute(sa.text('CREATE TABLE one (number INTEGER)'))
            connection.commit()
            connection.execute(sa.text('INSERT INTO one VALUES (1)'))
        with self.engine.connect() as connection:
            query = sa.text('SELECT count(*) FROM one')
            self.assertEqual(0, connection.scalar(query))


class PluggedTestCase(base.BaseTestCase):
    def test_where_it_is_of_use(self):
        for url, parameters, told in (
            ('mysql+pymysql://u@host/cd', 'a=b', 'a=b&plugin=clouddesk'),
            ('postgresql://u@host/cd', '', 'plugin=clouddesk'),
            ('sqlite://', 'timeout=1', 'timeout=1'),
            (None, '', ''),
        ):
            self.assertEqual(told, pooling.plugged(url, parameters))
