import socket
import threading
from unittest import mock

import fixtures
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

    def test_only_addresses_become_arguments(self):
        for address in ('-oProxyCommand=id', 'a b', '$(id)', 'fe80::1%x;id'):
            self.assertEqual([], reach.hosts([{'address': address}]))
        self.assertEqual(['fd00::5'], reach.hosts([{'address': 'fd00::5'}]))


class Server(fixtures.Fixture):
    """Takes connections; each gets the same greeting.

    :param asked: bytes to read before the greeting
    """

    def __init__(self, greeting=b'', asked=0):
        super().__init__()
        self.greeting = greeting
        self.asked = asked

    def _setUp(self):
        self._socket = socket.create_server(('127.0.0.1', 0))
        self.address = self._socket.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.addCleanup(self._thread.join)
        self.addCleanup(self._socket.close)
        self.addCleanup(self._socket.shutdown, socket.SHUT_RDWR)

    def _serve(self):
        while True:
            try:
                connection, _peer = self._socket.accept()
            except OSError:
                return
            with connection:
                if self.asked:
                    connection.recv(self.asked, socket.MSG_WAITALL)
                connection.sendall(self.greeting)


def _entry(address):
    return (socket.AF_INET, socket.SOCK_STREAM, 6, '', address)


class AnswersTest(base.BaseTestCase):
    def _look_up(self, *answers):
        """Let names lead to these lists of addresses, one after another."""
        listed = [
            [_entry(address) for address in answer] for answer in answers
        ]
        self.useFixture(
            fixtures.MockPatchObject(
                socket, 'getaddrinfo', autospec=True, side_effect=listed
            )
        )

    def _server(self, *args):
        return self.useFixture(Server(*args)).address

    def _nobody(self):
        with socket.create_server(('127.0.0.1', 0)) as server:
            return server.getsockname()

    def test_ssh(self):
        self._look_up([self._server(b'SSH-2.0-x\r\n')], [self._nobody()])
        self.assertTrue(reach.answers('ada', reach.SSH))
        self.assertFalse(reach.answers('ada', reach.SSH))

    def test_rdp(self):
        confirm = bytes.fromhex('0300 0013 0ed0 0000 1234 00')
        self._look_up([self._server(confirm, 19)])
        self.assertTrue(reach.answers('ada', reach.RDP))

    def test_a_proxy_that_takes_every_connection(self):
        silent = self._server()
        self._look_up([silent], [silent])
        self.assertFalse(reach.answers('ada', reach.SSH))
        self.assertFalse(reach.answers('ada', reach.RDP))

    def test_a_name_is_looked_up_each_time(self):
        """T11: the address behind a name changes."""
        stale, fresh = self._nobody(), self._server(b'SSH-')
        self._look_up([stale], [fresh], [stale, fresh])
        verdicts = [reach.answers('ada', reach.SSH) for _turn in range(3)]
        self.assertEqual([False, True, True], verdicts)

    def test_a_name_without_an_address(self):
        with mock.patch.object(
            socket, 'getaddrinfo', autospec=True, side_effect=OSError
        ):
            self.assertFalse(reach.answers('nobody.example.org', reach.SSH))


class FirstTest(base.BaseTestCase):
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
