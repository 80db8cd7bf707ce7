"""The layers of the onion, from the outside."""

import json
from unittest import mock

from oslo_context import context as oslo_context
from oslo_db import exception as db_exc
from sqlalchemy import exc as sa_exc
import webob

from clouddesk import db
from clouddesk import exceptions
from clouddesk.db.api import desktops
from clouddesk.tests.unit.api import base


class AuthenticationTest(base.ApiTest):
    def test_versions_and_health_need_no_token(self):
        for path in ('/', '/v1', '/v1/', '/healthcheck'):
            answer = self.call('GET', path, persona=None)
            self.assertEqual(200, answer.status_int, path)

    def test_no_answer_is_taken_for_a_page(self):
        evil = '/v1/desktops/<script>alert(1)<%2Fscript>'
        for path in ('/', evil, '/v1/desktops?q=<svg>', '/healthcheck'):
            for persona in (None, 'member'):
                answer = self.call('GET', path, persona=persona)
                self.assertEqual(
                    'nosniff', answer.headers['X-Content-Type-Options']
                )
                self.assertIn(
                    answer.content_type, ('application/json', 'text/plain')
                )

    def test_everything_else_needs_one(self):
        for path in ('/v1/desktops', '/v1/pools/', '/v2', '//', '/v1//'):
            answer = self.call('GET', path, persona=None)
            self.assert_error(answer, 401, 'unauthorized')
            self.assertEqual(
                'Keystone uri="http://keystone.example/"',
                answer.headers['WWW-Authenticate'],
            )

    def test_a_bad_token_is_no_token(self):
        answer = self.call('GET', '/v1/desktops', persona='made-up')
        self.assert_error(answer, 401, 'unauthorized')

    def test_forged_identity_headers_have_no_effect(self):
        forged = {
            'X-Roles': 'admin,member',
            'X-Project-Id': base.OTHER_PROJECT,
            'X-User-Id': 'root',
            'X-Identity-Status': 'Confirmed',
            'X-Service-Roles': 'service',
        }
        answer = self.call('GET', '/v1/pools', persona=None, headers=forged)
        self.assert_error(answer, 401, 'unauthorized')
        self.make_desktops(1, project=base.OTHER_PROJECT)
        answer = self.call(
            'GET', '/v1/desktops', persona='reader', headers=forged
        )
        self.assertEqual([], answer.json['desktops'])
        answer = self.call(
            'GET',
            '/v1/desktops?all_projects=true',
            persona='reader',
            headers=forged,
        )
        self.assert_error(answer, 403, 'forbidden')

    def test_a_token_must_be_scoped_to_a_project(self):
        error = self.assert_error(
            self.get('/v1/desktops', persona='unscoped'), 403, 'forbidden'
        )
        self.assertEqual(
            'The token must be scoped to a project.', error['message']
        )

    def test_a_service_token_needs_the_service_role(self):
        """A token without the role is refused, with it the user counts."""
        headers = {'X-Service-Token': 'reader'}
        answer = self.call('GET', '/v1/desktops', headers=headers)
        self.assert_error(answer, 401, 'unauthorized')
        self.add_token('nova', base.OTHER_PROJECT, ['service'])
        headers = {'X-Service-Token': 'nova'}
        answer = self.call('GET', '/v1/desktops', headers=headers)
        self.assertEqual(200, answer.status_int)


class RoutingTest(base.ApiTest):
    def test_what_is_not_there(self):
        for path in (
            '/nope',
            '/v1/nope',
            '/v1/desktops/actions',
            '/v1/desktops/actions/explode',
            '/v1/desktops/%s/actions' % base.UNKNOWN,
            '/v1/desktops//',
            '/v1/desktops.json',
        ):
            self.assert_error(self.get(path), 404, 'not_found')

    def test_python_names_are_no_urls(self):
        for name in ('__class__', '__init__', '_route', 'below', 'get'):
            self.assert_error(self.get('/%s' % name), 404, 'not_found')
            answer = self.get('/v1/desktops/%s' % name)
            self.assert_error(answer, 404, 'not_found')

    def test_an_id_must_be_a_uuid(self):
        answer = self.get('/v1/pools/class-a')
        error = self.assert_error(answer, 404, 'not_found')
        self.assertEqual('The pool class-a was not found.', error['message'])

    def test_methods_that_a_url_does_not_know(self):
        answer = self.call('PUT', '/v1/desktops', {})
        self.assert_error(answer, 405, 'method_not_allowed')
        self.assertEqual('GET, POST', answer.headers['Allow'])

    def test_the_method_cannot_be_overridden(self):
        desktop = self.make_desktops(1)[0]
        url = '/v1/desktops/%s?_method=delete' % desktop
        answer = self.call('PATCH', url, {'note': 'x'})
        self.assert_error(answer, 400, 'invalid', '_method')

    def test_head_is_get_without_a_body(self):
        answer = self.call('HEAD', '/v1/desktops')
        self.assertEqual((200, b''), (answer.status_int, answer.body))
        answer = self.call('HEAD', '/nope')
        self.assertEqual((404, b''), (answer.status_int, answer.body))

    def test_only_json_goes_out(self):
        headers = {'Accept': 'text/html'}
        answer = self.call('GET', '/v1/desktops', headers=headers)
        self.assert_error(answer, 406, 'not_acceptable')

    def test_only_json_comes_in(self):
        for kind in ('text/plain', 'application/x-www-form-urlencoded'):
            headers = {'Content-Type': kind}
            answer = self.call('POST', '/v1/desktops', {}, headers=headers)
            self.assert_error(answer, 415, 'unsupported_media_type')

    def test_forms_are_not_even_read(self):
        """A form without a boundary cannot be."""
        for method, path in (('DELETE', '/v1/pools/'), ('GET', '/v1/pools/')):
            answer = self.call(
                method,
                path + base.UNKNOWN,
                headers={'Content-Type': 'multipart/form-data'},
            )
            self.assert_error(answer, 404, 'not_found')

    def test_a_request_without_a_path(self):
        """uWSGI hands HTTP/0.9 over like that."""
        environ = webob.Request.blank('/').environ
        del environ['PATH_INFO']
        answer = webob.Request(environ).get_response(self.app)
        self.assertEqual(200, answer.status_int)

    def test_urls_that_are_not_utf_8(self):
        answer = self.get('/v1/desktops?name=%ff')
        self.assert_error(answer, 400, 'invalid')
        self.assertEqual({'field': 'url'}, answer.json['error']['details'])
        answer = self.call('GET', '/', PATH_INFO='/\xff')
        self.assertIn(answer.status_int, (400, 404))

    def test_links_follow_where_the_api_is_mounted(self):
        answer = self.call('GET', '/v1', SCRIPT_NAME='/desktop')
        self.assertEqual(
            'http://localhost/desktop/v1/',
            answer.json['version']['links'][0]['href'],
        )


class FailureTest(base.ApiTest):
    def fail_with(self, error):
        with mock.patch.object(desktops, 'list_', autospec=True) as list_:
            list_.side_effect = error
            return self.get('/v1/desktops')

    def test_the_unexpected_shows_no_internals(self):
        answer = self.fail_with(RuntimeError('password is swordfish'))
        error = self.assert_error(answer, 500, 'internal_error')
        self.assertNotIn('swordfish', answer.text)
        self.assertEqual('Internal Server Error', error['title'])

    def test_errors_tell_the_version_too(self):
        answer = self.fail_with(RuntimeError())
        self.assertEqual(
            'desktop 1.0', answer.headers['OpenStack-API-Version']
        )

    def test_a_database_that_is_away(self):
        for error in (db_exc.DBConnectionError(), sa_exc.TimeoutError()):
            answer = self.fail_with(error)
            self.assert_error(answer, 503, 'service_unavailable')
            self.assertEqual('10', answer.headers['Retry-After'])

    def test_our_errors_keep_their_details(self):
        answer = self.fail_with(
            exceptions.Conflict('No.', {'field': 'size', 'limit': 3})
        )
        error = self.assert_error(answer, 409, 'conflict')
        self.assertEqual('No.', error['message'])
        self.assertEqual({'field': 'size', 'limit': 3}, error['details'])

    def test_too_many_requests_tell_when_to_come_back(self):
        answer = self.fail_with(
            exceptions.TooManyRequests(details={'seconds': 3}, seconds=3)
        )
        self.assert_error(answer, 429, 'too_many_requests')
        self.assertEqual('3', answer.headers['Retry-After'])


class HealthTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.config(group='healthcheck', backends=['clouddesk_database'])
        self.build()

    def test_healthy(self):
        answer = self.call('GET', '/healthcheck', persona=None)
        self.assertEqual((200, 'OK'), (answer.status_int, answer.text))

    def test_without_a_database(self):
        with mock.patch.object(db, 'reader', autospec=True) as reader:
            reader.side_effect = RuntimeError
            answer = self.call('GET', '/healthcheck', persona=None)
        self.assertEqual(503, answer.status_int)
        self.assertIn('database', answer.text)

    def test_those_who_may_not_ask_meet_the_application(self):
        self.config(
            group='healthcheck', allowed_source_ranges=['192.0.2.0/24']
        )
        self.build()
        answer = self.call(
            'GET', '/healthcheck', persona=None, REMOTE_ADDR='198.51.100.1'
        )
        self.assert_error(answer, 401, 'unauthorized')


class OptionalLayersTest(base.ApiTest):
    def test_browsers_may_read_errors_where_cors_is_set(self):
        self.config(group='cors', allowed_origin=['https://desk.example'])
        self.build()
        headers = {'Origin': 'https://desk.example'}
        answer = self.call('GET', '/nope', headers=headers)
        self.assertEqual(
            'https://desk.example',
            answer.headers['Access-Control-Allow-Origin'],
        )
        self.assertEqual(404, answer.error['status'])

    def test_proxy_headers_count_only_where_trusted(self):
        headers = {'X-Forwarded-Proto': 'https'}
        for trusted, scheme in ((False, 'http'), (True, 'https')):
            self.config(group='api', enable_proxy_headers_parsing=trusted)
            self.build()
            answer = self.call(
                'GET', '/', headers=headers, HTTP_HOST='localhost'
            )
            href = answer.json['versions'][0]['links'][0]['href']
            self.assertEqual('%s://localhost/v1/' % scheme, href)


class RequestIdTest(base.ApiTest):
    def test_the_callers_id_is_kept_beside_ours(self):
        """Only an id of the right form is taken over."""
        mine = 'req-%s' % base.UNKNOWN
        for given, kept in ((mine, mine), ('req-1', None)):
            with mock.patch.object(desktops, 'list_', autospec=True) as list_:
                list_.side_effect = self.remember
                headers = {'X-OpenStack-Request-ID': given}
                answer = self.call('GET', '/v1/desktops', headers=headers)
            self.assertEqual(kept, self.context.global_request_id)
            self.assertEqual(
                answer.headers['X-OpenStack-Request-ID'],
                self.context.request_id,
            )

    def remember(self, *args):
        self.context = oslo_context.get_current()
        return []


class RequestLogTest(base.ApiTest):
    def lines(self, path):
        with self.assertLogs('clouddesk.api.request_log') as logs:
            self.get(path)
        return logs.output

    def test_one_line_with_status_and_error(self):
        (line,) = self.lines('/v1/desktops?limit=0')
        self.assertIn('"GET /v1/desktops?limit=0" status: 400', line)
        self.assertIn('error: invalid', line)

    def test_a_line_break_in_a_path_stays_one_line(self):
        (line,) = self.lines('/v1/%0aFAKE%20LINE')
        self.assertNotIn('\n', line)

    def test_no_token_in_the_log(self):
        with self.assertLogs('clouddesk', 'DEBUG') as logs:
            self.get('/v1/desktops', persona='manager')
        self.assertNotIn('X-Auth-Token', json.dumps(logs.output))
