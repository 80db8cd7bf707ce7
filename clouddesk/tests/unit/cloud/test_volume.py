from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.tests.unit.cloud import base


class VolumeTest(base.CloudTestCase):
    def make(self, size=4, image_id=None):
        return self.cloud.volume.create_from_image(
            self.desktop_id, 'disk', size, image_id or self.school.image_id
        )

    def test_life(self):
        self.emulator.clock.stop()
        self.emulator.cinder.create_seconds = 5
        volume = self.make()
        self.assertEqual('creating', volume.status)
        self.assertFalse(volume.bootable)
        self.assertEqual(
            'downloading', self.cloud.volume.get(volume.id).status
        )
        self.emulator.clock.advance(5)
        volume = self.cloud.volume.get(volume.id)
        self.assertEqual('available', volume.status)
        self.assertTrue(volume.bootable)
        self.assertEqual(4, volume.size)

    def test_zones(self):
        """Cinder chooses where it has no zone of the server's name."""
        zones = self.emulator.cinder.zones
        zones |= {'east': True, 'west': False}
        for wanted, given in (
            ('east', 'east'),
            ('west', 'nova'),
            ('nowhere', 'nova'),
            (None, 'nova'),
        ):
            made = self.cloud.volume.create_from_image(
                self.desktop_id, 'disk', 4, self.school.image_id, wanted
            )
            row = self.emulator.cinder.volumes[made.id]
            self.assertEqual(given, row['availability_zone'])

    def test_found_by_desktop(self):
        volume = self.make()
        found = self.cloud.volume.find_volumes(self.desktop_id)
        self.assertEqual([volume.id], [each.id for each in found])
        self.assertEqual([], self.cloud.volume.find_volumes('another'))

    def test_further_disks_are_told_apart(self):
        """M20: by their place, and by what they were made from."""
        made = self.cloud.volume.create_from_image(
            self.desktop_id, 'disk', 4, self.school.image_id, disk=2
        )
        self.assertEqual((2, self.school.image_id), (made.disk, made.image_id))
        first = self.make()
        self.assertEqual((0, None), (first.disk, first.image_id))
        found = self.cloud.volume.find_volumes(self.desktop_id)
        self.assertEqual({0, 2}, {each.disk for each in found})

    def test_attached(self):
        """M9: whoever made them, in the order of the devices."""
        made = [self.make().id for _number in range(3)]
        devices = ('/dev/vdaa', '/dev/vdb', '/dev/vdc')
        for id_, device in zip(made, devices, strict=True):
            self.emulator.cinder.volumes[id_] |= {
                'metadata': {},
                'attachments': [{'server_id': 'x', 'device': device}],
            }
        self.make()
        found = self.cloud.volume.attached_to('x')
        self.assertEqual([*made[1:], made[0]], [each.id for each in found])

    def test_all_of_a_project(self):
        volume = self.make()
        alien = self.make()
        self.emulator.cinder.volumes[alien.id]['metadata'] = {}
        found = self.cloud.volume.list_volumes()
        self.assertEqual([volume.id], [each.id for each in found])

    def test_a_cloud_without_cinder(self):
        self.assertTrue(self.cloud.volume.is_offered())
        cloud.reset()
        self.emulator.keystone.endpoints['block-storage'] = None
        bare = cloud.for_project(self.school.project_id).volume
        self.assertFalse(bare.is_offered())
        self.assertEqual([], bare.find_volumes(self.desktop_id))
        self.assertEqual([], bare.list_volumes())

    def test_lost_answer_is_not_repeated(self):
        self.emulator.fault('block-storage', 'POST', drop='after')
        error = self.assertRaises(exceptions.CloudError, self.make)
        self.assertTrue(error.transient)
        found = self.cloud.volume.find_volumes(self.desktop_id)
        self.assertEqual(1, len(found))

    def test_missing(self):
        self.assertIsNone(self.cloud.volume.get(self.desktop_id))

    def test_delete(self):
        volume = self.make()
        self.cloud.volume.get(volume.id)
        self.assertTrue(self.cloud.volume.delete(volume.id))
        self.assertIsNone(self.cloud.volume.get(volume.id))
        self.assertFalse(self.cloud.volume.delete(volume.id))

    def test_delete_while_in_use(self):
        volume = self.make()
        self.make_server(volume_id=volume.id)
        error = self.assertRaises(
            exceptions.CloudConflict, self.cloud.volume.delete, volume.id
        )
        self.assertIn('Invalid volume', str(error))

    def test_detach(self):
        """Only from a server that is gone."""
        volume = self.make()
        self.make()
        server = self.make_server(volume_id=volume.id)
        (held,) = self.cloud.volume.attachments(volume.id)
        self.assertEqual(server.id, held.server_id)
        self.assertRaises(
            exceptions.CloudConflict, self.cloud.volume.detach, held.id
        )
        self.emulator.cinder.lets_go = False
        self.cloud.compute.delete_server(server.id)
        self.emulator.nova.settle()
        self.cloud.volume.detach(held.id)
        self.assertEqual([], self.cloud.volume.attachments(volume.id))
        # Somebody else was faster.
        self.cloud.volume.detach(held.id)
        self.assertTrue(self.cloud.volume.delete(volume.id))

    def test_give_up(self):
        """Only admins may, also with volumes of others."""
        self.emulator.cinder.create_seconds = 1000
        volume = self.make()
        self.assertIsNotNone(volume.since)
        self.assertRaises(
            exceptions.CloudConflict, self.cloud.volume.delete, volume.id
        )
        self.assertRaises(
            exceptions.CloudForbidden, self.cloud.volume.give_up, volume.id
        )
        cloud.for_service().volume.give_up(volume.id)
        self.assertTrue(self.cloud.volume.delete(volume.id))

    def test_quota(self):
        self.emulator.cinder.gigabytes_quota = 3
        self.assertRaises(exceptions.CloudQuotaExceeded, self.make)

    def test_unknown_image(self):
        error = self.assertRaises(
            exceptions.CloudError, self.make, image_id='nothing'
        )
        self.assertIn('Invalid image identifier', str(error))
        self.assertFalse(error.transient)
