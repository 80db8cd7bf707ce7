"""``POST /v1/images``, and the import and the check of images."""

import dataclasses
from unittest import mock

import ddt

from clouddesk import exceptions
from clouddesk import image_sources
from clouddesk.cloud import types
from clouddesk.db.api import image_orders
from clouddesk.db.api import images as db
from clouddesk.tests.fixtures import disks
from clouddesk.tests.unit.api import base

NEW = '33333333-3333-4333-8333-333333333333'
URI = 'https://images.example.org/win11.qcow2?signature=hunter2'
FETCHED = {
    'name': 'win11',
    'disk_format': 'qcow2',
    'import': {'method': 'web-download', 'uri': URI},
}
QUEUED = types.Image(
    NEW,
    'win11',
    'queued',
    visibility='shared',
    owner=base.PROJECT,
    created_at='2026-11-21T05:00:00Z',
    updated_at='2026-11-21T05:00:00Z',
)


class ImageImportTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.images = self.cloud.user.image
        self.data = self.cloud.user.image_data
        self.data.make.return_value = QUEUED
        self.data.begin_import.side_effect = None
        self.is_image()
        self.check_source = self.useFixture(
            base.fixtures.MockPatchObject(
                image_sources, 'check', autospec=True
            )
        ).mock

    def is_image(self, data=None, **changes):
        """What Glance says of the image, and what is in it."""
        if data is not None:
            changes |= {'status': 'active', 'size': len(data)}
            self.data.read.side_effect = lambda _id, start, length: iter(
                [data[start : start + length]]
            )
        self.images.get.return_value = dataclasses.replace(QUEUED, **changes)


class CreateTest(ImageImportTest):
    def test_the_bytes_go_to_glance(self):
        """T2: clouddesk makes the record and says where the bytes go."""
        answer = self.post(
            '/v1/images',
            {'name': 'win11', 'note': 'Room 12', 'min_vcpus': 2},
        )
        self.assertEqual(201, answer.status_int)
        self.assertTrue(answer.location.endswith('/v1/images/' + NEW))
        links = {each['rel']: each['href'] for each in answer.json['links']}
        self.assertEqual(
            base.GLANCE + '/images/%s/file' % NEW, links['upload']
        )
        self.assertEqual(
            base.GLANCE + '/images/%s/stage' % NEW, links['stage']
        )
        self.data.make.assert_called_once_with(
            {
                'name': 'win11',
                'note': 'Room 12',
                'min_vcpus': 2,
                'container_format': 'bare',
                'origin': 'upload',
            },
            None,
        )

    def test_a_catalogue_without_glance(self):
        """M7: nothing is made of which nobody learns the id."""
        self.data.address.side_effect = exceptions.CloudError(
            service='Keystone', reason='no endpoint'
        )
        answer = self.post('/v1/images', {'name': 'win11'})
        self.assert_error(answer, 502, 'cloud_error')
        self.assertFalse(self.data.make.called)

    def test_options_of_openstack_image_create(self):
        """T3: id, formats, sizes, protection, visibility, properties, tags."""
        wanted = {
            'name': 'win11',
            'disk_format': 'vmdk',
            'container_format': 'ova',
            'min_disk': 20,
            'min_ram': 2048,
            'protected': True,
            'visibility': 'community',
            'properties': {'hw_firmware_type': 'uefi'},
            'tags': ['lab'],
        }
        self.post('/v1/images', wanted | {'id': NEW, 'size': 5})
        self.data.make.assert_called_once_with(
            wanted | {'origin': 'upload'}, NEW
        )

    def test_of_a_project_that_there_is_not(self):
        """T3, S45: Glance would take any text."""
        find = self.cloud.user.identity.project_name
        find.side_effect = exceptions.CloudNotFound(kind='project', id='x')
        answer = self.post('/v1/images', {'name': 'x', 'owner': 'x'})
        self.assert_error(answer, 400, 'invalid', 'owner')
        self.assertFalse(self.data.make.called)

    def test_of_another_project(self):
        """T3: Glance lets only administrators choose."""
        self.data.make.side_effect = exceptions.CloudForbidden(
            service='Glance',
            reason="You are not permitted to create images owned by 'x'",
        )
        answer = self.post(
            '/v1/images', {'name': 'x', 'owner': base.OTHER_PROJECT}
        )
        self.assert_error(answer, 403, 'forbidden', 'owner')

    def test_ram_that_no_flavor_has(self):
        """M10"""
        wanted = {'name': 'x', 'min_ram': 8192, 'max_ram': 1024}
        answer = self.post('/v1/images', wanted)
        self.assert_error(answer, 400, 'invalid', 'max_ram')
        self.assertFalse(self.data.make.called)

    def test_without_a_name(self):
        self.assert_error(self.post('/v1/images', {}), 400, 'invalid')
        self.assertFalse(self.data.make.called)

    def test_properties_that_are_not_for_people(self):
        wanted = {'name': 'x', 'properties': {'clouddesk_origin': 'seed'}}
        self.assert_error(self.post('/v1/images', wanted), 400, 'invalid')
        self.assertFalse(self.data.make.called)

    def test_there_is_no_room(self):
        """H17: known before the first byte is sent."""
        self.cloud.user.quotas.image.return_value = {
            'image_size_total': types.Limit(1000, 990),
            'image_count_total': types.Limit(5, 5),
        }
        answer = self.post('/v1/images', {'name': 'x', 'size': 11 << 20})
        self.assert_error(answer, 403, 'over_quota')
        self.assertEqual(
            {
                'image_count_total': (1, 0),
                'image_size_total': (11, 10),
            },
            {
                each['resource']: (each['needed'], each['free'])
                for each in answer.error['details']['refusals']
            },
        )
        self.assertIn(
            '11 MiB image_size_total of image are needed, 10 MiB are free.',
            answer.error['message'],
        )
        self.assertIn('1 image_count_total of', answer.error['message'])
        self.assertFalse(self.data.make.called)

    def test_a_glance_that_does_not_tell_its_limits(self):
        self.cloud.user.quotas.image.side_effect = exceptions.CloudError(
            service='Glance', reason='HTTP 500'
        )
        answer = self.post('/v1/images', {'name': 'x', 'size': 1})
        self.assertEqual(201, answer.status_int)

    def test_no_preflight(self):
        self.config(group='quota', preflight=False)
        self.post('/v1/images', {'name': 'x', 'size': 1})
        self.assertFalse(self.cloud.user.quotas.image.called)

    def test_what_glance_refuses(self):
        for error, status, code in (
            (exceptions.CloudQuotaExceeded, 403, 'over_quota'),
            (exceptions.CloudForbidden, 403, 'forbidden'),
            (exceptions.CloudConflict, 409, 'conflict'),
        ):
            self.data.make.side_effect = error(service='Glance', reason='no')
            answer = self.post('/v1/images', {'name': 'x'})
            self.assert_error(answer, status, code)

    def test_readers_look_on(self):
        self.assert_error(
            self.post('/v1/images', {'name': 'x'}, 'reader'), 403, 'forbidden'
        )


class FetchTest(ImageImportTest):
    def test_web_download(self):
        """T3, M7: what was location and copy-from once."""
        self.is_image(status='importing')
        answer = self.post('/v1/images', FETCHED)
        self.assertEqual(201, answer.status_int)
        self.assertEqual('importing', answer.json['status'])
        self.assertEqual(['self'], [e['rel'] for e in answer.json['links']])
        self.check_source.assert_called_once_with(URI, mock.ANY)
        self.data.begin_import.assert_called_once_with(
            NEW, 'web-download', URI
        )
        (fields, _id), _ = self.data.make.call_args
        self.assertEqual('import', fields['origin'])
        self.assertNotIn('hunter2', repr(fields))

    def test_a_source_that_is_refused(self):
        """T3: before anything is made."""
        self.check_source.side_effect = image_sources.Refused('no')
        answer = self.post('/v1/images', FETCHED)
        self.assert_error(answer, 400, 'source_refused')
        self.assertEqual('uri', answer.error['details']['field'])
        self.assertFalse(self.data.make.called)

    def test_the_format_must_be_told(self):
        wanted = {k: v for k, v in FETCHED.items() if k != 'disk_format'}
        answer = self.post('/v1/images', wanted)
        self.assert_error(answer, 400, 'invalid')
        self.assertEqual('disk_format', answer.error['details']['field'])

    def test_glance_does_not_begin(self):
        """M7: a record that nothing fills does not stay."""
        self.data.begin_import.side_effect = exceptions.CloudError(
            service='Glance', reason='filtered', answered=400
        )
        self.assert_error(self.post('/v1/images', FETCHED), 400, 'invalid')
        self.cloud.user.image.delete.assert_called_once_with(NEW)

    def test_and_cannot_be_tidied_up(self):
        """M7: nothing is left without being told."""
        trouble = exceptions.CloudError(
            service='Glance', reason='HTTP 503', transient=True
        )
        self.data.begin_import.side_effect = trouble
        self.cloud.user.image.delete.side_effect = trouble
        answer = self.post('/v1/images', FETCHED)
        self.assert_error(answer, 503, 'service_unavailable')
        self.assertEqual(NEW, answer.error['details']['image_id'])


class ImportTest(ImageImportTest):
    url = '/v1/images/%s/actions/import' % NEW

    def test_what_was_staged(self):
        """T12: Glance converts what it imports."""
        answer = self.post(self.url, {'method': 'glance-direct'})
        self.assertEqual(202, answer.status_int)
        self.data.begin_import.assert_called_once_with(
            NEW, 'glance-direct', None
        )

    def test_from_an_address(self):
        self.post(self.url, {'method': 'web-download', 'uri': URI})
        self.check_source.assert_called_once_with(URI, mock.ANY)
        self.data.begin_import.assert_called_once_with(
            NEW, 'web-download', URI
        )

    def test_a_source_that_is_refused(self):
        self.check_source.side_effect = image_sources.Refused('no')
        answer = self.post(self.url, {'method': 'web-download', 'uri': URI})
        self.assert_error(answer, 400, 'source_refused')
        self.assertFalse(self.data.begin_import.called)

    def test_an_address_belongs_to_one_method(self):
        for body in (
            {'method': 'web-download'},
            {'method': 'glance-direct', 'uri': URI},
        ):
            self.assert_error(self.post(self.url, body), 400, 'invalid')
        self.assertFalse(self.data.begin_import.called)

    def test_nothing_waits(self):
        self.data.begin_import.side_effect = exceptions.CloudConflict(
            service='Glance', reason='not staged'
        )
        answer = self.post(self.url, {'method': 'glance-direct'})
        self.assert_error(answer, 409, 'conflict')

    def test_what_glance_did(self):
        """M7: also when it came to nothing."""
        self.data.imports.return_value = [
            types.ImageImport('t1', 'failure', 'web-download', 'Gone.')
        ]
        answer = self.get('/v1/images/%s/imports' % NEW)
        (task,) = answer.json['imports']
        self.assertEqual('failure', task['status'])
        self.assertEqual('Gone.', task['message'])

    def test_of_another_project(self):
        self.is_image(owner=base.OTHER_PROJECT, visibility='public')
        answer = self.get('/v1/images/%s/imports' % NEW)
        self.assert_error(answer, 403, 'image_foreign')


@ddt.ddt
class CheckTest(ImageImportTest):
    url = '/v1/images/%s/actions/check' % NEW

    def check(self, persona='member'):
        return self.post(self.url, {}, persona)

    def test_a_good_one(self):
        """T12: the format is in the content."""
        self.is_image(disks.qcow2(), disk_format='qcow2')
        answer = self.check().json
        self.assertEqual('passed', answer['status'])
        self.assertEqual('qcow2', answer['format'])
        self.assertEqual(disks.GIB, answer['virtual_size'])
        self.assertIs(False, answer['deactivated'])
        self.assertFalse(self.images.set_active.called)
        row = db.find(NEW)
        self.assertEqual(('qcow2', None), (row.format, row.fault_code))
        self.assertIsNotNone(row.checked_at)

    def fault(self):
        return db.find(NEW).fault_code

    def test_a_good_one_that_was_refused_before(self):
        """T12: it passes now; what an order came to grief on stays."""
        self.is_image(disks.qcow2(), disk_format='raw')
        self.check()
        self.assertEqual('image_refused', self.fault())
        self.is_image(disks.qcow2(), disk_format='qcow2')
        self.check()
        self.assertIsNone(self.fault())
        known = db.Known(NEW, base.PROJECT)
        db.update(known, {'fault_code': 'image_in_use'})
        self.check()
        self.assertEqual('image_in_use', self.fault())

    def test_one_that_an_order_holds(self):
        """T12: its fault is that of the order."""
        known = db.Known(NEW, base.PROJECT, 'x')
        order = {'project_id': base.PROJECT, 'user_id': 'ada'}
        image_orders.act(order, 'image.delete', [known], {})
        self.is_image(disks.qcow2(), disk_format='raw')
        self.check()
        self.assertIsNone(self.fault())
        self.assertIsNotNone(db.find(NEW).checked_at)

    @ddt.data(
        ('qcow2', disks.qcow2(backing=b'/etc/shadow'), 'backing_file'),
        ('qcow2', disks.qcow2(data_file=True), 'data_file'),
        ('vmdk', disks.vmdk('monolithicFlat'), 'unsafe_vmdk'),
        ('raw', disks.qcow2(), 'format_mismatch'),
        ('qcow2', disks.raw(), 'format_mismatch'),
    )
    @ddt.unpack
    def test_a_bad_one_is_deactivated(self, disk_format, data, code):
        """T12: nobody can use what leads to files of a host."""
        self.is_image(data, disk_format=disk_format)
        answer = self.check().json
        self.assertEqual('refused', answer['status'])
        self.assertEqual([code], [e['code'] for e in answer['problems']])
        self.assertIs(True, answer['deactivated'])
        self.assertIn('deactivated', answer['message'])
        self.images.set_active.assert_called_once_with(NEW, False)
        row = db.find(NEW)
        self.assertEqual('image_refused', row.fault_code)
        self.assertEqual(answer['problems'][0]['message'], row.fault_message)

    def test_one_of_another_project(self):
        self.is_image(
            disks.qcow2(),
            disk_format='raw',
            owner=base.OTHER_PROJECT,
            visibility='public',
        )
        self.images.set_active.side_effect = exceptions.CloudForbidden(
            service='Glance', reason='no'
        )
        answer = self.check().json
        self.assertEqual('refused', answer['status'])
        self.assertIs(False, answer['deactivated'])
        self.assertIsNone(db.find(NEW))

    @ddt.data('queued', 'saving', 'importing', 'deactivated')
    def test_nothing_to_look_at(self, status):
        self.is_image(status=status)
        self.assert_error(self.check(), 409, 'image_wrong_state')

    def test_glance_is_away(self):
        """T12: trouble of Glance's makes no image dangerous."""
        self.is_image(disks.qcow2(), disk_format='raw')
        self.data.read.side_effect = exceptions.CloudError(
            service='Glance', reason='HTTP 503', transient=True
        )
        self.assert_error(self.check(), 503, 'service_unavailable')
        self.assertFalse(self.images.set_active.called)

    def test_what_points_to_snapshots(self):
        """H2: Nova's image of a server with volumes has no bytes."""
        self.is_image(
            b'', disk_format=None, properties={'block_device_mapping': '[]'}
        )
        answer = self.check().json
        self.assertEqual('skipped', answer['status'])
        self.assertIn('snapshots', answer['message'])

    def test_archives(self):
        self.is_image(disks.raw(), container_format='ova')
        answer = self.check().json
        self.assertEqual('skipped', answer['status'])
        self.assertIn('ova', answer['message'])

    def test_encrypted_volumes(self):
        self.is_image(
            disks.luks(),
            disk_format='raw',
            properties={'cinder_encryption_key_id': NEW},
        )
        self.assertEqual('passed', self.check().json['status'])
