"""Paths, queries, headers and bodies that nobody asks for in good faith."""

import gzip
import itertools
import json

import fixtures

from clouddesk.tests.functional import base
from clouddesk.tests.fuzz import aims
from clouddesk.tests.fuzz import wire

_NOTHING = (
    '/v1/../v1/desktops',
    '/v1//desktops',
    '/v1/./desktops',
    '/v1/%2e%2e/v1/desktops',
    '/v1/desktops%2factions',
    '/v1/desktops%00',
    '/v1/desktops%0d%0aX-Roles:%20admin',
    '/v1/desktops;a=1',
    '/v1/desktops.json',
    '/v1/desktops/.json',
    '/v1/desktops//',
    '/v1/DESKTOPS',
    '/v1/desktops/actions',
    '/v1/desktops/actions/start/start',
    '/v1/\uff44esktops',
    '/v2',
    '/v1.0',
    '/static/x',
    '/etc/passwd',
    '/*',
    '/v1/desktops/00000000-0000-0000-0000-00000000000',
    '/v1/desktops/00000000-0000-0000-0000-000000000000%0a',
    '/v1/desktops/0000000A-0000-0000-0000-000000000000',
    '/v1/' + 'a/' * 500,
    '/v1/desktops/' + 'a' * 20000,
)
_PYTHON = (
    '__class__',
    '__init__',
    '__dict__',
    '_route',
    '_descend',
    'below',
    'each',
    'kind',
    'get',
    'post',
    'index',
    'route',
    '_default',
    '_lookup',
)
_ADMIN = {
    'X-Roles': 'admin',
    'X-Role': 'admin',
    'X_Roles': 'admin',
    'X-User-Id': 'root',
    'X-User-Name': 'root',
    'X-Identity-Status': 'Confirmed',
    'X-Service-Identity-Status': 'Confirmed',
    'X-Service-Roles': 'service,admin',
    'X-Is-Admin-Project': 'True',
    'X-System-Scope': 'all',
    'OpenStack-System-Scope': 'all',
    'X-Domain-Id': 'default',
    'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'gopher',
    'X-HTTP-Method-Override': 'DELETE',
    'X-Original-URL': '/v1/desktops?all_projects=true',
    'X-Rewrite-URL': '/',
    'Forwarded': 'host=evil.example',
    'X-Remote-User': 'root',
}


class HttpTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.target = aims.of(self.service)
        self.wire = wire.Wire(self.target.url)
        self.mine = {'X-Auth-Token': self.target.token}

    def ask(self, method, target, headers=None, body=None):
        headers = self.mine | (headers or {})
        return self.wire.ask(method, target, headers, body)

    def post(self, body, **headers):
        told = {'Content-Type': 'application/json'}
        told |= {key.replace('_', '-'): headers[key] for key in headers}
        return self.ask('POST', '/v1/templates', told, body)

    def template(self, **extra):
        return json.dumps(self.spec(name='http', **extra)).encode()

    # -- the URL -----------------------------------------------------------

    def test_paths_that_lead_nowhere(self):
        tricks = [each.encode().decode('latin-1') for each in _NOTHING]
        for prefix in ('/', '/v1/', '/v1/desktops/'):
            tricks += [prefix + name for name in _PYTHON]
        for path in tricks:
            found = self.ask('GET', path).status
            self.assertIn(found, (400, 404, 405), path[:200])

    def test_bytes_that_are_no_text(self):
        bad = ('%ff', '%c0%af', '%ed%a0%80', '%zz', '%', '%1', '\xff', '%80')
        for piece in bad:
            for target in (
                '/v1/%s',
                '/v1/desktops/%s',
                '/v1/desktops?name=%s',
                '/v1/desktops?%s=1',
            ):
                found = self.ask('GET', target % piece).status
                allowed = (200, 400) if '?name' in target else (400, 404)
                self.assertIn(found, allowed, target % piece)

    def test_methods(self):
        """405 and what is allowed; nothing is echoed, nothing overridden."""
        for method in ('PUT', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK', 'get'):
            for path in ('/v1/desktops', '/v1/templates'):
                answer = self.ask(method, path)
                if method == 'get':
                    # Case is folded by some servers.
                    self.assertIn(answer.status, (200, 400, 405))
                    continue
                self.assertEqual(405, answer.status, method)
                self.assertEqual('GET, POST', answer.headers['Allow'])
                self.assertNotIn(self.target.token.encode(), answer.body)
        head = self.ask('HEAD', '/v1/desktops')
        self.assertEqual((200, b''), (head.status, head.body))
        for name in ('_method', 'method', '_METHOD'):
            self.assertEqual(
                400, self.ask('GET', '/v1/desktops?%s=DELETE' % name).status
            )

    # -- the query ---------------------------------------------------------

    def test_queries(self):
        """Refused by name; what is text is only text (no SQL, no LIKE)."""
        self.build_desktop(name='Ada')
        for query in (
            'sort_key=name;DROP TABLE desktops',
            'sort_key=(SELECT 1)',
            'sort_key=project_id',
            'sort_key=__class__',
            'sort_dir=asc,(SELECT 1)',
            'limit=0',
            'limit=-1',
            'limit=1e3',
            'limit=' + '9' * 5000,
            'limit=%EF%BC%91',
            'limit=1&limit=2',
            'marker=%27 OR 1=1',
            'marker=00000000-0000-0000-0000-000000000000',
            'status=running,nothing',
            'status=',
            'tags=' + ','.join(map(str, range(51))),
            '__class__=1',
            'name[]=1',
            'name=' + 'a' * 256,
            '&'.join('a%d=1' % number for number in range(2000)),
            '&' * 5000 + 'a=1',
        ):
            answer = self.ask('GET', '/v1/desktops?' + query.replace(' ', '+'))
            self.assertEqual(400, answer.status, query[:100])
            error = answer.json['error']
            self.assertTrue(error['details']['field'], error)
        for text in ('%25', '_', 'A%25', 'A_a', '%5C', "'", '%22', '*'):
            for name in ('q', 'name', 'tags'):
                target = '/v1/desktops?%s=%s' % (name, text)
                answer = self.ask('GET', target)
                self.assertEqual(200, answer.status, target)
                self.assertEqual([], answer.json['desktops'], target)
        self.assertEqual(1, len(self.desktops(q='Ad')))

    # -- headers -----------------------------------------------------------

    def test_nobody_becomes_somebody_else(self):
        """Neither without a token nor with one (house rule 10)."""
        other = {
            'X-Project-Id': self.school.other_project_id,
            'X-Tenant-Id': self.school.other_project_id,
            'OpenStack-Project-Id': self.school.other_project_id,
        }
        for headers in (_ADMIN, _ADMIN | other):
            answer = self.wire.ask('GET', '/v1/desktops', headers)
            self.assertEqual(401, answer.status)
            answer = self.ask('GET', '/v1/desktops?all_projects=true', headers)
            self.assertEqual(403, answer.status)
            answer = self.ask('GET', '/v1/limits', headers)
            self.assertEqual(self.school.project_id, answer.json['project_id'])
        links = self.ask('GET', '/v1', _ADMIN).json['version']['links']
        self.assertNotIn('evil.example', json.dumps(links))
        self.assertNotIn('gopher', json.dumps(links))

    def test_tokens_that_are_none(self):
        for token in ('', ' ', 'x' * 8000, "' OR 1=1", '\xff\xfe', 'null'):
            answer = self.wire.ask(
                'GET', '/v1/desktops', {'X-Auth-Token': token}
            )
            self.assertEqual(401, answer.status, token[:50])

    def test_hosts(self):
        for host in ('', ' ', 'a b', ':99999', '[::1', 'x' * 3000, '"><'):
            for path in ('/', '/v1', '/v1/desktops'):
                found = self.ask('GET', path, {'Host': host}).status
                self.assertIn(found, (200, 400), (host[:50], path))

    def test_versions(self):
        for text in (
            '',
            'desktop',
            'desktop 1',
            'desktop 1.0.0',
            'desktop -1.0',
            'desktop 1.-0',
            'desktop 99999999999999999999.1',
            'desktop 1.' + '9' * 4301,
            'desktop \xef\xbc\x91.0',
            'desktop 1.0, desktop 9.9',
            'desktop latest latest',
            'desktop 1.0\x00',
            'compute 2.1',
            ', ' * 2000,
        ):
            answer = self.ask(
                'GET', '/v1/desktops', {'OpenStack-API-Version': text}
            )
            self.assertIn(answer.status, (200, 400, 406, None), text[:50])

    def test_what_is_wanted_back(self):
        for name, text in (
            ('Accept', 'text/html'),
            ('Accept', 'application/xml;q=0.1, */*;q=banana'),
            ('Accept', ',' * 5000),
            ('Accept', '\xff'),
            ('Accept-Language', ',;=\xff'),
            ('Accept-Language', ', '.join(['zh-CN;q=0.1'] * 500)),
            ('Accept-Language', 'zh-' + 'x' * 5000),
            ('Accept-Encoding', 'br;q=nan'),
            ('Range', 'bytes=0-1,2-3,-1'),
            ('If-None-Match', '"' * 500),
            ('If-Modified-Since', 'yesterday'),
            ('Cookie', 'a=' + 'b' * 5000),
            ('Expect', 'nothing'),
            ('Upgrade', 'h2c'),
        ):
            answer = self.ask('GET', '/v1/desktops', {name: text})
            self.assertIn(answer.status, (200, 404, 406, 417), (name, text))

    def test_the_log_has_the_lines_that_we_wrote(self):
        """No header and no path makes a line of its own."""
        log = self.useFixture(fixtures.FakeLogger())
        forged = 'req-1\r ERROR forged\x1b[2J'
        for name in (
            'X-Openstack-Request-Id',
            'X-Compute-Request-Id',
            'User-Agent',
            'Referer',
            'X-Forwarded-For',
        ):
            answer = self.ask('GET', '/v1/desktops', {name: forged})
            told = answer.headers.get('x-openstack-request-id', '')
            self.assertNotIn('forged', told)
        self.ask('GET', '/v1/desktops/%0aERROR%20forged%0d%1b[2J')
        self.ask('GET', '/v1/desktops?name=%0aERROR%20forged')
        for line in log.output.splitlines():
            self.assertFalse(line.startswith('ERROR forged'), line)
            self.assertNotIn('\x1b', line)

    # -- the body ----------------------------------------------------------

    def test_kinds_of_bodies(self):
        good = self.template()
        for kind in (
            'text/plain',
            'application/xml',
            'application/x-www-form-urlencoded',
            'multipart/form-data; boundary=x',
            'application/jsonx',
            'application/json-patch+json',
            'x' * 5000,
        ):
            self.assertEqual(415, self.post(good, Content_Type=kind).status)
        packed = gzip.compress(good)
        answer = self.post(packed, Content_Encoding='gzip')
        self.assertIn(answer.status, (400, 415))
        self.assertEqual([], self.api.get('/templates')['templates'])

    def test_bodies_that_are_no_json(self):
        good = self.template()
        for body in (
            b'',
            b' ',
            b'null',
            b'[]',
            b'""',
            b'{',
            b"{'name': 'http'}",
            b'\xff\xfe{}',
            good[:-1],
            good + b'{}',
            good + b'\x00',
            b'{"name": "\xff\xfe"}',
            b'{"name": "\xed\xa0\x80"}',
            b'{"name": "a\x00b"}',
            b'{"name": NaN}',
            b'{"name": 1e999999}',
            b'{"name": ' + b'9' * 100000 + b'}',
            b'[' * 50000 + b']' * 50000,
            b'{"a":' * 15000 + b'1' + b'}' * 15000,
            b'[' * 100000,
            b'{"name": ' + b'[' * 17 + b']' * 17 + b'}',
        ):
            answer = self.post(body)
            self.assertEqual(400, answer.status, body[:50])
            self.assertTrue(answer.json['error']['details']['field'])
        self.assertEqual([], self.api.get('/templates')['templates'])

    def test_a_field_twice(self):
        """The last one counts, for the check and for what is made."""
        body = self.template()[:-1] + b', "name": "last"}'
        self.assertEqual(201, self.post(body).status)
        (made,) = self.api.get('/templates')['templates']
        self.assertEqual('last', made['name'])

    def test_bodies_where_none_belongs(self):
        for method, path in itertools.product(
            ('GET', 'DELETE'), ('/v1/desktops', '/v1/limits')
        ):
            told = {'Content-Type': 'application/json'}
            found = self.ask(method, path, told, b'{"force": true}').status
            self.assertIn(found, (400, 405), (method, path))
