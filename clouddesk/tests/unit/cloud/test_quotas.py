"""What the other services say about limits."""

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.tests.unit.cloud import base


class QuotasTest(base.CloudTestCase):
    def setUp(self):
        super().setUp()
        self.project_id = self.school.project_id
        self.quotas = self.cloud.quotas

    def test_limit(self):
        self.assertEqual(3, types.Limit(10, 7).free)
        self.assertEqual(0, types.Limit(10, 12).free)
        self.assertIsNone(types.Limit(-1, 12).free)

    def test_compute(self):
        self.emulator.nova.core_quota[self.project_id] = 8
        self.assertEqual(
            {
                'instances': types.Limit(-1, 0),
                'cores': types.Limit(8, 0),
                'ram': types.Limit(-1, 0),
            },
            self.quotas.compute(),
        )

    def test_volume(self):
        """The default type has limits of its own, others do not matter."""
        self.emulator.cinder.gigabytes_quota = 9
        self.emulator.cinder.snapshot_quota = 3
        self.assertEqual(
            {
                'volumes': types.Limit(-1, 0),
                'gigabytes': types.Limit(9, 0),
                'snapshots': types.Limit(3, 0),
                'per_volume_gigabytes': types.Limit(-1, 0),
                'volumes_fast': types.Limit(-1, 0),
                'gigabytes_fast': types.Limit(9, 0),
                'snapshots_fast': types.Limit(3, 0),
            },
            self.quotas.volume(self.project_id),
        )

    def test_volume_of_another_type(self):
        """M8: a data disk may have any."""
        found = self.quotas.volume(self.project_id, 'slow')
        self.assertEqual(types.Limit(0, 0), found['gigabytes_slow'])
        self.assertNotIn('gigabytes_fast', found)

    def test_volume_without_a_default_type(self):
        self.emulator.fault(
            'block-storage', 'GET', '/types/default', status=404
        )
        found = self.quotas.volume(self.project_id)
        self.assertNotIn('gigabytes_fast', found)

    def test_network(self):
        self.emulator.neutron.port_quota[self.project_id] = 5
        found = self.quotas.network(self.project_id)
        self.assertEqual(types.Limit(5, 0), found['ports'])
        self.assertEqual(
            {'ports', 'floating_ips', 'security_groups'}, set(found)
        )

    def test_image(self):
        """H17: only where Glance has unified limits."""
        self.assertEqual({}, self.quotas.image())
        self.emulator.glance.limits = {'image_count_total': 5, 'other': 1}
        used = len(self.emulator.glance.images)
        self.assertEqual(
            {'image_count_total': types.Limit(5, used)}, self.quotas.image()
        )

    def test_image_of_an_old_glance(self):
        self.emulator.fault('image', 'GET', '/info/usage', status=404)
        self.assertEqual({}, self.quotas.image())

    def test_addresses(self):
        network_id = self.emulator.neutron.create_network(
            self.project_id, 'small', '10.9.0.0/29'
        )
        self.emulator.neutron.add_subnet(network_id, 'fd00::/64')
        self.assertEqual(
            types.Limit(5, 0),
            self.cloud.service.quotas.addresses(network_id),
        )

    def test_addresses_of_the_sixth_version_only(self):
        network_id = self.emulator.neutron.create_network(
            self.project_id, 'six', 'fd00::/120'
        )
        found = self.cloud.service.quotas.addresses(network_id)
        self.assertEqual(253, found.limit)

    def test_addresses_are_not_for_tenants(self):
        self.assertIsNone(self.quotas.addresses(self.school.network_id))

    def test_addresses_of_the_pool_only(self):
        """A gateway outside the allocation pool takes no place in it."""
        neutron = self.emulator.neutron
        row = {
            'ip_version': 4,
            'total_ips': 10,
            'used_ips': 3,
            'ip_availability_details': {
                'total_ips_in_allocation_pool': 10,
                'used_ips_in_allocation_pool': 2,
            },
        }
        neutron._availability_of = lambda subnet: row
        found = self.cloud.service.quotas.addresses(self.school.network_id)
        self.assertEqual(types.Limit(10, 2), found)

    def test_errors(self):
        self.emulator.fault('compute', 'GET', '/limits', status=503)
        error = self.assertRaises(exceptions.CloudError, self.quotas.compute)
        self.assertIn('Nova', error.text)
