"""What the other services do wrong, and what becomes of it.

All of it, systematically, is tried in :mod:`clouddesk.tests.functional.crash`;
this little goes on clouddesk-standalone, too.
"""

import ddt

from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import base

#: What makes things, and how many answers are lost at least: ports that are
#: wanted at the same moment are made by one call.
CREATIONS = (('compute', '/servers$', 3), ('network', '/ports$', 1))


@ddt.ddt
class LostAnswerTest(base.FunctionalTestCase):
    """Rule 3: no twin, whatever is lost."""

    @ddt.idata((*c, w) for c in CREATIONS for w in ('before', 'after'))
    @ddt.unpack
    def test_creation(self, service_type, path, least, when):
        fault = self.cloud.fault(
            service_type, 'POST', path, drop=when, times=3
        )
        self.build_pool(6)
        self.assertGreaterEqual(fault.hits, least)
        self.assertOneOfEach(6)

    def test_volume(self):
        self.cloud.fault('block-storage', 'POST', drop='after', times=2)
        self.build_pool(3, boot_from='volume', volume_size=2)
        self.assertOneOfEach(3)
        self.assertEqual(3, len(self.cinder.volumes))

    @ddt.data('before', 'after')
    def test_removal(self, when):
        pool_id = self.build_pool(3)
        self.cloud.fault('compute', 'DELETE', drop=when, times=2)
        self.cloud.fault('network', 'DELETE', drop=when, times=2)
        self.finish(self.api.delete('/pools/' + pool_id))
        self.assertNothingLeft()

    @ddt.data('before', 'after')
    def test_stop(self, when):
        desktop_id = self.build_desktop()
        self.cloud.fault('compute', 'POST', 'action$', drop=when)
        self.finish(self.act('desktops', desktop_id, 'stop'))
        self.assertEqual('off', self.desktop(desktop_id)['status'])


@ddt.ddt
class BurstTest(base.FunctionalTestCase):
    """Errors that pass do not reach the people."""

    @ddt.data(429, 500, 503)
    def test_of_nova(self, status):
        fault = self.cloud.fault(
            'compute', path='/servers', status=status, times=6
        )
        self.build_pool(4)
        self.assertOneOfEach(4)
        self.assertEqual(6, fault.hits)

    def test_that_does_not_pass(self):
        fault = self.cloud.fault(
            'compute', 'POST', '/servers$', status=503, times=None
        )
        order = self.finish(self.create_pool(2), 'failed')
        pool = self.pool(order['subject']['id'])
        self.assertEqual({'fault': 2}, pool['counts'])
        self.assertIn('Injected', pool['faults'][0]['message'])
        fault.times = 0
        self.finish(self.act('pools', pool['id'], 'retry'))
        self.assertOneOfEach(2)


class FailedBuildTest(base.FunctionalTestCase):
    def test_retry_replaces_the_failed_server(self):
        self.nova.fail_builds(1)
        order = self.finish(self.create_desktop(), 'failed')
        desktop_id = order['items'][0]['desktop_id']
        desktop = self.desktop(desktop_id)
        self.assertEqual('fault', desktop['status'])
        self.assertIn('No valid host', desktop['fault']['message'])
        failed = desktop['server_id']
        self.finish(self.act('desktops', desktop_id, 'retry'))
        self.assertNotIn(failed, self.nova.servers)
        self.assertOneOfEach(1)
        self.assertEqual('running', self.desktop(desktop_id)['status'])
        self.assertIsNone(self.desktop(desktop_id)['fault'])

    def test_volume_that_fails(self):
        self.cinder.created_status = 'error'
        order = self.finish(
            self.create_desktop(boot_from='volume', volume_size=2), 'failed'
        )
        self.cinder.created_status = 'available'
        desktop_id = order['items'][0]['desktop_id']
        self.finish(self.act('desktops', desktop_id, 'retry'))
        self.assertOneOfEach(1)
        self.assertEqual(1, len(self.cinder.volumes))

    def test_full_network(self):
        """Somebody takes most addresses after they were counted."""
        full = self.neutron.create_network(
            self.school.project_id, 'full', '10.9.0.0/29'
        )
        self.cloud.fault(
            'network', 'POST', '/ports$', callback=lambda: self.take(full)
        )
        order = self.finish(self.create_pool(2, network_id=full), 'failed')
        pool = self.pool(order['subject']['id'])
        self.assertEqual({'running': 1, 'fault': 1}, pool['counts'])
        self.assertIn('No more IP', pool['faults'][0]['message'])

    def take(self, network_id):
        """Leave one address, 10.9.0.2."""
        (subnet_id,) = self.neutron.networks[network_id]['subnets']
        fixed_ips = [
            {'subnet_id': subnet_id, 'ip_address': '10.9.0.%d' % each}
            for each in range(3, 7)
        ]
        with self.cloud.lock:
            self.neutron.ports['router'] = {
                'id': 'router',
                'network_id': network_id,
                'security_groups': [],
                'name': 'router',
                'project_id': self.school.project_id,
                'mac_address': '',
                'fixed_ips': fixed_ips,
                'device_id': '',
            }


class BehindOurBackTest(base.FunctionalTestCase):
    """Rule 7: the cloud is the truth about power.

    Unless the desktop shall keep running, see ``test_keeping``.
    """

    def setUp(self):
        super().setUp()
        self.desktop_id = self.build_desktop(keep_running=False)
        self.server = self.nova.of_desktop(self.desktop_id)[0]

    def test_stopped_and_started(self):
        with self.cloud.lock:
            self.server.become('stopped', 4)
        self.until_desktop(self.desktop_id, 'off')
        with self.cloud.lock:
            self.server.become('active', 1)
        self.until_desktop(self.desktop_id, 'running')

    def test_deleted(self):
        self.nova.destroy(self.server.id)
        desktop = self.until_desktop(self.desktop_id, 'fault')
        self.assertEqual('server_gone', desktop['fault']['code'])
        self.finish(self.act('desktops', self.desktop_id, 'retry'))
        self.assertOneOfEach(1)
        self.assertNotIn(self.server.id, self.nova.servers)

    def test_broken(self):
        with self.cloud.lock:
            self.server.fail('The disk is gone.', self.cloud.clock.now())
        desktop = self.until_desktop(self.desktop_id, 'fault')
        self.assertIn('The disk is gone.', desktop['fault']['message'])

    def test_tag_taken_off(self):
        with self.cloud.lock:
            self.server.tags.clear()
            self.server.become('stopped', 4)
        self.until_desktop(self.desktop_id, 'off')
        self.finish(self.api.delete('/desktops/' + self.desktop_id))
        self.assertNothingLeft()


class NotificationTest(base.FunctionalTestCase):
    """What Nova tells makes waiting short; nothing depends on it."""

    options = {
        'listen_to_nova': True,
        'sync_interval': 3600,
        'poll_interval': 3600,
    }

    def setUp(self):
        super().setUp()
        self.service.forward_notifications()

    def test_build_and_change(self):
        self.nova.build_seconds = None
        order = self.create_desktop(keep_running=False)
        service.until(lambda: self.nova.servers, bool)
        (server,) = self.nova.servers.values()
        self.api.wait(order['id'], 'running')
        service.until(
            lambda: self.desktop(order['items'][0]['desktop_id']),
            lambda desktop: desktop['server_id'],
        )
        with self.cloud.lock:
            self.nova.finish(server.id)
        self.finish(order)
        with self.cloud.lock:
            self.nova._end('power_off', server, 'stopped', 4)
        self.until_desktop(order['items'][0]['desktop_id'], 'off')


class SweepTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.build_desktop()

    def leave_behind(self, desktop_id):
        """A port like that of the desktop here, for another one."""
        with self.cloud.lock:
            (port,) = self.neutron.ports.values()
            left = {'id': 'left', 'name': 'clouddesk-' + desktop_id}
            free = {'device_id': '', 'fixed_ips': []}
            self.neutron.ports['left'] = port | left | free

    def test_orphan_goes(self):
        """A port whose POST outlived the order that asked for it."""
        gone = self.build_desktop(name='Bob')
        self.finish(self.api.delete('/desktops/' + gone))
        self.leave_behind(gone)
        service.until(lambda: 'left' not in self.neutron.ports, bool)
        self.assertOneOfEach(1)

    def test_things_of_others_stay(self):
        """Our tables know nothing of such a desktop."""
        self.leave_behind('6f1e9a52-5a7e-4f0e-9d56-1f0c52a3a9c1')
        seen = len(self.sweeps())
        # Twice the grace time.
        service.until(self.sweeps, lambda calls: len(calls) > seen + 6)
        self.assertIn('left', self.neutron.ports)

    def sweeps(self):
        return [
            call
            for call in self.cloud.calls('network', 'GET')
            if 'name=' not in call.query
        ]
