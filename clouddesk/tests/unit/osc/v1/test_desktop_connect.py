import shlex
from unittest import mock

import fixtures

from clouddesk.osc import reach
from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

ADA = fakes.desktop(
    'Ada',
    addresses=[
        {'address': '10.0.0.5', 'version': 4, 'type': 'fixed'},
        {'address': '172.24.4.9', 'version': 4, 'type': 'floating'},
    ],
)
CONSOLE = {'type': 'novnc', 'protocol': 'vnc', 'url': 'http://c/?token=t'}
NOBODY = {'user': None, 'password': None, 'source': 'default'}
ACCOUNT = {'user': 'Admin', 'password': 'swordfish', 'source': 'image'}


class ConnectTest(base.ShellTest):
    def _answering(self, *pairs):
        """Let these (host, port) take connections, no others."""
        patch = mock.patch.object(
            reach,
            'answers',
            autospec=True,
            side_effect=lambda host, port, _seconds: (host, port) in pairs,
        )
        self.answers = patch.start()
        self.addCleanup(patch.stop)

    def setUp(self):
        super().setUp()
        self.know(ADA)
        path = f'/desktops/{ADA["id"]}/actions/'
        self.cloud.answer('POST', path + 'console', CONSOLE)
        self.login_path = path + 'login'
        self.cloud.answer('POST', self.login_path, NOBODY)

    def _asked(self):
        """The bodies of what was asked about the account."""
        return [
            body
            for _method, path, body in self.cloud.calls('POST')
            if path == self.login_path
        ]

    def _rdp(self, more=''):
        path = self.useFixture(fixtures.TempDir()).join('ada.rdp')
        way = self.json(f'desktop connect Ada --rdp {path} {more}')
        with open(path, encoding='utf-16') as stream:
            return way, stream.read()

    def test_i7_the_user_is_in_the_file_and_no_password(self):
        self._answering(('10.0.0.5', 3389))
        account = ACCOUNT | {'password': None}
        self.cloud.answer('POST', self.login_path, account)
        way, body = self._rdp()
        self.assertIn('username:s:Admin', body)
        self.assertNotIn('password', body)
        self.assertNotIn('login_password', way)
        self.assertEqual([{}], self._asked())

    def test_i7_the_password_is_shown_when_it_is_asked_for(self):
        self._answering(('10.0.0.5', 3389))
        self.cloud.answer('POST', self.login_path, ACCOUNT)
        way, body = self._rdp('--show-login')
        self.assertEqual(
            ('Admin', 'swordfish'),
            (way['login_user'], way['login_password']),
        )
        self.assertNotIn('swordfish', body)
        self.assertEqual([{'with_password': True}], self._asked())

    def test_i7_ssh(self):
        self._answering(('10.0.0.5', 22))
        self.cloud.answer('POST', self.login_path, ACCOUNT)
        way = self.json('desktop connect Ada --show-login')
        self.assertEqual('ssh -l Admin 10.0.0.5', way['command'])
        self.assertEqual('swordfish', way['login_password'])

    def test_the_password_of_somebody_else_is_not_shown(self):
        self._answering(('10.0.0.5', 22))
        self.cloud.answer('POST', self.login_path, ACCOUNT)
        way = self.json('desktop connect Ada --login bob --show-login')
        self.assertEqual(
            ('bob', None), (way['login_user'], way['login_password'])
        )

    def test_debug_output_does_not_tell_the_password(self):
        """House rule 11"""
        self._answering(('10.0.0.5', 22))
        self.cloud.answer('POST', self.login_path, ACCOUNT)
        code, out, err = self.openstack(
            '--debug desktop connect Ada --show-login'
        )
        self.assertEqual(0, code, err)
        self.assertIn('swordfish', out)
        self.assertNotIn('swordfish', err)

    def test_remote_desktop_is_best(self):
        self._answering(('10.0.0.5', 3389), ('172.24.4.9', 22))
        way = self.json('desktop connect Ada')
        self.assertEqual(
            {
                'desktop': 'Ada',
                'id': ADA['id'],
                'status': 'running',
                'method': 'rdp',
                'host': '10.0.0.5',
                'port': 3389,
                'command': 'openstack desktop connect Ada --rdp Ada.rdp',
            },
            way,
        )

    def test_a_name_is_no_option(self):
        """Made by somebody else, with a name template."""
        self._answering(('10.0.0.5', 3389))
        for name, file in (
            ('--os-cloud=evil01', './--os-cloud=evil01.rdp'),
            ('.bashrc1', './.bashrc1.rdp'),
            ('../../x1', './.._.._x1.rdp'),
            ('a;id1', "'a;id1.rdp'"),
        ):
            desktop = fakes.desktop(name, addresses=ADA['addresses'])
            self.know(desktop)
            words = self.json('desktop connect ' + desktop['id'])['command']
            known = desktop['id'] if name.startswith('-') else name
            self.assertEqual(
                'openstack desktop connect %s --rdp %s'
                % (shlex.quote(known), file),
                words,
            )

    def test_then_ssh_at_the_floating_address(self):
        self._answering(('10.0.0.5', 22), ('172.24.4.9', 22))
        way = self.json('desktop connect Ada --login ada')
        self.assertEqual('ssh', way['method'])
        self.assertEqual('172.24.4.9', way['host'])
        self.assertEqual('ssh -l ada 172.24.4.9', way['command'])

    def test_debug_output_does_not_tell_the_token(self):
        """House rule 11: but the address that was asked for."""
        code, out, err = self.openstack('--debug desktop console Ada')
        self.assertEqual(0, code, err)
        self.assertIn('token=t', out)
        self.assertIn('REQ: curl', err)
        self.assertNotIn('token=t', err)

    def test_then_the_console(self):
        self._answering()
        code, out, err = self.openstack('desktop connect Ada')
        self.assertEqual(0, code)
        self.assertIn(CONSOLE['url'], out)
        self.assertIn('browser', err)

    def test_the_console_without_a_try(self):
        self._answering(('10.0.0.5', 3389))
        way = self.json('desktop connect Ada --console')
        self.assertEqual(
            ('console', CONSOLE['url']), (way['method'], way['url'])
        )
        self.answers.assert_not_called()

    def test_ssh_although_nothing_answers(self):
        self._answering()
        code, out, err = self.openstack('desktop connect Ada --ssh')
        self.assertEqual(0, code)
        self.assertIn('ssh 172.24.4.9', out)
        self.assertIn('No address of Ada answers on port 22', err)

    def test_a_file_for_remote_desktop(self):
        """T10"""
        self._answering(('172.24.4.9', 3389))
        path = self.useFixture(fixtures.TempDir()).join('ada.rdp')
        way = self.json(f'desktop connect Ada --rdp {path} --login ada')
        self.assertEqual(('rdp', path), (way['method'], way['file']))
        with open(path, encoding='utf-16') as stream:
            body = stream.read()
        self.assertIn('full address:s:172.24.4.9:3389', body)
        self.assertIn('username:s:ada', body)
        self.assertIn('bitmapcachepersistenable:i:0', body)

    def test_a_desktop_without_an_address(self):
        self._answering()
        self.know(ADA | {'addresses': []})
        self.assertIn(
            'has no address', self.complain('desktop connect Ada --ssh')
        )

    def test_it_says_why_there_is_no_way_in(self):
        fault = {'code': 'build_failed', 'message': 'No valid host.'}
        for attrs, told in (
            ({'status': 'off'}, 'desktop start --wait Ada'),
            ({'status': 'fault', 'fault': fault}, 'No valid host.'),
            ({'status': 'fault', 'fault': None}, 'desktop retry --wait Ada'),
            (
                {'status': 'building', 'work_order_id': 'w1'},
                'is building. Follow it with:\n'
                '    openstack desktop work order show --wait w1',
            ),
            ({'status': 'migrating'}, 'Ada is migrating.\n'),
        ):
            self.know(ADA | attrs)
            code, out, err = self.openstack('desktop connect Ada -f value')
            self.assertEqual(1, code)
            self.assertIn(told, err)
            self.assertIn(attrs['status'], out)


class ConsoleTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know(ADA)
        self.path = f'/desktops/{ADA["id"]}/actions/console'

    def test_the_kinds(self):
        """V30"""
        self.cloud.answer('POST', self.path, CONSOLE)
        for option, body in (
            ('', {}),
            (' --novnc', {'type': 'novnc'}),
            (' --spice', {'type': 'spice-html5'}),
            (' --serial', {'type': 'serial'}),
        ):
            shown = self.json('desktop console Ada' + option)
            self.assertEqual(CONSOLE, shown)
            self.assertEqual(body, self.cloud.calls('POST')[-1][2])

    def test_i7_what_to_log_in_with(self):
        self.cloud.answer('POST', self.path, CONSOLE | {'login': ACCOUNT})
        shown = self.json('desktop console Ada --show-login')
        self.assertEqual(
            CONSOLE | {'login_user': 'Admin', 'login_password': 'swordfish'},
            shown,
        )
        self.assertEqual({'login': True}, self.cloud.calls('POST')[-1][2])

    def test_only_while_running(self):
        message = 'Desktop Ada is off; console needs running.'
        self.cloud.refuse('POST', self.path, 409, message)
        self.assertEqual(message + '\n', self.complain('desktop console Ada'))
