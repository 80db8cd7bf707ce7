import socket
from unittest import mock

from oslotest import base

from clouddesk.osc import reach

FIXED = {'address': '10.0.0.5', 'type': 'fixed'}
FLOATING = {'address': '172.24.4.9', 'type': 'floating'}


class HostsTest(base.BaseTestCase):
    def test_floating_addresses_come_first(self):
        self.assertEqual(
            ['172.24.4.9', '10.0.0.5'], reach.hosts([FIXED, FLOATING])
        )

    def test_none(self):
        self.assertEqual([], reach.hosts(None))


class AnswersTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.server = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(self.server.close)
        self.port = self.server.getsockname()[1]

    def _closed_port(self):
        with socket.create_server(('127.0.0.1', 0)) as server:
            return server.getsockname()[1]

    def test_open_and_closed(self):
        self.assertTrue(reach.answers('127.0.0.1', self.port))
        self.assertFalse(reach.answers('127.0.0.1', self._closed_port()))

    def test_a_name_is_looked_up_each_time(self):
        """T11: the address behind a name changes."""
        stale = [
            (
                socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                '',
                ('127.0.0.1', self._closed_port()),
            )
        ]
        fresh = [
            (
                socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                '',
                ('127.0.0.1', self.port),
            )
        ]
        with mock.patch.object(
            socket,
            'getaddrinfo',
            autospec=True,
            side_effect=[stale, fresh, stale + fresh],
        ):
            verdicts = [reach.answers('ada.example.org', 22) for _ in '123']
        self.assertEqual([False, True, True], verdicts)

    def test_a_name_without_an_address(self):
        with mock.patch.object(
            socket, 'getaddrinfo', autospec=True, side_effect=OSError
        ):
            self.assertFalse(reach.answers('nobody.example.org', 22))

    def test_the_better_port_wins_over_the_better_host(self):
        def answers(host, port, _timeout):
            return (host, port) in (('b', 3389), ('a', 22))

        with mock.patch.object(
            reach, 'answers', autospec=True, side_effect=answers
        ):
            found = reach.first(['a', 'b'], (3389, 22))
            self.assertIsNone(reach.first(['c'], (3389, 22)))
        self.assertEqual(('b', 3389), found)

    def test_nowhere_to_try(self):
        self.assertIsNone(reach.first([], (22,)))
