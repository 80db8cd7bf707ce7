"""Making images: on builders, and of desktops that are off."""

from oslo_config import fixture as config_fixture

from clouddesk.conf import CONF
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base

_VOLUME = {'boot_from': 'volume', 'volume_size': 4}


class ImageBuildTestCase(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.glance = self.cloud.glance
        self.keeper = self.service.client('grace')
        base_image = self.glance.images[self.school.image_id]
        base_image |= {'os_type': 'windows', 'hw_disk_bus': 'virtio'}

    def begin(self, name='Windows 11', **extra):
        wanted = self.spec(name=name) | extra
        return self.keeper.post('/image-builds', **wanted)

    def built(self, **extra):
        """The id of a build that can be configured."""
        return self.finish(self.begin(**extra))['subject']['id']

    def build(self, build_id):
        return self.keeper.get('/image-builds/' + build_id)

    def ask(self, build_id, verb, **body):
        path = '/image-builds/%s/actions/%s' % (build_id, verb)
        return self.keeper.post(path, **body)

    def until_build(self, build_id, status):
        return service.until(
            lambda: self.build(build_id),
            lambda build: build['status'] == status,
        )

    def made(self):
        """The images that were not there at the beginning."""
        with self.cloud.lock:
            return [
                image
                for image in self.glance.images.values()
                if image['id'] != self.school.image_id
            ]

    def assertClean(self):
        """Nothing is left but what is a desktop's, and finished images."""
        self.cinder.settle()
        self.assertEqual({}, self.cinder.snapshots)
        for volume in self.cinder.volumes.values():
            self.assertIn('clouddesk_desktop_id', volume['metadata'])
        for image in self.glance.images.values():
            self.assertEqual('active', image['status'])
            self.assertNotIn('clouddesk_build_id', image)

    def assertGood(self, image_id, origin):
        """H2: an image with bytes, that tells only of itself."""
        image = self.glance.images[image_id]
        self.assertEqual('active', image['status'])
        self.assertGreater(image['size'], 0)
        self.assertEqual('private', image['visibility'])
        self.assertEqual('system', image['clouddesk_kind'])
        self.assertEqual(origin, image['clouddesk_origin'])
        self.assertEqual('windows', image['os_type'])
        self.assertEqual('virtio', image['hw_disk_bus'])
        for name in (
            'block_device_mapping',
            'bdm_v2',
            'base_image_ref',
            'instance_uuid',
            'owner_id',
            'boot_roles',
            'clouddesk_build_id',
            'clouddesk_installation',
        ):
            self.assertNotIn(name, image)
        return image


class BuilderTest(ImageBuildTestCase):
    def assertBuilder(self, build_id, **expected):
        """S41: what the image is made on, as long as there is a builder."""
        build = self.build(build_id)
        self.assertEqual(expected, {key: build[key] for key in expected})

    def assertActivated(self, build_id, **expected):
        build = self.build(build_id)
        self.assertEqual('activated', build['status'])
        self.assertIsNone(build['desktop_id'])
        self.assertIsNone(build['fault'])
        self.assertEqual([], self.desktops())
        self.assertEqual({}, self.nova.servers)
        self.assertEqual({}, self.neutron.ports)
        self.assertEqual({}, self.cinder.volumes)
        self.assertClean()
        image = self.assertGood(build['image_id'], 'build')
        for key, value in expected.items():
            self.assertEqual(value, image[key])
        return image

    def test_from_a_base_image_to_an_image(self):
        """I8, I9, I12, I13: preparing, configurable, generating, activated."""
        self.nova.build_seconds = None
        order = self.begin(note='for the first year')
        build_id = order['subject']['id']
        self.assertEqual('image_build', order['subject']['type'])
        self.assertEqual('preparing', self.build(build_id)['status'])
        service.until(lambda: self.nova.servers, bool)
        (server_id,) = self.nova.servers
        self.nova.build_seconds = 0.0
        self.nova.finish(server_id)
        self.finish(order)
        build = self.build(build_id)
        self.assertEqual('configurable', build['status'])
        self.nova.image_seconds = None
        order = self.ask(build_id, 'finish', note='with an office')
        self.assertEqual('generating', self.build(build_id)['status'])
        self.assertEqual('image.generate', order['kind'])
        service.until(
            lambda: self.nova.servers[server_id].task_state,
            lambda task: task == 'image_uploading',
        )
        self.assertIsNone(self.build(build_id)['image_id'])
        self.nova.finish(server_id)
        self.finish(order)
        self.assertActivated(
            build_id,
            name='Windows 11',
            description='with an office',
            min_disk=self.nova.flavors[self.school.flavor_id]['disk'],
            min_ram=64,
        )

    def test_on_a_volume(self):
        """I12, H2: the bytes are those of the disk, and all of them."""
        build_id = self.built(min_vcpus=2, max_ram=8192, **_VOLUME)
        self.assertBuilder(
            build_id,
            flavor_id=self.school.flavor_id,
            network_id=self.school.network_id,
            **_VOLUME,
        )
        self.finish(self.ask(build_id, 'finish'))
        self.assertBuilder(
            build_id,
            flavor_id=None,
            network_id=None,
            boot_from=None,
            volume_size=None,
        )
        image = self.assertActivated(build_id, min_disk=4, min_ram=64)
        self.assertEqual(4 << 20, image['size'])
        self.assertEqual('qcow2', image['disk_format'])
        self.assertEqual('2', image['clouddesk_min_vcpus'])
        self.assertEqual('8192', image['clouddesk_max_ram'])
        self.assertNotIn('description', image)

    def test_others_make_desktops_of_it(self):
        """M7, V49: a pool of what was made."""
        build_id = self.built()
        self.finish(self.ask(build_id, 'finish'))
        image_id = self.build(build_id)['image_id']
        self.finish(
            self.api.post(
                '/pools',
                name='lab',
                size=2,
                image_id=image_id,
                flavor_id=self.school.flavor_id,
            )
        )
        self.assertEqual(
            {image_id}, {each['image_id'] for each in self.desktops()}
        )

    def test_the_result_becomes_a_base_image_of_the_operator(self):
        """S45: an administrator gives it away, and all projects use it."""
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        build_id = self.built()
        self.finish(self.ask(build_id, 'finish'))
        image_id = self.build(build_id)['image_id']
        stock = self.school.service_project_id
        self.service.client('root').patch(
            '/images/' + image_id, owner=stock, visibility='public'
        )
        image = self.glance.images[image_id]
        self.assertEqual(
            (stock, 'public'), (image['owner'], image['visibility'])
        )
        stranger = self.service.client('stranger')
        (found,) = stranger.get('/images', origin='build')['images']
        self.assertEqual(image_id, found['id'])
        self.build_desktop(image_id=image_id)

    def test_the_builder_is_a_desktop(self):
        """I10, I11, S42, S44: its console, start and stop are theirs."""
        build_id = self.built(name='Linux 图像!')
        desktop_id = self.build(build_id)['desktop_id']
        desktop = self.desktop(desktop_id)
        self.assertEqual('Linux_图像', desktop['name'])
        self.assertIn('url', self.act('desktops', desktop_id, 'console'))
        self.finish(self.act('desktops', desktop_id, 'stop'))
        self.assertEqual('configurable', self.build(build_id)['status'])
        self.finish(self.ask(build_id, 'finish'))
        self.assertActivated(build_id)

    def test_the_builder_is_given_to_somebody_while_it_is_off(self):
        """S43: 409 names the state; then she sees and starts it."""
        self.needs_more_than_one_person(standalone.NO_ADMIN)
        desktop_id = self.build(self.built())['desktop_id']
        person = {'user_id': 'rita'}
        refusal = self.assertRaises(
            service.Refusal,
            self.act,
            'desktops',
            desktop_id,
            'assign',
            **person,
        )
        self.assertEqual(409, refusal.status)
        self.assertEqual('desktop_wrong_state', refusal.code)
        self.assertIn('running', str(refusal))
        self.finish(self.act('desktops', desktop_id, 'stop'))
        self.act('desktops', desktop_id, 'assign', **person)
        rita = self.service.client('rita')
        order = rita.post('/desktops/%s/actions/start' % desktop_id)
        rita.wait(order['id'], 'succeeded')

    def test_the_builder_goes_with_its_build(self):
        build_id = self.built()
        desktop_id = self.build(build_id)['desktop_id']
        refusal = self.assertRaises(
            service.Refusal, self.api.delete, '/desktops/' + desktop_id
        )
        self.assertEqual(409, refusal.status)
        self.assertEqual('desktop_in_build', refusal.code)
        self.assertIn(build_id, str(refusal))
        self.finish(self.keeper.delete('/image-builds/' + build_id))
        self.assertNothingLeft()
        self.assertEqual([], self.keeper.get('/image-builds')['image_builds'])

    def test_cancelled_while_it_is_prepared(self):
        """I9: nothing is left, neither here nor there."""
        self.nova.build_seconds = None
        order = self.begin(**_VOLUME)
        build_id = order['subject']['id']
        service.until(lambda: self.nova.servers, bool)
        self.ask(build_id, 'cancel')
        self.finish(order, 'cancelled')
        self.assertNothingLeft()
        self.assertEqual([], self.keeper.get('/image-builds')['image_builds'])

    def test_cancelled_while_it_is_generated(self):
        """I13: the builder is there as before, and nothing else."""
        build_id = self.built()
        self.nova.image_seconds = None
        order = self.ask(build_id, 'finish')
        service.until(self.made, bool)
        (image,) = self.made()
        self.ask(build_id, 'cancel')
        service.until(
            lambda: image['id'] in self.glance.images, lambda i: not i
        )
        (server_id,) = self.nova.servers
        self.nova.finish(server_id)
        self.finish(order, 'cancelled')
        self.assertEqual('configurable', self.build(build_id)['status'])
        (desktop,) = self.desktops()
        self.assertEqual('off', desktop['status'])
        self.assertClean()
        self.nova.image_seconds = 0.0
        self.finish(self.ask(build_id, 'finish'))
        self.assertActivated(build_id)

    def test_two_people_finish_one_build(self):
        """I13: one wins, the other learns why not."""
        build_id = self.built()
        self.nova.image_seconds = None
        first = self.ask(build_id, 'finish')
        refusal = self.assertRaises(
            service.Refusal, self.ask, build_id, 'finish'
        )
        self.assertEqual(409, refusal.status)
        self.assertEqual('image_build_wrong_state', refusal.code)
        self.assertIn('generating', str(refusal))
        self.assertEqual(
            first['id'], refusal.error['details']['work_order_id']
        )

    def test_a_build_that_cannot_be_prepared(self):
        """I9: the fault is told, and a retry goes on."""
        self.nova.fail_builds(1)
        order = self.finish(self.begin(), 'failed')
        build_id = order['subject']['id']
        build = self.build(build_id)
        self.assertEqual('fault', build['status'])
        self.assertEqual('build_failed', build['fault']['code'])
        self.finish(self.ask(build_id, 'retry'))
        self.assertEqual('configurable', self.build(build_id)['status'])

    def test_the_store_is_full(self):
        """I13: told, nothing left, and a retry does it."""
        build_id = self.built()
        self.glance.is_full = True
        self.finish(self.ask(build_id, 'finish'), 'failed')
        build = self.build(build_id)
        self.assertEqual('fault', build['status'])
        self.assertEqual('capture_failed', build['fault']['code'])
        self.assertIn('store is full', build['fault']['message'])
        self.assertEqual([], self.made())
        (desktop,) = self.desktops()
        self.assertEqual('off', desktop['status'])
        self.glance.is_full = False
        self.finish(self.ask(build_id, 'retry'))
        self.assertActivated(build_id)

    def test_the_image_is_deleted_behind_our_back(self):
        build_id = self.built(**_VOLUME)
        self.cinder.upload_seconds = 3600.0
        order = self.ask(build_id, 'finish')
        service.until(self.made, bool)
        (image,) = self.made()
        with self.cloud.lock:
            del self.glance.images[image['id']]
            self.cinder.upload_seconds = 0.0
            for volume in self.cinder.volumes.values():
                volume['_due'] = 0.0
        self.finish(order, 'failed')
        self.assertEqual('fault', self.build(build_id)['status'])
        self.assertClean()
        self.finish(self.ask(build_id, 'finish'))
        self.assertActivated(build_id)

    def test_quota_is_reached_in_the_middle(self):
        """H17: the copy has no room; the snapshot goes again.

        Others were faster than what was asked before.
        """
        build_id = self.built(**_VOLUME)
        self.cinder.gigabytes_quota = 10
        config = self.useFixture(config_fixture.Config(CONF)).config
        config(group='quota', preflight=False)
        self.finish(self.ask(build_id, 'finish'), 'failed')
        build = self.build(build_id)
        self.assertEqual('cloud_quota_exceeded', build['fault']['code'])
        self.assertClean()
        self.assertEqual([], self.made())
        self.cinder.gigabytes_quota = 10**6
        self.finish(self.ask(build_id, 'retry'))
        self.assertActivated(build_id)

    def test_no_room_for_it(self):
        """S45, H17: refused before anything is made, with every reason."""
        build_id = self.built(**_VOLUME)
        self.cinder.gigabytes_quota = 10
        self.cinder.snapshot_quota = 0
        self.glance.limits['image_count_total'] = 1
        refusal = self.assertRaises(
            service.Refusal, self.ask, build_id, 'finish'
        )
        self.assertEqual((403, 'over_quota'), (refusal.status, refusal.code))
        self.assertEqual(
            {
                ('image', 'image_count_total', 1, 0),
                ('block-storage', 'snapshots', 1, 0),
                ('block-storage', 'snapshots_fast', 1, 0),
                ('block-storage', 'gigabytes', 8, 6),
                ('block-storage', 'gigabytes_fast', 8, 6),
            },
            {
                (r['service'], r['resource'], r['needed'], r['free'])
                for r in refusal.error['details']['refusals']
            },
        )
        self.assertEqual('configurable', self.build(build_id)['status'])
        self.assertClean()
        self.cinder.gigabytes_quota, self.cinder.snapshot_quota = 12, 1
        self.glance.limits['image_count_total'] = 2
        self.finish(self.ask(build_id, 'finish'))
        self.assertActivated(build_id)

    def test_teachers_make_images(self):
        """I16: a member who is no manager does not."""
        self.needs_more_than_one_person(standalone.NO_ADMIN)
        refusal = self.assertRaises(
            service.Refusal,
            self.api.post,
            '/image-builds',
            **self.spec(name='mine'),
        )
        self.assertEqual(403, refusal.status)


class InstallerTest(ImageBuildTestCase):
    def setUp(self):
        super().setUp()
        self.iso = self.glance.create_image(
            self.school.project_id,
            'installer',
            disk_format='iso',
            visibility='private',
        )

    def test_from_an_installer(self):
        """T1, T13, M7: boots from the CD, installs, becomes an image."""
        build_id = self.built(image_id=self.iso, **_VOLUME)
        build = self.build(build_id)
        self.assertEqual({'type': 'iso', 'id': self.iso}, build['source'])
        (server,) = self.nova.servers.values()
        (cdrom,) = server.cdroms
        self.assertEqual(
            (self.iso, 'cdrom'), (cdrom['uuid'], cdrom['device_type'])
        )
        (volume,) = self.cinder.volumes.values()
        self.assertEqual({}, volume['_of_image'])
        self.finish(self.ask(build_id, 'finish'))
        image = self.glance.images[self.build(build_id)['image_id']]
        self.assertEqual('iso', image['clouddesk_origin'])
        self.assertEqual('qcow2', image['disk_format'])
        self.assertEqual(4, image['min_disk'])
        self.assertClean()

    def test_a_disk_is_needed(self):
        """T13."""
        refusal = self.assertRaises(
            service.Refusal, self.begin, image_id=self.iso
        )
        self.assertEqual(400, refusal.status)
        self.assertEqual('boot_from', refusal.error['details']['field'])

    def test_only_its_build_makes_it_again(self):
        """T13: rebuilt as a desktop it would boot from the wrong disk."""
        build_id = self.built(image_id=self.iso, **_VOLUME)
        desktop_id = self.build(build_id)['desktop_id']
        refusal = self.assertRaises(
            service.Refusal, self.act, 'desktops', desktop_id, 'rebuild'
        )
        self.assertEqual('desktop_in_build', refusal.code)


class CaptureTest(ImageBuildTestCase):
    def off(self, **extra):
        desktop_id = self.build_desktop(**extra)
        self.finish(self.act('desktops', desktop_id, 'stop'))
        return desktop_id

    def capture(self, desktop_id, **body):
        path = '/desktops/%s/actions/create_image' % desktop_id
        return self.keeper.post(path, **{'name': 'golden', **body})

    def image_of(self, order):
        build = self.build(order['subject']['id'])
        self.assertEqual('activated', build['status'])
        return self.assertGood(build['image_id'], 'desktop')

    def test_of_a_desktop_that_stays(self):
        """S3, V49: its disk becomes an image, and nothing changes."""
        desktop_id = self.off()
        before = self.desktop(desktop_id)
        order = self.finish(self.capture(desktop_id, note='clean'))
        image = self.image_of(order)
        self.assertEqual('golden', image['name'])
        self.assertEqual('clean', image['description'])
        after = self.desktop(desktop_id)
        for key in ('status', 'server_id', 'port_id', 'work_order_id'):
            self.assertEqual(before[key], after[key])
        self.finish(self.act('desktops', desktop_id, 'start'))
        self.assertClean()
        self.assertMade(image, order)

    def assertMade(self, image, order):
        """M22: the history of the image begins with who made it."""
        path = '/images/%s/history' % image['id']
        (event,) = self.keeper.get(path)['events']
        self.assertEqual('image.create', event['action'])
        self.assertEqual('success', event['outcome'])
        self.assertEqual(
            (order['id'], order['user_id'], order['request_id']),
            (event['work_order_id'], event['user_id'], event['request_id']),
        )
        self.assertEqual(image['name'], event['subject']['name'])

    def test_of_a_volume(self):
        """H2, M7: a whole disk, although the volume stays in use."""
        desktop_id = self.off(**_VOLUME)
        image = self.image_of(self.finish(self.capture(desktop_id)))
        self.assertEqual(4 << 20, image['size'])
        self.assertEqual(4, image['min_disk'])
        self.assertClean()
        self.assertEqual('off', self.desktop(desktop_id)['status'])

    def test_of_a_data_disk(self):
        """M8: an image that makes volumes, beside that of the system."""
        desktop_id = self.off()
        (server_id,) = self.nova.servers
        disk = self.cinder.attach_new(self.school.project_id, server_id, 3)
        order = self.finish(self.capture(desktop_id, volume_id=disk))
        build = self.build(order['subject']['id'])
        self.assertEqual(
            ('activated', 'data'), (build['status'], build['kind'])
        )
        image = self.glance.images[build['image_id']]
        self.assertEqual('data', image['clouddesk_kind'])
        self.assertEqual(
            (3 << 20, 3, 0),
            (image['size'], image['min_disk'], image['min_ram']),
        )
        self.assertEqual({}, self.cinder.snapshots)
        self.assertEqual([disk], list(self.cinder.volumes))

    def test_only_of_its_own_data_disks(self):
        """M8."""
        desktop_id = self.off()
        disk = self.cinder.attach_new(self.school.project_id, 'another', 3)
        refusal = self.assertRaises(
            service.Refusal, self.capture, desktop_id, volume_id=disk
        )
        self.assertEqual('volume_id', refusal.error['details']['field'])

    def test_no_room_for_it(self):
        """S3, H17: a disk of the hypervisor needs room in Glance only."""
        desktop_id = self.off()
        self.cinder.snapshot_quota = 0
        self.glance.limits['image_size_total'] = 1
        refusal = self.assertRaises(service.Refusal, self.capture, desktop_id)
        self.assertEqual((403, 'over_quota'), (refusal.status, refusal.code))
        self.assertIn('image_size_total', str(refusal))
        self.assertEqual([], self.keeper.get('/image-builds')['image_builds'])
        self.glance.limits['image_size_total'] = 2
        self.image_of(self.finish(self.capture(desktop_id)))

    def test_a_running_desktop_is_refused(self):
        """S3, V49: the state is named."""
        desktop_id = self.build_desktop()
        refusal = self.assertRaises(service.Refusal, self.capture, desktop_id)
        self.assertEqual(409, refusal.status)
        self.assertIn('running', str(refusal))
        self.assertIn('off', str(refusal))

    def test_held_meanwhile(self):
        """V49: nobody starts it before it is done."""
        desktop_id = self.off()
        self.nova.image_seconds = None
        order = self.capture(desktop_id)
        refusal = self.assertRaises(
            service.Refusal, self.act, 'desktops', desktop_id, 'start'
        )
        self.assertEqual('desktop_busy', refusal.code)
        (server_id,) = self.nova.servers
        service.until(self.made, bool)
        self.nova.finish(server_id)
        self.finish(order)

    def test_cancelled(self):
        """V49: neither an image nor a build is left."""
        desktop_id = self.off(**_VOLUME)
        self.cinder.snapshot_seconds = 3600.0
        order = self.capture(desktop_id)
        service.until(lambda: self.cinder.snapshots, bool)
        self.api.post('/work-orders/%s/actions/cancel' % order['id'])
        with self.cloud.lock:
            self.cinder.snapshot_seconds = 0.0
            for each in self.cinder.snapshots.values():
                each['_due'] = 0.0
        self.finish(order, 'cancelled')
        self.assertClean()
        self.assertEqual([], self.made())
        self.assertEqual('off', self.desktop(desktop_id)['status'])
        self.assertEqual([], self.keeper.get('/image-builds')['image_builds'])

    def test_the_snapshot_fails(self):
        desktop_id = self.off(**_VOLUME)
        self.cinder.snapshot_status = 'error'
        order = self.finish(self.capture(desktop_id), 'failed')
        build = self.build(order['subject']['id'])
        self.assertEqual('fault', build['status'])
        self.assertIn('snapshot', build['fault']['message'])
        self.assertClean()
        self.assertIsNone(self.keeper.delete('/image-builds/' + build['id']))
