"""What new desktops are told to do at their first boot."""

import base64
import email
import pathlib

import fixtures
from oslo_config import fixture as config_fixture
from passlib import hash as password_hash
import yaml

from clouddesk.conf import CONF
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base

SCRIPT = '#!/bin/sh\necho 学 >/marker\n'
PASSWORD = 'Swordfish-4711'


class FirstBootTest(base.FunctionalTestCase):
    """V15, V17"""

    def told(self):
        """What Nova was given for each server."""
        return [
            server.user_data and base64.b64decode(server.user_data).decode()
            for server in self.nova.servers.values()
        ]

    def users(self):
        """The accounts, as cloud-init would make them."""
        (text,) = self.told()
        part = email.message_from_string(text).get_payload()[-1]
        return yaml.safe_load(part.get_payload(decode=True))['users'][1:]

    def test_nothing_is_told_unasked(self):
        self.build_desktop()
        self.assertEqual([None], self.told())

    def test_user_data(self):
        """V17: alone it arrives as it is, and is never shown."""
        desktop_id = self.build_desktop(user_data=SCRIPT)
        self.assertEqual([SCRIPT], self.told())
        desktop = self.desktop(desktop_id)
        self.assertTrue(desktop['has_user_data'])
        self.assertNotIn('marker', str(desktop))

    def test_a_password(self):
        """V15: the guest can check it, nobody can read it."""
        pool_id = self.build_pool(
            1, login={'user': 'ada', 'password': PASSWORD}
        )
        (user,) = self.users()
        self.assertEqual('ada', user['name'])
        hashed = user['hashed_passwd']
        self.assertTrue(password_hash.sha512_crypt.verify(PASSWORD, hashed))
        shown = {'user': 'ada', 'method': 'password'}
        self.assertEqual(shown, self.pool(pool_id)['login'])
        # A desktop that comes later has the same.
        self.finish(self.act('pools', pool_id, 'resize', size=2))
        self.assertEqual(1, len(set(map(len, self.told()))))

    def test_a_password_is_in_no_file(self):
        self.build_pool(1, login={'user': 'ada', 'password': PASSWORD})
        folder = pathlib.Path(self.service.config_file).parent
        for path in folder.rglob('*'):
            if path.is_file():
                data = path.read_bytes()
                self.assertNotIn(PASSWORD.encode(), data, path)
                self.assertNotIn(b'$6$', data, path)

    def test_a_key_pair_of_nova(self):
        """V15"""
        key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8Q'
        key += 'ERITFBUWFxgZGhscHR4f'
        self.nova.key_pairs['my key'] = key + ' ada@home\n'
        self.build_desktop(login={'user': 'ada', 'key_name': 'my key'})
        (user,) = self.users()
        self.assertEqual([key], user['ssh_authorized_keys'])

    def test_a_key_pair_that_is_not_there(self):
        refusal = self.assertRaises(
            service.Refusal,
            self.create_desktop,
            login={'user': 'ada', 'key_name': 'none'},
        )
        self.assertEqual(400, refusal.status)

    def test_components(self):
        """V17: the operator's come first."""
        self.needs_more_than_one_person(standalone.OTHER_OPTIONS)
        folder = self.useFixture(fixtures.TempDir())
        pathlib.Path(folder.join('tools.yaml')).write_text('#cloud-config\n')
        config = self.useFixture(config_fixture.Config(CONF)).config
        config(group='desktop', components_dir=folder.path)
        self.build_desktop(components=['tools'], user_data=SCRIPT)
        (text,) = self.told()
        parts = email.message_from_string(text).get_payload()
        self.assertEqual(
            ['tools', 'user-data'], [part.get_filename() for part in parts]
        )
        self.assertEqual(SCRIPT, parts[1].get_payload(decode=True).decode())

    def test_a_rebuild_tells_it_again(self):
        """V48: the secret is there as long as the desktop."""
        desktop_id = self.build_desktop(
            login={'user': 'ada', 'password': PASSWORD}
        )
        before = self.users()
        self.finish(self.act('desktops', desktop_id, 'rebuild'))
        self.assertEqual(before, self.users())
