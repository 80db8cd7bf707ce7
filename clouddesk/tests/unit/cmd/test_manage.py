"""clouddesk-manage."""

import io
import pathlib
from unittest import mock

from cryptography import fernet
import ddt
import fixtures
from oslotest import base

from clouddesk import db
from clouddesk import exceptions
from clouddesk import secrets
from clouddesk import states
from clouddesk.cloud import identity_admin
from clouddesk.cmd import manage
from clouddesk.db import clock
from clouddesk.db import migration
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import secrets as secrets_db
from clouddesk.tests.unit.db import base as db_base


class _ManageTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.addCleanup(db.close)
        # The command sets up logging for the whole process.
        self.useFixture(
            fixtures.MockPatch('oslo_log.log.setup', autospec=True)
        )
        self.use('sqlite:///%s' % (self.folder / 'db'))

    def use(self, url):
        text = '[database]\n'
        if url is not None:
            text += 'connection = %s\n' % url
        (self.folder / 'clouddesk.conf').write_text(text)

    def run_(self, *argv):
        """:returns: exit code, standard output, standard error"""
        config = ['--config-file', str(self.folder / 'clouddesk.conf')]
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch('sys.stdout', new=out),
            mock.patch('sys.stderr', new=err),
        ):
            try:
                code = manage.main([*config, *argv])
            except SystemExit as leaves:
                code = leaves.code
        return code, out.getvalue(), err.getvalue()

    def assertDone(self, text, *argv):
        code, out, err = self.run_(*argv)
        self.assertEqual((0, ''), (code, err))
        self.assertIn(text, out)

    def assertRefused(self, text, *argv, code=1):
        found, out, err = self.run_(*argv)
        self.assertEqual((code, ''), (found, out))
        self.assertIn(text, err)
        self.assertNotIn('Traceback', err)


@ddt.ddt
class DbTestCase(_ManageTestCase):
    def test_sync(self):
        self.assertDone('now', 'db', 'sync')
        self.assertEqual(migration.head(), migration.version())
        self.assertDone('already', 'db', 'sync')

    def test_version(self):
        self.assertDone('no tables', 'db', 'version')
        self.run_('db', 'sync')
        self.assertDone(migration.head(), 'db', 'version')

    def test_purge(self):
        self.run_('db', 'sync')
        order = desktop_orders.create(db_base.ORDER, db_base.SPEC, ['a'])
        with db.writer() as session:
            row = session.get(type(order), order.id)
            row.status = states.SUCCEEDED
            row.finished_at = clock.now(-8 * 86400)
        self.assertDone('0 finished', 'db', 'purge', '--days', '9')
        self.assertDone('1 finished', 'db', 'purge', '--days', '7')

    def test_purge_without_tables(self):
        self.assertRefused('db sync', 'db', 'purge', '--days', '1')

    @ddt.data(['--days', '-1'], ['--days', 'all'], [])
    def test_purge_needs_a_number(self, argv):
        self.assertRefused('--days', 'db', 'purge', *argv, code=2)

    @ddt.data(['sync'], ['version'], ['purge', '--days', '1'])
    def test_database_that_is_down(self, argv):
        self.use('mysql+pymysql://cd:secret@127.0.0.1:1/cd')
        code, _out, err = self.run_('db', *argv)
        self.assertEqual(1, code)
        self.assertIn('does not answer', err)
        self.assertNotIn('secret', err)

    @ddt.data(
        (None, 'not set'),
        ('nonsense', 'not a valid URL'),
        ('nothing://host/cd', 'driver'),
        ('sqlite:////nowhere/at/all', 'does not exist'),
    )
    @ddt.unpack
    def test_bad_connection(self, url, text):
        self.use(url)
        self.assertRefused(text, 'db', 'sync')

    def test_database_of_a_later_release(self):
        self.run_('db', 'sync')
        with db.engine().begin() as connection:
            connection.exec_driver_sql(
                "UPDATE alembic_version SET version_num = 'later'"
            )
        self.assertRefused('this release', 'db', 'sync')

    @ddt.data([], ['db'], ['db', 'drop'], ['project'], ['nonsense'])
    def test_usage(self, argv):
        code, _out, err = self.run_(*argv)
        self.assertEqual(2, code)
        self.assertIn('usage', err)

    def test_arguments_of_the_process(self):
        config = str(self.folder / 'clouddesk.conf')
        argv = ['clouddesk-manage', '--config-file', config, 'db', 'version']
        with (
            mock.patch('sys.argv', new=argv),
            mock.patch('sys.stdout', new=io.StringIO()) as out,
        ):
            self.assertEqual(0, manage.main())
        self.assertIn('no tables', out.getvalue())


@ddt.ddt
class ProjectTestCase(_ManageTestCase):
    def setUp(self):
        super().setUp()
        self.grant = self.useFixture(
            fixtures.MockPatchObject(
                identity_admin,
                'grant_member',
                autospec=True,
                return_value='Done.',
            )
        ).mock

    def test_project(self):
        self.assertDone('Done.', 'project', 'enable', 'class')
        self.grant.assert_called_once_with(
            None,
            project='class',
            domain=None,
            user='clouddesk',
            role='member',
            inherited=False,
        )

    def test_domain(self):
        argv = ['--domain', 'school', '--os-cloud', 'admin']
        argv += ['--user', 'cd', '--role', 'creator', '--inherited']
        self.assertDone('Done.', 'project', 'enable', *argv)
        self.grant.assert_called_once_with(
            'admin',
            project=None,
            domain='school',
            user='cd',
            role='creator',
            inherited=True,
        )

    def test_needs_no_database(self):
        self.use(None)
        self.assertDone('Done.', 'project', 'enable', 'class')

    @ddt.data([], ['class', '--domain', 'school'])
    def test_project_or_domain(self, argv):
        self.assertRefused('--domain', 'project', 'enable', *argv, code=2)

    def test_keystone_refuses(self):
        self.grant.side_effect = exceptions.CloudNotFound(
            kind='project', id='class'
        )
        self.assertRefused('project class', 'project', 'enable', 'class')


class ForgetTest(_ManageTestCase):
    def setUp(self):
        super().setUp()
        self.require_gone = self.useFixture(
            fixtures.MockPatchObject(
                identity_admin, 'require_gone', autospec=True
            )
        ).mock
        self.run_('db', 'sync')
        desktop_orders.create(db_base.ORDER, db_base.SPEC, ['Ada', 'Bob'])

    def test_what_is_left_is_told(self):
        code, out, _err = self.run_(
            *('project', 'forget', 'project', '--os-cloud', 'admin')
        )
        self.assertEqual(0, code)
        self.assertIn('2 desktops of project project', out)
        self.require_gone.assert_called_once_with('admin', 'project')
        self.assertDone('0 desktops', 'project', 'forget', 'project')

    def test_a_living_one(self):
        self.require_gone.side_effect = exceptions.Conflict('It is there.')
        self.assertRefused('It is there.', 'project', 'forget', 'project')
        self.require_gone.side_effect = None
        self.assertDone('2 desktops', 'project', 'forget', 'project')


class SecretsTest(_ManageTestCase):
    def test_key(self):
        """V15: each time a new key, and the older ones stay."""
        path = self.folder / 'secrets.keys'
        config = self.folder / 'clouddesk.conf'
        config.write_text('[secrets]\nkey_file = %s\n' % path)
        line = ['--config-file', str(config), 'secrets', 'key']
        for count in (1, 2):
            self.assertEqual(0, manage.main(line))
            self.assertEqual(count, len(path.read_text().split()))
        self.assertEqual(0o600, path.stat().st_mode & 0o777)

    def test_nowhere_to_put_it(self):
        config = self.folder / 'clouddesk.conf'
        config.write_text('[secrets]\nkey_file = /nowhere/at/all\n')
        line = ['--config-file', str(config), 'secrets', 'key']
        self.assertEqual(1, manage.main(line))


class RotateTest(_ManageTestCase):
    """V15: old keys can be taken away."""

    def setUp(self):
        super().setUp()
        self.file = self.folder / 'secrets.keys'
        config = self.folder / 'clouddesk.conf'
        more = '[secrets]\nkey_file = %s\n' % self.file
        config.write_text(config.read_text() + more)
        self.assertEqual(0, self.run_('db', 'sync')[0])
        self.assertEqual(0, self.run_('secrets', 'key')[0])
        self.old = self.file.read_text()
        self.kept = [secrets_db.add('school', self.seal(s)) for s in 'abc']
        self.assertEqual(0, self.run_('secrets', 'key')[0])
        self.patch(secrets, '_BATCH', 2)

    def box(self):
        keys = self.file.read_text().split()
        return fernet.MultiFernet([fernet.Fernet(each) for each in keys])

    def seal(self, text):
        return self.box().encrypt(text.encode()).decode()

    def read(self):
        rows = [secrets_db.get(each) for each in self.kept]
        return ''.join(self.box().decrypt(row).decode() for row in rows)

    def test_the_old_key_can_go(self):
        code, out, _err = self.run_('secrets', 'rotate')
        self.assertEqual(0, code)
        self.assertIn('3 secrets', out)
        self.file.write_text(self.file.read_text().split()[0])
        self.assertEqual('abc', self.read())
        self.assertEqual(0, self.run_('secrets', 'rotate')[0])

    def test_one_that_no_key_opens(self):
        secrets_db.replace(
            self.kept[1], secrets_db.get(self.kept[1]), 'rubbish'
        )
        code, _out, err = self.run_('secrets', 'rotate')
        self.assertEqual(1, code)
        self.assertIn('2 secrets', err)
        self.assertIn(self.kept[1], err)
        self.assertNotIn(self.kept[0], err)

    def test_no_keys(self):
        self.file.unlink()
        code, _out, err = self.run_('secrets', 'rotate')
        self.assertEqual(1, code)
        self.assertNotIn(self.kept[0], err)

    def test_another_store(self):
        config = self.folder / 'clouddesk.conf'
        config.write_text(config.read_text() + 'driver = castellan\n')
        code, _out, err = self.run_('secrets', 'rotate')
        self.assertEqual(1, code)
        self.assertIn('castellan', err)
