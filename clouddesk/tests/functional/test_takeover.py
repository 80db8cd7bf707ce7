"""Conductors that stop or die, and those who continue their work."""

import ddt

from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import base

BUILD = ('port', 'server', 'active')
DESTROY = ('server', 'gone', 'port', 'row')
REBUILD = ('remove', 'gone', 'clear', 'volume', 'port', 'server', 'active')
MOMENTS = ('before', 'after')


def moments(steps):
    return [(step, when) for step in steps for when in MOMENTS]


@ddt.ddt
class KilledTest(base.FunctionalTestCase):
    """SIGKILL between any two steps: all desktops, no server twice."""

    conductor = False
    options = {'lease_seconds': 3, 'max_builds_per_order': 4}

    def kill(self, step, when, number=3):
        process = self.service.spawn_conductor(
            '%s:%s:%d' % (step, when, number)
        )
        self.assertEqual(-9, process.join(), process.output())

    @ddt.idata(moments(BUILD))
    @ddt.unpack
    def test_while_building(self, step, when):
        order = self.create_pool(6)
        self.kill(step, when)
        self.service.start_conductor()
        self.finish(order)
        self.assertOneOfEach(6)
        self.assertStatuses({'running': 6}, self.desktops())
        self.assertEqual(6, len(self.cloud.calls('compute', 'POST')))
        self.assertEqual(6, len(self.cloud.calls('network', 'POST')))

    @ddt.idata(moments(DESTROY))
    @ddt.unpack
    def test_while_removing(self, step, when):
        builder = self.service.start_conductor()
        pool_id = self.build_pool(5)
        builder.stop()
        order = self.api.delete('/pools/' + pool_id)
        self.kill(step, when)
        self.service.start_conductor()
        self.finish(order)
        self.assertNothingLeft()

    @ddt.idata(moments(('volume',)))
    @ddt.unpack
    def test_while_making_volumes(self, step, when):
        order = self.create_pool(4, boot_from='volume', volume_size=2)
        self.kill(step, when, 2)
        self.service.start_conductor()
        self.finish(order)
        self.assertOneOfEach(4)
        self.assertEqual(4, len(self.cinder.volumes))

    @ddt.idata(moments(REBUILD))
    @ddt.unpack
    def test_while_rebuilding(self, step, when):
        """V48: the same desktop and port, one new server."""
        builder = self.service.start_conductor()
        self.build_pool(3, boot_from='volume', volume_size=2)
        builder.stop()
        before = {each['id']: each for each in self.desktops()}
        ids = sorted(before)
        order = self.api.post('/desktops/actions/rebuild', desktop_ids=ids)
        self.kill(step, when, 2)
        self.service.start_conductor()
        self.finish(order)
        self.assertOneOfEach(3)
        self.assertEqual(3, len(self.cinder.volumes))
        for desktop in self.desktops():
            old = before[desktop['id']]
            self.assertEqual('running', desktop['status'])
            self.assertEqual(old['port_id'], desktop['port_id'])
            self.assertEqual(old['addresses'], desktop['addresses'])
            self.assertNotEqual(old['server_id'], desktop['server_id'])
            self.assertNotEqual(old['volume_id'], desktop['volume_id'])

    @ddt.idata(moments(('undo.server', 'undo.port')))
    @ddt.unpack
    def test_while_undoing(self, step, when):
        self.nova.build_seconds = None
        order = self.create_pool(4)
        builder = self.service.start_conductor()
        service.until(lambda: self.nova.servers, lambda s: len(s) == 4)
        builder.stop()
        self.act('work-orders', order['id'], 'cancel')
        self.kill(step, when, 2)
        self.service.start_conductor()
        self.finish(order, 'cancelled')
        self.assertEqual([], self.desktops())
        self.assertEqual({}, self.nova.servers)
        self.assertEqual({}, self.neutron.ports)

    @ddt.idata(moments(('request', 'settled')))
    @ddt.unpack
    def test_while_stopping(self, step, when):
        builder = self.service.start_conductor()
        self.build_pool(4)
        builder.stop()
        ids = [desktop['id'] for desktop in self.desktops()]
        order = self.api.post('/desktops/actions/stop', desktop_ids=ids)
        self.kill(step, when, 2)
        self.service.start_conductor()
        self.finish(order)
        self.assertStatuses({'off': 4}, self.desktops())

    @ddt.idata(moments(('request', 'settled')))
    @ddt.unpack
    def test_while_migrating(self, step, when):
        """V42: it moves once."""
        self.nova.hosts = {'compute1': ('nova', True), 'two': ('nova', True)}
        builder = self.service.start_conductor()
        desktop_id = self.build_desktop()
        builder.stop()
        root = self.service.client('root')
        order = root.post('/desktops/%s/actions/migrate' % desktop_id)
        self.kill(step, when, 1)
        self.service.start_conductor()
        self.finish(order)
        (server,) = self.nova.of_desktop(desktop_id)
        self.assertEqual('two', server.host)
        self.assertEqual(1, len(server.history))
        self.assertEqual('running', self.desktop(desktop_id)['status'])

    def test_again_and_again(self):
        """Five conductors die over one pool; the sixth ends it."""
        order = self.create_pool(10)
        for step, when in moments(BUILD)[:5]:
            self.kill(step, when, 2)
        self.service.start_conductor()
        self.finish(order)
        self.assertOneOfEach(10)
        self.assertEqual(10, len(self.cloud.calls('compute', 'POST')))


class StoppedTest(base.FunctionalTestCase):
    """SIGTERM: what is under way is handed over at once."""

    conductor = False

    def test_order_is_handed_over(self):
        self.nova.build_seconds = None
        order = self.create_pool(4)
        first = self.service.start_conductor()
        service.until(lambda: self.nova.servers, lambda s: len(s) == 4)
        first.stop()
        self.service.start_conductor()
        with self.cloud.lock:
            for server_id in list(self.nova.servers):
                self.nova.finish(server_id)
        self.finish(order)
        self.assertOneOfEach(4)

    def test_in_the_middle_of_a_call(self):
        """The call comes back, and what it made is recorded."""
        fault = self.cloud.fault('compute', 'POST', '/servers$', latency=1)
        order = self.create_pool(3)
        first = self.service.start_conductor()
        fault.reached.wait(30)
        first.stop()
        self.service.start_conductor()
        self.finish(order)
        self.assertOneOfEach(3)

    def test_process_ends_by_itself(self):
        self.nova.build_seconds = None
        order = self.create_pool(2)
        process = self.service.spawn_conductor()
        service.until(lambda: self.nova.servers, lambda s: len(s) == 2)
        self.assertEqual(0, process.terminate(), process.output())
        self.service.start_conductor()
        with self.cloud.lock:
            for server_id in list(self.nova.servers):
                self.nova.finish(server_id)
        self.finish(order)
        self.assertOneOfEach(2)


class FrozenTest(base.FunctionalTestCase):
    """A conductor that lost its lease without knowing it."""

    conductor = False
    options = {'lease_seconds': 3, 'sweep_grace': 2}

    def setUp(self):
        super().setUp()
        self.fault = self.cloud.fault(
            'compute', 'POST', '/servers$', hang=True
        )
        self.nova.build_seconds = None
        self.order = self.create_pool(2)
        self.frozen = self.service.spawn_conductor()
        self.fault.reached.wait(30)
        self.until_servers(1)
        self.frozen.freeze()
        self.service.start_conductor()
        self.until_servers(2)

    def until_servers(self, count):
        service.until(lambda: self.nova.servers, lambda s: len(s) == count)

    def build(self):
        with self.cloud.lock:
            for server_id in list(self.nova.servers):
                self.nova.finish(server_id)

    def test_its_late_server_is_reaped(self):
        """Nova makes a server that nobody waits for any longer."""
        self.fault.release()
        self.until_servers(3)
        self.build()
        order = self.finish(self.order)
        self.frozen.thaw()
        self.until_servers(2)
        self.assertOneOfEach(2)
        self.assertStatuses({'running': 2}, self.desktops())
        again = self.api.get('/work-orders/' + order['id'])
        self.assertEqual(order, again)

    def test_its_late_call_is_refused(self):
        """Nova refuses a second server on the port of the first."""
        self.build()
        order = self.finish(self.order)
        self.fault.release()
        self.frozen.thaw()
        self.assertEqual(0, self.frozen.terminate(), self.frozen.output())
        self.assertOneOfEach(2)
        again = self.api.get('/work-orders/' + order['id'])
        self.assertEqual(order, again)


class TogetherTest(base.FunctionalTestCase):
    """Several conductors over one database."""

    conductor = False

    def test_no_order_is_done_twice(self):
        for _ in range(3):
            self.service.start_conductor()
        orders = [self.create_pool(3, 'p%d' % n) for n in range(4)]
        for order in orders:
            self.finish(order)
        self.assertOneOfEach(12)
        self.assertEqual(12, len(self.cloud.calls('compute', 'POST')))
