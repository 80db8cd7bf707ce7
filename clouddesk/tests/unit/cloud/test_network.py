from unittest import mock

import ddt
from oslo_utils import uuidutils
import requests

from clouddesk import cloud
from clouddesk import context
from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.tests.unit.cloud import base


class PortTest(base.CloudTestCase):
    def test_port_carries_the_mark_of_its_desktop(self):
        port = self.make_port()
        made = self.emulator.neutron.ports[port.id]
        self.assertEqual('clouddesk-' + self.desktop_id, made['name'])
        self.assertEqual('Ada', made['description'])
        self.assertEqual(self.desktop_id, port.desktop_id)

    def test_one_call(self):
        self.cloud.network.find_ports([self.desktop_id])
        with self.emulator.recorded() as calls:
            self.make_port()
        self.assertCalls(['POST /v2.0/ports'], calls)

    def test_many_with_one_call(self):
        wanted = [self.new_port() for _ in 'abc']
        self.cloud.network.find_ports([self.desktop_id])
        with self.emulator.recorded() as calls:
            made = self.cloud.network.create_ports(wanted)
        self.assertCalls(['POST /v2.0/ports'], calls)
        ids = [each.desktop_id for each in wanted]
        self.assertEqual(ids, [port.desktop_id for port in made])
        found = self.cloud.network.find_ports(ids)
        self.assertCountEqual(made, found)

    def test_all_or_none(self):
        self.emulator.neutron.port_quota[self.school.project_id] = 2
        self.assertRaises(
            exceptions.CloudQuotaExceeded,
            self.cloud.network.create_ports,
            [self.new_port() for _ in 'abc'],
        )
        self.assertEqual({}, self.emulator.neutron.ports)

    def test_an_answer_that_tells_too_little(self):
        """There may be ports, so the next try has to look."""
        answer = requests.Response()
        answer.status_code, answer._content = 201, b'{"ports": []}'
        network = self.cloud.network._conn.network
        with mock.patch.object(
            network, 'post', autospec=True, return_value=answer
        ):
            error = self.assertRaises(
                exceptions.CloudError,
                self.cloud.network.create_ports,
                [self.new_port()],
            )
        self.assertTrue(error.transient)

    def new_port(self):
        return types.NewPort(
            uuidutils.generate_uuid(), 'Ada', self.school.network_id
        )

    def test_port_belongs_to_the_tenant(self):
        made = self.emulator.neutron.ports[self.make_port().id]
        self.assertEqual(self.school.project_id, made['project_id'])

    def test_what_a_port_shows(self):
        port = self.make_port()
        (found,) = self.cloud.network.find_ports([self.desktop_id])
        self.assertEqual(port, found)
        self.assertIsNone(found.device_id)
        self.assertEqual(
            [{'address': '10.0.0.2', 'version': 4, 'type': 'fixed'}],
            found.addresses,
        )

    def test_address_of_version_six(self):
        neutron = self.emulator.neutron
        neutron.add_subnet(self.school.network_id, 'fd00::/64')
        versions = [each['version'] for each in self.make_port().addresses]
        self.assertEqual([4, 6], versions)

    def test_find_many(self):
        desktop_ids = [uuidutils.generate_uuid() for _ in range(45)]
        ports = {self.make_port(each).id for each in desktop_ids[:3]}
        self.make_port()
        with self.emulator.recorded() as calls:
            found = self.cloud.network.find_ports(desktop_ids)
        self.assertEqual(ports, {each.id for each in found})
        self.assertEqual(2, len(calls))
        self.assertLess(max(len(call.query) for call in calls), 3000)

    def test_all_of_a_project(self):
        mine = {self.make_port(uuidutils.generate_uuid()).id for _ in 'ab'}
        alien = self.make_port()
        self.emulator.neutron.ports[alien.id]['name'] = 'web'
        found = self.cloud.network.list_ports()
        self.assertEqual(mine, {each.id for each in found})

    def test_find_none(self):
        self.assertEqual([], self.cloud.network.find_ports([]))

    def test_lost_answer_is_not_repeated(self):
        """Rule 3: the port is found by its name afterwards."""
        self.emulator.fault('network', 'POST', drop='after')
        error = self.assertRaises(exceptions.CloudError, self.make_port)
        self.assertTrue(error.transient)
        found = self.cloud.network.find_ports([self.desktop_id])
        self.assertEqual(1, len(found))
        self.assertEqual(1, len(self.emulator.neutron.ports))

    def test_quota(self):
        self.emulator.neutron.port_quota[self.school.project_id] = 0
        self.assertRaises(exceptions.CloudQuotaExceeded, self.make_port)

    def test_network_without_addresses(self):
        full = self.emulator.neutron.create_network(
            self.school.project_id, 'full', '10.9.0.0/30'
        )
        self.cloud.network.create_port(self.school.project_id, 'x', full)
        error = self.assertRaises(
            exceptions.CloudConflict,
            self.cloud.network.create_port,
            self.desktop_id,
            'Ada',
            full,
        )
        self.assertIn('No more IP addresses', str(error))

    def test_missing_network(self):
        self.assertRaises(
            exceptions.CloudNotFound,
            self.cloud.network.create_port,
            self.desktop_id,
            'Ada',
            self.desktop_id,
        )

    def test_delete(self):
        port_id = self.make_port().id
        self.assertTrue(self.cloud.network.delete_port(port_id))
        self.assertFalse(self.cloud.network.delete_port(port_id))
        self.assertEqual({}, self.emulator.neutron.ports)


@ddt.ddt
class NetworkTest(base.CloudTestCase):
    def test_by_id_and_by_name(self):
        by_id = self.cloud.network.get_network(self.school.network_id)
        by_name = self.cloud.network.get_network('class')
        self.assertEqual(by_id, by_name)
        self.assertEqual(1, len(by_id.subnets))
        self.assertIsNone(by_id.free_addresses)

    @ddt.data('lab', 'e1ab1f5a-6a5b-4b32-9b86-0d2c8a6c7d11')
    def test_missing(self, ref):
        self.assertRaises(
            exceptions.CloudNotFound, self.cloud.network.get_network, ref
        )

    def test_two_of_one_name(self):
        self.create('class', '10.5.0.0/24')
        error = self.assertRaises(
            exceptions.CloudConflict, self.cloud.network.get_network, 'class'
        )
        self.assertIn('give the id', str(error))

    def create(self, name, cidr, **kwargs):
        project_id = kwargs.pop('project_id', self.school.project_id)
        return self.emulator.neutron.create_network(
            project_id, name, cidr, **kwargs
        )


class PickNetworkTest(base.CloudTestCase):
    """V21: the network with the most free addresses."""

    def create(self, name, cidr, **kwargs):
        project_id = kwargs.pop('project_id', self.school.project_id)
        return self.emulator.neutron.create_network(
            project_id, name, cidr, **kwargs
        )

    def pick(self, who=None):
        return (who or self.cloud).network.pick_network(self.school.project_id)

    def test_own_network_with_most_free_addresses(self):
        wide = self.create('wide', '10.1.0.0/16')
        self.create('narrow', '10.2.0.0/28')
        picked = self.pick()
        self.assertEqual(wide, picked.id)
        self.assertEqual(65533, picked.free_addresses)

    def test_used_addresses_do_not_count(self):
        self.emulator.neutron.networks.clear()
        half = self.create('half', '10.1.0.0/28')
        fresh = self.create('fresh', '10.2.0.0/29')
        for _ in range(9):
            self.cloud.network.create_port(
                uuidutils.generate_uuid(), 'x', half
            )
        self.assertEqual(fresh, self.pick().id)

    def test_shared_networks_count(self):
        shared = self.create(
            'shared',
            '10.1.0.0/16',
            shared=True,
            project_id=self.school.other_project_id,
        )
        self.assertEqual(shared, self.pick().id)

    def test_networks_of_others_do_not(self):
        self.create(
            'theirs', '10.1.0.0/16', project_id=self.school.other_project_id
        )
        self.assertEqual(self.school.network_id, self.pick().id)
        self.assertEqual(
            self.school.network_id, self.pick(cloud.for_service()).id
        )

    def test_networks_that_lead_outside_do_not(self):
        self.create('internet', '10.1.0.0/16', external=True)
        self.assertEqual(self.school.network_id, self.pick().id)

    def test_networks_without_version_four_do_not(self):
        self.create('six', 'fd00::/64')
        self.assertEqual(self.school.network_id, self.pick().id)

    def test_none_left(self):
        self.emulator.neutron.networks.clear()
        self.create('full', '10.1.0.0/31')
        self.assertRaises(exceptions.CloudNotFound, self.pick)

    def test_none_at_all(self):
        self.emulator.neutron.networks.clear()
        self.assertRaises(exceptions.CloudNotFound, self.pick)

    def test_in_the_name_of_a_user(self):
        """Neutron tells free addresses to administrators only."""
        user = context.RequestContext(
            auth_token=self.school.token(),
            project_id=self.school.project_id,
            overwrite=False,
        )
        picked = self.pick(cloud.for_user(user))
        self.assertEqual(1021, picked.free_addresses)

    def test_service_user_without_administrator_role(self):
        self.create('wide', '10.1.0.0/16')
        for roles in self.emulator.keystone.assignments.values():
            roles.discard('admin')
        picked = self.pick()
        self.assertEqual(self.school.network_id, picked.id)
        self.assertIsNone(picked.free_addresses)
