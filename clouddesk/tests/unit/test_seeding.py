"""M6: a catalogue of images, brought in by a list."""

import hashlib
import pathlib

import ddt
import fixtures
import requests_mock
import yaml

from clouddesk import exceptions
from clouddesk import seeding
from clouddesk.api.schemas import images as schemas
from clouddesk.cloud import image_admin
from clouddesk.tests.fixtures import disks
from clouddesk.tests.unit.cloud import base

URL = 'https://images.example.org/debian.qcow2'
DATA = disks.qcow2()
SHA256 = hashlib.sha256(DATA).hexdigest()
SHA512 = hashlib.sha512(DATA).hexdigest()
ABOUT = schemas.ABOUT | {'properties': schemas.PROPERTIES}


class SeedingTest(base.CloudTestCase):
    def setUp(self):
        super().setUp()
        self.glance = self.emulator.glance
        self.before = set(self.glance.images)
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.write(DATA)
        self.said = []

    def write(self, data):
        (self.folder / 'debian.qcow2').write_bytes(data)

    def entry(self, **changes):
        entry = {
            'name': 'debian',
            'file': str(self.folder / 'debian.qcow2'),
            'sha256': SHA256,
            'visibility': 'private',
            'note': 'Of the list',
            'min_ram': 512,
            'tags': ['linux'],
            'properties': {'hw_rng_model': 'virtio'},
        }
        return entry | changes

    def seed(self, *entries, dry_run=False):
        """How many failed, and what was said of the last one."""
        glance = image_admin.Glance(
            self.cloud.image, self.cloud.image_data, self.school.project_id
        )
        seeder = seeding.Seeder(glance, self.said.append, dry_run)
        failed = seeder.run(seeding.read(list(entries), ABOUT))
        return failed, self.said[-1]

    def made(self):
        return [
            image
            for id_, image in self.glance.images.items()
            if id_ not in self.before
        ]

    def shown(self):
        """The id of the one that is not hidden."""
        (image,) = [each for each in self.made() if not each['os_hidden']]
        return image['id']

    def assertNothingMade(self):
        self.assertEqual([], self.made())


@ddt.ddt
class MadeTest(SeedingTest):
    def test_from_a_file(self):
        """M6: with everything that the list says of it."""
        failed, said = self.seed(self.entry())
        self.assertEqual(0, failed, said)
        (image,) = self.made()
        self.assertEqual(DATA, self.glance.data[image['id']])
        self.assertEqual('active', image['status'])
        self.assertEqual('qcow2', image['disk_format'])
        self.assertEqual('private', image['visibility'])
        self.assertEqual('seed', image['clouddesk_origin'])
        self.assertEqual('sha256:' + SHA256, image['clouddesk_seed'])
        self.assertEqual('virtio', image['hw_rng_model'])
        self.assertEqual(['linux'], image['tags'])

    def test_from_an_address(self):
        """M6: also by way of a mirror."""
        entry = self.entry(url=URL)
        del entry['file']
        with requests_mock.Mocker(real_http=True) as http:
            other = 'https://mirror.example.org/debian.qcow2'
            http.get(URL, status_code=302, headers={'Location': other})
            http.get(other, content=DATA)
            failed, said = self.seed(entry)
        self.assertEqual(0, failed, said)
        (image,) = self.made()
        self.assertEqual(DATA, self.glance.data[image['id']])

    def test_again_and_again(self):
        """M6: repeated, the list makes no doubles."""
        for _time in range(3):
            failed, said = self.seed(self.entry())
        self.assertEqual(0, failed)
        self.assertIn('unchanged', said)
        self.assertEqual(1, len(self.made()))

    def test_by_another_checksum_of_the_same(self):
        """M6: the stronger one is what it is known by."""
        self.seed(self.entry(sha512=SHA512))
        _failed, said = self.seed(self.entry(sha512=SHA512))
        self.assertIn('unchanged', said)

    def test_what_the_list_says_anew(self):
        """M6: without a second upload."""
        self.seed(self.entry())
        failed, said = self.seed(
            self.entry(note='New', properties={'os_admin_user': 'debian'})
        )
        self.assertIn('changed', said)
        self.assertIn('note, properties', said)
        (image,) = self.made()
        self.assertEqual('New', image['description'])
        self.assertEqual('virtio', image['hw_rng_model'])
        self.assertEqual('debian', image['os_admin_user'])

    def test_a_new_version(self):
        """M6: the old one is hidden; what uses it goes on."""
        self.seed(self.entry())
        (old,) = self.made()
        data = disks.qcow2(size=2 * disks.GIB)
        self.write(data)
        entry = self.entry(sha256=hashlib.sha256(data).hexdigest())
        failed, said = self.seed(entry)
        self.assertEqual(0, failed, said)
        self.assertIn('hidden: ' + old['id'], said)
        shown = [i for i in self.made() if not i['os_hidden']]
        self.assertEqual(1, len(shown))
        self.assertEqual(2, len(self.made()))
        self.assertIn('unchanged', self.seed(entry)[1])

    def test_back_to_the_old_version(self):
        """M6: a list that is taken back takes its images back."""
        data = disks.qcow2(size=2 * disks.GIB)
        newer = self.folder / 'newer'
        newer.write_bytes(data)
        first = self.entry()
        second = self.entry(
            file=str(newer), sha256=hashlib.sha256(data).hexdigest()
        )
        self.seed(first)
        old = self.shown()
        self.seed(second)
        new = self.shown()
        _failed, said = self.seed(first, dry_run=True)
        self.assertIn('would be changed: hidden', said)
        self.assertIn('would be hidden: ' + new, said)
        self.assertEqual(new, self.shown())
        failed, said = self.seed(first)
        self.assertEqual(0, failed, said)
        self.assertEqual(old, self.shown())
        self.assertEqual(2, len(self.made()))
        self.assertIn('unchanged', self.seed(first)[1])
        self.assertNotIn('hidden', self.said[-1])

    def test_back_to_one_that_nobody_can_use(self):
        """M6: what is deactivated takes nobody's place."""
        self.test_a_new_version()
        old = next(image for image in self.made() if image['os_hidden'])
        old['status'] = 'deactivated'
        self.write(DATA)
        _failed, said = self.seed(self.entry())
        self.assertIn('unchanged', said)
        self.assertTrue(old['os_hidden'])
        self.assertNotEqual(old['id'], self.shown())

    def test_hidden_by_the_list(self):
        """M6: it stays so."""
        entry = self.entry(hidden=True)
        self.seed(entry)
        self.assertIn('unchanged', self.seed(entry)[1])
        self.assertTrue(self.made()[0]['os_hidden'])

    def test_one_that_was_left_half_made(self):
        """M6: a run that was killed is made up for."""
        self.seed(self.entry())
        (left,) = self.made()
        left['status'] = 'queued'
        failed, said = self.seed(self.entry())
        self.assertEqual(0, failed, said)
        (image,) = self.made()
        self.assertEqual('active', image['status'])
        self.assertNotEqual(left['id'], image['id'])

    def test_one_that_another_run_makes(self):
        self.seed(self.entry())
        self.made()[0]['status'] = 'saving'
        _failed, said = self.seed(self.entry())
        self.assertIn('is saving', said)
        self.assertEqual(1, len(self.made()))

    def test_images_of_others_are_left_alone(self):
        for project, origin in (
            (self.school.other_project_id, 'seed'),
            (self.school.project_id, 'upload'),
        ):
            self.glance.create_image(
                project, 'debian', clouddesk_origin=origin
            )
        self.before = set(self.glance.images)
        _failed, said = self.seed(self.entry())
        self.assertNotIn('hidden', said)
        self.assertEqual(1, len(self.made()))

    def test_dry_run(self):
        _failed, said = self.seed(self.entry(), dry_run=True)
        self.assertIn('would be made', said)
        self.assertNothingMade()
        self.seed(self.entry())
        _failed, said = self.seed(self.entry(note='New'), dry_run=True)
        self.assertIn('would be changed: note', said)
        self.assertEqual('Of the list', self.made()[0]['description'])


@ddt.ddt
class FailedTest(SeedingTest):
    def test_another_checksum(self):
        """M6: what is not what the list says is not brought in."""
        failed, said = self.seed(self.entry(sha256='0' * 64))
        self.assertEqual(1, failed)
        self.assertIn(SHA256, said)
        self.assertNothingMade()

    def test_one_stops_no_other(self):
        failed, said = self.seed(
            self.entry(name='bad', sha256='0' * 64), self.entry()
        )
        self.assertEqual(1, failed)
        self.assertIn('made', said)

    @ddt.data(
        disks.qcow2(backing=b'/etc/shadow'), disks.vmdk('monolithicFlat')
    )
    def test_dangerous_content(self, data):
        """M6, T12: also an operator can be deceived."""
        self.write(data)
        sha256 = hashlib.sha256(data).hexdigest()
        failed, said = self.seed(self.entry(sha256=sha256))
        self.assertEqual(1, failed)
        self.assertIn('refused', said)
        self.assertNothingMade()

    def test_the_store_is_full(self):
        """M6: nothing is left, and the next run makes it."""
        data = disks.raw(4 << 20)
        self.write(data)
        entry = self.entry(sha256=hashlib.sha256(data).hexdigest())
        self.glance.room = 3
        failed, said = self.seed(entry)
        self.assertEqual(1, failed)
        self.assertIn('full', said)
        self.assertNothingMade()
        self.glance.room = None
        self.assertEqual(0, self.seed(entry)[0])

    def test_glance_hangs_up(self):
        self.emulator.fault('image', method='PUT', drop='before')
        failed, _said = self.seed(self.entry())
        self.assertEqual(1, failed)
        self.assertNothingMade()

    def test_a_proxy_gives_up(self):
        """M6: an answer that glanceclient does not know stops no other."""
        self.emulator.fault('image', method='PUT', status=504)
        failed, said = self.seed(self.entry(), self.entry(name='other'))
        self.assertEqual(1, failed)
        self.assertIn('made', said)
        (image,) = self.made()
        self.assertEqual('other', image['name'])

    def test_what_arrives_is_something_else(self):
        put = self.glance.put_data
        self.glance.put_data = lambda id_, data: put(id_, data + b'x')
        failed, said = self.seed(self.entry())
        self.assertEqual(1, failed)
        self.assertIn('not what was sent', said)
        self.assertNothingMade()

    def test_nothing_is_there(self):
        failed, said = self.seed(self.entry(file='/nowhere/a'))
        self.assertIn('/nowhere/a', said)
        entry = self.entry(url=URL)
        del entry['file']
        with requests_mock.Mocker(real_http=True) as http:
            http.get(URL, status_code=404)
            failed, said = self.seed(entry)
        self.assertEqual(1, failed)
        self.assertIn('404', said)
        self.assertNothingMade()

    @ddt.data(
        {'name': 'a'},
        {'name': 'a', 'file': 'b'},
        {'name': 'a', 'file': 'b', 'sha256': '12'},
        {'name': 'a', 'file': 'b', 'url': URL, 'sha256': SHA256},
        {'file': 'b', 'sha256': SHA256},
        {'name': 'a', 'file': 'b', 'sha256': SHA256, 'colour': 'red'},
        {'name': 'a', 'file': 'b', 'sha256': SHA256, 'visibility': 'x'},
        'a',
    )
    def test_entries_that_are_wrong(self, entry):
        """M6: known before the first download."""
        good = self.entry()
        error = self.assertRaises(
            exceptions.Invalid, seeding.read, [good, entry], ABOUT
        )
        self.assertIn('Image 2', error.text)

    def test_the_field_that_is_wrong(self):
        """M6, rule 9"""
        for changes, field in (
            ({'name': 0}, 'name'),
            ({'min_ram': 'x'}, 'min_ram'),
            ({'tags': ['a', 1]}, 'tags.1'),
        ):
            error = self.assertRaises(
                exceptions.Invalid,
                seeding.read,
                [self.entry(**changes)],
                ABOUT,
            )
            self.assertIn('Image 1 of the list: %s: ' % field, error.text)

    def test_no_list(self):
        self.assertRaises(
            exceptions.Invalid, seeding.read, {'debian': {}}, ABOUT
        )

    def test_yaml_is_what_it_is_written_in(self):
        (seed,) = seeding.read(
            yaml.safe_load(yaml.dump([self.entry()])), ABOUT
        )
        self.assertEqual('debian', seed.name)
