"""Desktops with further disks, and machines with all of theirs."""

from oslo_utils import uuidutils

from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import base

_VOLUME = {'boot_from': 'volume', 'volume_size': 4}


class DisksTestCase(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.glance = self.cloud.glance
        self.keeper = self.service.client('grace')
        self.first = self.data('tools', virtual_size=5 * 2**30)
        self.second = self.data('media', min_disk=7)

    def data(self, name, **extra):
        said = {'visibility': 'private', 'clouddesk_kind': 'data'} | extra
        return self.glance.create_image(self.school.project_id, name, **said)

    def disks(self):
        """Place, size and image of the data volumes that there are."""
        with self.cloud.lock:
            self.cinder.settle()
            volumes = list(self.cinder.volumes.values())
        found = [
            (
                int(each['metadata'].get('clouddesk_disk', 0)),
                each['size'],
                each['metadata'].get('clouddesk_image_id'),
            )
            for each in volumes
        ]
        return sorted(found)

    def refused(self, field, call, *args, **kwargs):
        refusal = self.assertRaises(service.Refusal, call, *args, **kwargs)
        self.assertEqual(field, refusal.error['details']['field'])
        return str(refusal)


class DataDisksTest(DisksTestCase):
    def test_a_desktop_with_two(self):
        """M20: as large as their images need, in the order asked for."""
        wanted = [self.first, self.second]
        desktop_id = self.build_desktop(data_images=wanted)
        self.assertEqual(
            [(1, 5, self.first), (2, 7, self.second)], self.disks()
        )
        desktop = self.desktop(desktop_id)
        self.assertEqual(wanted, desktop['data_images'])
        self.assertIsNone(desktop['volume_id'])
        (server,) = self.nova.servers.values()
        self.assertEqual(desktop['data_volumes'], server.data_volumes)
        self.assertEqual(self.school.image_id, server.image_id)
        devices = [
            self.cinder.volumes[each]['attachments'][0]['device']
            for each in desktop['data_volumes']
        ]
        self.assertEqual(['/dev/vdb', '/dev/vdc'], devices)
        self.finish(self.api.delete('/desktops/' + desktop_id))
        self.assertNothingLeft()

    def test_beside_a_volume(self):
        """M20"""
        desktop_id = self.build_desktop(data_images=[self.first], **_VOLUME)
        self.assertEqual([(0, 4, None), (1, 5, self.first)], self.disks())
        (server,) = self.nova.servers.values()
        desktop = self.desktop(desktop_id)
        self.assertEqual(desktop['volume_id'], server.volume_id)
        self.assertEqual(desktop['data_volumes'], server.data_volumes)

    def test_a_pool(self):
        """M20: each desktop has its own; a refused one leaves none."""
        pool_id = self.build_pool(2, data_images=[self.first])
        self.assertEqual([(1, 5, self.first)] * 2, self.disks())
        self.assertEqual([self.first], self.pool(pool_id)['data_images'])
        self.finish(self.act('pools', pool_id, 'resize', size=1))
        self.assertEqual([(1, 5, self.first)], self.disks())
        self.finish(self.api.delete('/pools/' + pool_id))
        self.assertNothingLeft()

    def test_kept_when_made_again(self):
        """M20: people's data stay, the disk of the system does not."""
        desktop_id = self.build_desktop(data_images=[self.first], **_VOLUME)
        before = self.desktop(desktop_id)
        self.finish(self.act('desktops', desktop_id, 'rebuild'))
        after = self.desktop(desktop_id)
        self.assertNotEqual(before['volume_id'], after['volume_id'])
        self.assertEqual(before['data_volumes'], after['data_volumes'])
        self.assertEqual([(0, 4, None), (1, 5, self.first)], self.disks())
        (server,) = self.nova.servers.values()
        self.assertEqual(after['data_volumes'], server.data_volumes)

    def test_not_for_the_next_one(self):
        """M20: what goes back to its pool is made anew with its data."""
        self.build_pool(
            1,
            data_images=[self.first],
            persistence='floating',
            on_return='rebuild',
        )
        (before,) = self.desktops()
        self.act('desktops', before['id'], 'assign', user_id='rita')
        self.finish(self.act('desktops', before['id'], 'release'))
        (after,) = self.desktops()
        self.assertNotEqual(before['data_volumes'], after['data_volumes'])
        self.assertEqual([(1, 5, self.first)], self.disks())

    def test_another_image_takes_its_place(self):
        """M20, S24: what a template has no longer goes with the rebuild."""
        template = self.api.post(
            '/templates',
            **self.spec(name='t', data_images=[self.first, self.second])
            | {'name': 'office'},
        )
        desktop_id = self.finish(
            self.api.post('/desktops', name='Ada', template_id=template['id'])
        )['items'][0]['desktop_id']
        before = self.desktop(desktop_id)['data_volumes']
        third = self.data('more')
        self.api.patch(
            '/templates/' + template['id'], data_images=[self.first, third]
        )
        self.finish(self.act('desktops', desktop_id, 'rebuild'))
        after = self.desktop(desktop_id)['data_volumes']
        self.assertEqual(before[0], after[0])
        self.assertEqual([(1, 5, self.first), (2, 1, third)], self.disks())
        self.api.patch('/templates/' + template['id'], data_images=[])
        self.finish(self.act('desktops', desktop_id, 'rebuild'))
        self.assertEqual([], self.desktop(desktop_id)['data_volumes'])
        self.assertEqual([], self.disks())

    def test_one_that_vanished(self):
        """M20: the audit names it, and a rebuild makes it anew."""
        desktop_id = self.build_desktop(data_images=[self.first])
        with self.cloud.lock:
            self.cinder.volumes.clear()
        told = self.keeper.get('/differences')['differences']
        self.assertEqual(
            [('vanished_volume', 'rebuild')],
            [(each['kind'], each['repair']) for each in told],
        )
        self.finish(self.act('desktops', desktop_id, 'rebuild'))
        self.assertEqual([(1, 5, self.first)], self.disks())
        self.assertEqual([], self.keeper.get('/differences')['differences'])

    def test_kinds(self):
        """M2: each has its place."""
        told = self.refused(
            'data_images',
            self.create_desktop,
            data_images=[self.school.image_id],
        )
        self.assertIn('kind system', told)
        told = self.refused(
            'image_id', self.create_desktop, image_id=self.first
        )
        self.assertIn('kind data', told)
        self.refused(
            'data_images',
            self.create_desktop,
            data_images=[uuidutils.generate_uuid()],
        )

    def test_quotas(self):
        """M20, V23: counted before anything is made."""
        self.cinder.gigabytes_quota = 11
        refusal = self.assertRaises(
            service.Refusal,
            self.create_desktop,
            data_images=[self.first, self.second],
        )
        self.assertEqual('over_quota', refusal.code)
        self.assertIn('gigabytes', str(refusal))
        self.assertEqual([], self.desktops())

    def test_an_image_in_use(self):
        """M20, S4: whoever needs it is named."""
        self.build_pool(1, data_images=[self.first])
        self.build_desktop(data_images=[self.second])
        self.api.post(
            '/templates',
            **self.spec(data_images=[self.second]) | {'name': 'office'},
        )
        for image_id, kinds in (
            (self.first, {'pools': ['lab']}),
            (self.second, {'desktops': ['Ada'], 'templates': ['office']}),
        ):
            refusal = self.assertRaises(
                service.Refusal, self.api.delete, '/images/' + image_id
            )
            self.assertEqual('image_in_use', refusal.code)
            details = refusal.error['details']
            for kind, names in kinds.items():
                self.assertEqual(
                    names, [each['name'] for each in details[kind]]
                )

    def test_called_off(self):
        """M20: nothing of it is left."""
        self.cinder.create_seconds = 3600.0
        order = self.create_desktop(data_images=[self.first, self.second])
        service.until(lambda: len(self.cinder.volumes) == 2, bool)
        self.act('work-orders', order['id'], 'cancel')
        with self.cloud.lock:
            for each in self.cinder.volumes.values():
                each['_due'] = 0.0
        self.finish(order, 'cancelled')
        self.assertNothingLeft()
