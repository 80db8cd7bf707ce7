"""clouddesk's own limits, as Keystone keeps them."""

from keystoneauth1 import loading as ks_loading
from oslo_config import fixture as config_fixture

from clouddesk import exceptions
from clouddesk import limits
from clouddesk.cloud import unified_limits
from clouddesk.conf import CONF
from clouddesk.tests.fixtures.emulator import school
from clouddesk.tests.unit.cloud import base


class UnifiedLimitsTest(base.CloudTestCase):
    def setUp(self):
        super().setUp()
        self.keystone = self.emulator.keystone
        self.project_id = self.school.project_id
        fixture = self.useFixture(config_fixture.Config(CONF))
        # Through the fixture, which forgets them again.
        fixture.register_opts(
            ks_loading.get_auth_plugin_conf_options('password'), 'oslo_limit'
        )
        self.config = fixture.config
        options = school.service_options(self.keystone.url + '/v3')
        options['endpoint_service_type'] = 'desktop'
        self.config(group='quota', unified_limits=True)
        self.config(group='oslo_limit', **options)
        unified_limits.reset()
        self.addCleanup(unified_limits.reset)

    def test_of_everybody(self):
        """H17"""
        self.keystone.registered_limits = {'desktops': 9, 'pools': -1}
        self.assertEqual(
            {'desktops': 9, 'pools': -1}, limits.of_project(self.project_id)
        )

    def test_of_one_project(self):
        """H17"""
        self.keystone.registered_limits = {'desktops': 9, 'pools': 2}
        self.keystone.project_limits[self.project_id, 'desktops'] = 30
        self.assertEqual(
            {'desktops': 30, 'pools': 2}, limits.of_project(self.project_id)
        )
        other = limits.of_project(self.school.other_project_id)
        self.assertEqual(9, other['desktops'])

    def test_what_is_not_registered_is_not_allowed(self):
        self.assertEqual(
            {'desktops': 0, 'pools': 0}, limits.of_project(self.project_id)
        )

    def test_a_change_counts_at_once(self):
        self.keystone.registered_limits = {'desktops': 9}
        limits.of_project(self.project_id)
        self.keystone.registered_limits = {'desktops': 1}
        self.assertEqual(1, limits.of_project(self.project_id)['desktops'])

    def test_keystone_does_not_answer(self):
        limits.of_project(self.project_id)
        self.emulator.fault(
            'identity', 'GET', 'registered_limits', times=None, status=503
        )
        error = self.assertRaises(
            exceptions.CloudError, limits.of_project, self.project_id
        )
        self.assertIn('Keystone', error.text)

    def test_wrong_options(self):
        self.config(group='oslo_limit', endpoint_service_type=None)
        error = self.assertRaises(
            exceptions.CloudError, limits.of_project, self.project_id
        )
        self.assertIn('service_type', error.text)

    def test_options_of_clouddesk(self):
        self.config(group='quota', unified_limits=False, desktops=5)
        self.assertEqual(
            {'desktops': 5, 'pools': -1}, limits.of_project(self.project_id)
        )
