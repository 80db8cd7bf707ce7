import pathlib

import fixtures
import openpyxl

from clouddesk.tests.cloud import base

#: More GiB than any quota of a test gives.
TOO_MUCH = '1000000'


class LimitsTest(base.CloudTest):
    def test_what_is_too_much_is_refused_before_anything_is_made(self):
        """V23, H17: Cinder's reason, in a dry run and in a real request."""
        if not self.has_volumes():
            self.skipTest('the cloud has no Cinder')
        limits = {row['Resource']: row['Free'] for row in self.json('limits')}
        self.assertIsNotNone(limits['gigabytes'], limits)
        name = self.name()
        spec = (name, *base.SPEC, '--boot-from-volume', TOO_MUCH)
        needs = self.json('create', *spec, '--dry-run', code=1)
        refused = [row['Resource'] for row in needs if row['Refused']]
        self.assertIn('gigabytes', refused)
        self.assertNotIn('instances', refused)
        done = self.openstack('create', *spec, code=1)
        self.assertIn('gigabytes', done.stderr)
        self.assertEqual([], list(self.proxy.desktops(name=name)))

    def test_a_dry_run_makes_nothing(self):
        """V23"""
        name = self.name()
        spec = (name, *base.SPEC, '--size', '2')
        needs = self.json('pool', 'create', *spec, '--dry-run')
        addresses = {
            row['Resource']: row
            for row in needs
            if row['Service'] == 'network'
        }['addresses']
        self.assertEqual(2, addresses['Needed'])
        self.assertGreater(addresses['Free'], 2)
        self.assertEqual([], list(self.proxy.pools(name=name)))


class ExportTest(base.CloudTest):
    def test_a_file_for_spreadsheets(self):
        """V29: opened by a library that did not write it."""
        name = self.name()
        self.openstack('create', name, *base.SPEC, '--note', '=1+1')
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder, 'desktops.xlsx')
        self.openstack(
            'export',
            *('--format', 'xlsx', '--file', str(path)),
            *('--columns', 'name,note,vcpus', '--query', name),
        )
        rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        heading, row = rows
        self.assertEqual(('name', 'note', 'vcpus'), heading)
        self.assertEqual((name, "'=1+1"), row[:2])
        done = self.openstack('export', '--query', name, '--columns', 'name')
        self.assertEqual(['name', name], done.stdout.split())
