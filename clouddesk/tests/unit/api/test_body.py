import io
import json
from unittest import mock

from clouddesk.api import body
from clouddesk.tests.unit.api import base

URL = '/v1/desktops'


def nested(depth):
    """An object that holds an object, and so on."""
    return '{"a":' * depth + '1' + '}' * depth


class BodyTest(base.ApiTest):
    def send(self, data, **environ):
        data = data if isinstance(data, bytes) else data.encode()
        environ.setdefault('CONTENT_LENGTH', str(len(data)))
        return self.call(
            'POST',
            URL,
            headers={'Content-Type': 'application/json'},
            **environ | {'wsgi.input': io.BytesIO(data)},
        )

    def chunked(self, data):
        """As most WSGI servers hand over a body without a length."""
        return self.send(
            data,
            CONTENT_LENGTH='',
            HTTP_TRANSFER_ENCODING='chunked',
            **{'wsgi.input_terminated': True},
        )

    def chunked_by_uwsgi(self, data):
        """As uWSGI does: outside of wsgi.input."""
        chunks = [data[:500].encode(), data[500:].encode(), b'']
        uwsgi = mock.Mock(spec_set=['chunked_read'])
        uwsgi.chunked_read.side_effect = iter(chunks)
        with mock.patch.object(body, 'uwsgi', uwsgi):
            return self.send(
                b'', CONTENT_LENGTH='', HTTP_TRANSFER_ENCODING='chunked'
            )

    def test_the_largest_body_and_one_byte_more(self):
        self.config(group='api', max_request_body_size=1024)
        data = json.dumps({'name': 'x' * 1012})
        self.assertEqual(1024, len(data))
        for send in (self.send, self.chunked, self.chunked_by_uwsgi):
            self.assert_error(send(data), 400, 'invalid')
            error = self.assert_error(send(data + ' '), 413, 'body_too_large')
            self.assertEqual(
                {'field': 'body', 'limit': 1024}, error['details']
            )

    def test_a_chunked_body_is_read(self):
        error = self.assert_error(
            self.chunked('{"name": "A"}'), 400, 'invalid', 'name'
        )
        self.assertEqual(2, error['details']['limit'])

    def test_a_body_without_an_end(self):
        answer = self.send(
            '{}', CONTENT_LENGTH='', HTTP_TRANSFER_ENCODING='chunked'
        )
        self.assert_error(answer, 411, 'length_required')

    def test_the_size_is_checked_before_the_token(self):
        self.config(group='api', max_request_body_size=1024)
        answer = self.call('POST', URL, {'a': 'x' * 1024}, persona=None)
        self.assert_error(answer, 413, 'body_too_large')

    def test_a_length_that_is_no_number(self):
        answer = self.send('{}', CONTENT_LENGTH='many')
        self.assert_error(answer, 400, 'bad_request')

    def test_the_deepest_body_and_one_level_more(self):
        self.config(group='api', max_json_depth=5)
        self.assert_error(self.send(nested(5)), 400, 'invalid', 'name')
        error = self.assert_error(self.send(nested(6)), 400, 'invalid')
        self.assertEqual({'field': 'body', 'limit': 5}, error['details'])

    def test_many_brackets_side_by_side_are_not_deep(self):
        self.config(group='api', max_json_depth=3)
        wide = '{"a": [%s]}' % ', '.join(['{}'] * 50)
        self.assert_error(self.send(wide), 400, 'invalid', 'name')

    def test_a_body_that_no_parser_can_descend(self):
        error = self.assert_error(self.send('[' * 20000), 400, 'invalid')
        self.assertEqual('body', error['details']['field'])

    def test_what_is_not_json(self):
        for text in ('{"name":', 'NaN', '{"size": Infinity}', '\xff', '['):
            answer = self.send(text.encode('latin-1'))
            error = self.assert_error(answer, 400, 'invalid')
            self.assertEqual('body', error['details']['field'])

    def test_json_that_is_no_object(self):
        for text in ('[]', '1', '"name"', 'null'):
            error = self.assert_error(self.send(text), 400, 'invalid')
            self.assertEqual('body must be an object.', error['message'])

    def test_requests_that_take_no_body(self):
        for method in ('GET', 'DELETE'):
            url = '/v1/pools/%s' % base.UNKNOWN
            answer = self.call(method, url, {'pool_id': base.UNKNOWN})
            self.assert_error(answer, 400, 'invalid')
