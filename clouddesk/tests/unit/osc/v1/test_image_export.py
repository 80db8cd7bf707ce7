import pathlib

import fixtures

from clouddesk.tests.unit.osc import base


class ExportTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.call = self.cloud.answer(
            'GET',
            '/images/export',
            {'status_code': 200, 'content': b'name\r\nwin11\r\n'},
        )

    def test_file(self):
        """M18"""
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        file = folder / 'images.xlsx'
        self.succeed(
            'desktop image export --format xlsx --columns name,size --public '
            '--tag a --tag b --file %s' % file
        )
        self.assertEqual(b'name\r\nwin11\r\n', file.read_bytes())
        self.assertEqual(
            {
                'format': ['xlsx'],
                'columns': ['name,size'],
                'visibility': ['public'],
                'tag': ['a', 'b'],
                'sort_key': ['name'],
                'sort_dir': ['asc'],
            },
            self.call.last_request.qs,
        )

    def test_the_ending_chooses(self):
        """M18, V29: and spreadsheets read Chinese."""
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        mark = b'\xef\xbb\xbf'
        for name, option, format_ in (
            ('images.XLSX', '', 'xlsx'),
            ('images.csv', '', 'csv'),
            ('images', '', 'csv'),
            ('images.xlsx', '--format csv', 'csv'),
            ('images.csv', '--format xlsx', 'xlsx'),
        ):
            file = folder / name
            self.succeed('desktop image export %s --file %s' % (option, file))
            self.assertEqual(
                [format_], self.call.last_request.qs['format'], name
            )
            begin = mark if format_ == 'csv' else b''
            self.assertEqual(
                begin + b'name\r\nwin11\r\n', file.read_bytes(), name
            )

    def test_a_spreadsheet_needs_a_file(self):
        said = self.complain('desktop image export --format xlsx')
        self.assertIn('Give --file for this format.', said)
