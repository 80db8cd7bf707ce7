from unittest import mock

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.cloud import listing
from clouddesk.cloud import types
from clouddesk.tests.unit.cloud import base


class HealthTest(base.CloudTestCase):
    def setUp(self):
        super().setUp()
        self.health = self.cloud.health

    def test_a_service_answers(self):
        for kind in ('identity', 'compute', 'network', 'image'):
            self.assertGreaterEqual(self.health.answers(kind), 0)

    def test_a_service_that_is_not_in_the_catalogue(self):
        self.assertIsNone(self.health.answers('instance-ha'))

    def test_a_service_that_fails(self):
        self.health.answers('compute')
        self.emulator.fault('compute', 'GET', status=503)
        error = self.assertRaises(
            exceptions.CloudError, self.health.answers, 'compute'
        )
        self.assertTrue(error.transient)

    def test_a_service_that_is_silent(self):
        self.emulator.fault('image', 'GET', drop='before')
        self.assertRaises(exceptions.CloudError, self.health.answers, 'image')

    def test_roles_in_the_project(self):
        self.assertEqual({'member', 'reader'}, self.health.roles())

    def test_no_role_in_the_project(self):
        keystone = self.emulator.keystone
        for held in keystone.assignments.values():
            held.discard('member')
        self.assertRaises(exceptions.CloudForbidden, self.health.roles)

    def test_compute_hosts(self):
        rows = [
            {'host': 'one', 'state': 'up', 'status': 'enabled'},
            {'host': 'two', 'state': 'down', 'status': 'disabled'},
        ]
        with mock.patch.object(
            listing, 'read', autospec=True, return_value={'services': rows}
        ):
            hosts = cloud.for_service().health.compute_hosts()
        self.assertEqual(
            [
                types.ComputeHost('one', up=True, enabled=True),
                types.ComputeHost('two', up=False, enabled=False),
            ],
            hosts,
        )
