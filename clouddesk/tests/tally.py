"""What was killed and broken in the tests, and what became of it.

Tests call :func:`track`. When ``CLOUDDESK_TALLY`` names a file, each of them
adds a line there, and

    python -m clouddesk.tests.tally FILE

prints the lines as a table: kind x step x what was done to it.
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

_COLUMNS = ('Kind', 'Step', 'What', 'Runs', 'Good', 'Bad', 'Seconds')


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
    rows: dict[tuple[str, str, str], list[dict]] = collections.defaultdict(
        list
    )
    for line in map(json.loads, lines):
        rows[line['kind'], line['step'], line['what']].append(line)
    shown = prettytable.PrettyTable(_COLUMNS, align='l')
    for name in ('Runs', 'Good', 'Bad', 'Seconds'):
        shown.align[name] = 'r'
    for place, runs in sorted(rows.items()):
        shown.add_row([*place, *_sums(runs)])
    everything = [run for runs in rows.values() for run in runs]
    shown.add_divider()
    shown.add_row(['all', '', '', *_sums(everything)])
    good = bool(everything) and all(run['good'] for run in everything)
    return shown.get_string(), good


def _sums(runs: list[dict]) -> tuple[int, int, int, str]:
    good = sum(run['good'] for run in runs)
    seconds = sum(run['seconds'] for run in runs)
    return len(runs), good, len(runs) - good, '%.1f' % seconds


def main(
    description: str | None = __doc__,
    shown: Callable[[Iterable[str]], tuple[str, bool]] = table,
) -> int:
    """Print what was kept in a file.

    :param shown: makes a text of the lines, and tells whether all is good
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('file', type=argparse.FileType())
    text, good = shown(parser.parse_args().file)
    print(text)
    return 0 if good else 1


if __name__ == '__main__':
    raise SystemExit(main())
