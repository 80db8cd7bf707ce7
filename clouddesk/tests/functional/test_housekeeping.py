"""The doctor and the audit, over an emulated cloud."""

import dataclasses

from oslo_utils import uuidutils

from clouddesk.cloud import naming
from clouddesk.conductor import rpcapi
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.fixtures.emulator import http
from clouddesk.tests.functional import base


class _DoctorTestCase(base.FunctionalTestCase):
    def checks(self):
        found = self.service.client('grace').get('/checks')['checks']
        return {check['name']: check for check in found}


class DoctorTest(_DoctorTestCase):
    def test_a_conductor_looks_with_its_own_credentials(self):
        found = self.checks()
        for name in ('conductor', 'credentials', 'compute', 'network'):
            self.assertEqual('ok', found[name]['status'], found[name])
        self.assertEqual('warning', found['instance_ha']['status'])
        self.assertIn('host', found['instance_ha']['cost'])

    def test_a_project_without_the_service_user(self):
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        keystone = self.cloud.keystone
        for user, project_id in keystone.assignments:
            if project_id is None:
                keystone.assignments[user, project_id].discard('member')
        found = self.checks()['credentials']
        self.assertEqual('error', found['status'])
        self.assertIn('clouddesk-manage project enable', found['message'])


class NoConductorTest(_DoctorTestCase):
    conductor = False

    def test_what_the_api_sees_is_told(self):
        self.patch(rpcapi, '_TIMEOUT', 1)
        found = self.checks()
        self.assertEqual('error', found['conductor']['status'])
        self.assertEqual('ok', found['message_bus']['status'])


class AuditTest(base.FunctionalTestCase):
    # Who repairs is the test, not the loops.
    options = {'sync_interval': 3600, 'sweep_interval': 3600}

    def setUp(self):
        super().setUp()
        self.keeper = self.service.client('grace')

    def differences(self):
        return self.keeper.get('/differences')['differences']

    def repair(self, **body):
        told = self.keeper.post('/differences/actions/repair', **body)
        return told['differences']

    def make_by_hand(self):
        """What ``openstack server create --property … --tag …`` makes."""
        desktop_id = uuidutils.generate_uuid()
        self.build_desktop(name='Template')
        (server,) = self.nova.servers.values()
        made = dataclasses.replace(
            server,
            id=uuidutils.generate_uuid(),
            name='by-hand',
            port_ids=[],
            tags=['clouddesk', 'clouddesk:desktop:' + desktop_id],
            metadata=server.metadata | {'clouddesk_desktop_id': desktop_id},
        )
        with self.cloud.lock:
            self.nova.servers[made.id] = made
        return made.id

    def test_a_server_deleted_behind_our_back(self):
        desktop_id = self.build_desktop()
        (server,) = self.nova.of_desktop(desktop_id)
        self.nova.destroy(server.id)
        (found,) = self.differences()
        self.assertEqual('vanished_server', found['kind'])
        (verdict,) = self.repair(ids=[found['id']])
        self.assertEqual('ordered', verdict['verdict'])
        self.finish({'id': verdict['work_order_id']})
        self.assertEqual('running', self.desktop(desktop_id)['status'])
        self.assertEqual([], self.differences())
        self.assertOneOfEach(1)

    def test_an_orphan_made_by_hand(self):
        server_id = self.make_by_hand()
        (found,) = self.differences()
        self.assertEqual(
            ('orphan_server', server_id), (found['kind'], found['resource_id'])
        )
        (verdict,) = self.repair(all=True)
        self.assertEqual('repaired', verdict['verdict'])
        self.nova.settle()
        self.assertNotIn(server_id, self.nova.servers)
        (again,) = self.repair(ids=[found['id']])
        self.assertEqual('gone', again['verdict'])
        self.assertOneOfEach(1)

    def leave_remains(self, build_id, installation=None):
        """What a capture makes on its way, with nobody who goes on."""
        marks = naming.build_marks(build_id)
        if installation:
            marks[naming.INSTALLATION_KEY] = installation
        project_id = self.school.project_id
        access = http.Access('', {}, {'id': project_id}, [], 0.0)
        with self.cloud.lock:
            volume = self.cinder._new({'size': 1, 'metadata': marks}, access)
            volume['status'] = 'available'
            self.cinder.volumes[volume['id']] = volume
            snapshot = {
                'id': uuidutils.generate_uuid(),
                'name': 'left',
                'volume_id': volume['id'],
                'size': 1,
                'status': 'available',
                'metadata': marks,
                '_project_id': project_id,
                '_of_image': {},
                '_due': 0.0,
            }
            self.cinder.snapshots[snapshot['id']] = snapshot
            glance = self.cloud.glance
            image_id = glance.reserve(project_id, 'left', **marks)
        return {
            'remains_image': image_id,
            'remains_snapshot': snapshot['id'],
            'remains_volume': volume['id'],
        }

    def test_what_is_left_of_an_image(self):
        """S46: a snapshot, its copy and half an image go when asked."""
        build_id = uuidutils.generate_uuid()
        left = self.leave_remains(build_id)
        found = self.differences()
        self.assertEqual(
            left, {each['kind']: each['resource_id'] for each in found}
        )
        self.assertEqual({build_id}, {one['image_build_id'] for one in found})
        told = self.repair(all=True)
        self.assertEqual({'repaired'}, {each['verdict'] for each in told})
        self.cinder.settle()
        self.assertEqual({}, self.cinder.volumes)
        self.assertEqual({}, self.cinder.snapshots)
        self.assertNotIn(left['remains_image'], self.cloud.glance.images)
        self.assertEqual([], self.differences())

    def test_what_another_clouddesk_makes_of_images(self):
        self.leave_remains(uuidutils.generate_uuid(), 'another')
        self.assertEqual([], self.differences())

    def test_another_clouddesk_in_the_same_project(self):
        """Its desktops are no orphans, whatever is removed here."""
        made = self.make_by_hand()
        server = self.nova.servers[made]
        self.assertTrue(server.metadata['clouddesk_installation'])
        server.metadata['clouddesk_installation'] = 'another'
        self.assertEqual([], self.differences())
        self.assertEqual([], self.repair(all=True))
        self.nova.settle()
        self.assertIn(made, self.nova.servers)

    def test_a_cloud_that_does_not_tell(self):
        self.cloud.fault('compute', 'GET', '/servers', status=503)
        told = self.keeper.get('/differences')
        self.assertEqual([], told['differences'])
        (unread,) = told['unread']
        self.assertEqual(self.school.project_id, unread['project_id'])


class SweepAndHandMadeTest(base.FunctionalTestCase):
    """What our history never knew goes only when a person says so."""

    make_by_hand = AuditTest.make_by_hand

    def test_the_sweep_leaves_it(self):
        server_id = self.make_by_hand()
        seen = self.sweeps()
        # Twice the grace time.
        service.until(self.sweeps, lambda count: count > seen + 6)
        self.assertIn(server_id, self.nova.servers)

    def sweeps(self):
        calls = self.cloud.calls('network', 'GET')
        return sum(call.path.endswith('/ports') for call in calls)
