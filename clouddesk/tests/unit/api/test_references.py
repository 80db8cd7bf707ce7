import dataclasses
import datetime
import pathlib
import threading

import ddt
import fixtures

from clouddesk import context
from clouddesk import exceptions
from clouddesk.api import references
from clouddesk.cloud import types
from clouddesk.db.api import images
from clouddesk.tests.unit.api import base


@ddt.ddt
class ResolveTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.context = context.RequestContext(
            project_id=base.PROJECT, project_name='school', overwrite=False
        )
        self.user = self.cloud.user

    def resolve(self, **wanted):
        wanted = {'image_id': base.IMAGE, 'flavor_id': base.FLAVOR} | wanted
        return references.resolve(self.context, wanted)

    def refuse(self, field, kind=exceptions.Invalid, **wanted):
        error = self.assertRaises(kind, self.resolve, **wanted)
        self.assertEqual(field, error.details['field'])
        self.assertIn(field, error.text)
        return error

    def image(self, **values):
        image = types.Image(base.IMAGE, 'win11', 'active', size=1024**3)
        image = dataclasses.replace(image, **values)
        self.user.image.get.return_value = image

    def flavor(self, **values):
        flavor = types.Flavor(base.FLAVOR, 'desk', 1, ram=1024, disk=10)
        flavor = dataclasses.replace(flavor, **values)
        self.user.compute.get_flavor.return_value = flavor

    def test_complete(self):
        self.assertEqual(
            {
                'note': '',
                'availability_zone': None,
                'image_id': base.IMAGE,
                'flavor_id': base.FLAVOR,
                'network_id': base.NETWORK,
                'boot_from': 'image',
                'volume_size': None,
                'data_disks': None,
                'vcpus': 2,
                'ram': 2048,
                'disk': 10,
                'floating_network_id': None,
                'remote_protocols': [],
                'components': [],
                'user_data': None,
                'keep_running': True,
                'login_user': None,
                'public_key': None,
                'secret_ref': None,
            },
            self.resolve(),
        )

    def data(self, *images):
        found = {each.id: each for each in images}
        self.user.image.get_many.side_effect = None
        self.user.image.get_many.return_value = found

    def test_further_disks(self):
        """M20: as large as their images need."""
        said = {'status': 'active', 'kind': 'data'}
        self.data(
            types.Image('a', 'a', size=10, **said),
            types.Image('b', 'b', size=10, virtual_size=2**31 + 1, **said),
            types.Image('c', 'c', min_disk=7, **said),
        )
        self.assertEqual(
            [
                {'image_id': 'b', 'size': 3},
                {'image_id': 'a', 'size': 1},
                {'image_id': 'c', 'size': 7},
            ],
            self.resolve(data_images=['b', 'a', 'c'])['data_disks'],
        )

    def test_further_disks_of_a_whole_machine(self):
        """M2, M9: it brings its own, unless others are named."""
        self.image(kind='whole', data_images=('a',))
        said = {'status': 'active', 'kind': 'data'}
        self.data(*(types.Image(each, each, **said) for each in 'ab'))
        for wanted, ids in (
            ({}, ['a']),
            ({'former_data_images': ['b']}, ['a']),
            ({'data_images': ['b']}, ['b']),
            ({'data_images': []}, []),
        ):
            with self.subTest(str(wanted)):
                disks = self.resolve(**wanted)['data_disks'] or []
                self.assertEqual(ids, [each['image_id'] for each in disks])

    @ddt.data(
        ({}, 'there is no image a'),
        ({'kind': 'system', 'status': 'active'}, 'kind system'),
        ({'kind': 'data', 'status': 'deactivated'}, 'deactivated'),
    )
    @ddt.unpack
    def test_bad_further_disks(self, said, told):
        """M2"""
        self.data(*([types.Image('a', 'a', **said)] if said else []))
        error = self.refuse('data_images', data_images=['a'])
        self.assertIn(told, error.text)

    def test_further_disks_need_volumes(self):
        self.user.volume.is_offered.return_value = False
        self.refuse('data_images', data_images=['a'])

    @ddt.data(
        ('image_id', 'image.get', {}),
        ('flavor_id', 'compute.get_flavor', {}),
        ('network_id', 'network.get_network', {'network_id': base.NETWORK}),
        ('network_id', 'network.pick_network', {}),
        ('availability_zone', 'compute.has_zone', {'availability_zone': 'z'}),
    )
    @ddt.unpack
    def test_what_a_service_says(self, field, method, wanted):
        room, name = method.split('.')
        mock = getattr(getattr(self.user, room), name)
        mock.side_effect = exceptions.CloudNotFound(kind='thing', id='x')
        self.refuse(field, **wanted)
        mock.side_effect = exceptions.CloudForbidden(service='S', reason='no')
        error = self.assertRaises(exceptions.Forbidden, self.resolve, **wanted)
        self.assertEqual(field, error.details['field'])
        away = exceptions.CloudError(
            service='S', reason='timed out', transient=True
        )
        mock.side_effect = away
        error = self.assertRaises(
            exceptions.ServiceUnavailable, self.resolve, **wanted
        )
        self.assertEqual('S answered: timed out', error.text)
        mock.side_effect = exceptions.CloudError(service='S', reason='odd')
        self.assertRaises(exceptions.CloudError, self.resolve, **wanted)

    @ddt.data('queued', 'saving', 'deactivated', 'killed')
    def test_an_image_must_be_active(self, status):
        self.image(status=status)
        text = self.refuse('image_id').text
        self.assertIn('win11 (%s) is %s' % (base.IMAGE, status), text)

    def test_a_retired_image_can_be_restored(self):
        """M10: with the name that people know."""
        self.image(status='deactivated')
        at = datetime.datetime(2026, 1, 1)
        known = images.Known(base.IMAGE, base.PROJECT, 'win11')
        images.update(known, {'retired_at': at})
        text = self.refuse('image_id').text
        self.assertIn('win11', text)
        self.assertIn('retired (restore', text)

    def test_a_flavor_is_named_by_its_id(self):
        error = self.refuse('flavor_id', flavor_id='desk')
        self.assertIn(base.FLAVOR, error.text)

    def test_ram_that_the_image_needs(self):
        self.image(min_ram=1024)
        self.flavor(ram=1023)
        self.assertEqual(1024, self.refuse('flavor_id').details['limit'])
        self.flavor(ram=1024)
        self.assertEqual(1024, self.resolve()['ram'])

    def test_ram_that_the_image_takes_at_most(self):
        """M10: what Glance has no field for."""
        self.image(max_ram=1024)
        self.flavor(ram=1024)
        self.resolve()
        self.flavor(ram=2048)
        error = self.refuse('flavor_id')
        self.assertEqual(1024, error.details['limit'])
        self.assertIn('2048 MiB RAM', error.text)
        self.assertIn('at most 1024', error.text)

    def test_cpus_that_the_image_needs(self):
        """M10"""
        self.image(min_vcpus=2)
        self.flavor(vcpus=2)
        self.resolve()
        self.flavor(vcpus=1)
        error = self.refuse('flavor_id')
        self.assertEqual(2, error.details['limit'])
        self.assertIn('1 CPUs; the image needs 2', error.text)

    def test_a_data_disk_starts_nothing(self):
        """M2"""
        self.image(kind='data')
        self.assertIn('kind data', self.refuse('image_id').text)

    def test_disk_that_is_in_the_image(self):
        """A small file may become a large disk."""
        self.image(size=1, virtual_size=20 * 1024**3)
        self.flavor(disk=10)
        self.assertEqual(20, self.refuse('flavor_id').details['limit'])

    def test_disk_that_the_image_needs(self):
        self.image(min_disk=10)
        self.flavor(disk=9)
        self.assertEqual(10, self.refuse('flavor_id').details['limit'])
        for disk in (10, 0):
            self.flavor(disk=disk)
            self.assertEqual(disk, self.resolve()['disk'])

    def test_disk_that_the_data_of_the_image_needs(self):
        self.image(min_disk=0, size=9 * 1024**3 + 1)
        self.flavor(disk=9)
        self.assertEqual(10, self.refuse('flavor_id').details['limit'])
        for disk in (10, 0):
            self.flavor(disk=disk)
            self.assertEqual(disk, self.resolve()['disk'])

    @ddt.data(
        # min_disk, bytes, disk of the flavor → GiB
        (20, 1024**3, 10, 20),
        (0, 15 * 1024**3 + 1, 10, 16),
        (5, 1024**3, 10, 10),
        (0, None, 0, 1),
        (3, 1024**3, 0, 3),
    )
    @ddt.unpack
    def test_the_volume_is_large_enough_by_itself(
        self, min_disk, size, disk, expected
    ):
        self.image(min_disk=min_disk, size=size)
        self.flavor(disk=disk)
        spec = self.resolve(boot_from='volume')
        self.assertEqual(
            (expected, expected), (spec['volume_size'], spec['disk'])
        )

    def test_a_volume_must_hold_the_image(self):
        self.image(min_disk=8)
        error = self.refuse('volume_size', boot_from='volume', volume_size=7)
        self.assertEqual(8, error.details['limit'])
        spec = self.resolve(boot_from='volume', volume_size=8)
        self.assertEqual(8, spec['volume_size'])

    def test_a_volume_may_be_smaller_than_the_disk_of_the_flavor(self):
        spec = self.resolve(boot_from='volume', volume_size=6)
        self.assertEqual(6, spec['disk'])

    def test_a_cloud_without_cinder_has_no_volumes(self):
        self.user.volume.is_offered.return_value = False
        self.refuse('boot_from', boot_from='volume')
        self.resolve(boot_from='image')

    def test_a_size_needs_a_volume(self):
        self.refuse('volume_size', volume_size=10)
        self.refuse('volume_size', boot_from='image', volume_size=10)

    def test_a_zone_is_looked_up_only_when_it_is_given(self):
        self.assertIsNone(self.resolve()['availability_zone'])
        self.assertFalse(self.user.compute.has_zone.called)
        spec = self.resolve(availability_zone='lab')
        self.assertEqual('lab', spec['availability_zone'])
        self.user.compute.has_zone.assert_called_once_with('lab')

    def test_a_zone_that_takes_no_servers(self):
        self.user.compute.has_zone.return_value = False
        error = self.refuse('availability_zone', availability_zone='moon')
        self.assertIn('moon', error.text)

    def test_networks_that_desktops_cannot_use(self):
        for network in (
            types.Network(base.NETWORK, 'out', external=True, subnets=('s',)),
            types.Network(base.NETWORK, 'empty'),
        ):
            self.user.network.get_network.return_value = network
            self.refuse('network_id', network_id=base.NETWORK)

    def test_a_floating_ip_comes_from_outside(self):
        """T7: only a network that leads outside has floating IPs."""
        self.refuse('floating_network_id', floating_network_id=base.NETWORK)
        outside = types.Network(base.NETWORK, 'public', external=True)
        self.user.network.get_network.return_value = outside
        spec = self.resolve(floating_network_id=base.NETWORK)
        self.assertEqual(base.NETWORK, spec['floating_network_id'])

    def test_services_are_asked_at_once(self):
        """No answer waits for another; the first error in order is told."""
        together = threading.Barrier(3)
        rooms = (
            (self.user.compute.get_flavor, 'flavor'),
            (self.user.image.get, 'image'),
            (self.user.network.pick_network, 'network'),
        )
        for method, kind in rooms:

            def answer(*args, kind=kind):
                together.wait(30)
                raise exceptions.CloudNotFound(kind=kind, id='x')

            method.side_effect = answer
        self.refuse('flavor_id')

    def test_remote_protocols_have_an_order(self):
        spec = self.resolve(remote_protocols=['ssh', 'rdp'])
        self.assertEqual(['rdp', 'ssh'], spec['remote_protocols'])

    @ddt.data(True, False)
    def test_the_operator_says_what_is_kept_running(self, default):
        """V20: by default, unless somebody says something else."""
        self.config(group='desktop', keep_running=default)
        self.assertEqual(default, self.resolve()['keep_running'])
        spec = self.resolve(keep_running=not default)
        self.assertEqual(not default, spec['keep_running'])

    def test_components_are_what_the_operator_offers(self):
        """V17: what is not offered is named, and what is."""
        folder = self.useFixture(fixtures.TempDir())
        self.config(group='desktop', components_dir=folder.path)
        self.refuse('components', components=['domain-join'])
        for name in ('domain-join.ps1', 'tools.yaml', 'Not This.txt'):
            pathlib.Path(folder.join(name)).write_text('#!')
        error = self.refuse('components', components=['tools', 'games'])
        self.assertEqual(['domain-join', 'tools'], error.details['limit'])
        spec = self.resolve(components=['tools', 'domain-join'])
        self.assertEqual(['tools', 'domain-join'], spec['components'])

    def test_user_data_is_measured_in_bytes(self):
        """V17: at most 32 KiB."""
        self.refuse('user_data', user_data='学' * 10923)
        spec = self.resolve(user_data='学' * 10922)
        self.assertEqual('学' * 10922, spec['user_data'])


class ProjectNameTest(base.ApiTest):
    def name(self, template, **values):
        ctxt = context.RequestContext(
            project_id=base.PROJECT, overwrite=False, **values
        )
        return references.project_name(ctxt, template, base.PROJECT)

    def test_only_when_it_is_shown(self):
        self.assertEqual('', self.name('{base}{serial}'))
        self.assertFalse(self.cloud.for_user.called)

    def test_the_token_tells_the_callers_own(self):
        name = self.name('{project}{serial}', project_name='school')
        self.assertEqual('school', name)
        self.assertFalse(self.cloud.for_user.called)

    def test_keystone_tells_the_others(self):
        self.cloud.user.identity.project_name.return_value = 'north'
        self.assertEqual('north', self.name('{project}{serial}'))
