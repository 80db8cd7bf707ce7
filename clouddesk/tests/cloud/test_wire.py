"""HTTP that no library would send, to the real web server of the API."""

import contextlib

from clouddesk.tests.cloud import base
from clouddesk.tests.fuzz import wire

_HALF = b'GET /v1 HTTP/1.1\r\nHost: x\r\nX-'


class WireTest(base.CloudTest):
    def setUp(self):
        super().setUp()
        url = self.connection.session.get_endpoint(service_type='desktop')
        self.wire = wire.Wire(url)
        self.token = self.connection.auth_token

    def assertOthersAreAnswered(self, name):
        self.assertEqual(200, self.wire.ask('GET', '/v1').status, name)

    def test_lengths_that_lie(self):
        """uWSGI hands them over each in its own way (house rule 9)."""
        for name, data in wire.lengths(self.wire, self.token).items():
            answer = self.wire.send(data)
            self.assertIn(answer.status, (400, 411, 413, None), name)
            self.assertOthersAreAnswered(name)

    def test_no_request_hides_in_another(self):
        for name, data in wire.smuggled(self.wire, self.token).items():
            self.assertLessEqual(self.wire.count(data), 1, name)

    def test_what_is_hardly_http(self):
        for name, data in wire.broken(self.wire).items():
            answer = self.wire.send(data)
            self.assertIn(answer.status, (200, 400, 401, 404, None), name)
            self.assertOthersAreAnswered(name)

    def test_half_requests_keep_nobody_waiting(self):
        with contextlib.ExitStack() as stack:
            for _number in range(3):
                stack.enter_context(self.wire.open(_HALF))
            self.assertOthersAreAnswered('half')
