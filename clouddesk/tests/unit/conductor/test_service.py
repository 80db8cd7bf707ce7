"""The whole conductor in this process, with threads and a bus."""

import threading
from unittest import mock

from oslo_config import cfg
from oslo_db import exception as db_exc
import oslo_messaging as messaging
from oslo_messaging import conffixture

from clouddesk import conf
from clouddesk import rpc
from clouddesk import states
from clouddesk.conductor import lease
from clouddesk.conductor import reconciler
from clouddesk.conductor import rpcapi
from clouddesk.conductor import service
from clouddesk.db.api import installation
from clouddesk.db.api import leases as leases_api
from clouddesk.db.api import progress
from clouddesk.tests.unit.conductor import base

#: Seconds; only reached when something is broken.
LONG = 60

#: Nothing listens there.
DEAD_BUS = 'rabbit://nobody@127.0.0.1:9/'


class ServiceTestCase(base.ConductorTestCase):
    bus = 'fake:/'

    def setUp(self):
        super().setUp()
        self.useFixture(conffixture.ConfFixture(conf.CONF, self.bus))
        self.config(
            group='conductor',
            host='here',
            poll_interval=0.1,
            # Only what a test asks for happens.
            claim_interval=1000,
            sync_interval=1000,
            sweep_interval=1000,
        )
        self.world.watch = lambda verb, when: (
            self.world.tick() if verb == 'list_servers' else None
        )
        rpc.init(conf.CONF)
        self.addCleanup(rpc.cleanup)
        self.ended = threading.Event()
        finish = progress.finish_order

        def finished(*args, **kwargs):
            finish(*args, **kwargs)
            self.ended.set()

        patcher = mock.patch.object(progress, 'finish_order', finished)
        patcher.start()
        self.addCleanup(patcher.stop)

    def start(self):
        conductor = service.Conductor(conf.CONF, self.world.for_project)
        conductor.start()
        self.addCleanup(conductor.stop)
        return conductor

    def assertDone(self, order_id):
        self.assertTrue(self.ended.wait(LONG))
        self.assertEqual(states.SUCCEEDED, self.order(order_id).status)


class ServiceTest(ServiceTestCase):
    def test_a_message_starts_an_order(self):
        self.start()
        api = rpcapi.ConductorAPI()
        self.assertEqual('pong', api.ping())
        order_id = self.create(3)
        api.run_order(order_id)
        self.assertDone(order_id)

    def test_no_message_opens_a_screen(self):
        self.start()
        api = rpcapi.ConductorAPI()
        self.assertRaises(
            messaging.NoSuchMethod,
            api._call,
            'console',
            desktop_id='d',
            type='novnc',
        )

    def test_a_notification_of_nova_is_followed(self):
        # The notifier of this test speaks like Nova's.
        self.config(control_exchange='nova')
        rpc.init(conf.CONF)
        conductor = self.start()
        self.assertTrue(conductor.bus.opened.wait(LONG))
        order_id = self.create()
        conductor.manager.run_order(order_id)
        self.assertDone(order_id)
        (desktop_id,) = self.ids_of(order_id)
        server_id = self.desktop(desktop_id).server_id
        self.world.change(server_id, status='SHUTOFF')
        seen = threading.Event()
        self.world.watch = lambda verb, when: seen.set()
        self.notify(desktop_id, server_id)
        self.assertTrue(seen.wait(LONG))

    def notify(self, desktop_id, server_id):
        notifier = messaging.Notifier(
            rpc.notification_transport(),
            publisher_id='nova-compute:here',
            driver='messagingv2',
            topics=['versioned_notifications'],
        )
        data = {
            'uuid': server_id,
            'metadata': {'clouddesk_desktop_id': desktop_id},
            'state': 'stopped',
            'task_state': None,
        }
        notifier.info({}, 'instance.power_off.end', {'nova_object.data': data})

    def test_stopping_twice_and_waiting(self):
        conductor = service.Conductor(conf.CONF, self.world.for_project)
        conductor.start()
        conductor.stop()
        conductor.stop()
        conductor.wait()

    def test_a_database_that_starts_later(self):
        away = db_exc.DBConnectionError()
        with (
            mock.patch.object(service, '_DOZE', 0.01),
            mock.patch.object(
                installation,
                'get_id',
                autospec=True,
                side_effect=[away, away, 'this-one'],
            ),
        ):
            self.start()
        self.assertEqual('this-one', conf.CONF.cloud.installation)

    def test_a_signal_while_it_starts(self):
        """SIGTERM interrupts start() anywhere; the process ends well."""
        for owner, name in (
            (installation, 'get_id'),
            (lease.Leases, 'start'),
            (reconciler.Reconciler, 'start'),
        ):
            conductor = service.Conductor(conf.CONF, self.world.for_project)

            def signalled(*args, conductor=conductor):
                conductor.stop()
                raise SystemExit

            with mock.patch.object(owner, name, signalled):
                self.assertRaises(SystemExit, conductor.start)

    def test_without_an_owner_after_the_stop(self):
        gate, reached = threading.Event(), threading.Event()

        def watch(verb, when):
            if (verb, when) == ('create_port', 'before'):
                reached.set()
                gate.wait(LONG)

        self.world.watch = watch
        conductor = service.Conductor(conf.CONF, self.world.for_project)
        conductor.start()
        order_id = self.create()
        conductor.manager.run_order(order_id)
        self.assertTrue(reached.wait(LONG))
        stopping = threading.Thread(target=conductor.stop)
        stopping.start()
        gate.set()
        conductor.wait()
        stopping.join(LONG)
        order = self.order(order_id)
        self.assertEqual(states.WORKING, order.status)
        self.assertEqual([order_id], leases_api.claimable(1))


class ShortLeaseTest(ServiceTestCase):
    def test_a_call_may_not_outlast_a_lease(self):
        self.config(group='cloud', timeout=61)
        error = self.assertRaises(
            cfg.ConfigFileValueError, service.Conductor, conf.CONF
        )
        self.assertIn('at most 60', str(error))

    def test_the_defaults_fit(self):
        service.Conductor(conf.CONF)


class WithoutBusTest(ServiceTestCase):
    bus = DEAD_BUS

    def test_orders_are_found_without_a_bus(self):
        order_id = self.create(2)
        self.start()
        self.assertDone(order_id)


class WithoutNovasVoiceTest(ServiceTestCase):
    def test_notifications_can_be_off(self):
        self.config(group='conductor', listen_to_nova=False)
        with mock.patch.object(
            messaging, 'get_notification_listener', autospec=True
        ) as listener:
            conductor = self.start()
            self.assertTrue(conductor.bus.opened.wait(LONG))
        self.assertFalse(listener.called)
