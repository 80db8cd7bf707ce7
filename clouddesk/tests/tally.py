"""What was killed and broken in the tests, and what became of it.

Tests call :func:`track`. When ``CLOUDDESK_TALLY`` names a file, each of them
adds a line there, and

    python -m clouddesk.tests.tally [--steps | --brief] FILE

prints the lines as a table: kind x step x what was done to it. By steps it is
kind x step; in brief there is a table of the kinds, and one of what was done.
"""

import argparse
import collections
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import json
import os
import time
import typing

import prettytable

if typing.TYPE_CHECKING:
    # The table is also printed where no test can run.
    import testtools

_VERDICTS = ('Runs', 'Good', 'Bad', 'Seconds')


def is_long() -> bool:
    """Whether every case is wanted, not only the short form for CI."""
    return os.environ.get('CLOUDDESK_CRASH') == 'long'


def track(test: 'testtools.TestCase', kind: str, step: str, what: str) -> None:
    """Count a test; its verdict is known when it ends.

    :param kind: of the work order, or the noun that it is about
    :param step: where it was hit, e.g. ``before server``
    :param what: what was done, e.g. ``SIGKILL, started again``
    """
    line = {'kind': kind, 'step': step, 'what': what, 'good': True}
    began = time.monotonic()

    def spoil(_: object) -> None:
        line['good'] = False

    test.addOnException(spoil)
    test.addCleanup(_write, line, began)


@contextlib.contextmanager
def part(kind: str, step: str, what: str) -> Iterator[None]:
    """The same for a part of a test."""
    line = {'kind': kind, 'step': step, 'what': what, 'good': False}
    began = time.monotonic()
    try:
        yield
        line['good'] = True
    finally:
        _write(line, began)


def _write(line: dict[str, str | bool | float], began: float) -> None:
    line['seconds'] = time.monotonic() - began
    keep('CLOUDDESK_TALLY', line)


def keep(variable: str, line: object) -> None:
    """Add a line to the file that an environment variable names, if any."""
    path = os.environ.get(variable)
    if path:
        # One write of one short line: the workers share the file.
        with open(path, 'a') as file:
            file.write(json.dumps(line) + '\n')


def table(lines: Iterable[str]) -> tuple[str, bool]:
    """The lines as a table with a sum, and whether all are good.

    No lines are not good: whatever was to be counted did not run.
    """
    return _by(lines, 'kind', 'step', 'what')


def steps(lines: Iterable[str]) -> tuple[str, bool]:
    """The same, whatever was done to a step."""
    return _by(lines, 'kind', 'step')


def _by(lines: Iterable[str], *names: str) -> tuple[str, bool]:
    runs = [json.loads(line) for line in lines]
    rows = [(*place, *_sums(group)) for place, group in _grouped(runs, *names)]
    rows.append(('all', *[''] * (len(names) - 1), *_sums(runs)))
    columns = tuple(name.capitalize() for name in names)
    return _drawn(columns, rows), _are_good(runs)


def brief(lines: Iterable[str]) -> tuple[str, bool]:
    """The same by kind, and by what was done."""
    runs = [json.loads(line) for line in lines]
    parts = [_sums_by(runs, 'kind', 'step'), _sums_by(runs, 'what', 'kind')]
    return '\n\n'.join(parts), _are_good(runs)


def _sums_by(runs: list[dict], name: str, counted: str) -> str:
    rows = [
        (*place, len({run[counted] for run in group}), *_sums(group))
        for place, group in _grouped(runs, name)
    ]
    rows.append(('all', len({run[counted] for run in runs}), *_sums(runs)))
    return _drawn((name.capitalize(), counted.capitalize() + 's'), rows)


def _grouped(
    runs: list[dict], *names: str
) -> list[tuple[tuple[str, ...], list[dict]]]:
    groups = collections.defaultdict(list)
    for run in runs:
        groups[tuple(run[name] for name in names)].append(run)
    return sorted(groups.items())


def _drawn(columns: tuple[str, ...], rows: list[tuple]) -> str:
    """A table whose last row is a sum, and whose numbers stand right."""
    shown = prettytable.PrettyTable((*columns, *_VERDICTS), align='l')
    for name in ('Steps', 'Kinds', *_VERDICTS):
        if name in shown.field_names:
            shown.align[name] = 'r'
    shown.add_rows(rows[:-1])
    shown.add_divider()
    shown.add_row(rows[-1])
    return shown.get_string()


def _are_good(runs: list[dict]) -> bool:
    return bool(runs) and all(run['good'] for run in runs)


def _sums(runs: list[dict]) -> tuple[int, int, int, str]:
    good = sum(run['good'] for run in runs)
    seconds = sum(run['seconds'] for run in runs)
    return len(runs), good, len(runs) - good, '%.1f' % seconds


def main(
    description: str | None = __doc__,
    shown: Callable[[Iterable[str]], tuple[str, bool]] = table,
    **forms: Callable[[Iterable[str]], tuple[str, bool]],
) -> int:
    """Print what was kept in a file.

    :param shown: makes a text of the lines, and tells whether all is good
    :param forms: the same in other forms, each for an option of its name
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('file', type=argparse.FileType())
    for name, form in forms.items():
        parser.add_argument(
            '--' + name, dest='shown', action='store_const', const=form
        )
    parser.set_defaults(shown=shown)
    arguments = parser.parse_args()
    text, good = arguments.shown(arguments.file)
    print(text)
    return 0 if good else 1


if __name__ == '__main__':
    raise SystemExit(main(brief=brief, steps=steps))
