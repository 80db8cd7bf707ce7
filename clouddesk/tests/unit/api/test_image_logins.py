"""The account that is in an image (I7, V38)."""

import dataclasses
import json

from castellan import key_manager
from castellan.common import utils
import sqlalchemy as sa

from clouddesk import conf
from clouddesk import db
from clouddesk import exceptions
from clouddesk import secrets
from clouddesk.cloud import types
from clouddesk.db import models
from clouddesk.db.api import images as images_db
from clouddesk.tests.unit.api import base

PASSWORD = 'Passw0rd 学 {"$6"}'
ACCOUNT = {'user': 'Administrator', 'password': PASSWORD}
DEFAULT = {'user': None, 'has_password': False, 'source': 'default'}
KEPT = {'user': 'Administrator', 'has_password': True, 'source': 'image'}


class _AccountTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.keep_secrets()
        self.path = '/v1/images/%s/login' % base.IMAGE

    def put(self, body=None, persona='member'):
        return self.call('PUT', self.path, body or ACCOUNT, persona)

    def row(self):
        return images_db.find(base.IMAGE)

    def unseen(self):
        """The password is nowhere but in the secret store."""
        with db.engine().connect() as connection:
            for table in models.Base.metadata.tables:
                query = sa.text('SELECT * FROM %s' % table)  # noqa: S608
                rows = connection.execute(query).all()
                self.assertNotIn(PASSWORD, repr(rows), table)
        calls = repr(self.cloud.user.mock_calls)
        calls += repr(self.cloud.tenant.mock_calls)
        calls += repr(self.conductor.mock_calls)
        self.assertNotIn(PASSWORD, calls)


class ImageAccountTest(_AccountTest):
    def test_i7_set_show_and_unset(self):
        self.assertEqual(DEFAULT, self.get(self.path).json)
        answer = self.put()
        self.assertEqual((200, KEPT), (answer.status_int, answer.json))
        self.assertEqual(KEPT, self.get(self.path).json)
        self.assertEqual(PASSWORD, secrets.reveal(self.row().secret_ref))
        answer = self.call('DELETE', self.path)
        self.assertEqual(204, answer.status_int)
        self.assertEqual(DEFAULT, self.get(self.path).json)
        self.assertIsNone(self.row().secret_ref)

    def test_i7_never_in_glance_nor_in_a_table(self):
        self.put()
        self.unseen()
        self.assertNotIn(PASSWORD, repr(self.row()))
        images = self.cloud.user.image
        images.change.assert_not_called()
        images.set_active.assert_not_called()

    def test_the_history_tells_who(self):
        self.put()
        self.call('DELETE', self.path)
        told = self.get('/v1/events').json['events']
        self.assertEqual(
            ['image.unset_login', 'image.set_login'],
            [each['action'] for each in told],
        )
        self.assertEqual({'fields': ['password', 'user']}, told[1]['details'])
        self.assertEqual('win11', told[1]['subject']['name'])

    def test_nothing_to_unset(self):
        self.assertEqual(204, self.call('DELETE', self.path).status_int)
        self.assertIsNone(self.row())

    def test_a_new_one_replaces_the_old(self):
        self.put()
        before = self.row().secret_ref
        self.put({'user': 'ada', 'password': 'x'})
        self.assertEqual('ada', self.get(self.path).json['user'])
        self.assertNotEqual(before, self.row().secret_ref)

    def test_purge_knows_who_uses_a_secret(self):
        self.put()
        old = self.row().secret_ref
        self.put()
        self.sql("UPDATE secrets SET created_at = '2020-01-01'")
        self.assertEqual({'secrets': 1}, secrets.purge())
        self.assertRaises(exceptions.NotFound, secrets.reveal, old)
        self.assertEqual(PASSWORD, secrets.reveal(self.row().secret_ref))
        self.call('DELETE', self.path)
        self.assertEqual({'secrets': 1}, secrets.purge())

    def test_only_who_may_change_the_image(self):
        """Members of the project that owns it, and admins."""
        for persona, status in (('reader', 403), ('stranger', 403)):
            for method in ('GET', 'PUT', 'DELETE'):
                body = ACCOUNT if method == 'PUT' else None
                answer = self.call(method, self.path, body, persona)
                self.assertEqual(status, answer.status_int, (persona, method))
        self.assertIsNone(self.row())
        self.add_token('boss', base.OTHER_PROJECT, base.PERSONAS['admin'])
        self.assertEqual(200, self.put(persona='boss').status_int)
        self.assertEqual(base.PROJECT, self.row().project_id)

    def test_an_image_that_is_not_seen(self):
        self.cloud.user.image.get.side_effect = exceptions.CloudNotFound(
            service='Glance', kind='image', id=base.IMAGE
        )
        self.assert_error(self.put(), 404, 'not_found')
        self.assertIsNone(self.row())

    def test_an_image_of_nobody(self):
        image = dataclasses.replace(
            self.cloud.user.image.get.return_value, owner=None
        )
        self.cloud.user.image.get.return_value = image
        self.assert_error(self.put(), 403, 'forbidden')

    def test_what_is_no_account(self):
        for body, field in (
            ({'user': 'a'}, 'password'),
            ({'password': 'a'}, 'user'),
            ({'user': '', 'password': 'a'}, 'user'),
            ({'user': 'a', 'password': ''}, 'password'),
            ({'user': 'a' * 65, 'password': 'a'}, 'user'),
            ({'user': 'a', 'password': 'a' * 129}, 'password'),
            ({'user': 'a\n', 'password': 'a'}, 'user'),
            ({'user': 'a', 'password': 'a\tb'}, 'password'),
        ):
            self.assert_error(self.put(body), 400, 'invalid', field)

    def test_a_refusal_does_not_repeat_the_password(self):
        answer = self.put({'user': 'ada', 'password': PASSWORD + '\x07'})
        self.assertNotIn(PASSWORD, json.loads(answer.text).__repr__())

    def test_a_store_that_cannot_be_used(self):
        self.config(group='secrets', key_file='/nowhere')
        self.assert_error(self.put(), 503, 'service_unavailable')
        self.assertIsNone(self.row())


class DesktopAccountTest(_AccountTest):
    def setUp(self):
        super().setUp()
        (self.desktop_id,) = self.make_desktops(1)
        self.desktop = '/v1/desktops/%s/actions/' % self.desktop_id
        self.cloud.tenant.compute.console.return_value = types.Console(
            'novnc', 'vnc', 'http://x.example/'
        )

    def handed(self, persona='member', **body):
        return self.post(self.desktop + 'login', body, persona)

    def test_v38_show_the_password(self):
        self.put()
        answer = self.handed(with_password=True)
        self.assertEqual(ACCOUNT | {'source': 'image'}, answer.json)

    def test_the_password_is_asked_for(self):
        self.put()
        self.assertEqual(
            {'user': 'Administrator', 'password': None, 'source': 'image'},
            self.handed().json,
        )
        console = self.post(self.desktop + 'console', {}).json
        self.assertEqual({'type', 'protocol', 'url'}, set(console))
        self.assertNotIn(PASSWORD, self.get('/v1/desktops').text)
        self.unseen()

    def test_i7_handed_over_when_a_desktop_opens(self):
        self.put()
        console = self.post(self.desktop + 'console', {'login': True}).json
        self.assertEqual(ACCOUNT | {'source': 'image'}, console['login'])

    def test_i7_the_assigned_user_and_no_other_reader(self):
        self.put()
        self.assert_error(
            self.handed('reader', with_password=True), 404, 'not_found'
        )
        self.sql(
            "UPDATE desktops SET assignee_type = 'user', "
            "assignee_id = 'user-reader'"
        )
        answer = self.handed('reader', with_password=True)
        self.assertEqual(PASSWORD, answer.json['password'])
        answer = self.handed('stranger', with_password=True)
        self.assert_error(answer, 404, 'not_found')

    def test_the_history_tells_who_saw_it(self):
        self.put()
        self.handed(with_password=True)
        told = self.get('/v1/events?action=desktop.login').json['events']
        self.assertEqual(
            [('user-member', {'fields': ['with_password']})],
            [(each['user_id'], each['details']) for each in told],
        )

    def test_i7_empty_means_the_default(self):
        nobody = {'user': None, 'password': None, 'source': 'default'}
        self.assertEqual(nobody, self.handed(with_password=True).json)
        self.config(
            group='images',
            default_login_user='student',
            default_login_password='Start-1',
        )
        self.assertEqual(
            {'user': 'student', 'password': 'Start-1', 'source': 'default'},
            self.handed(with_password=True).json,
        )
        self.assertIsNone(self.handed().json['password'])
        self.assertEqual(
            {'user': 'student', 'has_password': True, 'source': 'default'},
            self.get(self.path).json,
        )

    def test_an_account_of_its_own_wins(self):
        """Of its password nobody keeps more than a hash."""
        self.put()
        self.sql("UPDATE desktops SET login_user = 'ada'")
        self.assertEqual(
            {'user': 'ada', 'password': None, 'source': 'desktop'},
            self.handed(with_password=True).json,
        )

    def test_v38_only_running_or_off(self):
        self.put()
        for status in ('off', 'running'):
            self.sql('UPDATE desktops SET status = :status', status=status)
            self.assertEqual(200, self.handed().status_int)
        for status in ('building', 'fault', 'deleting'):
            self.sql('UPDATE desktops SET status = :status', status=status)
            error = self.assert_error(
                self.handed(), 409, 'desktop_wrong_state'
            )
            self.assertIn(status, error['message'])

    def test_a_locked_desktop_tells_nothing(self):
        self.put()
        self.sql("UPDATE desktops SET locked = TRUE, lock_reason = 'Exam'")
        self.assert_error(self.handed(), 409, 'desktop_locked')

    def test_a_store_that_cannot_be_used(self):
        self.put()
        self.config(group='secrets', key_file='/nowhere')
        answer = self.handed(with_password=True)
        self.assert_error(answer, 503, 'service_unavailable')
        self.assertEqual('Administrator', self.handed().json['user'])


#: castellan's own, which keeps keys in memory.
_BACKEND = 'castellan.tests.unit.key_manager.mock_key_manager.MockKeyManager'


class KeyManagerTest(_AccountTest):
    """The same with castellan, as it works with Barbican."""

    def setUp(self):
        super().setUp()
        conf.CONF.register_opts(utils.credential_opts, utils.OPT_GROUP)
        conf.CONF.register_opts(key_manager.key_manager_opts, 'key_manager')
        self.config(group='key_manager', backend=_BACKEND)
        self.config(group='key_manager', auth_type='token', token='t')
        self.config(group='secrets', driver='castellan')
        secrets._store.cache_clear()
        self.addCleanup(secrets._store.cache_clear)
        self.keys = secrets._store('castellan')._manager.keys

    def test_i7_the_key_manager_keeps_it(self):
        self.put()
        (kept,) = self.keys.values()
        self.assertEqual(PASSWORD, kept.get_encoded().decode())
        self.unseen()
        (desktop_id,) = self.make_desktops(1)
        path = '/v1/desktops/%s/actions/login' % desktop_id
        answer = self.post(path, {'with_password': True})
        self.assertEqual(PASSWORD, answer.json['password'])

    def test_purge_removes_it_there_too(self):
        self.put()
        self.call('DELETE', self.path)
        self.sql("UPDATE secrets SET created_at = '2020-01-01'")
        self.assertEqual({'secrets': 1}, secrets.purge())
        self.assertEqual({}, self.keys)
