"""V15: the account that a desktop is made with."""

import dataclasses

import ddt
import fixtures
from passlib import hash as password_hash
import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import secrets
from clouddesk.db import models
from clouddesk.drivers.secret_store import keys
from clouddesk.tests.unit.api import base

PASSWORD = 'swordfish 学 {"$6"}'
KEY = (
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxg'
    'ZGhscHR4f'
)


@ddt.ddt
class LoginTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        file = self.useFixture(fixtures.TempDir()).join('secrets.keys')
        keys.add(file)
        self.config(group='secrets', key_file=file)
        self.compute = self.cloud.user.compute

    def create(self, login, noun='desktops', **more):
        body = {'name': 'Ada', 'image_id': base.IMAGE}
        body |= {'flavor_id': base.FLAVOR, 'login': login}
        return self.post('/v1/' + noun, body | more)

    def row(self):
        with db.reader() as session:
            return session.scalars(sa.select(models.Desktop)).one()

    def shown(self):
        return self.get('/v1/desktops').json['desktops'][0]['login']

    def refuse(self, login, field='login'):
        answer = self.create(login)
        return self.assert_error(answer, 400, 'invalid', field)

    def test_only_a_hash_of_the_password_is_kept(self):
        answer = self.create({'user': 'ada', 'password': PASSWORD})
        self.assertEqual(202, answer.status_int)
        hashed = secrets.reveal(self.row().secret_ref)
        self.assertTrue(hashed.startswith('$6$rounds='))
        self.assertTrue(password_hash.sha512_crypt.verify(PASSWORD, hashed))
        self.assertEqual({'user': 'ada', 'method': 'password'}, self.shown())

    def test_nobody_can_read_it(self):
        """Not the password, not its hash: no answer, no log, no table."""
        logged = self.useFixture(fixtures.FakeLogger(level=0))
        answers = [self.create({'user': 'ada', 'password': PASSWORD})]
        answers.append(self.create({'user': 'ada', 'password': 'x' * 73}))
        for path in ('/v1/desktops', '/v1/work-orders'):
            answers.append(self.get(path))
        order = answers[0].json['id']
        answers.append(self.get('/v1/work-orders/' + order))
        said = logged.output + ''.join(each.text for each in answers)
        with db.engine().connect() as connection:
            for table in models.Base.metadata.sorted_tables:
                said += repr(connection.execute(sa.select(table)).all())
        for text in ('swordfish', '$6$', 'rounds=', 'x' * 73):
            self.assertNotIn(text, said)

    def test_a_pool_shares_one(self):
        self.create(
            {'user': 'ada', 'password': PASSWORD}, 'pools', size=3, name='lab'
        )
        with db.reader() as session:
            pool = session.scalars(sa.select(models.Pool)).one()
            rows = session.scalars(sa.select(models.Desktop)).all()
            kept = session.scalars(sa.select(models.Secret)).all()
        self.assertEqual({pool.secret_ref}, {row.secret_ref for row in rows})
        self.assertEqual(1, len(kept))

    @ddt.data('public_key', 'key_name')
    def test_a_key(self, way):
        self.compute.get_public_key.return_value = KEY + ' ada@home\n'
        given = {'public_key': KEY + ' ada@home', 'key_name': 'mine'}[way]
        self.create({'user': 'ada', way: given})
        row = self.row()
        self.assertEqual((KEY, None), (row.public_key, row.secret_ref))
        self.assertEqual({'user': 'ada', 'method': 'key'}, self.shown())
        called = self.compute.get_public_key.called
        self.assertEqual(way == 'key_name', called)

    def test_a_key_pair_that_is_not_there(self):
        missing = exceptions.CloudNotFound(kind='key pair', id='mine')
        self.compute.get_public_key.side_effect = missing
        self.refuse({'user': 'ada', 'key_name': 'mine'}, 'login.key_name')

    @ddt.data(
        'ssh-rsa',
        'ssh-ed25519 AAAA',
        'ssh-foo AAAAC3Nz',
        '-----BEGIN CERTIFICATE-----',
        'command="rm" ' + KEY,
        '学',
    )
    def test_what_is_no_key(self, text):
        self.refuse({'user': 'ada', 'public_key': text}, 'login.public_key')

    @ddt.data(
        ({'user': 'ada'}, 'login'),
        ({'user': 'ada', 'password': PASSWORD, 'key_name': 'k'}, 'login'),
        ({'password': PASSWORD}, 'login.user'),
        ({'user': 'Ada', 'password': PASSWORD}, 'login.user'),
        ({'user': 'a b', 'password': PASSWORD}, 'login.user'),
        ({'user': 'a\n', 'password': PASSWORD}, 'login.user'),
        ({'user': '', 'password': PASSWORD}, 'login.user'),
        ({'user': 'x' * 33, 'password': PASSWORD}, 'login.user'),
        ({'user': 'ada', 'password': 'x' * 7}, 'login.password'),
        ({'user': 'ada', 'password': 'x' * 73}, 'login.password'),
        ({'user': 'ada', 'password': 'tab\tinside'}, 'login.password'),
        ({'user': 'ada', 'password': 12345678}, 'login.password'),
    )
    @ddt.unpack
    def test_what_cannot_be(self, login, field):
        error = self.refuse(login, field)
        self.assertNotIn(str(login.get('password')), error['message'])

    @ddt.data({'os_type': 'windows'}, {'os_distro': 'win2k22'})
    def test_linux_only(self, system):
        image = self.cloud.user.image.get.return_value
        self.cloud.user.image.get.return_value = dataclasses.replace(
            image, **system
        )
        error = self.refuse({'user': 'ada', 'password': PASSWORD})
        self.assertIn('Windows', error['message'])

    def test_a_refused_request_keeps_nothing(self):
        image = self.cloud.user.image.get.return_value
        self.cloud.user.image.get.return_value = dataclasses.replace(
            image, status='queued'
        )
        self.create({'user': 'ada', 'password': PASSWORD})
        with db.reader() as session:
            self.assertEqual(
                [], session.scalars(sa.select(models.Secret)).all()
            )

    def test_a_dry_run_keeps_nothing(self):
        body = {'name': 'Ada', 'image_id': base.IMAGE}
        body |= {'flavor_id': base.FLAVOR}
        body |= {'login': {'user': 'ada', 'password': PASSWORD}}
        self.post('/v1/desktops?dry_run=true', body)
        with db.reader() as session:
            self.assertEqual(
                [], session.scalars(sa.select(models.Secret)).all()
            )

    def test_without_a_store_there_are_keys_only(self):
        self.config(group='secrets', key_file='/nowhere')
        answer = self.create({'user': 'ada', 'password': PASSWORD})
        self.assert_error(answer, 503, 'service_unavailable')
        answer = self.create({'user': 'ada', 'public_key': KEY})
        self.assertEqual(202, answer.status_int)
