"""``GET /v1/desktops/export``"""

import csv
import io

import fixtures
import openpyxl

from clouddesk.api.controllers.v1 import desktop_export
from clouddesk.api.schemas import desktops as schemas
from clouddesk.tests.unit.api import base

URL = '/v1/desktops/export'


class ExportTest(base.ApiTest):
    def lines(self, query='', persona='member'):
        answer = self.get('%s?%s' % (URL, query), persona)
        self.assertEqual(200, answer.status_int, answer.text)
        return list(csv.DictReader(io.StringIO(answer.text, newline='')))

    def test_csv(self):
        """V29"""
        ids = self.make_desktops(3)
        answer = self.get(URL, 'member')
        self.assertEqual('text/csv', answer.content_type)
        self.assertRegex(
            answer.headers['Content-Disposition'],
            r'^attachment; filename="desktops-\d{8}\.csv"$',
        )
        rows = list(csv.DictReader(io.StringIO(answer.text, newline='')))
        self.assertEqual(list(schemas.EXPORT_COLUMNS), list(rows[0]))
        self.assertEqual(set(ids), {row['id'] for row in rows})
        self.assertEqual({'2048'}, {row['ram'] for row in rows})

    def test_xlsx(self):
        """V29: opened by a library that did not write it."""
        self.make_desktops(2)
        self.sql("UPDATE desktops SET note = '=1+1'")
        columns = 'columns=name,note,vcpus&sort_key=name'
        answer = self.get('%s?format=xlsx&%s' % (URL, columns), 'member')
        self.assertIn('spreadsheetml', answer.content_type)
        self.assertIn('.xlsx', answer.headers['Content-Disposition'])
        book = openpyxl.load_workbook(io.BytesIO(answer.body))
        self.assertEqual(
            [
                ('name', 'note', 'vcpus'),
                ('desk_000', "'=1+1", 2),
                ('desk_001', "'=1+1", 2),
            ],
            list(book.active.iter_rows(values_only=True)),
        )

    def test_every_column_is_one_of_a_desktop(self):
        self.assertLessEqual(
            set(schemas.EXPORT_COLUMNS), set(schemas.DESKTOP['properties'])
        )

    def test_filters_and_order_of_the_list(self):
        self.make_desktops(3)
        self.sql("UPDATE desktops SET status = 'off' WHERE name = 'desk_001'")
        self.assertEqual(
            ['desk_001'], [row['name'] for row in self.lines('status=off')]
        )
        self.assertEqual(
            ['desk_002', 'desk_001', 'desk_000'],
            [row['name'] for row in self.lines('sort_key=name&sort_dir=desc')],
        )

    def test_only_the_own_project(self):
        mine = self.make_desktops(1)
        theirs = self.make_desktops(1, base.OTHER_PROJECT)
        self.assertEqual(mine, [row['id'] for row in self.lines()])
        answer = self.get(URL + '?all_projects=true', 'manager')
        self.assert_error(answer, 403, 'forbidden')
        rows = self.lines('all_projects=true', 'admin')
        self.assertEqual({*mine, *theirs}, {row['id'] for row in rows})

    def test_pages(self):
        """Each row once, and a statement per page, whatever is deleted."""
        self.useFixture(fixtures.MockPatchObject(desktop_export, '_PAGE', 10))
        ids = self.make_desktops(35)
        seen = self.count_statements()
        self.assertCountEqual(ids, [row['id'] for row in self.lines()])
        self.assertLessEqual(len(seen), 1 + 4 * 2)

    def test_too_many_rows(self):
        self.config(group='api', max_export_rows=2)
        self.make_desktops(3)
        error = self.assert_error(self.get(URL, 'member'), 400, 'invalid')
        self.assertEqual({'field': 'query', 'limit': 2}, error['details'])

    def test_bad_queries(self):
        for query, field in (
            ('format=pdf', 'format'),
            ('columns=id,colour', 'columns'),
            ('columns=id,id', 'columns'),
            ('columns=', 'columns'),
            ('limit=5', 'limit'),
        ):
            answer = self.get('%s?%s' % (URL, query), 'member')
            error = self.assert_error(answer, 400, 'invalid')
            self.assertTrue(
                error['details']['field'].startswith(field), (query, error)
            )

    def test_accept(self):
        answer = self.call(
            'GET', URL, persona='member', headers={'Accept': 'text/csv'}
        )
        self.assertEqual(200, answer.status_int)
