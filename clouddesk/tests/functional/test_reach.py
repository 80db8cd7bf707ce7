"""Desktops that are reached from outside."""

from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import base


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
