"""The catalogue of images on a real Glance."""

import csv
import io
import pathlib

import fixtures
import openpyxl
from openstack import exceptions

from clouddesk.tests.cloud import base

_DATA = b'x' * (3 << 20)


class CatalogueTest(base.CloudTest):
    conductor = False

    def make(self, name, data=_DATA, **values):
        """An image that Glance gets from somebody else."""
        image = self.connection.image.create_image(
            name=name,
            container_format='bare',
            disk_format='raw',
            data=data,
            wait=True,
            use_import=False,
            **values,
        )
        self.addCleanup(self.delete, image.id)
        return image.id

    def delete(self, image_id):
        glance = self.connection.image
        try:
            glance.update_image(image_id, is_protected=False)
            glance.delete_image(image_id)
        except exceptions.NotFoundException:
            pass

    def known_to_glance(self):
        images = self.connection.image.images(status='active')
        return {image.id for image in images}

    def listed(self, *options, cloud=base.MEMBER):
        rows = self.json('image', 'list', *options, cloud=cloud)
        return [row['Name'] for row in rows]

    def test_one_list(self):
        """I2, S1, S2, T4: what openstack image list shows, and normal ones."""
        name = self.name()
        image_id = self.make(name, hw_machine_type='q35', tags=[name])
        hidden = self.make(name + '-hidden')
        self.openstack('image', 'set', hidden, '--hidden')
        self.openstack('image', 'set', image_id, '--note', 'Made by a TEST')
        both = self.listed()
        self.assertIn(name, both)
        self.assertIn(base.IMAGE, both)
        self.assertEqual(sorted(both, key=str.casefold), both)
        before = self.known_to_glance()
        ours = {row['ID'] for row in self.json('image', 'list')}
        after = self.known_to_glance()
        # Others may make and delete images meanwhile.
        self.assertLessEqual(before & after, ours)
        self.assertLessEqual(ours, before | after)
        for options in (
            ('--query', name[2:]),
            ('--query', 'by a test', '--tag', name),
            ('--name', name),
            ('--tag', name),
            ('--property', 'hw_machine_type=q35', '--tag', name),
            ('--shared', '--query', name),
            ('--kind', 'system', '--query', name),
            ('--min-size', str(3 << 20), '--query', name),
            ('--disk-format', 'raw', '--tag', name),
        ):
            expected = [name]
            if '--tag' not in options and '--name' not in options:
                expected = [n for n in self.listed('--query', name)]
            self.assertEqual(expected, self.listed(*options), options)
        self.assertEqual(
            [name + '-hidden'], self.listed('--hidden', '--query', name)
        )
        self.assertNotIn(name, self.listed(cloud=base.STRANGER))

    def test_pages_and_order(self):
        """T4: each image once, in Glance's order."""
        name = self.name()
        ids = [self.make('%s-%d' % (name, n), b'x' * n) for n in (3, 1, 2)]
        self.openstack('image', 'set', ids[0], '--note', name)
        by_size = self.listed('--query', name, '--sort', 'size:desc')
        self.assertEqual(['%s-%d' % (name, n) for n in (3, 2, 1)], by_size)
        pages = [
            [image.name for image in page]
            for page in (
                self.proxy.images(
                    search=name, sort_key='name', limit=2, paginated=False
                ),
                self.proxy.images(
                    search=name,
                    sort_key='name',
                    limit=2,
                    marker=ids[2],
                    paginated=False,
                ),
            )
        ]
        self.assertEqual([[name + '-1', name + '-2'], [name + '-3']], pages)

    def test_edit(self):
        """I3, I4, M10, M17, T6: kept by Glance, and shown by it."""
        name = self.name()
        image_id = self.make(name)
        self.openstack(
            *('image', 'set', name, '--note', 'memo', '--tag', 'a'),
            *('--max-ram', '4096', '--min-vcpus', '2', '--multiqueue'),
            *('--os-distro', 'debian', '--kind', 'data', '--protected'),
            *('--property', 'hw_machine_type=q35', '--min-disk', '2'),
        )
        image = self.connection.image.get_image(image_id)
        self.assertEqual(
            ('memo', '4096', '2', 'data'),
            tuple(
                image.properties[key]
                for key in (
                    'description',
                    'clouddesk_max_ram',
                    'clouddesk_min_vcpus',
                    'clouddesk_kind',
                )
            ),
        )
        self.assertTrue(image.is_hw_vif_multiqueue_enabled)
        self.assertTrue(image.is_protected)
        shown = self.json('image', 'show', name)
        self.assertEqual(
            ('memo', 4096, 2, True, ['a']),
            tuple(
                shown[key]
                for key in (
                    'note',
                    'max_ram',
                    'min_vcpus',
                    'multiqueue',
                    'tags',
                )
            ),
        )
        # openstacksdk adds some of its own.
        self.assertEqual('q35', shown['properties']['hw_machine_type'])
        self.openstack(
            *('image', 'unset', name, '--tag', 'a'),
            *('--property', 'max_ram', '--property', 'hw_machine_type'),
        )
        shown = self.json('image', 'show', name)
        self.assertEqual(
            (None, []), tuple(shown[key] for key in ('max_ram', 'tags'))
        )
        self.assertNotIn('hw_machine_type', shown['properties'])

    def test_who_may_what(self):
        """I4: going public is for those whom Glance lets."""
        name = self.name()
        image_id = self.make(name)
        done = self.openstack('image', 'set', image_id, '--public', code=1)
        self.assertIn('visibility', done.stderr)
        self.openstack('image', 'set', image_id, '--community')
        self.assertEqual(
            name,
            self.json('image', 'show', image_id, cloud=base.STRANGER)['name'],
        )
        for words in (
            ('image', 'set', image_id, '--note', 'x'),
            ('image', 'set', image_id, '--deactivate'),
        ):
            self.openstack(*words, cloud=base.STRANGER, code=1)
        self.openstack('image', 'set', image_id, '--private')
        self.openstack('image', 'show', image_id, cloud=base.STRANGER, code=1)

    def test_what_it_runs_on(self):
        """M2, M10, T6: refused before anything is made."""
        name = self.name()
        image_id = self.make(name)
        spec = ('create', name, *base.SPEC[2:], '--image', image_id)
        for words, said in (
            (('--min-vcpus', '99'), '99'),
            (('--min-vcpus', '1', '--max-ram', '1'), 'at most 1'),
            (('--max-ram', '999999', '--kind', 'data'), 'kind data'),
            (('--kind', 'system', '--deactivate'), 'deactivated'),
        ):
            self.openstack('image', 'set', image_id, *words)
            done = self.openstack(*spec, '--dry-run', code=1)
            self.assertIn(said, done.stderr)
        self.openstack('image', 'set', image_id, '--activate')
        self.openstack(*spec, '--dry-run')
        self.assertEqual([], list(self.proxy.desktops(name=name)))

    def test_usage(self):
        """I1: Glance's own numbers, which grow with an image."""
        before = self.json('image', 'usage')
        self.make(self.name())
        after = self.json('image', 'usage')
        self.assertEqual(len(_DATA), after['used'] - before['used'])
        answer = self.connection.image.get('/info/usage')
        usage = answer.json().get('usage') if answer.ok else None
        expected = 'limits' if usage else 'sum'
        self.assertEqual(expected, after['source'])
        self.assertIn(after['level'], ('ok', 'warning', 'critical'))

    def test_export(self):
        """M18: opened by a library that did not write it."""
        name = self.name()
        self.make(name)
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder, 'images.xlsx')
        words = ('image', 'export', '--query', name, '--columns', 'name,size')
        self.openstack(*words, '--format', 'xlsx', '--file', str(path))
        rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        self.assertEqual([('name', 'size'), (name, len(_DATA))], list(rows))
        text = self.openstack(*words).stdout
        found = list(csv.reader(io.StringIO(text, newline='')))
        self.assertEqual([['name', 'size'], [name, str(len(_DATA))]], found)
