import ddt

from clouddesk import exceptions
from clouddesk.cloud import image_data
from clouddesk.tests.fixtures import disks
from clouddesk.tests.unit.cloud import base

URI = 'https://images.example.org/win11.qcow2?signature=hunter2'
FIELDS = {
    'name': 'win11',
    'note': 'Room 12',
    'disk_format': 'qcow2',
    'container_format': 'bare',
    'min_vcpus': 2,
    'tags': ['lab'],
    'properties': {'hw_firmware_type': 'uefi'},
}


class ImageDataTest(base.CloudTestCase):
    def setUp(self):
        super().setUp()
        self.glance = self.emulator.glance
        self.data = self.cloud.image_data

    def make(self, **changes):
        return self.data.make(FIELDS | changes).id

    def filled(self, data=disks.qcow2()):
        image_id = self.make()
        self.glance.images[image_id]['status'] = 'active'
        self.glance.put_data(image_id, data)
        return image_id

    def read(self, image_id, offset, length):
        return b''.join(self.data.read(image_id, offset, length))


class MakeTest(ImageDataTest):
    def test_the_record(self):
        """T2, T3: what an image is like is known before its bytes come."""
        image = self.data.make(FIELDS)
        self.assertEqual('queued', image.status)
        self.assertEqual(image, self.cloud.image.get(image.id))
        said = self.glance.images[image.id]
        self.assertEqual('Room 12', said['description'])
        self.assertEqual('2', said['clouddesk_min_vcpus'])
        self.assertEqual('uefi', said['hw_firmware_type'])
        self.assertEqual(['lab'], said['tags'])

    def test_an_id_is_given_once(self):
        image = self.data.make(FIELDS)
        self.assertRaises(
            exceptions.CloudConflict, self.data.make, FIELDS, image.id
        )
        self.assertTrue(self.cloud.image.delete(image.id))
        self.assertFalse(self.cloud.image.delete(image.id))
        self.assertRaises(
            exceptions.CloudConflict, self.data.make, FIELDS, image.id
        )

    def test_no_room_for_another(self):
        self.glance.limits = {'image_count_total': 0}
        self.assertRaises(exceptions.CloudQuotaExceeded, self.make)

    def test_protected(self):
        image_id = self.make(protected=True)
        self.assertRaises(
            exceptions.CloudForbidden, self.cloud.image.delete, image_id
        )

    def test_where_people_find_glance(self):
        self.assertEqual(self.glance.url + '/v2', self.data.address())


@ddt.ddt
class ImportTest(ImageDataTest):
    def test_web_download(self):
        """T3, M7: from an address."""
        self.glance.sources[URI] = disks.qcow2()
        image_id = self.make()
        self.data.begin_import(image_id, image_data.DOWNLOAD, URI)
        self.assertEqual('importing', self.cloud.image.get(image_id).status)
        self.assertEqual('active', self.cloud.image.get(image_id).status)
        (done,) = self.data.imports(image_id)
        self.assertEqual(
            ('success', 'web-download'), (done.status, done.method)
        )

    def test_what_went_wrong(self):
        """M7: told, without what may be secret in an address."""
        image_id = self.make()
        self.data.begin_import(image_id, image_data.DOWNLOAD, URI)
        (task,) = self.glance.tasks[image_id]
        self.data.imports(image_id)
        task['message'] = 'Cannot open %s twice' % URI
        (failed,) = self.data.imports(image_id)
        self.assertEqual('failure', failed.status)
        self.assertEqual(
            'Cannot open https://images.example.org/win11.qcow2?… twice',
            failed.message,
        )
        self.assertEqual('queued', self.cloud.image.get(image_id).status)

    def test_the_newest_first(self):
        image_id = self.make()
        for _try in range(2):
            self.data.begin_import(image_id, image_data.DOWNLOAD, URI)
            self.data.imports(image_id)
            self.emulator.clock.advance(60)
        first, second = self.data.imports(image_id)
        self.assertGreater(first.created_at, second.created_at)

    def test_nothing_is_staged(self):
        image_id = self.make()
        self.assertRaises(
            exceptions.CloudConflict,
            self.data.begin_import,
            image_id,
            image_data.DIRECT,
        )

    def test_glance_filters_for_itself(self):
        error = self.assertRaises(
            exceptions.CloudError,
            self.data.begin_import,
            self.make(),
            image_data.DOWNLOAD,
            'http://127.0.0.1/',
        )
        self.assertEqual(400, error.answered)


@ddt.ddt
class ReadTest(ImageDataTest):
    def test_parts(self):
        """T12: no more of an image is fetched than is looked at."""
        image_id = self.filled(bytes(range(256)))
        self.assertEqual(b'\x00\x01', self.read(image_id, 0, 2))
        self.assertEqual(b'\xfe\xff', self.read(image_id, 254, 2))
        self.assertEqual(bytes(range(256)), self.read(image_id, 0, 256))

    def test_a_store_without_parts(self):
        self.glance.gives_ranges = False
        image_id = self.filled(bytes(range(256)))
        self.assertEqual(b'\x00\x01', self.read(image_id, 0, 2))
        error = self.assertRaises(
            exceptions.CloudError, self.read, image_id, 254, 2
        )
        self.assertFalse(error.transient)

    @ddt.data(
        {'status': 503},
        {'drop': 'before'},
        {'drop': 'after'},
    )
    def test_glance_is_away(self, fault):
        image_id = self.filled()
        self.emulator.fault('image', path='/file$', **fault)
        error = self.assertRaises(
            exceptions.CloudError, self.read, image_id, 0, 512
        )
        self.assertTrue(error.transient)

    def test_an_answer_that_is_cut_off_does_not_end_silently(self):
        image_id = self.filled(b'1234')
        error = self.assertRaises(
            exceptions.CloudError, self.read, image_id, 0, 512
        )
        self.assertTrue(error.transient)

    def test_without_bytes(self):
        error = self.assertRaises(
            exceptions.CloudError, self.read, self.make(), 0, 512
        )
        self.assertTrue(error.transient)

    def test_deactivated(self):
        image_id = self.filled()
        self.cloud.image.set_active(image_id, False)
        self.assertRaises(
            exceptions.CloudForbidden, self.read, image_id, 0, 512
        )
