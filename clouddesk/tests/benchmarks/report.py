"""What a benchmark measured, for eyes and for the documentation."""

from collections.abc import Iterable
import dataclasses
import datetime
import operator
import os
import platform
import textwrap

import prettytable

_COLUMNS = (
    'Benchmark',
    'What',
    'clouddesk',
    'Beside',
    'Unit',
    'Ratio',
    'Aim',
    'Met',
)


#: Of the machine, before we add to it.
_LOAD = os.getloadavg()[0]


class Failed(Exception):
    """Nothing was measured, and why."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One number of ours beside one that was measured in the same run."""

    what: str
    ours: float
    #: What it is compared with; None when the number stands for itself.
    theirs: float | None
    unit: str
    #: Of the ratio ours / theirs, or of ours: ``<= 1.10``, ``>= 5``.
    aim: str = ''
    #: What a reader must know, e.g. why an aim is missed.
    note: str = ''

    @property
    def ratio(self) -> float | None:
        return self.ours / self.theirs if self.theirs else None

    @property
    def met(self) -> bool | None:
        """None without an aim."""
        if not self.aim:
            return None
        word, limit = self.aim.split()
        compare = {'<=': operator.le, '>=': operator.ge}[word]
        value = self.ours if self.ratio is None else self.ratio
        return bool(compare(value, float(limit)))

    def cells(self) -> list[str]:
        return [
            self.what,
            _number(self.ours),
            _number(self.theirs),
            self.unit,
            _number(self.ratio),
            self.aim,
            {True: 'yes', False: 'NO', None: ''}[self.met],
        ]


def moment(text: str) -> datetime.datetime:
    """A time as the APIs write it."""
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))


def circumstances() -> str:
    """When and on what this is measured."""
    return '%s, %d processors, Python %s, load %.1f before' % (
        datetime.datetime.now(datetime.UTC).date().isoformat(),
        os.cpu_count() or 1,
        platform.python_version(),
        _LOAD,
    )


def _number(value: float | None) -> str:
    if value is None:
        return ''
    return '%.3g' % value if value < 100 else '%.0f' % value


def as_table(rows: Iterable[tuple[str, Row]]) -> str:
    """For a terminal.

    :param rows: with the name of the benchmark before each
    """
    shown = prettytable.PrettyTable(_COLUMNS, align='l')
    notes = []
    for name, row in rows:
        shown.add_row([name, *row.cells()])
        if row.note:
            notes.append('%s, %s: %s' % (name, row.what, row.note))
    return '\n'.join([shown.get_string(), *notes])


def as_rst(rows: Iterable[Row]) -> str:
    """For the documentation: a table, and the notes below it."""
    rows = list(rows)
    lines = ['*%s*' % circumstances(), '']
    lines += ['.. list-table::', '   :header-rows: 1', '']
    notes = []
    for cells in (_COLUMNS[1:], *(row.cells() for row in rows)):
        for index, cell in enumerate(cells):
            line = '   %s - %s' % (' *'[index == 0], cell)
            lines.append(line.rstrip())
    for row in rows:
        if row.note:
            text = '* %s: %s' % (row.what, row.note)
            notes += textwrap.wrap(text, 79, subsequent_indent='  ')
    return '\n'.join([*lines, '', *notes, ''])
