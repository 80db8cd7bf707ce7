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
            **{'wsgi.input': io.BytesIO(data)} | environ,
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

    def test_lengths_that_are_no_numbers(self):
        for told in ('-1', '+2', '1_0', '2, 2', 'abc', '\u0662', ' 2'):
            error = self.assert_error(
                self.send('{}', CONTENT_LENGTH=told), 400, 'invalid'
            )
            self.assertEqual({'field': 'body'}, error['details'], told)

    def test_lengths_that_nothing_has(self):
        for told in ('9' * 15, '9' * 5000):
            answer = self.send('{}', CONTENT_LENGTH=told)
            self.assert_error(answer, 413, 'body_too_large')

    def test_a_body_that_ends_too_early(self):
        answer = self.send('{"name": "Ada"}', CONTENT_LENGTH='500')
        self.assert_error(answer, 400, 'invalid', 'body')

    def test_a_client_that_goes_away(self):
        gone = mock.Mock(spec_set=['read'])
        gone.read.side_effect = OSError('during read(500)')
        answer = self.send('{}', **{'wsgi.input': gone})
        self.assert_error(answer, 400, 'invalid', 'body')

    def test_chunks_that_uwsgi_cannot_read(self):
        uwsgi = mock.Mock(spec_set=['chunked_read'])
        uwsgi.chunked_read.side_effect = OSError('unable to receive')
        with mock.patch.object(body, 'uwsgi', uwsgi):
            answer = self.send(
                b'', CONTENT_LENGTH='', HTTP_TRANSFER_ENCODING='chunked'
            )
        self.assert_error(answer, 400, 'invalid', 'body')

    def test_a_length_beside_chunks(self):
        """One of two servers in a row would believe the one, one the other."""
        for told in (
            {'HTTP_TRANSFER_ENCODING': 'chunked'},
            {'HTTP_TRANSFER_ENCODING': 'gzip', 'CONTENT_LENGTH': ''},
            {'HTTP_TRANSFER_ENCODING': 'xchunked', 'CONTENT_LENGTH': ''},
        ):
            answer = self.send('{}', **told)
            self.assert_error(answer, 400, 'invalid', 'body')

    def test_the_size_is_checked_before_the_token(self):
        self.config(group='api', max_request_body_size=1024)
        answer = self.call('POST', URL, {'a': 'x' * 1024}, persona=None)
        self.assert_error(answer, 413, 'body_too_large')

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
