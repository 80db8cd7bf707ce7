from keystoneauth1.exceptions import catalog
from openstack import exceptions
from oslotest import base

from clouddesk.sdk import desktop_service
from clouddesk.sdk import hook
from clouddesk.sdk.v1 import _proxy
from clouddesk.tests.unit.sdk import fakes


class DesktopServiceTest(base.BaseTestCase):
    def _connect(self, **kwargs):
        cloud = self.useFixture(fakes.Cloud(**kwargs))
        connection = cloud.connect()
        service = desktop_service.DesktopService('desktop')
        connection.add_service(service)
        return cloud, connection

    def _desktop(self, **kwargs):
        cloud, connection = self._connect(**kwargs)
        return cloud, connection.desktop

    def test_found_in_the_catalogue(self):
        _cloud, proxy = self._desktop()
        self.assertIsInstance(proxy, _proxy.Proxy)
        self.assertEqual(fakes.API + '/', proxy.get_endpoint())

    def test_catalogue_may_hold_the_versioned_url(self):
        cloud, proxy = self._desktop(endpoint=fakes.API)
        cloud.answer('GET', '/pools', {'pools': []})
        self.assertEqual([], list(proxy.pools()))

    def test_the_microversion_is_negotiated(self):
        cloud, proxy = self._desktop()
        call = cloud.answer('GET', '/pools', {'pools': []})
        list(proxy.pools())
        self.assertEqual(
            'desktop 1.0',
            call.last_request.headers['OpenStack-API-Version'],
        )

    def test_a_cloud_without_the_service_says_so_when_used(self):
        _cloud, connection = self._connect(endpoint=None)
        # Which of them depends on the age of openstacksdk.
        errors = (exceptions.SDKException, catalog.CatalogException)
        error = self.assertRaises(errors, lambda: connection.desktop.pools)
        self.assertIn('desktop', str(error))


class HookTest(base.BaseTestCase):
    def test_vendor_hook_gives_every_connection_the_service(self):
        cloud = self.useFixture(fakes.Cloud())
        connection = cloud.connect(vendor_hook='clouddesk.sdk.hook:attach')
        self.assertIsInstance(connection.desktop, _proxy.Proxy)

    def test_attaching_twice_keeps_the_proxy(self):
        connection = self.useFixture(fakes.Cloud()).connect()
        hook.attach(connection)
        proxy = connection.desktop
        hook.attach(connection)
        self.assertIs(proxy, connection.desktop)
