"""Who asked for what, and was told what.

Tests call :func:`step`. When ``CLOUDDESK_WALK`` names a file, each call adds
a line there, and

    python -m clouddesk.tests.functional.attack.walk FILE

prints the lines as tables: request x persona, a status in each cell.
"""

from collections.abc import Iterable
import json
import re

import prettytable

from clouddesk.tests import tally

#: Personas in one table, so that it fits on a wide terminal.
_COLUMNS = 12


def step(request: str, persona: str, status: int, good: bool) -> None:
    """Keep an answer.

    :param request: a row of ``matrix.yaml``
    :param good: whether it is the one that is expected
    """
    tally.keep('CLOUDDESK_WALK', [request, persona, status, good])


def table(lines: Iterable[str]) -> tuple[str, bool]:
    """The tables with a sum below, and whether everything is good."""
    cells: dict[str, dict[str, str]] = {}
    personas: dict[str, None] = {}
    bad = 0
    for request, persona, status, good in map(json.loads, lines):
        mark = '' if good else '!'
        cells.setdefault(request, {})[persona] = '%d%s' % (status, mark)
        personas[persona] = None
        bad += not good
    parts = [_part(cells, names) for names in _batches(list(personas))]
    steps = sum(map(len, cells.values()))
    parts.append(
        '%d routes, %d requests x %d personas: %d answers, %d wrong'
        % (len(_routes(cells)), len(cells), len(personas), steps, bad)
    )
    return '\n'.join(parts), not bad


def _batches(names: list[str]) -> Iterable[list[str]]:
    for begin in range(0, len(names), _COLUMNS):
        yield names[begin : begin + _COLUMNS]


def _part(cells: dict[str, dict[str, str]], names: Iterable[str]) -> str:
    shown = prettytable.PrettyTable(['Request', *names], align='l')
    for request, row in sorted(cells.items()):
        shown.add_row([request, *(row.get(name, '') for name in names)])
    return shown.get_string()


def _routes(requests: Iterable[str]) -> set[str]:
    """Method and path of each, without what goes along."""
    return {' '.join(re.split('[ ?]', request)[:2]) for request in requests}


if __name__ == '__main__':
    raise SystemExit(tally.main(__doc__, table))
