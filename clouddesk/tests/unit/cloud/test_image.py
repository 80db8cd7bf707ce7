import ddt

from clouddesk import cloud
from clouddesk import context
from clouddesk import exceptions
from clouddesk.tests.unit.cloud import base


@ddt.ddt
class ImageTest(base.CloudTestCase):
    def test_by_id_and_by_name(self):
        by_id = self.cloud.image.get(self.school.image_id)
        by_name = self.cloud.image.get('win11')
        self.assertEqual(by_id, by_name)
        self.assertEqual('active', by_id.status)
        self.assertEqual(1048576, by_id.size)
        self.assertEqual((1, 64), (by_id.min_disk, by_id.min_ram))
        self.assertEqual('qcow2', by_id.disk_format)
        self.assertFalse(by_id.protected)

    def test_properties(self):
        image_id = self.emulator.glance.create_image(
            self.school.project_id, 'uefi', hw_firmware_type='uefi'
        )
        properties = self.cloud.image.get(image_id).properties
        self.assertEqual('uefi', properties['hw_firmware_type'])

    def test_whole_machines(self):
        """M2: hidden ones, too."""
        glance, project_id = self.emulator.glance, self.school.project_id
        ids = [
            glance.create_image(
                project_id,
                'whole',
                clouddesk_kind='whole',
                clouddesk_data_images=self.school.image_id,
                os_hidden=hidden,
            )
            for hidden in (False, True)
        ]
        found = self.cloud.image.wholes()
        self.assertEqual(set(ids), {each.id for each in found})
        for each in found:
            self.assertEqual((self.school.image_id,), each.data_images)

    @ddt.data('win12', 'e1ab1f5a-6a5b-4b32-9b86-0d2c8a6c7d11')
    def test_missing(self, ref):
        error = self.assertRaises(
            exceptions.CloudNotFound, self.cloud.image.get, ref
        )
        self.assertIn('image ' + ref, str(error))

    def test_two_of_one_name(self):
        self.emulator.glance.create_image(self.school.project_id, 'win11')
        self.assertRaises(
            exceptions.CloudConflict, self.cloud.image.get, 'win11'
        )

    def test_private_image_of_another_project(self):
        """A reference is checked with the token of its user."""
        image_id = self.emulator.glance.create_image(
            self.school.other_project_id, 'secret', visibility='private'
        )
        user = context.RequestContext(
            auth_token=self.school.token(),
            project_id=self.school.project_id,
            overwrite=False,
        )
        self.assertRaises(
            exceptions.CloudNotFound, cloud.for_user(user).image.get, image_id
        )

    def test_change(self):
        """I4: one call changes all."""
        image_id = self.make('mine')
        before = self.emulator.calls('image', 'PATCH')
        changed = self.cloud.image.change(
            image_id, {'name': 'yours', 'max_ram': 5, 'tags': ['a']}
        )
        self.assertEqual(
            ('yours', 5, ('a',)), (changed.name, changed.max_ram, changed.tags)
        )
        self.assertEqual(changed, self.cloud.image.get(image_id))
        calls = self.emulator.calls('image', 'PATCH')
        self.assertEqual(1, len(calls) - len(before))

    def test_nothing_to_change(self):
        image_id = self.make('mine')
        changed = self.cloud.image.change(image_id, {'max_ram': None})
        self.assertEqual('mine', changed.name)
        self.assertEqual([], self.emulator.calls('image', 'PATCH'))

    def test_change_what_belongs_to_others(self):
        image_id = self.make('theirs', self.school.other_project_id)
        self.assertRaises(
            exceptions.CloudForbidden,
            self.cloud.image.change,
            image_id,
            {'name': 'mine'},
        )

    def test_activate_and_deactivate(self):
        """T6"""
        image_id = self.make('mine')
        for active, status in ((False, 'deactivated'), (True, 'active')):
            for _again in range(2):
                self.cloud.image.set_active(image_id, active)
                self.assertEqual(status, self.cloud.image.get(image_id).status)

    def test_delete(self):
        """I5: deleting what is gone is a success."""
        image_id = self.make('mine')
        self.assertTrue(self.cloud.image.delete(image_id))
        self.assertFalse(self.cloud.image.delete(image_id))
        self.assertNotIn(image_id, self.emulator.glance.images)

    def test_delete_what_must_stay(self):
        """S5, H14: it is protected, or its store needs it."""
        image_id = self.make('mine')
        self.emulator.glance.images[image_id]['protected'] = True
        delete = self.cloud.image.delete
        self.assertRaises(exceptions.CloudForbidden, delete, image_id)
        self.emulator.fault('image', 'DELETE', image_id, status=409)
        self.assertRaises(exceptions.CloudConflict, delete, image_id)

    def test_several_by_id(self):
        """I6: hidden ones and those of communities, too."""
        project_id = self.school.other_project_id
        ids = [
            self.emulator.glance.create_image(
                project_id, 'image %d' % number, **columns
            )
            for number, columns in enumerate(
                (
                    {'visibility': 'community', 'os_hidden': True},
                    {'visibility': 'community'},
                    {'status': 'deactivated'},
                )
                * 20
            )
        ]
        found = self.cloud.image.get_many([*ids, 'unknown'])
        self.assertEqual(set(ids), set(found))
        self.assertTrue(found[ids[0]].hidden)
        self.assertLess(len(self.emulator.calls('image', 'GET')), 5)

    def test_respond(self):
        """T6"""
        glance, mine = self.emulator.glance, self.school.project_id
        image_id = self.make('theirs', self.school.other_project_id)
        respond = self.cloud.image.respond
        self.assertRaises(
            exceptions.CloudForbidden, respond, image_id, mine, 'accepted'
        )
        glance.images[image_id]['visibility'] = 'shared'
        self.assertRaises(
            exceptions.CloudNotFound, respond, image_id, mine, 'accepted'
        )
        glance.members[image_id] = {mine: 'pending'}
        respond(image_id, mine, 'accepted')
        self.assertEqual({mine: 'accepted'}, glance.members[image_id])

    def make(self, name, project=None):
        project = project or self.school.project_id
        return self.emulator.glance.create_image(project, name)

    def test_trouble_is_not_repeated(self):
        """openstacksdk would ask five times more."""
        fault = self.emulator.fault(
            'image', path='images', status=503, times=None
        )
        error = self.assertRaises(
            exceptions.CloudError, self.cloud.image.get, self.school.image_id
        )
        self.assertTrue(error.transient)
        self.assertEqual(1, fault.hits)
