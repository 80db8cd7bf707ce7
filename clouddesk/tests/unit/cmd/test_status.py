"""clouddesk-status upgrade check."""

import io
import json
import pathlib
from unittest import mock

import fixtures
from oslo_upgradecheck import upgradecheck
from oslotest import base

from clouddesk import db
from clouddesk.cmd import status
from clouddesk.db import migration

SUCCESS = upgradecheck.Code.SUCCESS
FAILURE = upgradecheck.Code.FAILURE


class StatusTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.addCleanup(db.close)
        self.useFixture(fixtures.MockPatchObject(upgradecheck, 'CONF', None))
        self.write('sqlite:///%s' % (self.folder / 'db'))

    def write(self, url, policy='policy.yaml'):
        self.config = self.folder / 'clouddesk.conf'
        self.config.write_text(
            '[database]\nconnection = %s\n[oslo_policy]\npolicy_file = %s\n'
            % (url, self.folder / policy)
        )

    def check(self):
        """:returns: exit code, and code and details of each check"""
        argv = ['--config-file', str(self.config)]
        argv += ['upgrade', 'check', '--json']
        with mock.patch('sys.stdout', new=io.StringIO()) as out:
            code = status.main(argv)
        checks = json.loads(out.getvalue())['checks']
        return code, {
            each['check']: (each['result'], each['details']) for each in checks
        }

    def sync(self):
        with mock.patch('sys.stdout', new=io.StringIO()):
            self.check()
            migration.upgrade()

    def test_ready(self):
        self.sync()
        code, checks = self.check()
        self.assertEqual(SUCCESS, code)
        self.assertEqual((SUCCESS, None), checks['Database'])
        self.assertEqual((SUCCESS, None), checks['Policy file format'])

    def test_no_tables(self):
        code, checks = self.check()
        self.assertEqual(FAILURE, code)
        self.assertEqual(FAILURE, checks['Database'][0])
        self.assertIn('clouddesk-manage db sync', checks['Database'][1])

    def test_database_that_is_down(self):
        self.write('mysql+pymysql://cd:secret@127.0.0.1:1/cd')
        code, checks = self.check()
        self.assertEqual(FAILURE, code)
        self.assertIn('does not answer', checks['Database'][1])
        self.assertNotIn('secret', checks['Database'][1])

    def test_database_of_a_later_release(self):
        self.sync()
        with db.engine().begin() as connection:
            connection.exec_driver_sql(
                "UPDATE alembic_version SET version_num = 'later'"
            )
        _code, checks = self.check()
        self.assertEqual(FAILURE, checks['Database'][0])
        self.assertIn('later', checks['Database'][1])

    def test_policy_in_json(self):
        self.sync()
        (self.folder / 'policy.json').write_text('{}')
        self.write('sqlite:///%s' % (self.folder / 'db'), 'policy.json')
        code, checks = self.check()
        self.assertEqual(FAILURE, code)
        self.assertEqual(FAILURE, checks['Policy file format'][0])

    def test_arguments_of_the_process(self):
        with (
            mock.patch('sys.argv', new=['clouddesk-status']),
            mock.patch('sys.stderr', new=io.StringIO()),
        ):
            error = self.assertRaises(SystemExit, status.main)
        self.assertEqual(2, error.code)
