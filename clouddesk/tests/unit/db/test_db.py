"""Transactions: begin, end, and getting along."""

import threading
from unittest import mock

import fixtures
from oslo_config import cfg
from oslo_db import exception as db_exc
from oslo_db import options
from oslotest import base as oslo_base
import sqlalchemy as sa

from clouddesk import db
from clouddesk.db import models
from clouddesk.db.api import desktops
from clouddesk.tests.unit.db import base


class TransactionTestCase(base.DatabaseTestCase):
    def test_writer_commits(self):
        desktop = self.desktop()
        with db.writer() as session:
            session.get_one(models.Desktop, desktop.id).note = 'kept'
        self.assertEqual('kept', desktops.get(desktop.id).note)

    def test_writer_rolls_back_on_error(self):
        desktop = self.desktop()
        with self.assertRaisesRegex(ValueError, 'no'), db.writer() as session:
            session.get_one(models.Desktop, desktop.id).note = 'lost'
            session.flush()
            raise ValueError('no')
        self.assertEqual('', desktops.get(desktop.id).note)

    def test_reader_does_not_write(self):
        desktop = self.desktop()
        with db.reader() as session:
            session.get_one(models.Desktop, desktop.id).note = 'lost'
        self.assertEqual('', desktops.get(desktop.id).note)

    def test_foreign_keys_are_kept(self):
        with self.assertRaises(db_exc.DBReferenceError):
            self.write(
                sa.update(models.Desktop)
                .filter_by(id=self.desktop().id)
                .values(pool_id='nowhere')
            )

    def test_errors_do_not_tell_what_was_written(self):
        """House rule 11: they go to the log."""
        statement = (
            sa.update(models.Desktop)
            .filter_by(id=self.desktop().id)
            .values(pool_id='nowhere', user_data='swordfish')
        )
        error = self.assertRaises(
            db_exc.DBReferenceError, self.write, statement
        )
        causes = [error, error.inner_exception, error.__cause__]
        self.assertNotIn('swordfish', ' '.join(map(repr, causes)))
        self.assertNotIn('swordfish', ' '.join(map(str, causes)))

    def test_names_of_any_script_are_kept(self):
        """V12: also Chinese outside the basic plane."""
        desktop = self.desktop()
        desktops.update(desktop.id, {'name': '計算機\U00020000'})
        found = desktops.get(desktop.id)
        self.assertEqual('計算機\U00020000', found.name)

    def test_writers_in_threads_wait_for_each_other(self):
        desktop = self.desktop()
        start = threading.Barrier(4)

        def add():
            start.wait()
            for _each in range(5):
                _add_one(desktop.id)

        threads = [threading.Thread(target=add) for _each in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(2 + 20, desktops.get(desktop.id).vcpus)

    def test_the_first_ones_get_along(self):
        """In a new file of SQLite, whatever the other tests run on."""
        folder = self.useFixture(fixtures.TempDir())
        for turn in range(200):
            url = 'sqlite:///' + folder.join(str(turn))
            db.configure(self.database.conf, connection=url)
            results = self.at_once(*[_look] * 8)
            self.assertEqual(['answers'], list(results))


def _look():
    with db.reader() as session:
        session.execute(sa.text('SELECT 1'))


@db.retry_on_deadlock
def _add_one(desktop_id):
    with db.writer() as session:
        # A read before the write is what SQLite would refuse.
        session.scalar(sa.select(sa.func.count(models.Pool.id)))
        session.execute(
            sa.update(models.Desktop)
            .filter_by(id=desktop_id)
            .values(vcpus=models.Desktop.vcpus + 1),
            execution_options={'synchronize_session': False},
        )


class RetryTestCase(oslo_base.BaseTestCase):
    def test_deadlock_runs_the_writer_again(self):
        answers = [db_exc.DBDeadlock(), db_exc.DBConsistencyError(), 'done']
        writer = mock.Mock(side_effect=answers, __qualname__='writer')
        with mock.patch('time.sleep', autospec=True):
            self.assertEqual('done', db.retry_on_deadlock(writer)())

    def test_other_errors_are_not_repeated(self):
        writer = mock.Mock(side_effect=db_exc.DBConnectionError())
        self.assertRaises(
            db_exc.DBConnectionError, db.retry_on_deadlock(writer)
        )
        writer.assert_called_once_with()


class ConfigureTestCase(oslo_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(db.close)
        self.conf = cfg.ConfigOpts()
        options.set_defaults(self.conf)
        self.conf([])

    def test_unconfigured(self):
        db.close()
        self.assertRaisesRegex(RuntimeError, 'configure', db.engine)

    def test_no_connection_fails_at_first_use(self):
        db.configure(self.conf)
        self.assertRaises(db_exc.CantStartEngineError, db.engine)

    def test_override_wins(self):
        self.conf.set_override('connection', 'sqlite:///no', 'database')
        db.configure(self.conf, connection='sqlite://')
        self.assertEqual('', db.engine().url.database or '')

    def test_second_call_moves_on(self):
        db.configure(self.conf, connection='sqlite://')
        first = db.engine()
        db.configure(self.conf, connection='sqlite://')
        self.assertIsNot(first, db.engine())

    def test_mysql_speaks_all_of_unicode(self):
        url = 'mysql+pymysql://u:p@host/cd'
        self.assertEqual('charset=utf8mb4', db._url_parameters(url))
        self.assertEqual('charset=utf8mb4', db._url_parameters(url + '?a=b'))

    def test_parameters_of_the_operator_stay(self):
        url = 'mysql+pymysql://u:p@host/cd?charset=latin1'
        self.assertEqual('', db._url_parameters(url))
        self.conf.set_override(
            'connection_parameters', 'timeout=1', 'database'
        )
        db.configure(self.conf, connection='sqlite://')
        self.assertEqual({'timeout': '1'}, dict(db.engine().url.query))

    def test_others_are_left_alone(self):
        self.assertEqual('', db._url_parameters('postgresql://u@host/cd'))
        self.assertEqual('', db._url_parameters(None))
