"""Nothing that must not be read is where people read (house rule 11).

Everything that any layer logs at debug level, every message, answer and
error is kept, and searched at the end for what was put in.
"""

import base64
import logging
import re
import sqlite3
import traceback

import fixtures
import oslo_messaging
from oslo_messaging._drivers import impl_fake
import requests

from clouddesk import notifications
from clouddesk import rpc
from clouddesk.conf import CONF
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.fixtures.emulator import school
from clouddesk.tests.functional import base

PASSWORD = 'Canary-Password-4711'
IMAGE_PASSWORD = 'Canary-Image-2342'
SERVICE_PASSWORD = 'Canary-Service-0815'
#: Of user data.
MARK = 'Canary-User-Data-1337'
SCRIPT = '#!/bin/sh\necho %s\n' % MARK
#: crypt's, of a password.
_HASH = re.compile(r'\$6\$[^"\'\s]+')


class _Ear(logging.Handler):
    """Keeps every line, with tracebacks and the reprs of arguments."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.said = []
        self.setFormatter(logging.Formatter('%(name)s %(message)s'))

    def emit(self, record):
        self.said += [self.format(record), repr(record.args)]
        if record.exc_info and record.exc_info[1]:
            self.said += _of_error(record.exc_info[1])


def _of_error(error):
    """An error and those behind it, as anything may print them."""
    while error is not None:
        yield '%s %r %r' % (error, error, vars(error))
        yield ''.join(traceback.format_tb(error.__traceback__))
        error = error.__cause__ or error.__context__


class SecretsTest(base.FunctionalTestCase):
    def setUp(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                '%s.service_options' % school.__name__, _service_options
            )
        )
        self.ear = _Ear()
        root = logging.getLogger()
        self.useFixture(fixtures.MonkeyPatch('logging.root.level', 1))
        root.addHandler(self.ear)
        self.addCleanup(root.removeHandler, self.ear)
        # At debug level it tells the rows themselves, which no configuration
        # but its echo asks for.
        self._set_level(logging.getLogger('sqlalchemy'), logging.INFO)
        self.messages = []
        self._listen()
        super().setUp()
        self.needs_more_than_one_person(standalone.OTHER_OPTIONS)
        self._notify()
        for logger in list(logging.root.manager.loggerDict.values()):
            if isinstance(logger, logging.Logger) and logger.level:
                if not logger.name.startswith('sqlalchemy'):
                    self._set_level(logger, logging.DEBUG)

    def _set_level(self, logger, level):
        self.addCleanup(logger.setLevel, logger.level)
        logger.setLevel(level)

    def _listen(self):
        deliver = impl_fake.FakeExchange.deliver_message

        def heard(exchange, topic, ctxt, message, *args, **kwargs):
            self.messages.append('%r %r' % (ctxt, message))
            return deliver(exchange, topic, ctxt, message, *args, **kwargs)

        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_messaging._drivers.impl_fake.FakeExchange'
                '.deliver_message',
                heard,
            )
        )

    def _notify(self):
        """Tell all of it on the bus, too."""
        oslo_messaging.Notifier(rpc.notification_transport())
        group = 'oslo_messaging_notifications'
        CONF.set_override('driver', ['messagingv2'], group)
        self.addCleanup(CONF.clear_override, 'driver', group)
        notifications.init(CONF, 'api')
        self.addCleanup(notifications.cleanup)

    # -- what is searched for ----------------------------------------------

    def secrets(self):
        """What must be nowhere, by what it is."""
        found = {
            'password': PASSWORD,
            'password of the image': IMAGE_PASSWORD,
            'service password': SERVICE_PASSWORD,
            'user data': MARK,
            'console token': 'token%3Demulated',
        }
        for serial, token in enumerate(self.cloud.keystone.tokens):
            found['token %d' % serial] = token
        with open(self.service.key_file) as file:
            found['key'] = file.read().split()[-1]
        for server in self.nova.servers.values():
            if server.user_data:
                found['user data of %s, coded' % server.id] = server.user_data
            data = base64.b64decode(server.user_data or '').decode()
            for serial, hashed in enumerate(_HASH.findall(data)):
                found['hash %d of %s' % (serial, server.id)] = hashed
        return found

    def assertSilent(self, texts, *known):
        """No secret but the known ones is in any of the texts."""
        secrets = self.secrets()
        self.assertLess(8, len(secrets))
        whole = '\0'.join(texts)
        for name, secret in secrets.items():
            if name in known:
                continue
            place = whole.find(secret)
            if place >= 0:
                near = whole[max(0, place - 400) : place + 80]
                self.fail('%s: %s' % (name, near))
        self.assertNotIn('$6$', whole)

    def use(self):
        """All that has to do with secrets, good and bad."""
        login = {'user': 'ada', 'password': PASSWORD}
        pool_id = self.build_pool(1, login=login, user_data=SCRIPT)
        desktop = self.desktops()[0]
        self.act('desktops', desktop['id'], 'console')
        self.act('desktops', desktop['id'], 'login', with_password=True)
        self._use_image()
        self.finish(self.act('desktops', desktop['id'], 'rebuild'))
        template = self.api.post(
            '/templates',
            **self.spec(name='win', login=login, user_data=SCRIPT),
        )
        self.api.patch('/templates/' + template['id'], user_data=SCRIPT + '#')
        self.finish(
            self.api.post('/desktops', name='Ada', template_id=template['id'])
        )
        return pool_id

    def _use_image(self):
        """Keep the password of an image, hand it out, forget it."""
        image = '/images/%s/login' % self.school.image_id
        self.api.put(image, user='Admin', password=IMAGE_PASSWORD)
        self.api.put(image, user='Admin', password=IMAGE_PASSWORD)
        desktop_id = self.build_desktop(name='Bob')
        login = self.act('desktops', desktop_id, 'login', with_password=True)
        self.assertEqual(IMAGE_PASSWORD, login['password'])
        self.api.delete(image)

    # -- where it is searched ----------------------------------------------

    def test_logs_and_messages(self):
        self.use()
        self.assertTrue(any('/servers' in line for line in self.ear.said))
        notifications.flush()
        for mark in ('image.set_login.end', 'cloud/audit'):
            self.assertTrue(any(mark in each for each in self.messages))
        self.assertSilent(self.ear.said)
        self.assertSilent(self.messages)

    def test_what_goes_wrong(self):
        """Errors repeat what they are about, if nobody takes care."""
        login = {'user': 'ada', 'password': PASSWORD}
        wanted = self.spec(name='Ada', login=login, user_data=SCRIPT)
        for status in (400, 403, 409, 413, 500, 503):
            echo = 'Invalid: %s' % wanted['flavor_id']
            self.cloud.fault(
                'compute', 'POST', '/servers', status=status, message=echo
            )
            order = self.api.post('/desktops', **wanted)
            self.until_seen(status)
            self.cloud.faults.clear()
            self.api.wait(order['id'])
        self._refused(**wanted | {'image_id': wanted['flavor_id']})
        for bad in (
            {'login': login | {'user': 'Bad Name'}},
            {'login': login | {'password': PASSWORD + '\n'}},
            {'login': login | {'password': PASSWORD * 40}},
            {'login': login | {'password': [PASSWORD]}},
            {'user_data': MARK, 'login': login},
            {'user_data': MARK + '\x00'},
            {'user_data': MARK * 9999},
        ):
            self._refused(**wanted | bad)
        with sqlite3.connect(self.service._database) as connection:
            connection.execute(
                'CREATE TRIGGER full BEFORE INSERT ON desktops BEGIN '
                "SELECT RAISE(FAIL, 'The disk is full'); END"
            )
        connection.close()
        refusal = self._refused(**wanted)
        self.assertEqual(500, refusal.status)
        self.assertSilent(self.ear.said)

    def until_seen(self, status):
        """Nova refused to make a server in this way."""
        service.until(
            lambda: self.cloud.calls('compute', 'POST'),
            lambda calls: any(call.status == status for call in calls),
        )

    def _refused(self, **wanted):
        refusal = self.assertRaises(
            service.Refusal, self.api.post, '/desktops', **wanted
        )
        self.ear.said.append(str(refusal.error))
        return refusal

    def test_bad_tokens(self):
        """A token is one before it is known to be none."""
        keystone = self.cloud.keystone
        user = self.school.users['tina']
        expired = keystone.expire(keystone.issue(user, self.school.project_id))
        keystone.issue(user, self.school.project_id)
        for fault in (None, 500, 503):
            if fault:
                self.cloud.fault('identity', 'GET', status=fault)
            for token in (expired, 'gAAAA-Canary-Garbage'):
                answer = requests.get(
                    self.service.url + '/v1/desktops',
                    headers={'X-Auth-Token': token},
                    timeout=30,
                )
                self.assertIn(answer.status_code, (401, 503))
                self.ear.said.append(answer.text + str(answer.headers))
        self.assertSilent(self.ear.said)
        self.assertNotIn('Canary-Garbage', '\0'.join(self.ear.said))

    def test_database(self):
        """User data stands in its column only, secrets sealed or nowhere."""
        self.use()
        connection = sqlite3.connect(self.service._database)
        dump = '\n'.join(connection.iterdump())
        self.assertSilent([dump], 'user data')
        columns = set()
        for table, column in _columns(connection):
            query = 'SELECT "%s" FROM "%s"' % (column, table)
            if any(MARK in str(row[0]) for row in connection.execute(query)):
                columns.add((table, column))
        connection.close()
        self.assertEqual(
            {
                ('desktops', 'user_data'),
                ('pools', 'user_data'),
                ('templates', 'user_data'),
                ('template_revisions', 'spec'),
            },
            columns,
        )

    def test_answers(self):
        """Whoever reads them back reads none of it."""
        self.use()
        said = []
        login = '/images/%s/login' % self.school.image_id
        self.api.put(login, user='Admin', password=IMAGE_PASSWORD)
        for path in (
            login,
            login.replace('login', 'history'),
            '/events',
            '/images',
        ):
            said.append(str(self.api.get(path)))
        for noun in ('desktops', 'pools', 'work-orders', 'templates'):
            found = self.api.get('/' + noun)
            said.append(str(found))
            for row in found[noun.replace('-', '_')]:
                path = '/%s/%s' % (noun, row['id'])
                said.append(str(self.api.get(path)))
                if noun == 'templates':
                    said.append(str(self.api.get(path + '/revisions')))
        answer = requests.get(
            self.service.url + '/v1/desktops/export',
            headers={'X-Auth-Token': self.school.token()},
            timeout=30,
        )
        self.assertSilent([*said, answer.text])


def _columns(connection):
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    ).fetchall()
    for (table,) in tables:
        for row in connection.execute('PRAGMA table_info("%s")' % table):
            yield table, row[1]


def _service_options(auth_url):
    return {
        'auth_type': 'password',
        'auth_url': auth_url,
        'username': 'clouddesk',
        'password': SERVICE_PASSWORD,
        'user_domain_name': 'Default',
        'project_name': 'service',
        'project_domain_name': 'Default',
    }
