import ddt
from oslo_utils import uuidutils

from clouddesk import exceptions
from clouddesk.tests.unit.cloud import base


@ddt.ddt
class FloatingIPsTest(base.CloudTestCase):
    """T7: desktops are reached from outside."""

    def setUp(self):
        super().setUp()
        self.neutron = self.emulator.neutron
        self.public = self.neutron.create_network(
            self.school.service_project_id,
            'public',
            '172.24.4.0/28',
            external=True,
        )
        self.rooms = self.cloud.floating_ips

    def make(self, desktop_id=None):
        port = self.make_port(desktop_id)
        return self.rooms.create(
            desktop_id or self.desktop_id, self.public, port.id
        )

    def test_it_carries_the_mark_of_its_desktop(self):
        """Rule 3: by the very call that makes it."""
        made = self.make()
        (row,) = self.neutron.floating_ips.values()
        self.assertEqual('clouddesk-' + self.desktop_id, row['description'])
        self.assertEqual(self.school.project_id, row['project_id'])
        self.assertEqual(self.desktop_id, made.desktop_id)
        self.assertEqual('172.24.4.2', made.address)
        self.assertEqual([made], self.rooms.find([self.desktop_id]))

    def test_one_call(self):
        port = self.make_port()
        with self.emulator.recorded() as calls:
            self.rooms.create(self.desktop_id, self.public, port.id)
        self.assertCalls(['POST /v2.0/floatingips'], calls)

    def test_find_many(self):
        ids = [uuidutils.generate_uuid() for _ in range(45)]
        made = {self.make(each).id for each in ids[:3]}
        self.make()
        with self.emulator.recorded() as calls:
            found = self.rooms.find(ids)
        self.assertEqual(made, {each.id for each in found})
        self.assertEqual(2, len(calls))
        self.assertEqual([], self.rooms.find([]))

    def test_all_of_a_project(self):
        mine = self.make().id
        alien = self.make(uuidutils.generate_uuid()).id
        self.neutron.floating_ips[alien]['description'] = 'web'
        self.assertEqual([mine], [each.id for each in self.rooms.of_project()])

    def test_lost_answer_is_not_repeated(self):
        """Rule 3: it is found by its description afterwards."""
        self.emulator.fault('network', 'POST', 'floatingips', drop='after')
        error = self.assertRaises(exceptions.CloudError, self.make)
        self.assertTrue(error.transient)
        self.assertEqual(1, len(self.rooms.find([self.desktop_id])))

    def test_no_router(self):
        self.neutron.unreachable.add(self.public)
        error = self.assertRaises(exceptions.CloudError, self.make)
        self.assertFalse(error.transient)
        self.assertIn('is not reachable from subnet', error.text)

    def test_no_address_left(self):
        for _ in range(13):
            self.make(uuidutils.generate_uuid())
        error = self.assertRaises(exceptions.CloudConflict, self.make)
        self.assertIn('No more IP addresses', error.text)

    def test_quota(self):
        self.emulator.fault(
            'network',
            'POST',
            'floatingips',
            status=409,
            message="Quota exceeded for resources: ['floatingip'].",
        )
        self.assertRaises(exceptions.CloudQuotaExceeded, self.make)

    def test_another_port(self):
        made = self.make()
        self.cloud.network.delete_port(made.port_id)
        (loose,) = self.rooms.of_project()
        self.assertIsNone(loose.port_id)
        port = self.make_port()
        moved = self.rooms.attach(made.id, port.id)
        self.assertEqual((made.id, port.id), (moved.id, moved.port_id))

    def test_delete(self):
        made = self.make()
        self.assertTrue(self.rooms.delete(made.id))
        self.assertFalse(self.rooms.delete(made.id))
        self.assertEqual({}, self.neutron.floating_ips)
