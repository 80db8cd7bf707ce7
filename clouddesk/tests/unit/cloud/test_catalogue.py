"""What the cloud has beside the services that desktops need."""

from clouddesk import cloud
from clouddesk.tests.unit.cloud import base


class CatalogueTest(base.CloudTestCase):
    def test_services(self):
        self.assertEqual(
            {
                'volume': True,
                'key_manager': False,
                'instance_ha': False,
                'object_store': False,
                'load_balancer': False,
                'dns': False,
            },
            self.cloud.catalogue.services(),
        )

    def test_a_service_more_and_one_less(self):
        endpoints = self.emulator.keystone.endpoints
        endpoints['key-manager'] = 'http://127.0.0.1:9/'
        endpoints['block-storage'] = ''
        cloud.reset()
        services = cloud.for_service().catalogue.services()
        self.assertIs(True, services['key_manager'])
        self.assertIs(False, services['volume'])

    def test_import_methods(self):
        catalogue = self.cloud.catalogue
        self.assertEqual(
            ['glance-direct', 'web-download'], catalogue.import_methods()
        )
        self.emulator.fault('image', 'GET', '/info/import', status=404)
        self.assertEqual([], catalogue.import_methods())
