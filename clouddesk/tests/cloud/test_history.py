"""The account of an image, and the history, on a real cloud."""

import fixtures
from openstack import exceptions

from clouddesk.tests.cloud import base

_PASSWORD = 'Correct horse 1'  # noqa: S105 - of a test


class HistoryTest(base.CloudTest):
    def setUp(self):
        super().setUp()
        self.reader = self.connect(base.READER)
        self.stranger = self.connect(base.STRANGER)
        self.image = self.make_image()

    def keep(self):
        path = self.useFixture(fixtures.TempDir()).join('password')
        with open(path, 'w') as file:
            file.write(_PASSWORD + '\n')
        return self.json(
            *('image', 'login', 'set', self.image.name, '--user', 'Admin'),
            *('--password-file', path),
        )

    def told(self, *words, cloud=base.MEMBER):
        rows = self.json(*words, cloud=cloud)
        return [(row['Action'], row['Outcome']) for row in rows]

    def test_i7_v38_the_account_of_an_image(self):
        self.assertEqual(
            {'user': 'Admin', 'has_password': True, 'source': 'image'},
            self.keep(),
        )
        glance = self.connection.image.get('/images/' + self.image.id)
        self.assertNotIn('Admin', glance.text)
        self.assertNotIn(_PASSWORD, glance.text)
        desktop = self.name()
        self.openstack(
            *('create', desktop, '--image', self.image.id),
            *base.FAKE_SPEC,
            '--wait',
        )
        user_id = self.reader.current_user_id
        self.openstack('assign', desktop, '--user', user_id)
        file = self.useFixture(fixtures.TempDir()).join('desktop.rdp')
        connect = ('connect', desktop, '--rdp', file)
        way = self.json(*connect, '--show-login', cloud=base.READER)
        self.assertEqual(
            ('Admin', _PASSWORD), (way['login_user'], way['login_password'])
        )
        way = self.json(*connect, cloud=base.READER)
        self.assertNotIn('login_password', way)
        with open(file, encoding='utf-16') as stream:
            content = stream.read()
        self.assertIn('username:s:Admin', content)
        self.assertNotIn(_PASSWORD, content)
        self.assertRaises(
            exceptions.NotFoundException,
            self.stranger.desktop.get_desktop_login,
            way['id'],
            with_password=True,
        )
        told = self.told('event', 'list', cloud=base.READER)
        self.assertIn(('desktop.login', 'success'), told)

    def test_i7_who_may_look_after_it(self):
        for cloud, error in (
            (self.reader, exceptions.ForbiddenException),
            (self.stranger, exceptions.NotFoundException),
        ):
            for verb, words in (
                ('get', ()),
                ('set', ('a', 'b')),
                ('delete', ()),
            ):
                call = getattr(cloud.desktop, verb + '_image_login')
                self.assertRaises(error, call, self.image.id, *words)
        self.keep()
        self.openstack('image', 'login', 'unset', self.image.name)
        shown = self.json('image', 'login', 'show', self.image.name)
        self.assertEqual('default', shown['source'])

    def test_m22_the_history_of_an_image_that_is_gone(self):
        self.keep()
        name = self.image.name
        self.openstack('image', 'set', name, '--note', 'old')
        self.openstack('image', 'delete', '--yes', '--wait', name)
        self.assertEqual(
            [
                ('image.delete', 'success'),
                ('image.delete', 'pending'),
                ('image.update', 'success'),
                ('image.set_login', 'success'),
            ],
            self.told('image', 'history', self.image.id),
        )
        self.openstack(
            'image', 'history', self.image.id, cloud=base.STRANGER, code=1
        )
        (first, *_rest) = self.json('event', 'list', '--limit', '1')
        self.assertEqual(name, first['Subject']['name'])
