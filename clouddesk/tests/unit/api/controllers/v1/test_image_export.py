"""``GET /v1/images/export``"""

import csv
import io

import openpyxl

from clouddesk.api.schemas import images as schemas
from clouddesk.tests.unit.api.controllers.v1 import test_images

URL = '/v1/images/export'


class ExportTest(test_images.ImagesTestCase):
    def lines(self, query=''):
        answer = self.get('%s?%s' % (URL, query))
        self.assertEqual(200, answer.status_int, answer.text)
        return list(csv.DictReader(io.StringIO(answer.text, newline='')))

    def test_csv(self):
        """M18: name, system, kind, time and disk come first."""
        self.found({'name': '=1+1', 'os_distro': 'debian'}, {'name': 'b'})
        answer = self.get(URL)
        self.assertEqual('text/csv', answer.content_type)
        self.assertRegex(
            answer.headers['Content-Disposition'],
            r'^attachment; filename="images-\d{8}\.csv"$',
        )
        first, second = self.lines()
        self.assertEqual(list(schemas.EXPORT_COLUMNS), list(first))
        self.assertEqual("'=1+1", first['name'])
        self.assertEqual(
            ('debian', '5'), (first['os_distro'], first['min_disk'])
        )
        self.assertEqual(('b', ''), (second['name'], second['os_distro']))

    def test_xlsx(self):
        """M18"""
        self.found({'name': 'a', 'tags': ('x', 'y')})
        answer = self.get(URL + '?format=xlsx&columns=name,size,tags')
        self.assertIn('.xlsx', answer.headers['Content-Disposition'])
        book = openpyxl.load_workbook(io.BytesIO(answer.body))
        self.assertEqual('images', book.active.title)
        self.assertEqual(
            [('name', 'size', 'tags'), ('a', 2**30, 'x, y')],
            list(book.active.iter_rows(values_only=True)),
        )

    def test_every_column_is_one_of_an_image(self):
        self.assertLessEqual(
            set(schemas.EXPORT_COLUMNS), set(schemas.IMAGE['properties'])
        )

    def test_filters_and_order_of_the_list(self):
        self.lines('kind=data&tag=a&tag=b&sort_key=name&sort_dir=desc')
        (wanted, _count), _kwargs = self.images.list_.call_args
        self.assertEqual(('data', ('a', 'b')), (wanted.kind, wanted.tags))
        self.assertEqual((('name', 'desc'),), wanted.sort)
        self.assertEqual(('active',), wanted.statuses)

    def test_too_many_rows(self):
        self.config(group='api', max_export_rows=2)
        self.found({}, {}, {}, {})
        error = self.assert_error(self.get(URL), 400, 'invalid')
        self.assertEqual({'field': 'query', 'limit': 2}, error['details'])

    def test_bad_queries(self):
        for query, field in (
            ('format=pdf', 'format'),
            ('columns=id,colour', 'columns'),
            ('columns=id,id', 'columns'),
            ('limit=5', 'limit'),
        ):
            answer = self.get('%s?%s' % (URL, query))
            error = self.assert_error(answer, 400, 'invalid')
            self.assertTrue(error['details']['field'].startswith(field))
