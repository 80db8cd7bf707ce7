"""Rules that every route keeps, found by walking the application."""

import re

from oslo_policy import policy as oslo_policy
from oslotest import base as test_base

from clouddesk import i18n
from clouddesk import policies
from clouddesk.api import exposure
from clouddesk.api import microversion
from clouddesk.api import validation
from clouddesk.api.controllers import root
from clouddesk.api.schemas import common
from clouddesk.tests.unit.api import base

ROUTES = [
    (method, path, function.route)
    for method, path, function in exposure.walk(root.Root())
]


def schemas(schema):
    """A schema and all that it is made of."""
    yield schema
    for child in schema.get('properties', {}).values():
        yield from schemas(child)
    if 'items' in schema:
        yield from schemas(schema['items'])


class RouteTest(test_base.BaseTestCase):
    def each(self):
        self.assertGreater(len(ROUTES), 30)
        return [
            ('%s %s' % (method, path), method, route)
            for method, path, route in ROUTES
        ]

    def test_the_walk_finds_what_the_contract_says(self):
        found = {name for name, _method, _route in self.each()}
        self.assertLessEqual(
            {
                'GET /',
                'GET /v1',
                'GET /v1/desktops',
                'POST /v1/desktops',
                'PATCH /v1/desktops/{desktop_id}',
                'POST /v1/desktops/{desktop_id}/actions/console',
                'POST /v1/desktops/actions/reboot',
                'POST /v1/pools/{pool_id}/actions/resize',
                'DELETE /v1/pools/{pool_id}',
                'POST /v1/work-orders/{work_order_id}/actions/pause',
                'POST /v1/work-orders/actions/cancel',
            },
            found,
        )

    def test_query_and_answer_have_a_schema_in_every_version(self):
        for name, _method, route in self.each():
            for version in microversion._KNOWN:
                chosen = [c for c in route.query if c.serves(version)]
                self.assertEqual(1, len(chosen), name)
                statuses = [
                    c.status for c in route.response if c.serves(version)
                ]
                self.assertTrue(statuses, name)
                self.assertEqual(len(set(statuses)), len(statuses), name)

    def test_what_sends_a_body_has_a_schema_for_it(self):
        for name, method, route in self.each():
            if method in ('POST', 'PUT', 'PATCH'):
                self.assertEqual(1, len(route.body), name)
            else:
                self.assertEqual((), route.body, name)

    def test_objects_are_closed(self):
        for name, _method, route in self.each():
            for check in (*route.query, *route.body, *route.response):
                for schema in schemas(check.schema):
                    # Where people choose the names, those have a schema.
                    if (
                        'object' in schema.get('type', ())
                        and 'propertyNames' not in schema
                    ):
                        self.assertIs(
                            False, schema['additionalProperties'], name
                        )

    def test_texts_that_come_in_are_bounded(self):
        for name, _method, route in self.each():
            for check in (*route.query, *route.body):
                for schema in schemas(check.schema):
                    if schema.get('type') == 'string':
                        self.assertTrue(
                            {'maxLength', 'enum', 'pattern'} & set(schema),
                            (name, schema),
                        )
                    if schema.get('type') == 'integer':
                        self.assertIn('maximum', schema, name)

    def test_a_pattern_can_be_explained(self):
        for name, _method, route in self.each():
            for check in (*route.query, *route.body):
                for schema in schemas(check.schema):
                    if 'pattern' in schema:
                        self.assertIn('description', schema, name)
                    if 'description' in schema:
                        # Marked, so that complaints can be translated.
                        self.assertIsInstance(
                            schema['description'], type(i18n._('x')), name
                        )

    def test_versions(self):
        for name, _method, route in self.each():
            self.assertIn(route.since, microversion._KNOWN, name)
            self.assertIn(route.until, [None, *microversion._KNOWN], name)

    def test_only_documents_about_the_api_are_public(self):
        public = [
            name
            for name, _method, route in self.each()
            if route.rule == exposure.PUBLIC
        ]
        self.assertEqual(['GET /', 'GET /v1', 'GET /v1/openapi.json'], public)


class PolicyOfRoutesTest(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.rules = {rule.name: rule for rule in policies.list_rules()}

    def test_every_route_is_among_the_operations_of_its_rule(self):
        for method, path, route in ROUTES:
            if route.rule == exposure.PUBLIC:
                continue
            rule = self.rules[route.rule]
            self.assertIsInstance(rule, oslo_policy.DocumentedRuleDefault)
            self.assertIn(
                {'method': method, 'path': path}, rule.operations, rule.name
            )

    def test_every_operation_is_a_route(self):
        known = {(method, path) for method, path, _route in ROUTES}
        for rule in self.rules.values():
            for operation in getattr(rule, 'operations', ()):
                pair = (operation['method'], operation['path'])
                self.assertIn(pair, known, rule.name)


class RolesOfRoutesTest(base.ApiTest):
    def test_without_a_role_nothing_is_allowed(self):
        """No route forgets to ask the policy."""
        for method, path, route in ROUTES:
            if route.rule == exposure.PUBLIC:
                continue
            url = re.sub(r'{\w+}', base.UNKNOWN, path)
            body = {} if route.body else None
            answer = self.call(method, url, body, persona='nobody')
            error = self.assert_error(answer, 403, 'forbidden')
            self.assertEqual(route.rule, error['details']['rule'])

    def test_readers_change_nothing(self):
        """But what is assigned to them, see the matrix of the policies."""
        theirs = ('start', 'stop', 'console', 'take', 'release')
        theirs += ('/actions/login',)
        for method, path, route in ROUTES:
            if method == 'GET' or path.endswith(theirs):
                continue
            url = re.sub(r'{\w+}', base.UNKNOWN, path)
            body = {} if route.body else None
            answer = self.call(method, url, body, persona='reader')
            self.assert_error(answer, 403, 'forbidden')


class MicroversionOfRoutesTest(base.ApiTest):
    """What a later version brings, an earlier one does not have."""

    def setUp(self):
        super().setUp()
        versions = ((1, 0), (1, 1), (1, 2))
        known = {pair: '%s.%s' % pair for pair in versions}
        self.patch(microversion, '_KNOWN', known)
        self.patch(microversion, 'MAXIMUM', versions[-1])
        self.patch(root.Root, 'below', {'x': _Changing()})
        self.patch(base.app.auth, 'PUBLIC_PATHS', frozenset({'/x'}))
        self.build()

    def patch(self, where, name, value):
        self.useFixture(base.fixtures.MockPatchObject(where, name, value))

    def ask(self, method, version, body=None):
        headers = {'OpenStack-API-Version': 'desktop %s' % version}
        return self.call(method, '/x', body, headers=headers)

    def test_a_route_of_some_versions(self):
        answers = [self.ask('DELETE', '1.%d' % n) for n in range(3)]
        statuses = [answer.status_int for answer in answers]
        self.assertEqual([404, 200, 404], statuses)

    def test_a_stream(self):
        stream = _Pieces()
        self.patch(_Changing, 'pieces', stream)
        answer = self.call('GET', '/x', headers={'Accept': 'text/csv'})
        self.assertEqual(200, answer.status_int)
        self.assertEqual('text/csv', answer.content_type)
        self.assertEqual(
            'attachment; filename="x.csv"',
            answer.headers['Content-Disposition'],
        )
        self.assertFalse(stream.read)
        self.assertEqual(b'one,two', answer.body)
        self.assertTrue(stream.closed)

    def test_a_stream_that_nobody_reads(self):
        stream = _Pieces()
        self.patch(_Changing, 'pieces', stream)
        self.assertEqual(b'', self.call('HEAD', '/x').body)
        self.assertFalse(stream.read)
        self.assertTrue(stream.closed)

    def test_a_media_type_that_is_not_offered(self):
        answer = self.call('GET', '/x', headers={'Accept': 'image/png'})
        self.assert_error(answer, 406, 'not_acceptable')

    def test_a_body_that_changes(self):
        body = {'colour': 'red'}
        answer = self.ask('POST', '1.0', body)
        self.assert_error(answer, 400, 'invalid', 'colour')
        for version in ('1.1', '1.2'):
            answer = self.ask('POST', version, body)
            self.assertEqual({'colour': 'red'}, answer.json)


_COLOUR = common.fields({'colour': common.NAME_255})


class _Pieces:
    """A stream that knows whether anybody wants it."""

    def __init__(self):
        self.left = [b'one,', b'two']
        self.read = self.closed = False

    def __iter__(self):
        return self

    def __next__(self):
        self.read = True
        if not self.left:
            raise StopIteration
        return self.left.pop(0)

    def close(self):
        self.closed = True


class _Changing(exposure.Controller):
    pieces = None

    @exposure.expose(exposure.PUBLIC)
    @validation.query(common.EMPTY)
    @validation.response(common.STRING, media=['text/csv'])
    def get(self, req):
        return exposure.Answer(
            stream=self.pieces, content_type='text/csv', file_name='x.csv'
        )

    @exposure.expose(exposure.PUBLIC, since='1.1', until='1.1')
    @validation.query(common.EMPTY)
    @validation.response(common.EMPTY)
    def delete(self, req):
        return {}

    @exposure.expose(exposure.PUBLIC)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY, until='1.0')
    @validation.body(_COLOUR, since='1.1')
    @validation.response(_COLOUR)
    def post(self, req):
        return req.input
