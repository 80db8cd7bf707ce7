"""Texts of tenants, guests and services that try to be more than texts."""

import base64
import csv
import io
import json
import logging
import shlex
import sqlite3
import unicodedata

import fixtures
from openstackclient import shell
import requests
import yaml

from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base

#: Window title, clipboard, colours, hidden text, a line of one's own, and
#: text that runs backwards.
EVIL = (
    'x\x1b]0;title\x07\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\rforged\n'
    '| forged | row |\u202egnp.exe\u2066\u2028\u200e\x7f\x00\ufeff'
)
#: Texts in the tables, which the API would have refused.
TEXTS = {
    'desktops': ('name', 'note', 'fault_message', 'lock_reason'),
    'pools': ('name', 'note'),
    'templates': ('name', 'note'),
    'courses': ('name', 'note'),
    'work_orders': ('fault_message',),
    'work_items': ('desktop_name', 'fault_message'),
    'images': ('name', 'login_user', 'fault_message'),
    'image_builds': ('name', 'note'),
    'events': ('subject_name', 'code'),
}
#: What Glance lets owners of images write.
OF_GLANCE = {
    'name': EVIL,
    'description': EVIL,
    'os_distro': EVIL,
    'os_version': EVIL,
    'clouddesk_origin': EVIL,
    'hw_evil': EVIL,
    EVIL: 'x',
    'tags': [EVIL],
}
#: Formats of which people read, or paste, every character.
OF_LISTS = ('table', 'value', 'csv', 'json', 'yaml')
OF_SHOWS = ('table', 'value', 'shell', 'json', 'yaml')
_JOINERS = '\u200c\u200d'
#: Of OpenSSH.
_KEY = (
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8Q'
    'ERITFBUWFxgZGhscHR4f'
)


def harmful(text):
    """The characters that a terminal would obey."""
    return sorted(
        {
            char
            for char in text
            if unicodedata.category(char) in ('Cc', 'Cf', 'Cs', 'Zl', 'Zp')
            and char not in '\n' + _JOINERS
        }
    )


class _Ear(logging.Handler):
    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        if record.name.startswith('clouddesk.') and not record.exc_info:
            self.lines.append(record.getMessage())


class InjectionTestCase(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.needs_more_than_one_person(standalone.OTHER_DATABASE)
        self.ear = _Ear()
        logger = logging.getLogger('clouddesk')
        logger.addHandler(self.ear)
        self.addCleanup(logger.removeHandler, self.ear)

    def sql(self, statement, *values):
        with sqlite3.connect(self.service._database, timeout=30) as database:
            database.execute(statement, values)
        database.close()

    def assertLogIsCalm(self):
        self.assertTrue(self.ear.lines)
        for line in self.ear.lines:
            self.assertEqual([], harmful(line), line)
            self.assertNotIn('\n', line)


class TerminalTest(InjectionTestCase):
    """Lists and shows, in every format."""

    # What differs in the cloud shall stay so.
    options = {'sync_interval': 3600, 'sweep_interval': 3600}

    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir())
        path = folder.join('clouds.yaml')
        with open(path, 'w') as file:
            file.write(self.school.clouds('grace'))
        for name, value in (
            ('OS_CLIENT_CONFIG_FILE', path),
            ('OS_CLOUD', 'school'),
            ('COLUMNS', '2000'),
        ):
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        root = logging.getLogger()
        self.useFixture(
            fixtures.MonkeyPatch('logging.root.handlers', root.handlers[:])
        )
        self.addCleanup(root.setLevel, root.level)
        self.ids = self._make()
        self._spoil()

    def _spoil(self):
        for table, columns in TEXTS.items():
            for column in columns:
                # Names stay unique.
                self.sql('UPDATE %s SET %s = ? || id' % (table, column), EVIL)
        for table in ('desktops', 'images', 'work_items', 'work_orders'):
            self.sql("UPDATE %s SET fault_code = 'x'" % table)
        details = json.dumps({'fields': [EVIL], 'by': EVIL})
        self.sql('UPDATE events SET details = ?', details)
        self.cloud.glance.images[self.school.image_id] |= OF_GLANCE
        for server in self.nova.servers.values():
            server.name = EVIL

    def _make(self):
        image_id = self.school.image_id
        login = '/images/%s/login' % image_id
        self.api.put(login, user='Admin', password='secret')
        build = self.finish(
            self.service.client('grace').post(
                '/image-builds', **self.spec(name='linux')
            )
        )
        template = self.api.post('/templates', **self.spec(name='win'))
        course = self.api.post('/courses', **self.spec(name='maths', size=1))
        desktop_id = self.build_desktop()
        pool_id = self.build_pool(1)
        order = self.api.get('/work-orders')['work_orders'][0]
        return {
            '': desktop_id,
            'pool': pool_id,
            'template': template['id'],
            'course': course['id'],
            'work order': order['id'],
            'image': image_id,
            'image build': build['subject']['id'],
        }

    def openstack(self, line):
        """Exit code, and everything that was printed."""
        out, err = io.StringIO(), io.StringIO()
        with (
            fixtures.MonkeyPatch('sys.stdout', out),
            fixtures.MonkeyPatch('sys.stderr', err),
        ):
            try:
                code = shell.main(shlex.split('desktop ' + line))
            except SystemExit as end:
                code = end.code
        return code, out.getvalue(), err.getvalue()

    def test_terminals(self):
        """One test: the client keeps the address of the first service."""
        self._audit()
        self.running.stop()
        self._lists_and_shows()
        self._limits()
        self._export()
        self._complaints()
        self._progress()

    def _audit(self):
        """A conductor tells what servers are called in Nova."""
        said = self._print('audit', OF_LISTS)
        self.assertIn('The server is called x\\x1b', said)

    def _lists_and_shows(self):
        for noun, id_ in self.ids.items():
            for words in ('list --long', 'list'):
                self._print('%s %s' % (noun, words), OF_LISTS)
            said = self._print('%s show %s' % (noun, id_), OF_SHOWS)
            self.assertIn('x\\x1b', said, noun)
        for words in ('event list', 'image history ' + self.ids['image']):
            said = self._print(words + ' --long', OF_LISTS)
            self.assertIn('x\\x1b', said, words)
        self._print('image login show ' + self.ids['image'], OF_SHOWS)

    def _limits(self):
        """Why a service does not tell its own is told below."""
        self.cloud.fault(
            'compute', 'GET', '/limits', times=None, status=400, message=EVIL
        )
        self.assertIn('x\\x1b', self._print('limits', OF_LISTS))
        self.cloud.faults.clear()

    def _print(self, words, formats):
        """The same in every format; what was printed."""
        said = ''
        for form in formats:
            line = '%s -f %s' % (words, form)
            code, out, err = self.openstack(line)
            self.assertEqual(0, code, line + err)
            self.assertEqual([], harmful(out + err), line)
            if form in ('json', 'yaml'):
                self.assertReadable(form, out, line)
            elif form != 'table':
                self.assertNoRowIsForged(out, line)
            said += out + err
        return said

    def assertReadable(self, form, out, line):
        """Programs can read it."""
        read = json.loads(out) if form == 'json' else yaml.safe_load(out)
        self.assertTrue(read, line)

    def assertNoRowIsForged(self, out, line):
        """Where a row is a line, no text makes another one."""
        for row in out.splitlines():
            self.assertFalse(row.startswith('| forged'), line + out)

    def _complaints(self):
        """What a refused command says about the things of others."""
        self.sql("UPDATE desktops SET status = 'fault'")
        for line in (
            'start ' + self.ids[''],
            'stop %s' % self.ids[''],
            'console ' + self.ids[''],
            'work order pause ' + self.ids['work order'],
            'pool retry ' + self.ids['pool'],
            shlex.join(['show', EVIL.replace('\x00', '')]),
            shlex.join(['pool', 'show', EVIL.replace('\x00', '')]),
            'connect ' + self.ids[''],
        ):
            _code, out, err = self.openstack(line)
            self.assertTrue(out + err, line)
            self.assertEqual([], harmful(out + err), line)

    def _progress(self):
        self.sql("UPDATE work_orders SET status = 'failed'")
        self.sql("UPDATE work_items SET status = 'failed'")
        code, out, err = self.openstack(
            'work order show --wait ' + self.ids['work order']
        )
        self.assertEqual(1, code)
        self.assertIn('failed', err)
        self.assertEqual([], harmful(out + err))

    def _export(self):
        """V29: no cell begins a formula, not even behind a line break."""
        self.sql('UPDATE desktops SET note = ?', '\t=1+1;=2+2')
        code, out, err = self.openstack('export --file /dev/null')
        self.assertEqual((0, ''), (code, out), err)
        answer = requests.get(
            self.service.url + '/v1/desktops/export',
            headers={'X-Auth-Token': self.school.token()},
            timeout=30,
        )
        self.assertEqual('nosniff', answer.headers['X-Content-Type-Options'])
        for row in csv.reader(io.StringIO(answer.text, newline='')):
            for cell in row:
                self.assertNotIn((cell.strip() or 'x')[0], '=+-@', cell)
        self.assertNotIn(';=', answer.text)


class TextsTest(InjectionTestCase):
    def test_texts_that_are_refused(self):
        """House rule 9: nothing of it is written."""
        for text in ('a\x1bb', 'a\r\nb', 'a\u202eb', 'a\u2028b', 'a\x00b'):
            for noun, values in (
                ('desktops', {'name': 'Ada', 'note': text}),
                ('desktops', {'name': text}),
                ('desktops', {'name': 'Ada', 'tags': [text]}),
                ('pools', {'name': 'lab', 'size': 1, 'note': text}),
                ('pools', {'name': text, 'size': 1}),
                ('templates', {'name': text}),
                ('courses', {'name': text, 'size': 1}),
                (
                    'desktops',
                    {
                        'name': 'Ada',
                        'count': 2,
                        'name_template': '{base}{serial}' + text,
                    },
                ),
            ):
                refusal = self.assertRaises(
                    service.Refusal,
                    self.api.post,
                    '/' + noun,
                    **self.spec(**values),
                )
                self.assertEqual(400, refusal.status, (noun, values))
        self.assertNothingLeft()
        self.assertLogIsCalm()

    def test_accounts_that_are_refused(self):
        """V15: a name, a key and a host name are no structure."""
        for login in (
            {'user': 'ada\nsudo: ALL', 'public_key': _KEY},
            {'user': '{ada: 1}', 'public_key': _KEY},
            {'user': '-ada', 'public_key': _KEY},
            {'user': 'a: b', 'public_key': _KEY},
            {'user': 'ada', 'public_key': 'ssh-rsa x\nruncmd: [id]'},
            {'user': 'ada', 'public_key': '- ' + _KEY},
        ):
            refusal = self.assertRaises(
                service.Refusal, self.create_desktop, login=login
            )
            self.assertEqual(400, refusal.status, login)

    def test_a_key_takes_nothing_along(self):
        """A second line of it goes nowhere."""
        self.nova.key_pairs['evil'] = _KEY + ' x\nruncmd:\n - id\n'
        self.build_desktop(login={'user': 'ada', 'key_name': 'evil'})
        (server,) = self.nova.servers.values()
        told = base64.b64decode(server.user_data).decode()
        self.assertIn(_KEY, told)
        self.assertNotIn('runcmd', told)

    def test_what_services_say(self):
        """A fault of Nova is one calm line, in the log as elsewhere."""
        said = 'No host\r\n2026-01-01 INFO forged [req-1]\x1b[2J\u202e'
        self.cloud.fault(
            'compute', 'POST', '/servers', status=400, message=said
        )
        order = self.finish(self.create_desktop(), 'failed')
        self.cloud.faults.clear()
        (desktop,) = self.desktops()
        for fault in (order['fault'], desktop['fault']):
            self.assertEqual([], harmful(fault['message']), fault)
            self.assertNotIn('\n', fault['message'])
        self.assertLogIsCalm()

    def test_what_a_server_says(self):
        """Fault and name come from others than the service."""
        desktop_id = self.build_desktop()
        (server,) = self.nova.servers.values()
        server.fail('x\r\nforged\x1b[2J\u202e', 0)
        server.name = EVIL
        self.until_desktop(desktop_id, 'fault')
        fault = self.desktop(desktop_id)['fault']
        self.assertEqual([], harmful(fault['message']), fault)
        self.assertLogIsCalm()

    def test_what_a_request_says(self):
        """No line of the log is made by who asks."""
        headers = {
            'X-Auth-Token': self.school.token(),
            'X-OpenStack-Request-ID': 'req-1 forged',
            'X-Forwarded-For': '1.2.3.4 forged',
            'User-Agent': 'forged',
        }
        for path in (
            '/v1/desktops?q=%0d%0aforged%1b%5b2J',
            '/v1/desktops/%0d%0aforged',
            '/v1/%e2%80%ae%0aforged?%0a=%0a',
        ):
            answer = requests.get(
                self.service.url + path, headers=headers, timeout=30
            )
            self.assertNotIn(
                'forged', answer.headers['X-OpenStack-Request-ID']
            )
        self.assertLogIsCalm()

    def test_pages_that_are_none(self):
        """What an answer repeats is not for a browser to run."""
        script = '<script>alert(1)</script>'
        for method, path in (
            ('GET', '/v1/desktops/' + script),
            ('GET', '/v1/desktops?%s=1' % script),
            ('GET', '/v1/desktops?sort_key=' + script),
            ('GET', '/' + script),
            ('PUT', '/v1/desktops'),
        ):
            answer = requests.request(
                method,
                self.service.url + path,
                headers={'X-Auth-Token': self.school.token()},
                timeout=30,
            )
            self.assertLess(399, answer.status_code)
            self.assertEqual(
                ('application/json', 'nosniff'),
                (
                    answer.headers['Content-Type'],
                    answer.headers['X-Content-Type-Options'],
                ),
            )
