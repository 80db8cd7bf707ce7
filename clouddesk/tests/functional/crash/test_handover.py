"""Conductors that end as they should, many at once, and late calls."""

import threading

import ddt

from clouddesk import states
from clouddesk.db.api import leases
from clouddesk.tests import tally
from clouddesk.tests.functional.crash import picture
from clouddesk.tests.functional.crash import stage

#: So many servers were asked for when somebody says stop.
_EARLY_AND_LATE = (1, 5, 9)


@ddt.ddt
class LoadTest(stage.CrashTestCase):
    """Several orders with many desktops, and conductors that come and go.

    Nothing is lost, nothing is done twice.
    """

    options = stage.CrashTestCase.options | {'max_builds_per_order': 5}

    def setUp(self):
        super().setUp()
        self.expected = undisturbed(self)

    def load(self):
        """Let orders wait for a conductor, in a cloud that takes its time."""
        self.prepare()
        self.before = len(self.servers_made())
        for name in ('compute', 'network', 'block-storage'):
            self.cloud.fault(name, latency=0.2, times=None)
        self.orders = self.give_orders()

    def prepare(self):
        with self.builder():
            self.old = self.build_pool(4, name='old')
            self.build_pool(3, name='again', **self.wish())
            self.build_pool(3, name='quiet')

    def give_orders(self):
        batch = '/desktops/actions/'
        return [
            self.create_pool(6, name='new', **self.wish()),
            self.api.delete('/pools/' + self.old),
            self.api.post(batch + 'rebuild', desktop_ids=self.of('again')),
            self.api.post(batch + 'stop', desktop_ids=self.of('quiet')),
            self.create_desktop(count=4),
        ]

    def of(self, name):
        found = self.desktops(q=name)
        return sorted(each['id'] for each in found)

    def servers_made(self):
        calls = self.cloud.calls('compute', 'POST')
        return [call for call in calls if call.path.endswith('/servers')]

    def until_made(self, count):
        self.until(
            lambda: len(self.servers_made()), (self.before + count).__le__
        )

    def open_orders(self):
        orders = self.api.get('/work-orders')['work_orders']
        return {
            order['id']
            for order in orders
            if order['status'] not in states.ORDER_FINISHED
        }

    def end(self):
        """Without the latency, so that it does not take long."""
        self.cloud.faults.clear()
        for order in self.orders:
            self.finish(order)
        self.assertPicture(self.expected)

    @ddt.data(*(_EARLY_AND_LATE if tally.is_long() else _EARLY_AND_LATE[1:2]))
    def test_sigterm(self, count):
        """What it held is free at once, not when its leases expire."""
        tally.track(self, 'load', '%d servers' % count, 'SIGTERM')
        with self.house(lease_seconds=60):
            self.load()
            process = self.service.spawn_conductor()
            self.until_made(count)
            self.assertEqual(0, process.terminate(), process.output())
            self.assertEqual(self.open_orders(), set(leases.claimable(100)))
            self.service.start_conductor()
            self.end()

    def test_rolling_restarts(self):
        """Each of three is replaced in turn, twice, while all work."""
        tally.track(self, 'load', 'rolling', 'SIGTERM')
        with self.house(lease_seconds=60, max_work_orders=2):
            self.load()
            crew = [self.service.spawn_conductor() for _each in range(3)]
            for turn in range(6 if tally.is_long() else 3):
                self.until_made(turn)
                crew.append(self.service.spawn_conductor())
                process = crew.pop(0)
                self.until(lambda p=process: 'is at work' in p.output())
                self.assertEqual(0, process.terminate(), process.output())
            self.end()

    def test_one_after_another_is_killed(self):
        """Five die while others work."""
        tally.track(self, 'load', 'anywhere', stage.KILLED)
        with self.house(max_work_orders=2):
            self.load()
            crew = [self.service.spawn_conductor() for _each in range(2)]
            for turn in range(5 if tally.is_long() else 2):
                self.until_made(2 * turn + 1)
                crew.pop(0).kill()
                crew.append(self.service.spawn_conductor())
            self.end()


_PICTURES = {}


def undisturbed(test):
    """The picture after the load, made once for all tests."""
    if not _PICTURES:
        with test.house():
            test.load()
            test.service.start_conductor()
            test.cloud.faults.clear()
            for order in test.orders:
                test.finish(order)
            test.until(lambda: picture.is_current(test))
            test.assertEqual([], picture.complaints(test))
            _PICTURES['load'] = picture.of(test)
    return _PICTURES['load']


class WaitingTest(stage.CrashTestCase):
    """SIGTERM while Nova is at work: nothing is waited for."""

    def test_order_is_handed_over(self):
        tally.track(self, 'pool.create', 'in active', 'SIGTERM')
        with self.house(lease_seconds=60):
            self.nova.build_seconds = None
            order = self.create_pool(4)
            process = self.service.spawn_conductor()
            self.until(lambda: len(self.nova.servers) == 4)
            self.assertEqual(0, process.terminate(), process.output())
            self.service.start_conductor()
            with self.cloud.lock:
                for server_id in list(self.nova.servers):
                    self.nova.finish(server_id)
            self.finish(order)
            self.assertOneOfEach(4)

    def test_in_the_middle_of_a_call(self):
        """The call comes back, and what it made is recorded."""
        tally.track(self, 'pool.create', 'in server', 'SIGTERM')
        # It is not to be given up before it is let go.
        cloud = {'timeout': 3600, 'connect_retries': 0}
        with self.house(lease_seconds=7200, more={'cloud': cloud}):
            fault = self.cloud.fault('compute', 'POST', '/servers$', hang=True)
            order = self.create_pool(3)
            process = self.service.spawn_conductor()
            self.assertTrue(fault.reached.wait(stage.PATIENCE))
            process.ask_to_end()
            self.until(lambda: ' stops' in process.output())
            fault.release()
            self.assertEqual(0, process.join(), process.output())
            made = {each['server_id'] for each in self.desktops()} - {None}
            self.assertEqual(set(self.nova.servers), made)
            self.service.start_conductor()
            self.finish(order)
            self.assertOneOfEach(3)


class LateTest(stage.CrashTestCase):
    """A conductor that lost its lease while a call was on its way."""

    def setUp(self):
        super().setUp()
        self.enterContext(self.house(sweep_grace=2))
        self.is_frozen = threading.Event()
        # By the call itself, because it is soon given up and made again.
        self.fault = self.cloud.fault(
            'compute',
            'POST',
            '/servers$',
            skip=1,
            hang=True,
            callback=self.freeze,
        )
        self.nova.build_seconds = None
        self.frozen = self.service.spawn_conductor()
        self.order = self.create_pool(2)
        self.assertTrue(
            self.is_frozen.wait(stage.PATIENCE), self.frozen.output()
        )
        self.service.start_conductor()
        self.until_servers(2)

    def freeze(self):
        self.frozen.freeze()
        self.is_frozen.set()

    def until_servers(self, count):
        self.until(lambda: len(self.nova.servers) == count)

    def build(self):
        with self.cloud.lock:
            for server_id in list(self.nova.servers):
                self.nova.finish(server_id)

    def test_its_late_server_is_reaped(self):
        """Nova makes a server that nobody waits for any longer."""
        tally.track(self, 'pool.create', 'in server', stage.FROZEN)
        self.fault.release()
        self.until_servers(3)
        self.build()
        order = self.finish(self.order)
        self.frozen.thaw()
        self.until_servers(2)
        self.assertOneOfEach(2)
        self.assertStatuses({'running': 2}, self.desktops())
        self.assertEqual(order, self.finish(self.order))

    def test_its_late_call_is_refused(self):
        """Nova refuses a second server on the port of the first."""
        tally.track(self, 'pool.create', 'in server', stage.FROZEN)
        self.build()
        order = self.finish(self.order)
        self.fault.release()
        self.frozen.thaw()
        self.assertEqual(0, self.frozen.terminate(), self.frozen.output())
        self.assertOneOfEach(2)
        self.assertEqual(order, self.finish(self.order))


class TogetherTest(stage.CrashTestCase):
    """Several conductors over one database."""

    def test_no_order_is_done_twice(self):
        with self.house():
            for _each in range(3):
                self.service.start_conductor()
            orders = [self.create_pool(3, 'p%d' % n) for n in range(4)]
            for order in orders:
                self.finish(order)
            self.assertOneOfEach(12)
            self.assertEqual(12, picture.made(self.cloud)['servers'])
            self.assertEqual([], picture.complaints(self))
