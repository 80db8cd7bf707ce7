"""Nothing that must not be read is where people read (house rule 11).

Looks at an all-in-one as its operator can: the logs, the bus and the
database of clouddesk.
"""

import os
import pathlib
import re
import subprocess
import threading
import uuid

import fixtures
import kombu
from oslo_config import cfg
import sqlalchemy as sa
from testtools import content

from clouddesk.tests.cloud import base
from clouddesk.tests.fixtures import forked_client

#: What the database keeps of what was given, and where.
_OF_DATABASE = ('user data',)
_LOGS = ('clouddesk-api.log', 'clouddesk-conductor.log')


class _Ear(threading.Thread):
    """Hears what clouddesk sends on the bus, in a queue of its own."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.said = []
        self._over = threading.Event()
        self._connection = kombu.Connection(url.replace('rabbit:', 'amqp:'))
        exchange = kombu.Exchange('clouddesk', type='topic', passive=True)
        self._queues = [
            kombu.Queue(
                'canary-%s' % uuid.uuid4().hex,
                exchange,
                routing_key='#',
                exclusive=True,
                auto_delete=True,
                durable=False,
            )
        ]
        self._consumer = self._connection.Consumer(
            self._queues,
            callbacks=[self._hear],
            no_ack=True,
            accept=None,
        )
        self._consumer.consume()

    def _hear(self, body, message):
        self.said.append('%r %r' % (body, message.headers))

    def run(self):
        while not self._over.is_set():
            try:
                self._connection.drain_events(timeout=0.5)
            except TimeoutError:
                continue

    def stop(self):
        self._over.set()
        self.join()
        self._connection.release()


class SecretsTest(base.CloudTest):
    def setUp(self):
        super().setUp()
        home = os.environ.get('CLOUDDESK_AIO_HOME')
        if not home:
            self.skipTest(
                'nobody but its operator sees into a cloud that is not an '
                'all-in-one (CLOUDDESK_AIO_HOME)'
            )
        self.home = pathlib.Path(home)
        self.config = self._read_config()
        self.offsets = {name: self._log(name).stat().st_size for name in _LOGS}
        self.ear = _Ear(self.config['transport_url'])
        self.ear.start()
        self.addCleanup(self.ear.stop)
        self.password = 'Canary-' + uuid.uuid4().hex
        self.image_password = 'Canary-' + uuid.uuid4().hex
        self.mark = 'canary-' + uuid.uuid4().hex

    def _read_config(self):
        """The secrets of the service itself."""
        path = self.home / 'etc/clouddesk/clouddesk.conf'
        sections = {}
        cfg.ConfigParser(str(path), sections).parse()
        values = {
            name: sections[group][name][0]
            for group, name in (
                ('DEFAULT', 'transport_url'),
                ('database', 'connection'),
                ('service_auth', 'password'),
                ('secrets', 'key_file'),
            )
        }
        return values

    def _log(self, name):
        return self.home / 'log' / name

    def secrets(self):
        """What must be nowhere, by what it is."""
        keys = pathlib.Path(self.config['key_file']).read_text().split()
        return {
            'password': self.password,
            'password of the image': self.image_password,
            'user data': self.mark,
            'token': self.connection.auth_token,
            'console token': self.token,
            'service password': self.config['password'],
            'database password': sa.make_url(
                self.config['connection']
            ).password,
            'broker password': sa.make_url(
                self.config['transport_url']
            ).password,
            'key': keys[-1],
        }

    def assertSilent(self, where, text, known=()):
        self.assertTrue(text, where)
        for name, secret in self.secrets().items():
            if name not in known:
                self.assertTrue(secret, name)
                place = text.find(secret)
                near = text[max(0, place - 200) : place]
                self.assertEqual(-1, place, (where, name, near))
        self.assertIsNone(re.search(r'\$6\$', text), where)

    def test_canaries(self):
        said = self._use() + self._use_image()
        self.assertSilent('--debug', said)
        for name, lines in self.logged():
            self.assertSilent(name, lines)
        self.until(self._has_heard, 'a notification', 30)
        self.assertSilent('bus', '\0'.join(self.ear.said))
        self.assertSilent('database', self._dump(), _OF_DATABASE)

    def _has_heard(self):
        return any('image.set_login.end' in each for each in self.ear.said)

    def logged(self):
        """What each service logged since the test began."""
        for name in _LOGS:
            with open(self._log(name), errors='replace') as file:
                file.seek(self.offsets[name])
                yield name, file.read()

    def _use(self):
        """Make a desktop with secrets, open it; what the client told."""
        name = self.name()
        folder = self.useFixture(fixtures.TempDir())
        for file, text in (
            ('password', self.password),
            ('script', '#!/bin/sh\necho %s\n' % self.mark),
        ):
            pathlib.Path(folder.join(file)).write_text(text)
        said = self._debugged(
            *('create', name, *base.SPEC, '--wait'),
            *('--login', 'ada', '--password-file', folder.join('password')),
            *('--user-data', folder.join('script')),
        )
        console = self.json('console', name)
        self.token = re.search('token(?:=|%3D)([^&]+)', console['url'])[1]
        said += self._debugged('console', name)
        said += self._debugged('show', name)
        self.openstack('stop', name, '--wait')
        return said

    def _use_image(self):
        """Keep the password of an image, hand it out; what was told."""
        image = self.make_image()
        folder = self.useFixture(fixtures.TempDir())
        pathlib.Path(folder.join('password')).write_text(self.image_password)
        said = self._debugged(
            *('image', 'login', 'set', image.name, '--user', 'Admin'),
            *('--password-file', folder.join('password')),
        )
        desktop = self.name()
        self.openstack(
            *('create', desktop, '--image', image.id),
            *(*base.FAKE_SPEC, '--wait'),
        )
        login = self.connection.desktop.get_desktop_login(
            self.json('show', desktop)['id'], with_password=True
        )
        self.assertEqual(self.image_password, login['password'])
        return said + self._debugged(
            *('connect', desktop, '--rdp', folder.join('desktop.rdp')),
            '--show-login',
        )

    def _debugged(self, *words):
        """Standard error of a command with ``--debug``."""
        done = forked_client.run(
            ['--debug', '--os-cloud', base.MEMBER, 'desktop', *words],
            base.PATIENCE,
        )
        self.addDetail(
            words[0] + uuid.uuid4().hex[:4],
            content.text_content(done.stderr[-4000:]),
        )
        self.assertEqual(0, done.returncode)
        return done.stderr

    def _dump(self):
        url = sa.make_url(self.config['connection'])
        done = subprocess.run(
            [
                'mariadb-dump',
                '--host=' + str(url.host),
                '--port=' + str(url.port),
                '--user=' + str(url.username),
                '--single-transaction',
                '--skip-ssl',
                str(url.database),
            ],
            env=os.environ | {'MYSQL_PWD': url.password},
            capture_output=True,
            text=True,
            errors='replace',
            timeout=base.PATIENCE,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout
