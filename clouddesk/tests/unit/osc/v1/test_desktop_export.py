import io
import os
import pathlib

import fixtures

from clouddesk.osc import files
from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

ADA = fakes.desktop('Ada')


class ExportTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.file = self.folder / 'desktops.xlsx'

    def answer(self, content=b'PK...', **kwargs):
        self.cloud.answer(
            'GET',
            '/desktops/export',
            {'status_code': 200, 'content': content},
            **kwargs,
        )

    def asked(self):
        ((_method, path, _body),) = [
            call for call in self.cloud.calls() if 'export' in call[1]
        ]
        return path

    def test_file(self):
        """V29"""
        self.answer()
        self.succeed(
            'desktop export --format xlsx --columns name,note --status off '
            '--query Ada --file %s' % self.file
        )
        self.assertEqual(b'PK...', self.file.read_bytes())
        path = self.asked()
        for part in (
            'format=xlsx',
            'columns=name%2Cnote',
            'status=off',
            'q=Ada',
            'sort_key=name',
        ):
            self.assertIn(part, path)
        self.assertEqual(['desktops.xlsx'], os.listdir(self.folder))

    def test_all_projects(self):
        self.answer()
        self.succeed('desktop export --all-projects --file %s' % self.file)
        self.assertIn('all_projects=true', self.asked())
        self.assertIn('format=xlsx', self.asked())

    def test_output(self):
        out = io.TextIOWrapper(io.BytesIO())
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', out))
        with files.written(None) as output:
            output.write(b'id,name\r\n')
        self.assertEqual(b'id,name\r\n', out.buffer.getvalue())

    def test_a_workbook_is_not_for_the_terminal(self):
        error = self.complain('desktop export --format xlsx')
        self.assertIn('--file', error)
        self.assertEqual([], self.cloud.calls())

    def test_what_is_refused_leaves_the_file_as_it_is(self):
        self.file.write_bytes(b'old')
        self.cloud.refuse('GET', '/desktops/export', 400, 'Too many rows.')
        error = self.complain('desktop export --file %s' % self.file)
        self.assertIn('Too many rows.', error)
        self.assertEqual(b'old', self.file.read_bytes())
        self.assertEqual(['desktops.xlsx'], os.listdir(self.folder))

    def test_a_pipe_stays_a_pipe(self):
        """Nor is /dev/null replaced by a file."""
        os.mkfifo(self.file)
        reader = os.open(self.file, os.O_RDWR)
        self.addCleanup(os.close, reader)
        self.answer()
        self.succeed('desktop export --file %s' % self.file)
        self.assertTrue(self.file.is_fifo())
        self.assertEqual(b'PK...', os.read(reader, 99))

    def test_a_link_stays_a_link(self):
        link = self.folder / 'link.xlsx'
        link.symlink_to(self.file)
        self.answer()
        self.succeed('desktop export --file %s' % link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(b'PK...', self.file.read_bytes())

    def test_a_folder_that_is_not_there(self):
        error = self.complain('desktop export --file /nowhere/x.csv')
        self.assertIn('/nowhere/x.csv cannot be written', error)
