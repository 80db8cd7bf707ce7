"""clouddesk-manage images."""

import hashlib
import json
from unittest import mock

import ddt

from clouddesk.cloud import image_admin
from clouddesk.conf import image_import
from clouddesk.tests.fixtures import disks
from clouddesk.tests.unit.cmd import test_manage


@ddt.ddt
class FiltersTest(test_manage._ManageTestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(image_import.GROUP._clear)
        self.file = self.folder / 'glance-api.conf'

    def glance(self, **options):
        lines = ['%s = %s' % pair for pair in options.items()]
        self.file.write_text(
            '\n'.join(['[import_filtering_opts]', *lines, ''])
        )

    def test_the_same(self):
        """T3: both judge alike."""
        self.glance(
            allowed_schemes='[https]', allowed_hosts='[images.example.org]'
        )
        self.assertDone('nothing', 'images', 'filters', str(self.file))

    def test_defaults(self):
        """T3: private addresses are Glance's by default."""
        self.glance()
        self.assertRefused(
            'private addresses', 'images', 'filters', str(self.file)
        )

    @ddt.data(
        ({'allowed_schemes': '[http,https,ftp]'}, 'schemes ftp'),
        ({'allowed_schemes': '[]'}, 'all schemes'),
        ({'allowed_ports': '[80,443,8080]'}, 'ports 8080'),
        ({'allowed_ports': '[]', 'disallowed_ports': '[22]'}, 'but 22'),
    )
    @ddt.unpack
    def test_glance_allows_more(self, options, text):
        self.glance(**options)
        self.assertRefused(text, 'images', 'filters', str(self.file))

    @ddt.data(
        ('hosts = .example.org', '[images.example.org,other.org]', 'other'),
        ('denied_hosts = bad.org', '[]', 'hosts bad.org'),
        ('hosts = .example.org', '[]', 'only some'),
    )
    @ddt.unpack
    def test_hosts(self, ours, theirs, text):
        with (self.folder / 'clouddesk.conf').open('a') as file:
            file.write('[image_import]\n%s\n' % ours)
        self.glance(allowed_hosts=theirs)
        self.assertRefused(text, 'images', 'filters', str(self.file))

    def test_no_file(self):
        self.assertRefused(
            'nowhere', 'images', 'filters', str(self.folder / 'nowhere')
        )


class SeedTest(test_manage._ManageTestCase):
    def setUp(self):
        super().setUp()
        self.glance = mock.create_autospec(image_admin.Glance)
        patch = mock.patch.object(
            image_admin, 'connect', autospec=True, return_value=self.glance
        )
        self.connect = patch.start()
        self.addCleanup(patch.stop)
        self.glance.images = mock.Mock(
            spec_set=('list_', 'get'), **{'list_.return_value': []}
        )
        self.file = self.folder / 'disk'
        self.file.write_bytes(disks.qcow2())
        self.list = self.folder / 'list.yaml'
        self.write(hashlib.sha256(disks.qcow2()).hexdigest())

    def write(self, digest):
        entry = {'name': 'a', 'file': str(self.file), 'sha256': digest}
        self.list.write_text(json.dumps([entry]))

    def test_dry_run(self):
        """M6: by an operator's own credentials."""
        self.glance.project_id = 'p'
        self.assertDone(
            'a: would be made',
            'images',
            'seed',
            '--dry-run',
            '--os-cloud',
            'admin',
            str(self.list),
        )
        self.connect.assert_called_once_with('admin')

    def test_a_failure_is_the_exit_code(self):
        self.write('0' * 64)
        self.glance.project_id = 'p'
        code, out, err = self.run_('images', 'seed', str(self.list))
        self.assertEqual(1, code)
        self.assertIn('a: failed', out)
        self.assertIn('1 of 1', err)

    def test_no_yaml(self):
        self.list.write_text('[')
        self.assertRefused('', 'images', 'seed', str(self.list))
        self.assertRefused('nowhere', 'images', 'seed', '/nowhere')
