"""``GET /v1/limits`` and ``GET /v1/capabilities``"""

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.tests.unit.api import base


class LimitsTest(base.ApiTest):
    def test_limits_of_all_services(self):
        """V23, H17: what is used and free, of four services and ours."""
        self.config(group='quota', desktops=10)
        self.make_desktops(3)
        self.cloud.tenant.quotas.image.return_value = {
            'image_count_total': types.Limit(5, 2)
        }
        answer = self.get('/v1/limits').json
        self.assertEqual(
            {'desktop', 'compute', 'network', 'block-storage', 'image'},
            set(answer['limits']),
        )
        self.assertEqual(
            {'image_count_total': {'used': 2, 'limit': 5, 'free': 3}},
            answer['limits']['image'],
        )
        self.assertEqual(
            {
                'desktops': {'used': 3, 'limit': 10, 'free': 7},
                'pools': {'used': 0, 'limit': -1, 'free': None},
            },
            answer['limits']['desktop'],
        )
        self.assertEqual([], answer['unknown'])
        self.assertEqual(base.PROJECT, answer['project_id'])
        self.assertEqual(10, answer['options']['max_batch_size'])

    def test_of_the_default_volume_type(self):
        self.cloud.tenant.quotas.volume.return_value = {
            'gigabytes_fast': types.Limit(9, 4)
        }
        limits = self.get('/v1/limits').json['limits']
        self.assertEqual(5, limits['block-storage']['gigabytes_fast']['free'])

    def test_a_cloud_without_volumes(self):
        self.cloud.user.volume.is_offered.return_value = False
        limits = self.get('/v1/limits').json['limits']
        self.assertNotIn('block-storage', limits)

    def test_a_service_that_does_not_answer(self):
        self.cloud.tenant.quotas.compute.side_effect = exceptions.CloudError(
            service='Nova', reason='HTTP 503'
        )
        answer = self.get('/v1/limits').json
        self.assertNotIn('compute', answer['limits'])
        self.assertEqual(
            ['compute'], [each['service'] for each in answer['unknown']]
        )

    def test_of_another_project(self):
        url = '/v1/limits?project_id=' + base.OTHER_PROJECT
        self.assert_error(self.get(url, 'manager'), 403, 'forbidden')
        self.make_desktops(2, base.OTHER_PROJECT)
        answer = self.get(url, 'admin').json
        self.assertEqual(2, answer['limits']['desktop']['desktops']['used'])
        self.cloud.for_project.assert_called_with(base.OTHER_PROJECT)

    def test_one_statement(self):
        self.make_desktops(20)
        seen = self.count_statements()
        self.get('/v1/limits')
        self.assertEqual(1, len(seen), seen)


class CapabilitiesTest(base.ApiTest):
    def test_capabilities(self):
        answer = self.get('/v1/capabilities', 'reader').json
        self.assertEqual(['image', 'volume'], answer['boot_from'])
        self.assertEqual('novnc', answer['default_console_type'])
        self.assertIn('rdp', answer['remote_protocols'])
        self.assertEqual(['csv', 'xlsx'], answer['export_formats'])
        self.assertIs(True, answer['services']['key_manager'])
        self.assertEqual(['glance-direct'], answer['image_import_methods'])
        self.assertEqual('1.0', answer['microversions'][0]['version'])
        self.assertEqual(500, answer['options']['max_pool_size'])

    def test_a_cloud_without_volumes(self):
        services = base.SERVICES | {'volume': False}
        self.cloud.user.catalogue.services.return_value = services
        answer = self.get('/v1/capabilities').json
        self.assertEqual(['image'], answer['boot_from'])
