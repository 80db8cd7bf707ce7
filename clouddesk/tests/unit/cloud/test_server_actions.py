from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.tests.unit.cloud import base


class LockTest(base.CloudTestCase):
    """V39: an admin's lock keeps members from a server."""

    def setUp(self):
        super().setUp()
        self.server_id = self.make_server().id
        self.member = self.cloud.compute
        self.admin = cloud.for_service().compute

    def test_lock_and_unlock(self):
        self.admin.lock(self.server_id, 'Exam')
        self.assertTrue(self.member.get_server(self.server_id).locked)
        for verb in (self.member.stop, self.member.delete_server):
            error = self.assertRaises(
                exceptions.CloudConflict, verb, self.server_id
            )
            self.assertIn('is locked', str(error))
        self.admin.stop(self.server_id)
        self.admin.unlock(self.server_id)
        self.assertFalse(self.member.get_server(self.server_id).locked)

    def test_without_a_reason(self):
        self.admin.lock(self.server_id)
        made = self.emulator.nova.servers[self.server_id]
        self.assertEqual((True, None), (made.locked, made.locked_reason))


class MigrateTest(base.CloudTestCase):
    """V42"""

    def setUp(self):
        super().setUp()
        self.nova = self.emulator.nova
        self.nova.hosts = {
            'compute1': ('nova', True),
            'compute2': ('nova', True),
            'compute3': ('nova', False),
            'far': ('elsewhere', True),
        }
        self.server_id = self.make_server().id
        self.admin = cloud.for_service().compute

    def host(self):
        return self.admin.get_server(self.server_id).host

    def test_hosts_of_a_zone(self):
        self.assertEqual(['compute1', 'compute2'], self.admin.hosts_in('nova'))
        self.assertEqual([], self.admin.hosts_in(None))

    def test_only_an_admin_is_told_hosts(self):
        self.assertEqual('compute1', self.host())
        server = self.cloud.compute.get_server(self.server_id)
        self.assertIsNone(server.host)
        self.assertEqual('nova', server.availability_zone)
        self.assertRaises(
            exceptions.CloudForbidden, self.cloud.compute.hosts_in, 'nova'
        )

    def test_live_migrate(self):
        self.admin.live_migrate(self.server_id)
        self.assertEqual('compute2', self.host())
        self.assertIsNone(self.admin.why_not_migrated(self.server_id))

    def test_why_not(self):
        self.assertIsNone(self.admin.why_not_migrated(self.server_id))
        self.nova.migration_fault = 'CPU does not match.'
        self.admin.live_migrate(self.server_id, 'compute2')
        self.assertEqual('compute1', self.host())
        self.assertEqual(
            'CPU does not match.', self.admin.why_not_migrated(self.server_id)
        )
