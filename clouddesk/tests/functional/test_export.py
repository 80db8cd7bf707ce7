"""The list of desktops as a file, sent by a web server."""

import csv
import io

import openpyxl
import requests

from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base


class ExportTest(base.FunctionalTestCase):
    def export(self, person='tina', **query):
        answer = requests.get(
            self.service.url + '/v1/desktops/export',
            params=query,
            headers={'X-Auth-Token': self.school.token(person)},
            timeout=30,
        )
        self.assertEqual(200, answer.status_code, answer.text)
        return answer

    def test_what_the_list_shows(self):
        """V29: both formats hold what the list of the same query shows."""
        self.build_pool(3)
        first = self.desktops(sort_key='name')[0]
        self.api.patch('/desktops/' + first['id'], note='=1+1')
        query = {'sort_key': 'name', 'columns': 'name,note,addresses'}
        text = self.export(**query).text
        rows = list(csv.DictReader(io.StringIO(text, newline='')))
        book = self.export(format='xlsx', **query).content
        sheet = openpyxl.load_workbook(io.BytesIO(book)).active
        heading, *found = sheet.iter_rows(values_only=True)
        self.assertEqual(
            [tuple(row.values()) for row in rows],
            [tuple(cell or '' for cell in row) for row in found],
        )
        self.assertEqual(('name', 'note', 'addresses'), heading)
        self.assertEqual(
            [desktop['name'] for desktop in self.desktops(sort_key='name')],
            [row['name'] for row in rows],
        )
        self.assertEqual("'=1+1", rows[0]['note'])

    def test_a_reader_gets_her_own(self):
        """V29: no more than the list shows."""
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        ada, _bob = (self.build_desktop(name=name) for name in ('Ada', 'Bob'))
        rita = self.school.users['rita']
        self.act('desktops', ada, 'assign', user_id=rita)
        text = self.export('rita', columns='id').text
        self.assertEqual(['id', ada], text.split())
        self.assertEqual(
            'id', self.export('stranger', columns='id').text.strip()
        )
