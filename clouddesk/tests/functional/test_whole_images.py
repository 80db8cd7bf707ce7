"""Images of whole machines, and what is made of them."""

import ddt

from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import test_data_disks

_VOLUME = {'boot_from': 'volume', 'volume_size': 4}


@ddt.ddt
class WholeTest(test_data_disks.DisksTestCase):
    def off(self, **extra):
        wish = {'data_images': [self.first, self.second]} | extra
        desktop_id = self.build_desktop(**wish)
        self.finish(self.act('desktops', desktop_id, 'stop'))
        return desktop_id

    def capture(self, desktop_id, **body):
        path = '/desktops/%s/actions/create_image' % desktop_id
        return self.keeper.post(path, name='golden', **body)

    def built(self, **extra):
        """The build of an image of a whole machine."""
        order = self.finish(self.capture(self.off(**extra), whole=True))
        return self.keeper.get('/image-builds/' + order['subject']['id'])

    def image(self, image_id):
        return self.keeper.get('/images/' + image_id)

    def half_made(self):
        """Whatever is there only until an image is finished."""
        with self.cloud.lock:
            self.cinder.settle()
            things = (
                *self.cinder.snapshots.values(),
                *self.cinder.volumes.values(),
            )
            images = list(self.glance.images.values())
        return [
            each['id']
            for each in things
            if 'clouddesk_build_id' in each['metadata']
        ] + [
            each['id']
            for each in images
            if 'clouddesk_build_id' in each or each['status'] != 'active'
        ]

    def test_every_disk_in_one_order(self):
        """M9: the image of the system refers to those of the data."""
        build = self.built()
        self.assertEqual(
            ('whole', 'activated'), (build['kind'], build['status'])
        )
        whole = self.image(build['image_id'])
        self.assertEqual('whole', whole['kind'])
        self.assertEqual(build['data_images'], whole['data_images'])
        self.assertEqual(2, len(whole['data_images']))
        parts = [self.image(each) for each in whole['data_images']]
        self.assertEqual(
            [('golden (1)', 'data', 5), ('golden (2)', 'data', 7)],
            [(each['name'], each['kind'], each['min_disk']) for each in parts],
        )
        for each in (whole, *parts):
            self.assertGreater(each['size'], 0)
            self.assertEqual(
                ('private', 'desktop'), (each['visibility'], each['origin'])
            )
            self.assertEqual({}, _ours(each['properties']))
        self.assertEqual([], self.half_made())
        self.assertEqual([], self.keeper.get('/differences')['differences'])

    def test_of_a_volume(self):
        """M9, H2: the disk of the system is in Cinder, too."""
        build = self.built(**_VOLUME)
        self.assertEqual(4, self.image(build['image_id'])['min_disk'])
        self.assertEqual(2, len(build['data_images']))
        self.assertEqual([], self.half_made())

    def test_desktops_made_of_it(self):
        """M9, M20: they get their data by themselves, unless told not to."""
        build = self.built()
        self.finish(self.api.delete('/desktops/' + self.desktops()[0]['id']))
        wish = {'image_id': build['image_id']}
        desktop = self.desktop(self.build_desktop(**wish))
        self.assertEqual(build['data_images'], desktop['data_images'])
        self.assertEqual(
            [
                (1, 5, build['data_images'][0]),
                (2, 7, build['data_images'][1]),
            ],
            self.disks(),
        )
        bare = self.desktop(self.build_desktop(data_images=[], **wish))
        self.assertEqual([], bare['data_volumes'])

    def test_its_parts_stay(self):
        """M2, S4: what a whole machine refers to is not deleted before it."""
        build = self.built()
        self.finish(self.api.delete('/desktops/' + self.desktops()[0]['id']))
        part, other = build['data_images']
        refusal = self.assertRaises(
            service.Refusal, self.keeper.delete, '/images/' + part
        )
        self.assertEqual('image_in_use', refusal.code)
        self.assertIn('golden', str(refusal))
        self.finish(self.keeper.delete('/images/' + build['image_id']))
        self.assertEqual('active', self.image(part)['status'])
        self.finish(self.keeper.delete('/images/' + part))
        self.assertNotIn(part, self.glance.images)
        self.assertIn(other, self.glance.images)

    def test_referred_to_meanwhile(self):
        """M2: the conductor looks once more."""
        self.running.stop()
        order = self.keeper.delete('/images/' + self.first)
        self.glance.create_image(
            self.school.project_id,
            'late',
            visibility='private',
            clouddesk_kind='whole',
            clouddesk_data_images=self.first,
        )
        self.running = self.service.start_conductor()
        order = self.finish(order, 'failed')
        self.assertIn('late', order['items'][0]['fault']['message'])
        self.assertIn(self.first, self.glance.images)

    def test_put_together(self):
        """M21: of what was restored from backups, or came from elsewhere."""
        whole = self.glance.create_image(
            self.school.project_id, 'restored', visibility='private'
        )
        self.refused(
            'data_images',
            self.keeper.patch,
            '/images/' + whole,
            data_images=[self.first],
        )
        self.refused(
            'data_images',
            self.keeper.patch,
            '/images/' + whole,
            kind='whole',
            data_images=[self.school.image_id],
        )
        wanted = [self.second, self.first]
        changed = self.keeper.patch(
            '/images/' + whole, kind='whole', data_images=wanted
        )
        self.assertEqual(wanted, changed['data_images'])
        desktop = self.desktop(self.build_desktop(image_id=whole))
        self.assertEqual(wanted, desktop['data_images'])
        changed = self.keeper.patch('/images/' + whole, data_images=[])
        self.assertEqual([], changed['data_images'])

    def builder(self, **extra):
        """The path of a build that can be finished."""
        wanted = self.spec(name='next', **extra)
        order = self.finish(self.keeper.post('/image-builds', **wanted))
        return '/image-builds/' + order['subject']['id']

    def finished(self, path, **body):
        self.finish(self.keeper.post(path + '/actions/finish', **body))
        return self.keeper.get(path)

    @ddt.data({}, _VOLUME)
    def test_made_of_one(self, extra):
        """M9, I13: what was a whole machine ends as one, nothing is left."""
        first = self.built()
        self.finish(self.api.delete('/desktops/' + self.desktops()[0]['id']))
        path = self.builder(image_id=first['image_id'], **extra)
        self.assertEqual('whole', self.keeper.get(path)['kind'])
        build = self.finished(path, note='once more')
        self.assertEqual(
            ('whole', 'activated', None),
            (build['kind'], build['status'], build['desktop_id']),
        )
        whole = self.image(build['image_id'])
        self.assertEqual(build['data_images'], whole['data_images'])
        self.assertEqual(2, len(build['data_images']))
        self.assertEqual(
            set(), {*first['data_images']} & {*whole['data_images']}
        )
        self.assertEqual([], self.half_made())
        self.assertEqual([], self.disks())
        self.assertNothingLeft()

    def test_the_system_of_one(self):
        """M9: without its data, when that is what was asked for."""
        before = set(self.glance.images)
        path = self.builder(data_images=[self.first])
        build = self.finished(path, whole=False)
        self.assertEqual(('system', []), (build['kind'], build['data_images']))
        self.assertEqual({build['image_id']}, set(self.glance.images) - before)
        self.assertEqual('system', self.image(build['image_id'])['kind'])

    def test_of_what_was_attached_later(self):
        """M9"""
        path = self.builder()
        build = self.keeper.get(path)
        self.assertEqual('system', build['kind'])
        server_id = self.desktop(build['desktop_id'])['server_id']
        self.cinder.attach_new(self.school.project_id, server_id, 3)
        build = self.finished(path, whole=True)
        (part,) = build['data_images']
        self.assertEqual(3, self.image(part)['min_disk'])
        self.assertEqual('whole', build['kind'])
        self.assertEqual([], self.half_made())

    def test_too_little_room_for_all(self):
        """M9, H17: nothing begins without room for every disk."""
        path = self.builder(data_images=[self.first, self.second])
        self.cinder.snapshot_quota = 1
        refusal = self.assertRaises(
            service.Refusal, self.keeper.post, path + '/actions/finish'
        )
        self.assertEqual('over_quota', refusal.code)
        self.assertEqual('configurable', self.keeper.get(path)['status'])

    def test_called_off(self):
        """M9: neither images nor what they were to be read from."""
        desktop_id = self.off()
        before = set(self.glance.images)
        self.cinder.upload_seconds = 3600.0
        order = self.capture(desktop_id, whole=True)
        service.until(lambda: len(self.glance.images) - len(before) == 3, bool)
        self.act('work-orders', order['id'], 'cancel')
        # They go first; what they are read from waits for Cinder.
        service.until(lambda: set(self.glance.images) == before, bool)
        with self.cloud.lock:
            self.cinder.upload_seconds = 0.0
            for each in self.cinder.volumes.values():
                each['_due'] = 0.0
        self.finish(order, 'cancelled')
        self.assertEqual(before, set(self.glance.images))
        self.assertEqual([], self.half_made())
        self.assertEqual('off', self.desktop(desktop_id)['status'])
        self.assertEqual([], self.keeper.get('/image-builds')['image_builds'])

    def test_one_of_them_fails(self):
        """M9: then there is none, not half a machine."""
        desktop_id = self.off()
        before = set(self.glance.images)
        self.cinder.snapshot_quota = 1
        refusal = self.assertRaises(
            service.Refusal, self.capture, desktop_id, whole=True
        )
        self.assertEqual('over_quota', refusal.code)
        self.cinder.snapshot_quota = 10
        self.cinder.snapshot_status = 'error'
        order = self.finish(self.capture(desktop_id, whole=True), 'failed')
        self.assertEqual(before, set(self.glance.images))
        self.assertEqual([], self.half_made())
        self.cinder.snapshot_status = 'available'
        path = '/image-builds/%s/actions/retry' % order['subject']['id']
        self.finish(self.keeper.post(path))
        self.assertEqual(3, len(set(self.glance.images) - before))
        self.assertEqual([], self.half_made())

    def test_either_or(self):
        """M9: one disk, or all of them."""
        self.refused(
            'volume_id',
            self.capture,
            self.off(),
            whole=True,
            volume_id=self.first,
        )


def _ours(properties):
    return {
        key: value
        for key, value in properties.items()
        if key.startswith('clouddesk_')
    }
