import functools
import threading
from unittest import mock

from oslo_config import cfg
import oslo_messaging
from oslo_messaging import conffixture
from oslotest import base

from clouddesk import context
from clouddesk import exceptions
from clouddesk import rpc
from clouddesk import sending
from clouddesk.conductor import rpcapi


class _Endpoint:
    target = oslo_messaging.Target(version=rpcapi.VERSION)

    def __init__(self):
        self.seen = []

    def run_order(self, ctxt, order_id):
        self.seen.append((ctxt, order_id))

    @oslo_messaging.expected_exceptions(exceptions.ClouddeskError)
    def checks(self, ctxt, project_id):
        if project_id == 'away':
            raise exceptions.CloudError(
                'Nova is 100% away.', {'a': 1}, transient=True
            )
        return [project_id]

    def ping(self, ctxt):
        return 'pong'

    def _hidden(self, ctxt):
        return 'secret'


class RpcTest(base.BaseTestCase):
    """Both ends of the bus, over the in-memory driver."""

    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[], default_config_dirs=[])
        fixture = self.useFixture(conffixture.ConfFixture(conf))
        fixture.transport_url = 'fake:/'
        rpc.init(conf)
        self.addCleanup(rpc.init)
        self.endpoint = _Endpoint()
        server = rpc.server(
            oslo_messaging.Target(topic=rpc.CONDUCTOR_TOPIC, server='one'),
            [self.endpoint],
        )
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        self.api = rpcapi.ConductorAPI()

    def test_calls(self):
        self.assertEqual('pong', self.api.ping())
        self.assertEqual(['p'], self.api.checks('p'))

    def test_an_error_arrives_as_it_was(self):
        error = self.assertRaises(
            exceptions.CloudError, self.api.checks, 'away'
        )
        self.assertTrue(error.transient)
        self.assertEqual({'a': 1}, error.details)
        self.assertEqual('Nova is 100% away.', error.text.split('\n')[0])

    def test_the_token_stays_here(self):
        context.RequestContext(
            auth_token='swordfish', project_id='p', user_id='u', roles=['x']
        )
        self.api.run_order('o')
        rpcapi.flush()
        self.api.ping()  # the messages arrive in order
        ((ctxt, order_id),) = self.endpoint.seen
        self.assertEqual(('o', 'p'), (order_id, ctxt.project_id))
        self.assertIsNone(ctxt.auth_token)
        self.assertEqual([], ctxt.roles)

    def test_private_methods_are_private(self):
        target = oslo_messaging.Target(
            topic=rpc.CONDUCTOR_TOPIC, version=rpcapi.VERSION
        )
        client = rpc.client(target, timeout=10)
        self.assertRaises(
            oslo_messaging.NoSuchMethod, client.call, {}, '_hidden'
        )


class SenderTest(base.BaseTestCase):
    """Hints while the broker hangs."""

    def setUp(self):
        super().setUp()
        self.sender = sending.Sender('hints', 'It hangs.', size=2)
        self.hangs = threading.Event()
        self.sent = []
        self.addCleanup(self.sender.flush)
        self.addCleanup(self.hangs.set)

    def hang(self):
        reached = threading.Event()

        def send():
            reached.set()
            self.hangs.wait()

        self.sender.put(send)
        reached.wait()

    def put(self, *names):
        for name in names:
            self.sender.put(functools.partial(self.sent.append, name))

    def test_nobody_waits_for_the_broker(self):
        self.hang()
        self.put('a', 'b')
        self.assertEqual([], self.sent)
        self.hangs.set()
        self.sender.flush()
        self.assertEqual(['a', 'b'], self.sent)

    def test_too_many_are_dropped(self):
        self.hang()
        with self.assertLogs('clouddesk.sending') as logs:
            self.put('a', 'b', 'c', 'd')
        self.assertEqual(1, len(logs.output), logs.output)
        self.hangs.set()
        self.sender.flush()
        self.put('e')
        self.sender.flush()
        self.assertEqual(['a', 'b', 'e'], self.sent)

    def test_the_thread_starts_with_the_first_hint(self):
        with mock.patch.object(threading, 'Thread', autospec=True) as thread:
            sender = sending.Sender('rpc hints', 'It hangs.')
            thread.assert_not_called()
            sender.put(self.fail)
            sender.put(self.fail)
        thread.assert_called_once_with(
            target=sender._run, name='rpc hints', daemon=True
        )

    def test_a_child_starts_its_own_thread(self):
        with mock.patch.object(threading, 'Thread', autospec=True) as thread:
            sender = sending.Sender('rpc hints', 'It hangs.')
            sender.put(self.fail)
            thread.return_value.is_alive.return_value = False
            sender.put(self.fail)
        self.assertEqual(2, thread.call_count)


class BrokerAwayTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[], default_config_dirs=[])
        fixture = self.useFixture(conffixture.ConfFixture(conf))
        # Nobody can listen on port 0.
        fixture.transport_url = 'rabbit://a:b@127.0.0.1:0/'
        rpc.init(conf)
        self.addCleanup(rpc.init)

    def test_a_hint_that_is_lost_fails_nothing(self):
        with self.assertLogs('clouddesk.conductor.rpcapi') as logs:
            rpcapi.ConductorAPI().run_order('o')
            rpcapi.flush()
        self.assertIn("'order_id': 'o'", logs.output[0])

    def test_a_call_does_not_wait_for_the_broker(self):
        self.assertRaises(
            exceptions.ServiceUnavailable, rpcapi.ConductorAPI().ping
        )
