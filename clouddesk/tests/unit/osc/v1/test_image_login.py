from unittest import mock

import fixtures

from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

WIN = fakes.image()
PATH = '/images/%s/login' % WIN['id']
KEPT = {'user': 'Administrator', 'has_password': True, 'source': 'image'}
SET = 'desktop image login set win11 --user Administrator'


class ImageLoginTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know_our_images(WIN)
        self.cloud.answer('PUT', PATH, KEPT)

    def sent(self):
        return self.cloud.calls('PUT')[-1][2]

    def typed(self, *passwords):
        return mock.patch(
            'getpass.getpass', autospec=True, side_effect=passwords
        )

    def test_i7_the_password_is_asked_for(self):
        for option in ('', ' --password-prompt'):
            with self.typed('swordfish', 'swordfish'):
                out = self.succeed(SET + option)
            self.assertEqual(
                {'user': 'Administrator', 'password': 'swordfish'},
                self.sent(),
            )
            self.assertNotIn('swordfish', out)

    def test_i7_from_a_file(self):
        path = self.useFixture(fixtures.TempDir()).join('pw')
        with open(path, 'w') as file:
            file.write('pass word \r\n')
        self.assertEqual(KEPT, self.json(SET + ' --password-file ' + path))
        self.assertEqual('pass word ', self.sent()['password'])

    def test_i7_from_the_standard_input(self):
        self.succeed(SET + ' --password-file -', stdin='swordfish\nmore\n')
        self.assertEqual('swordfish', self.sent()['password'])

    def test_never_an_argument(self):
        """Everybody on the computer sees those."""
        self.complain(SET + ' --password swordfish', code=2)

    def test_what_is_no_password(self):
        with self.typed('one', 'two'):
            self.assertIn('differ', self.complain(SET))
        with self.typed('', ''):
            self.assertIn('empty', self.complain(SET))
        told = self.complain(SET + ' --password-file -', stdin='')
        self.assertIn('empty', told)
        told = self.complain(SET + ' --password-file /nowhere/at/all')
        self.assertIn('cannot be read', told)
        self.assertEqual([], self.cloud.calls('PUT'))

    def test_debug_output_does_not_tell_it(self):
        """House rule 11"""
        with self.typed('swordfish', 'swordfish'):
            code, out, err = self.openstack('--debug ' + SET)
        self.assertEqual(0, code, err)
        self.assertIn('REQ: curl', err)
        self.assertNotIn('swordfish', out + err)

    def test_i7_show(self):
        self.cloud.answer('GET', PATH, KEPT)
        self.assertEqual(KEPT, self.json('desktop image login show win11'))

    def test_i7_unset(self):
        self.cloud.answer('DELETE', PATH, status_code=204)
        self.succeed('desktop image login unset win11')
        self.assertEqual(PATH, self.cloud.calls('DELETE')[-1][1])
