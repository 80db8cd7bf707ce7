import base64
import email
import pathlib

import ddt
import fixtures
from oslo_config import fixture as config_fixture
from oslotest import base
import yaml

from clouddesk import exceptions
from clouddesk import first_boot
from clouddesk.conf import CONF

SCRIPT = '#!/bin/sh\necho 1\n'
KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB'


class FirstBootTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        config = self.useFixture(config_fixture.Config(CONF)).config
        config(group='desktop', components_dir=str(self.folder))

    def offer(self, name, text):
        (self.folder / name).write_bytes(text.encode())

    def parts(self, *args):
        """Type, name and text of each part, as a guest takes them."""
        whole = email.message_from_string(first_boot.compose(*args))
        return [
            (
                part.get_content_type(),
                part.get_filename(),
                part.get_payload(decode=True).decode(),
            )
            for part in whole.walk()
            if not part.is_multipart()
        ]

    def account(self, *args):
        return yaml.safe_load(self.parts(None, (), *args)[-1][2])


@ddt.ddt
class ComposeTest(FirstBootTest):
    """V17: one user data from what tenant and operator want."""

    def test_nothing(self):
        self.assertIsNone(first_boot.compose(None))

    @ddt.data(SCRIPT, '#cloud-config\n', 'whatever\r\n\x1b')
    def test_alone_it_goes_as_it_is(self, text):
        self.assertEqual(text, first_boot.compose(text))

    def test_components_run_first_and_in_their_order(self):
        self.offer('join.ps1', '#ps1_sysnative\r\nAdd-Computer 学\r\n')
        self.offer('tools.yaml', '#cloud-config\npackages: [vim]\n')
        self.assertEqual(
            [
                (
                    'text/cloud-config',
                    'tools',
                    '#cloud-config\npackages: [vim]\n',
                ),
                (
                    'text/x-shellscript',
                    'join',
                    '#ps1_sysnative\r\nAdd-Computer 学\r\n',
                ),
                ('text/x-shellscript', 'user-data', SCRIPT),
            ],
            self.parts(SCRIPT, ['tools', 'join']),
        )

    @ddt.data(
        '#!/bin/sh\nFrom here\n.\n--===============\n',
        '#!/bin/sh\n\n\nno newline at the end',
        '#!/bin/sh\r\nwindows\r\n',
        '#!/bin/sh\nlone \r return\n',
        '#!/bin/sh\n' + 'x' * 5000,
        '#!/bin/sh\n学校 ∑ \x07\n',
    )
    def test_every_byte_arrives(self, text):
        self.offer('c.sh', SCRIPT)
        self.assertEqual(text, self.parts(text, ['c'])[1][2])

    def test_a_tenant_cannot_end_the_part_of_another(self):
        """Injection: a boundary in the text is none of the whole."""
        self.offer('c.sh', SCRIPT)
        first = first_boot.compose(SCRIPT, ['c'])
        boundary = email.message_from_string(first).get_boundary()
        evil = (
            '#!/bin/sh\n--%s--\n--%s\nContent-Type: text/cloud-config\n\n'
            '#cloud-config\nusers: [evil]\n' % (boundary, boundary)
        )
        parts = self.parts(evil, ['c'])
        self.assertEqual(2, len(parts))
        self.assertEqual(evil, parts[1][2])

    def test_several_parts_stay_several(self):
        inner = (
            'Content-Type: multipart/mixed; boundary="b"\n'
            'MIME-Version: 1.0\n\n--b\nContent-Type: text/x-shellscript\n\n'
            '#!/bin/sh\n--b\nContent-Type: text/cloud-config\n\n'
            '#cloud-config\n--b--\n'
        )
        self.offer('c.sh', SCRIPT)
        self.assertEqual(
            ['text/x-shellscript', 'text/x-shellscript', 'text/cloud-config'],
            [kind for kind, _name, _text in self.parts(inner, ['c'])],
        )

    def test_of_no_kind_it_can_only_be_alone(self):
        self.offer('c.sh', SCRIPT)
        for text in ('echo 1', 'MIME-Version: 1.0\n\nnone'):
            error = self.assertRaises(
                exceptions.Invalid, first_boot.compose, text, ['c']
            )
            self.assertEqual('user_data', error.details['field'])
            self.assertIn('#cloud-config', error.text)

    def test_a_component_that_is_not_offered_any_more(self):
        for name in ('gone', '../gone', 'bad'):
            (self.folder / 'bad.sh').write_bytes(b'#!\xff')
            error = self.assertRaises(
                exceptions.BuildFailed, first_boot.compose, None, [name]
            )
            self.assertIn(name, error.text)


class AccountTest(FirstBootTest):
    """V15: an account with a password or a key."""

    def test_password(self):
        found = self.account(first_boot.Account('ada', None, '$6$x$y'))
        (default, user) = found['users']
        self.assertEqual('default', default)
        self.assertEqual('ada', user['name'])
        self.assertEqual('$6$x$y', user['hashed_passwd'])
        self.assertIs(False, user['lock_passwd'])
        self.assertIs(True, found['ssh_pwauth'])

    def test_key(self):
        found = self.account(first_boot.Account('ada', KEY))
        user = found['users'][1]
        self.assertEqual([KEY], user['ssh_authorized_keys'])
        self.assertIs(True, user['lock_passwd'])
        self.assertNotIn('hashed_passwd', user)
        self.assertIs(False, found['ssh_pwauth'])

    def test_nobodys_users_get_lost(self):
        """It is merged into what the tenant's own cloud-config says."""
        text = first_boot.compose(
            '#cloud-config\nusers: [bob]\n',
            (),
            first_boot.Account('ada', KEY),
        )
        last = email.message_from_string(text).get_payload()[-1]
        self.assertIn('list(append)', last['Merge-Type'])
        self.assertTrue(last.get_payload().startswith('#cloud-config\n'))

    def test_values_cannot_become_structure(self):
        """Injection: whatever a value holds, it stays that value."""
        evil = (
            "x'\n- name: root\n  sudo: ALL #: {\"a\": &a [*a]}\n---\n!!int 1"
        )
        found = self.account(first_boot.Account(evil, evil))
        (_default, user) = found['users']
        self.assertEqual(evil, user['name'])
        self.assertEqual([evil], user['ssh_authorized_keys'])

    def test_the_hash_is_not_in_the_repr(self):
        account = first_boot.Account('ada', None, '$6$x$y')
        self.assertNotIn('$6$', repr(account))


class CheckTest(FirstBootTest):
    def test_only_what_is_offered(self):
        self.offer('tools.sh', SCRIPT)
        for name in ('Big Name.sh', '.hidden', '-x.sh'):
            self.offer(name, SCRIPT)
        self.assertEqual(['tools'], list(first_boot.offered()))
        error = self.assertRaises(
            exceptions.Invalid, first_boot.check, None, ['tools', 'x'], None
        )
        self.assertEqual(['tools'], error.details['limit'])
        first_boot.check(None, ['tools'], None)

    def test_nothing_is_offered(self):
        self.folder.rmdir()
        self.assertEqual({}, first_boot.offered())

    def test_the_whole_must_fit_into_nova(self):
        """Together they may be too long, though each is not."""
        first_boot.check('#!' + 'x' * 32766, (), None)
        self.offer('big.sh', '#!' + '学' * 6000)
        first_boot.check(SCRIPT, ['big'], first_boot.Account('ada'))
        error = self.assertRaises(
            exceptions.Invalid,
            first_boot.check,
            '#!' + 'x' * 32766,
            ['big'],
            None,
        )
        self.assertEqual(65535, error.details['limit'])

    def test_it_counts_what_nova_counts(self):
        text = first_boot.compose(SCRIPT, (), first_boot.Account('ada', KEY))
        coded = base64.b64encode(text.encode())
        self.assertLess(len(coded), 4096)
