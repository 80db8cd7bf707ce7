"""Desktops that are reached from outside."""

import ddt

from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import base

MOMENTS = ('before', 'after')


class ReachTestCase(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.public = self.neutron.create_network(
            self.school.service_project_id,
            'public',
            '172.24.4.0/26',
            external=True,
        )
        self.wish = {
            'floating_network_id': self.public,
            'remote_protocols': ['rdp'],
        }

    def assertReachable(self, count):
        """Each desktop has one floating IP, on its own port."""
        desktops = self.desktops()
        self.assertEqual(count, len(desktops))
        self.assertEqual(
            {desktop['port_id'] for desktop in desktops},
            {each['port_id'] for each in self.neutron.floating_ips.values()},
        )
        self.assertEqual(count, len(self.neutron.floating_ips))
        for desktop in desktops:
            kinds = [each['type'] for each in desktop['addresses']]
            self.assertEqual(['fixed', 'floating'], kinds)


class FloatingIPTest(ReachTestCase):
    def test_from_the_first_to_the_last_day(self):
        """T7: one floating IP for each desktop, given back with it."""
        pool_id = self.build_pool(3, **self.wish)
        self.assertOneOfEach(3)
        self.assertReachable(3)
        self.assertEqual(
            self.public, self.pool(pool_id)['floating_network_id']
        )
        self.finish(self.api.delete('/pools/' + pool_id))
        self.assertNothingLeft()

    def test_the_port_lets_remote_desktop_in(self):
        """T8: the group of the protocol, and the project's default one."""
        self.build_pool(3, **self.wish)
        names = [
            sorted(
                self.neutron.groups[each]['name']
                for each in port['security_groups']
            )
            for port in self.neutron.ports.values()
        ]
        self.assertEqual([['clouddesk-rdp', 'default']] * 3, names)
        (group,) = [
            each
            for each in self.neutron.groups.values()
            if each['name'] == 'clouddesk-rdp'
        ]
        self.assertEqual(self.school.project_id, group['project_id'])
        let_in = {
            (rule['protocol'], rule['port_range_min'])
            for rule in group['security_group_rules']
            if rule['direction'] == 'ingress'
        }
        self.assertEqual({('tcp', 3389), ('udp', 3389)}, let_in)

    def test_no_router_leads_there(self):
        """The desktop says why, and its retry works when there is one."""
        self.neutron.unreachable.add(self.public)
        order = self.finish(self.create_desktop(**self.wish), 'failed')
        desktop_id = order['items'][0]['desktop_id']
        fault = self.desktop(desktop_id)['fault']
        self.assertIn('is not reachable from subnet', fault['message'])
        self.assertEqual('floating_ip', order['items'][0]['step'])
        self.neutron.unreachable.clear()
        self.finish(self.act('work-orders', order['id'], 'retry'))
        self.assertOneOfEach(1)
        self.assertReachable(1)

    def test_a_network_that_does_not_lead_outside(self):
        refusal = self.assertRaises(
            service.Refusal,
            self.create_desktop,
            floating_network_id=self.school.network_id,
        )
        self.assertEqual(400, refusal.status)
        self.assertNothingLeft()


@ddt.ddt
class KilledTest(ReachTestCase):
    """SIGKILL around the step: no address is taken twice, none is lost."""

    conductor = False
    options = {'lease_seconds': 3, 'max_builds_per_order': 4}

    def kill(self, step, when, number=2):
        process = self.service.spawn_conductor(
            '%s:%s:%d' % (step, when, number)
        )
        self.assertEqual(-9, process.join(), process.output())

    @ddt.data(*MOMENTS)
    def test_while_building(self, when):
        """T7"""
        order = self.create_pool(4, **self.wish)
        self.kill('floating_ip', when)
        self.service.start_conductor()
        self.finish(order)
        self.assertOneOfEach(4)
        self.assertReachable(4)
        named = [g['name'] for g in self.neutron.groups.values()]
        self.assertEqual(1, named.count('clouddesk-rdp'))

    @ddt.data(*MOMENTS)
    def test_while_removing(self, when):
        """T7"""
        builder = self.service.start_conductor()
        pool_id = self.build_pool(4, **self.wish)
        builder.stop()
        order = self.api.delete('/pools/' + pool_id)
        self.kill('floating_ip', when)
        self.service.start_conductor()
        self.finish(order)
        self.assertNothingLeft()

    @ddt.data(*MOMENTS)
    def test_while_undoing(self, when):
        """T7"""
        self.nova.build_seconds = None
        order = self.create_pool(4, **self.wish)
        builder = self.service.start_conductor()
        service.until(lambda: self.nova.servers, lambda s: len(s) == 4)
        builder.stop()
        self.act('work-orders', order['id'], 'cancel')
        self.kill('undo.floating_ip', when)
        self.service.start_conductor()
        self.finish(order, 'cancelled')
        self.assertEqual([], self.desktops())
        self.assertEqual({}, self.neutron.floating_ips)
        self.assertEqual({}, self.neutron.ports)
