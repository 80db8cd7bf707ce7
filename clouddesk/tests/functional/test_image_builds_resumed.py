"""Image builds that go on after a failure or with another conductor."""

from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import test_image_builds

_VOLUME = {'boot_from': 'volume', 'volume_size': 4}


class ResumedTest(test_image_builds.ImageBuildTestCase):
    def setUp(self):
        super().setUp()
        self.build_id = self.built(name='office', **_VOLUME)

    def look(self):
        return self.build(self.build_id)

    def volume_statuses(self):
        with self.cloud.lock:
            return [each['status'] for each in self.cinder.volumes.values()]

    def change_volumes(self, status, becomes):
        """Change what Cinder has in a status, once it has it."""
        service.until(
            self.volume_statuses, lambda statuses: status in statuses
        )
        with self.cloud.lock:
            for volume in self.cinder.volumes.values():
                if volume['status'] == status:
                    volume |= {'status': becomes, '_due': 0.0}

    def removal_failed(self):
        """The order, after the image is ready and the builder gone."""
        self.nova.delete_seconds = None
        order = self.ask(self.build_id, 'finish')
        (server,) = self.nova.servers.values()
        service.until(
            self.look, lambda build: build['activated_at'] is not None
        )
        service.until(
            lambda: server.task_state, lambda task: task == 'deleting'
        )
        # The copy that the image was made from is gone by now.
        self.cinder.delete_seconds = 3600.0
        self.nova.finish(server.id)
        self.change_volumes('deleting', 'error_deleting')
        self.finish(order, 'failed')
        self.cinder.delete_seconds = 0.0
        return order

    def assertActivated(self, image_id):
        build = self.look()
        self.assertEqual(
            ('activated', image_id), (build['status'], build['image_id'])
        )
        self.assertEqual([], self.desktops())
        self.assertEqual({}, self.cinder.volumes)
        self.assertGood(image_id, 'build')
        self.assertClean()

    def test_a_retry_keeps_the_image(self):
        """S14: only the removal of the builder is done again."""
        self.removal_failed()
        build = self.look()
        self.assertEqual('fault', build['status'])
        refusal = self.assertRaises(
            service.Refusal,
            self.keeper.patch,
            '/image-builds/' + self.build_id,
            name='other',
        )
        self.assertEqual(409, refusal.status)
        self.assertIn('is ready', str(refusal))
        self.change_volumes('error_deleting', 'available')
        self.finish(self.ask(self.build_id, 'retry'))
        self.assertActivated(build['image_id'])

    def test_a_cancelled_retry_keeps_the_image(self):
        """What somebody may use by now is no part of what is undone."""
        self.removal_failed()
        image_id = self.look()['image_id']
        self.cinder.delete_seconds = 3600.0
        self.change_volumes('error_deleting', 'available')
        order = self.ask(self.build_id, 'retry')
        service.until(
            self.volume_statuses, lambda statuses: statuses == ['deleting']
        )
        self.ask(self.build_id, 'cancel')
        self.change_volumes('deleting', 'deleting')
        self.keeper.wait(order['id'])
        self.assertActivated(image_id)

    def test_the_next_conductor_goes_back_too(self):
        """What an item that failed has made still goes; nothing else does."""
        base_image = self.glance.images[self.school.image_id]
        base_image |= {
            'owner': self.school.project_id,
            'visibility': 'private',
        }
        before = dict(base_image)
        self.cinder.upload_seconds = 3600.0
        order = self.ask(self.build_id, 'finish')
        (image,) = service.until(self.made, bool)
        with self.cloud.lock:
            del self.glance.images[image['id']]
            self.cinder.upload_seconds = 0.0
            self.cinder.delete_seconds = 3600.0
            for volume in self.cinder.volumes.values():
                volume['_due'] = 0.0
        service.until(
            self.volume_statuses, lambda statuses: 'deleting' in statuses
        )
        self.running.stop()
        self.cinder.delete_seconds = 0.0
        self.change_volumes('deleting', 'deleting')
        self.running = self.service.start_conductor()
        order = self.finish(order, 'failed')
        self.assertIn('gone from Glance', order['fault']['message'])
        self.assertEqual(before, self.glance.images[self.school.image_id])
        build = self.look()
        self.assertEqual(('fault', None), (build['status'], build['image_id']))
        self.assertEqual(1, len(self.desktops()))
        self.assertClean()

    def test_it_needs_what_its_disk_needs(self):
        """M10: less memory or disk than that cannot be promised."""
        self.glance.images[self.school.image_id]['min_ram'] = 64
        build_id = self.built(name='small', min_disk=1, min_ram=1, **_VOLUME)
        self.finish(self.ask(build_id, 'finish'))
        (image,) = self.made()
        self.assertEqual((4, 64), (image['min_disk'], image['min_ram']))
