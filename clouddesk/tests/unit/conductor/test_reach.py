"""Floating IPs and security groups of desktops."""

from clouddesk import exceptions
from clouddesk import states
from clouddesk.conductor import observation
from clouddesk.db.api import desktops
from clouddesk.tests.unit.conductor import base


def break_(desktop_id):
    fault = observation.fault('broken', 'It is broken.')
    desktops.observe([{'id': desktop_id} | fault])


class FloatingIPTest(base.ConductorTestCase):
    """T7"""

    def test_the_address_is_shown_before_the_server_is_there(self):
        order_id = self.create(spec=base.FLOATING_SPEC)
        (desktop_id,) = self.ids_of(order_id)
        shown = []

        def watch(verb, when):
            if (verb, when) == ('create_server', 'before'):
                shown.append(self.desktop(desktop_id).addresses)

        self.world.watch = watch
        self.work(order_id)
        ((fixed, floating),) = shown
        self.assertEqual('fixed', fixed['type'])
        self.assertEqual(
            {'address': '172.24.4.9', 'version': 4, 'type': 'floating'},
            floating,
        )

    def test_it_leads_to_the_port(self):
        order_id = self.create(spec=base.FLOATING_SPEC)
        self.work(order_id)
        (desktop_id,) = self.ids_of(order_id)
        desktop = self.desktop(desktop_id)
        (floating,) = self.world.floating_ips(desktop_id)
        self.assertEqual(desktop.port_id, floating.port_id)
        self.assertEqual(desktop.floating_ip_id, floating.id)
        self.assertEqual('public', floating.network_id)

    def test_nobody_else_pays_for_it(self):
        self.work(self.create(3))
        self.assertEqual(
            [],
            self.world.verbs(
                'find_floating_ips', 'create_floating_ip', 'ensure_groups'
            ),
        )

    def test_it_goes_before_the_port(self):
        order_id = self.create(spec=base.FLOATING_SPEC)
        self.work(order_id)
        self.world.calls.clear()
        self.work(self.act('delete', self.ids_of(order_id)))
        verbs = [
            verb
            for verb, _id in self.world.verbs(
                'delete_server', 'delete_port', 'delete_floating_ip'
            )
        ]
        self.assertEqual(
            ['delete_server', 'delete_floating_ip', 'delete_port'], verbs
        )
        self.assertEqual({}, self.world.things)

    def test_one_that_cannot_be_had(self):
        """The desktop is in fault; retry goes on from there."""
        error = exceptions.CloudError(
            service='Neutron', reason='not reachable from subnet'
        )
        self.world.fail('create_floating_ip', error)
        order_id = self.create(spec=base.FLOATING_SPEC)
        order = self.work(order_id)
        self.assertEqual(states.FAILED, order.status)
        (desktop_id,) = self.ids_of(order_id)
        self.assertIn('not reachable', self.desktop(desktop_id).fault_message)
        self.assertEqual([], self.world.servers())
        order = self.work(self.act('retry', [desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual(1, len(self.world.floating_ips(desktop_id)))
        self.assertEqual(1, len(self.world.ports(desktop_id)))

    def test_a_twin_goes(self):
        order_id = self.create(spec=base.FLOATING_SPEC)
        (desktop_id,) = self.ids_of(order_id)
        self.world.fail(
            'create_floating_ip',
            exceptions.CloudError(
                service='Neutron', reason='lost', transient=True
            ),
            late=True,
        )
        self.work(order_id)
        self.assertEqual(1, len(self.world.floating_ips(desktop_id)))

    def test_it_follows_to_another_port(self):
        order_id = self.create(spec=base.FLOATING_SPEC)
        (desktop_id,) = self.ids_of(order_id)
        self.work(order_id)
        (floating,) = self.world.floating_ips()
        # Somebody removed server and port behind our back.
        desktop = self.desktop(desktop_id)
        self.world.vanish(desktop.server_id)
        self.world.vanish(desktop.port_id)
        self.world.change(floating.id, port_id=None)
        break_(desktop_id)
        order = self.work(self.act('retry', [desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)
        (after,) = self.world.floating_ips()
        self.assertEqual(floating.id, after.id)
        self.assertEqual(self.desktop(desktop_id).port_id, after.port_id)


class SecurityGroupsTest(base.ConductorTestCase):
    """T8"""

    def groups(self, desktop_id):
        (port,) = self.world.ports(desktop_id)
        return set(port.security_groups)

    def test_the_port_lets_in_what_was_chosen(self):
        order_id = self.create(3, spec=base.FLOATING_SPEC)
        self.work(order_id)
        for desktop_id in self.ids_of(order_id):
            self.assertEqual(
                {'default', 'rdp', 'ssh'}, self.groups(desktop_id)
            )
        self.assertEqual(1, len(self.world.verbs('ensure_groups')))

    def test_the_default_is_neutrons(self):
        order_id = self.create()
        self.work(order_id)
        (desktop_id,) = self.ids_of(order_id)
        self.assertEqual({'default'}, self.groups(desktop_id))

    def test_a_port_that_is_there_keeps_what_people_gave_it(self):
        (desktop_id,) = self.built(spec=base.FLOATING_SPEC)
        desktop = self.desktop(desktop_id)
        self.world.groups |= {'clouddesk-vnc': 'vnc'}
        self.world.change(desktop.port_id, security_groups=('own', 'vnc'))
        self.world.vanish(desktop.server_id)
        break_(desktop_id)
        self.work(self.act('retry', [desktop_id]))
        self.assertEqual(
            {'default', 'own', 'rdp', 'ssh'}, self.groups(desktop_id)
        )
