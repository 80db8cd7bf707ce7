"""HTTP that no library would send; others are answered all the same."""

import contextlib

from clouddesk.tests.functional import base
from clouddesk.tests.fuzz import aims
from clouddesk.tests.fuzz import wire

_HALF = b'GET /v1 HTTP/1.1\r\nHost: x\r\nX-'
_HALF_BODY = (
    b'POST /v1/desktops HTTP/1.1\r\nHost: x\r\nContent-Type: '
    b'application/json\r\nContent-Length: 90000\r\nX-Auth-Token: %s\r\n\r\n{'
)


class WireTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.target = aims.of(self.service)
        self.wire = wire.Wire(self.target.url)

    def assertOthersAreAnswered(self, name):
        self.assertEqual(200, self.wire.ask('GET', '/v1').status, name)

    def test_lengths_that_lie(self):
        """Refused or hung up on; nothing is made (house rule 9)."""
        found = wire.lengths(self.wire, self.target.token)
        for name, data in found.items():
            answer = self.wire.send(data)
            # A web server may know no other encoding, and says 501.
            self.assertIn(answer.status, (400, 411, 413, 501, None), name)
            self.assertOthersAreAnswered(name)
        self.assertEqual([], self.desktops())

    def test_what_is_too_long_is_not_read(self):
        told = {
            'X-Auth-Token': self.target.token,
            'Content-Type': 'application/json',
            'Content-Length': str(10**12),
        }
        request = self.wire.request('POST', '/v1/desktops', told)
        answer = self.wire.send(request + b'{')
        self.assertEqual(413, answer.status)
        if not self.service.standalone:
            # There the web server refuses it itself.
            error = answer.json['error']
            self.assertEqual('body', error['details']['field'])

    def test_no_request_hides_in_another(self):
        found = wire.smuggled(self.wire, self.target.token)
        for name, data in found.items():
            self.assertLessEqual(self.wire.count(data), 1, name)
            self.assertOthersAreAnswered(name)

    def test_what_is_hardly_http(self):
        for name, data in wire.broken(self.wire).items():
            answer = self.wire.send(data)
            self.assertNotIn(answer.status, (500, 502, 503, 504), name)
            self.assertOthersAreAnswered(name)

    def test_half_requests_keep_nobody_waiting(self):
        half_body = _HALF_BODY % self.target.token.encode()
        with contextlib.ExitStack() as stack:
            for _number in range(3):
                stack.enter_context(self.wire.open(_HALF))
                stack.enter_context(self.wire.open(half_body))
            self.assertOthersAreAnswered('half')
            self.assertEqual([], self.desktops())
        self.assertOthersAreAnswered('gone')
        self.assertEqual([], self.desktops())
