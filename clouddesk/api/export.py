"""Lists as files for spreadsheets (V29).

A file never holds more than the list of the same query shows. What people
typed into names and notes must not become a formula on the computer of the
one who opens the file.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import csv
import io
import itertools
import re
import tempfile
from typing import Any
import unicodedata

import xlsxwriter

CSV = 'csv'
XLSX = 'xlsx'

#: Media type of each format.
MEDIA = {
    CSV: 'text/csv',
    XLSX: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

#: What a cell begins with that programs take for a formula; some of them
#: read the wide forms of East Asian keyboards as the narrow ones.
_FORMULA = frozenset(
    '=+-@'
    '\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}'
    '\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}\N{MINUS SIGN}'
)
_BREAKS = frozenset('\t\r\n')
#: Programs that part cells there see no quotes of ours, and a cell begin.
_PARTED = re.compile(
    r'([;\t\r\n][\s"\x00-\x1f\u200b-\u200f\ufeff]*)(?=[%s])'
    % re.escape(''.join(sorted(_FORMULA)))
)
#: Keys of objects that a cell shows, by the first one that there is.
_TELLING = (
    ('message',),
    ('address',),
    ('name', 'revision'),
    ('type', 'id'),
)
#: Makes the rest of a cell a text in every program.
_QUOTE = "'"

#: Bytes of a finished file that are kept in memory, and sent at once.
_IN_MEMORY = 2**20
_PIECE = 2**16

_SHEET = {
    # A row is written to the disk when the next one begins.
    'constant_memory': True,
    'strings_to_formulas': False,
    'strings_to_numbers': False,
    'strings_to_urls': False,
}

Row = dict[str, Any]
Cells = Iterable[Sequence[Any]]


def stream(
    format_: str,
    columns: Sequence[str],
    rows: Iterator[Row],
    title: str = 'desktops',
) -> Iterator[bytes]:
    """A file, piece by piece.

    The first row is read at once, so that what is wrong with the query is
    found before the answer begins.

    :param format_: ``csv`` or ``xlsx``
    :param columns: keys of the rows, which also make the heading
    :param rows: things as the API shows them
    :param title: of the sheet
    """
    first = list(itertools.islice(rows, 1))
    cells = (
        [cell(row.get(column)) for column in columns]
        for row in itertools.chain(first, rows)
    )
    table = itertools.chain([columns], cells)
    return _csv(table) if format_ == CSV else _xlsx(table, title)


def pages(fetch: Callable[[Any], Sequence[Any]], size: int) -> Iterator[Any]:
    """All rows of a list, of which only some are in memory at a time.

    :param fetch: gives the rows that follow a row, or the first ones after
        None; ``size`` of them unless it is the end
    """
    last = None
    while True:
        found = fetch(last)
        yield from found
        if len(found) < size:
            return
        last = found[-1]


def cell(value: Any) -> str | int | float:
    """A value of the API as one harmless cell."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int | float):
        return value
    return harmless(_text(value))


def harmless(text: str) -> str:
    """The text, with a quote in front if a program might calculate it.

    A tab or a line break in front counts, too: some programs skip them, and
    blanks, before they look.
    """
    begin = text.lstrip(_skipped(text))[:1]
    risky = begin in _FORMULA or text[:1] in _BREAKS
    return _QUOTE + text if risky else text


def _skipped(text: str) -> str:
    """The characters of a text that nobody sees."""
    return ''.join(
        each for each in set(text) if unicodedata.category(each)[0] in 'ZC'
    )


def _text(value: Any) -> str:
    if value is None:
        return ''
    if isinstance(value, list):
        return ', '.join(_text(each) for each in value)
    if isinstance(value, dict):
        return _of_object(value)
    return str(value)


def _of_object(value: dict[str, Any]) -> str:
    """What people want to know of a fault, an address and the like."""
    for keys in _TELLING:
        if keys[0] in value:
            return ' '.join(_text(value[key]) for key in keys)
    return ''


def _csv(table: Cells) -> Iterator[bytes]:
    buffer = io.StringIO(newline='')
    writer = csv.writer(buffer)
    for row in table:
        writer.writerow([_unparted(value) for value in row])
        if buffer.tell() >= _PIECE:
            yield _taken(buffer)
    yield _taken(buffer)


def _unparted(value: Any) -> Any:
    """A cell that is harmless, too, when a program parts it.

    Where a semicolon parts the cells of a file, as in much of Europe, the
    rest of a text is a cell of its own.
    """
    if isinstance(value, str):
        return _PARTED.sub(r"\1'", value)
    return value


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode('utf-8', 'replace')
    buffer.seek(0)
    buffer.truncate()
    return data


def _xlsx(table: Cells, title: str) -> Iterator[bytes]:
    # An archive has its directory at the end, so it is finished first.
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)
    try:
        with xlsxwriter.Workbook(file, _SHEET) as book:
            _fill(book, table, title)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _pieces(file)


def _fill(book: xlsxwriter.Workbook, table: Cells, title: str) -> None:
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    bold = book.add_format({'bold': True})
    for place, row in enumerate(table):
        style = None if place else bold
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(place, column, value, style)
            else:
                sheet.write_number(place, column, value, style)


def _pieces(file: Any) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
