from oslo_utils import uuidutils

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.cloud import naming
from clouddesk.tests.unit.cloud import base


class CapturesTest(base.CloudTestCase):
    def setUp(self):
        super().setUp()
        self.build_id = uuidutils.generate_uuid()
        self.captures = self.cloud.captures
        self.disk = self.cloud.volume.create_from_image(
            self.desktop_id, 'disk', 4, self.school.image_id
        )

    def snapshot(self):
        return self.captures.create_snapshot(
            self.build_id, self.disk.id, 'snapshot'
        )

    def copy(self):
        self.cloud.volume.get(self.disk.id)
        snapshot = self.snapshot()
        self.captures.find_snapshots(self.build_id)
        copy = self.captures.create_copy(
            self.build_id, snapshot.id, snapshot.size, 'copy'
        )
        self.cloud.volume.get(copy.id)
        return copy

    def test_snapshots(self):
        """H2: found by the mark that the very call sets."""
        self.cloud.volume.get(self.disk.id)
        made = self.snapshot()
        self.assertEqual((self.build_id, 4), (made.build_id, made.size))
        (found,) = self.captures.find_snapshots(self.build_id)
        self.assertEqual('available', found.status)
        self.assertTrue(found.ours)
        self.assertEqual([], self.captures.find_snapshots('another'))
        self.assertEqual([found], self.captures.list_snapshots())
        self.assertTrue(self.captures.delete_snapshot(made.id))
        self.captures.find_snapshots(self.build_id)
        self.assertFalse(self.captures.delete_snapshot(made.id))

    def test_copies_are_no_disks_of_desktops(self):
        copy = self.copy()
        (found,) = self.captures.find_copies(self.build_id)
        self.assertEqual((copy.id, 4), (found.id, found.size))
        self.assertIsNone(found.desktop_id)
        self.assertEqual([found], self.captures.list_copies())
        listed = self.cloud.volume.list_volumes()
        self.assertEqual([self.disk.id], [each.id for each in listed])

    def test_a_cloud_without_cinder(self):
        """S46: nothing of Cinder's is in the way of sweeping images."""
        cloud.reset()
        self.emulator.keystone.endpoints['block-storage'] = None
        bare = cloud.for_project(self.school.project_id).captures
        self.assertEqual([], bare.list_snapshots())
        self.assertEqual([], bare.find_snapshots(self.build_id))
        self.assertEqual([], bare.list_copies())
        self.assertEqual([], bare.find_copies(self.build_id))
        self.assertEqual([], bare.list_images())

    def test_upload(self):
        """H2: the image is marked before it has a byte."""
        copy = self.copy()
        image_id = self.captures.upload(
            copy.id, 'golden', 'qcow2', naming.build_marks(self.build_id)
        )
        (found,) = self.captures.find_images(self.build_id)
        self.assertEqual((image_id, 'golden'), (found.id, found.name))
        self.assertEqual(
            [found.id], [i.id for i in self.captures.list_images()]
        )

    def test_disks_of_a_whole_machine(self):
        """M9: everything tells which disk it is for."""
        self.cloud.volume.get(self.disk.id)
        made = self.captures.create_snapshot(
            self.build_id, self.disk.id, 'snapshot', 2
        )
        (found,) = self.captures.find_snapshots(self.build_id)
        self.assertEqual((2, 2), (made.disk, found.disk))
        copy = self.captures.create_copy(
            self.build_id, made.id, 4, 'copy', found.disk
        )
        (found,) = self.captures.find_copies(self.build_id)
        self.assertEqual((2, 2), (copy.disk, found.disk))
        self.captures.upload(
            copy.id, 'golden', 'raw', naming.build_marks(self.build_id, 2)
        )
        (image,) = self.captures.find_images(self.build_id)
        self.assertEqual(2, naming.disk_of(image.properties))

    def test_no_room(self):
        """H17."""
        self.cloud.volume.get(self.disk.id)
        self.emulator.cinder.snapshot_quota = 0
        self.assertRaises(exceptions.CloudQuotaExceeded, self.snapshot)

    def test_a_volume_in_the_wrong_state(self):
        copy = self.copy()
        self.emulator.cinder.volumes[copy.id]['status'] = 'uploading'
        self.emulator.cinder.volumes[copy.id]['_due'] = float('inf')
        self.assertRaises(
            exceptions.CloudConflict,
            self.captures.upload,
            copy.id,
            'golden',
            'raw',
            {},
        )
