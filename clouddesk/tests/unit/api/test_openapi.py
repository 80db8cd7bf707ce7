"""The OpenAPI document says what the routes say."""

import json
import pathlib

import jsonschema
import openapi_spec_validator
from oslotest import base as test_base

import clouddesk
from clouddesk.api import exposure
from clouddesk.api import openapi
from clouddesk.api.controllers import root
from clouddesk.tests.unit.api import base

FOLDER = pathlib.Path(clouddesk.__file__).parents[1] / 'doc' / 'api-ref'


def _routes():
    return exposure.walk(root.Root())


def _patterns(value):
    if isinstance(value, dict):
        found = value.get('pattern')
        yield from [found] if isinstance(found, str) else []
        value = list(value.values())
    for each in value if isinstance(value, list) else []:
        yield from _patterns(each)


class DocumentTest(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.document = openapi.document(_routes())
        self.paths = self.document['paths']

    def test_it_is_valid(self):
        openapi_spec_validator.validate(self.document)

    def test_every_route_is_in_it(self):
        found = {
            (method.upper(), path)
            for path, operations in self.paths.items()
            for method in operations
        }
        self.assertEqual({(m, p) for m, p, _f in _routes()}, found)

    def test_what_is_kept_in_the_docs_is_up_to_date(self):
        path = FOLDER / 'openapi.json'
        if not path.exists():
            self.skipTest('the document is only in the source')
        kept = json.loads(path.read_text())
        made = json.loads(json.dumps(self.document))
        self.assertEqual(made, kept, 'stale; refresh it: tox -e openapi')

    def test_names_of_operations(self):
        for path, method, expected in (
            ('/', 'get', 'get_versions'),
            ('/v1/desktops', 'get', 'list_desktops'),
            ('/v1/desktops', 'post', 'create_desktop'),
            ('/v1/desktops/{desktop_id}', 'get', 'get_desktop'),
            ('/v1/desktops/{desktop_id}', 'delete', 'delete_desktop'),
            ('/v1/desktops/actions/start', 'post', 'start_desktops'),
            (
                '/v1/work-orders/{work_order_id}/actions/cancel',
                'post',
                'cancel_work_order',
            ),
        ):
            found = self.paths[path][method]['operationId']
            self.assertEqual(expected, found)

    def test_parameters(self):
        """A list in a query is one text with commas."""
        parameters = self.paths['/v1/desktops']['get']['parameters']
        by_name = {each.get('name'): each for each in parameters}
        self.assertEqual('integer', by_name['limit']['schema']['type'])
        self.assertEqual(
            ('form', False),
            (by_name['status']['style'], by_name['status']['explode']),
        )
        self.assertIn(
            {'$ref': '#/components/parameters/Microversion'}, parameters
        )
        parameters = self.paths['/v1/pools/{pool_id}']['get']['parameters']
        self.assertEqual('path', parameters[0]['in'])

    def test_answers_and_refusals(self):
        show = self.paths['/v1/desktops/{desktop_id}']['get']
        self.assertEqual('Show a desktop', show['summary'])
        self.assertEqual('clouddesk:desktops:get', show['x-openstack-policy'])
        answer = show['responses']['200']['content']['application/json']
        self.assertEqual(
            {'$ref': '#/components/schemas/Desktop'}, answer['schema']
        )
        for code in ('400', '401', '403', '404', '503'):
            self.assertEqual(
                {'$ref': '#/components/responses/Error'},
                show['responses'][code],
            )
        self.assertNotIn('409', show['responses'])

    def test_patterns_are_no_dialect_of_python(self):
        patterns = set(_patterns(self.document))
        self.assertIn('^[0-9a-f]{32}$', patterns)
        for pattern in patterns:
            for piece in ('(?!\\n', '(?<', r'\w', r'\ud'):
                self.assertNotIn(piece, pattern)

    def test_patterns_refuse_nothing_that_the_api_takes(self):
        """V12: names have letters of any script."""
        schemas = self.document['components']['schemas']
        for noun, name in (('Desktop', '实验室_1'), ('Pool', 'Класс-1')):
            schema = schemas[noun + 'Create']['properties']['name']
            self.assertRegex(name, schema['pattern'])
            self.assertNotRegex('a b', schema['pattern'])

    def test_only_public_routes_need_no_token(self):
        self.assertEqual([{'token': []}], self.document['security'])
        self.assertEqual([], self.paths['/v1']['get']['security'])
        self.assertNotIn('security', self.paths['/v1/desktops']['get'])


class ServedTest(base.ApiTest):
    def test_without_a_token(self):
        answer = self.call('GET', '/v1/openapi.json', persona=None)
        self.assertEqual(200, answer.status_int)
        served = answer.json
        openapi_spec_validator.validate(served)
        self.assertEqual([{'url': 'http://localhost/'}], served['servers'])

    def test_an_error_is_what_the_document_says(self):
        schema = openapi.document([])['components']['schemas']['Error']
        answer = self.call('GET', '/v1/nothing', persona='reader')
        self.assert_error(answer, 404, 'not_found')
        jsonschema.Draft202012Validator(schema).validate(answer.json)
