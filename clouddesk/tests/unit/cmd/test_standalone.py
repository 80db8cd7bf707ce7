import os
import pathlib
import stat
from unittest import mock

import fixtures
from oslo_config import cfg
from oslo_log import log as logging
import waitress

from clouddesk.api import app
from clouddesk.cmd import standalone
from clouddesk.conductor import service
from clouddesk.conf import api
from clouddesk.conf import cloud
from clouddesk.conf import conductor
from clouddesk.conf import secrets
from clouddesk.conf import service_auth
from clouddesk.db import migration
from clouddesk.db.api import leases
from clouddesk.tests.unit.cloud import own


class StandaloneTestCase(own.OwnCloudTestCase):
    """The options are read into a configuration of the test's own."""

    def setUp(self):
        super().setUp()
        self.home = self.useFixture(fixtures.TempDir())
        self.useFixture(
            fixtures.EnvironmentVariable('XDG_DATA_HOME', self.home.path)
        )
        self.conf = cfg.ConfigOpts()
        for module in (api, cloud, conductor, secrets, service_auth):
            # A group that is registered by itself shares its options with
            # all configurations.
            self.conf.register_group(cfg.OptGroup(module.GROUP.name))
            module.register_opts(self.conf)
        self.patch(standalone, 'CONF', self.conf)
        for name in ('setup', 'set_defaults'):
            self.useFixture(fixtures.MockPatchObject(logging, name))

    def configure(self, *argv):
        return standalone.configure(list(argv))


class ConfigureTest(StandaloneTestCase):
    def test_one_command_is_enough(self):
        folder = self.configure('--os-cloud', 'school')
        self.assertEqual(self.home.join('clouddesk'), str(folder))
        self.assertEqual('school', self.conf.cloud.os_cloud)
        self.assertEqual('RegionOne', self.conf.cloud.region_name)
        self.assertEqual('public', self.conf.cloud.interface)
        self.assertFalse(self.conf.conductor.listen_to_nova)
        self.assertEqual(
            'sqlite:///%s/school.sqlite' % folder,
            self.conf.database.connection,
        )

    def test_only_the_owner_may_look(self):
        mode = os.stat(self.configure()).st_mode
        self.assertEqual(0o700, stat.S_IMODE(mode))

    def test_the_environment_may_name_the_cloud(self):
        self.useFixture(fixtures.EnvironmentVariable('OS_CLOUD', 'school'))
        self.configure()
        self.assertEqual('school', self.conf.cloud.os_cloud)

    def test_the_environment_may_be_the_cloud(self):
        os.remove(self.clouds)
        for name, value in (
            ('OS_AUTH_URL', self.emulator.keystone.url + '/v3'),
            ('OS_USERNAME', 'tina'),
            ('OS_PASSWORD', 'secret'),
            ('OS_USER_DOMAIN_NAME', 'Default'),
            ('OS_PROJECT_ID', self.school.project_id),
        ):
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        self.configure()
        self.assertEqual('envvars', self.conf.cloud.os_cloud)

    def test_a_file_of_options_wins(self):
        file = pathlib.Path(self.home.join('options.conf'))
        file.write_text('[database]\nconnection = sqlite:////srv/x\n')
        self.configure('--config-file', str(file), '--data-dir', '~/desks')
        self.assertEqual('sqlite:////srv/x', self.conf.database.connection)


class OnlyOneTest(StandaloneTestCase):
    def test_a_second_process_is_refused_by_the_id_of_the_first(self):
        path = pathlib.Path(self.home.join('lock'))
        with standalone.only_one(path):
            taken = self.assertRaises(
                standalone.Taken, standalone.only_one(path).__enter__
            )
        self.assertIn(str(os.getpid()), str(taken))

    def test_it_may_start_again(self):
        path = pathlib.Path(self.home.join('lock'))
        for _each in range(2):
            with standalone.only_one(path):
                self.assertEqual(str(os.getpid()), path.read_text())


class MainTest(StandaloneTestCase):
    def setUp(self):
        super().setUp()
        for target, name in (
            (app, 'build'),
            (migration, 'upgrade'),
            (leases, 'release_all'),
            (service, 'Conductor'),
            (standalone.db, 'configure'),
            (standalone.rpc, 'init'),
            (standalone.signal, 'signal'),
        ):
            patched = self.useFixture(fixtures.MockPatchObject(target, name))
            setattr(self, name.lower(), patched.mock)
        self.server = self.useFixture(
            fixtures.MockPatchObject(waitress, 'create_server')
        ).mock
        self.out = self.useFixture(fixtures.StringStream('stdout')).stream
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', self.out))

    def printed(self):
        self.out.seek(0)
        return self.out.read()

    def run_until(self, error):
        self.server.return_value.run.side_effect = error
        return standalone.main(['--port', '18790'])

    def test_it_tells_how_to_point_the_client_to_it(self):
        self.assertEqual(0, self.run_until(SystemExit))
        self.assertIn(
            'OS_DESKTOP_ENDPOINT_OVERRIDE=http://127.0.0.1:18790/v1',
            self.printed(),
        )
        self.assertIn('export OS_CLOUD=school\n', self.printed())
        self.assertIn(self.school.project_id, self.printed())

    def test_ctrl_c_stops_it_cleanly(self):
        self.assertEqual(0, self.run_until(KeyboardInterrupt))
        self.conductor.return_value.stop.assert_called_once_with()

    def test_sigterm_stops_it_cleanly(self):
        self.assertEqual(0, self.run_until(SystemExit))
        self.conductor.return_value.stop.assert_called_once_with()
        self.assertRaises(SystemExit, standalone._leave)

    def test_the_messages_stay_in_the_process(self):
        self.run_until(SystemExit)
        self.init.assert_called_once_with(self.conf, 'fake://')

    def test_the_tables_are_made_before_the_conductor(self):
        order = mock.Mock()
        order.attach_mock(self.upgrade, 'upgrade')
        order.attach_mock(self.conductor, 'conductor')
        self.run_until(SystemExit)
        names = [call[0] for call in order.mock_calls]
        self.assertEqual(['upgrade', 'conductor'], names[:2])

    def test_an_unknown_cloud_is_told_in_one_line(self):
        self.assertIn('nowhere', standalone.main(['--os-cloud', 'nowhere']))
        self.conductor.assert_not_called()

    def test_no_cloud_at_all_is_told_in_one_line(self):
        os.remove(self.clouds)
        self.assertIn('auth_url', standalone.main([]))
        self.conductor.assert_not_called()

    def test_a_wrong_password_is_told_in_one_line(self):
        self.school.cloud.keystone.users[self.school.users['tina']][
            'password'
        ] = 'changed'
        self.assertIn('Keystone', standalone.main([]))
        self.conductor.assert_not_called()

    def test_a_port_that_is_taken(self):
        self.server.side_effect = OSError(98, 'Address already in use')
        self.assertIn(
            '127.0.0.1:8790: Address already in use', standalone.main([])
        )
        self.conductor.assert_not_called()

    def test_an_address_of_version_6(self):
        self.server.return_value.run.side_effect = SystemExit
        self.assertEqual(0, standalone.main(['--listen', '::1']))
        self.assertEqual('[::1]:8790', self.server.call_args.kwargs['listen'])
