"""Who asked for what, and was told what.

Tests call :func:`step`. When ``CLOUDDESK_WALK`` names a file, each call adds
a line there, and

    python -m clouddesk.tests.functional.attack.walk [--brief] FILE

prints the lines as tables: request x persona, a status in each cell, or, in
brief, how many answers of each status a persona got.
"""

import collections
from collections.abc import Iterable
import json
import re
from typing import Any

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
    steps = list(map(json.loads, lines))
    for request, persona, status, good in steps:
        mark = '' if good else '!'
        cells.setdefault(request, {})[persona] = '%d%s' % (status, mark)
    parts = [_part(cells, names) for names in _batches(_personas(steps))]
    text, good = _sum(steps)
    return '\n'.join([*parts, text]), good


def brief(lines: Iterable[str]) -> tuple[str, bool]:
    """The same with a row for each persona, and a count of its answers."""
    steps = list(map(json.loads, lines))
    found: dict[str, collections.Counter[int]] = {
        persona: collections.Counter() for persona in _personas(steps)
    }
    wrong: collections.Counter[str] = collections.Counter()
    for _request, persona, status, good in steps:
        found[persona][status] += 1
        wrong[persona] += not good
    statuses = sorted({status for _r, _p, status, _g in steps})
    columns = ['Persona', *map(str, statuses), 'Wrong']
    shown = prettytable.PrettyTable(columns, align='r')
    shown.align['Persona'] = 'l'
    for persona, counts in found.items():
        told = [counts[status] or '' for status in statuses]
        shown.add_row([persona, *told, wrong[persona]])
    text, good = _sum(steps)
    return shown.get_string() + '\n' + text, good


def _personas(steps: list[Any]) -> list[str]:
    return list(dict.fromkeys(persona for _r, persona, _s, _g in steps))


def _sum(steps: list[Any]) -> tuple[str, bool]:
    """A line below the tables; no steps are not good."""
    requests = {request for request, _p, _s, _g in steps}
    bad = sum(not good for _r, _p, _s, good in steps)
    amounts = (
        len(_routes(requests)),
        len(requests),
        len(_personas(steps)),
        len(steps),
        bad,
    )
    text = '%d routes, %d requests x %d personas: %d answers, %d wrong'
    return text % amounts, bool(steps) and not bad


def _batches(names: list[str]) -> Iterable[list[str]]:
    for begin in range(0, len(names), _COLUMNS):
        yield names[begin : begin + _COLUMNS]


def _part(cells: dict[str, dict[str, str]], names: Iterable[str]) -> str:
    shown = prettytable.PrettyTable(['Request', *names], align='l')
    for request, row in sorted(cells.items()):
        shown.add_row([request, *(row.get(name, '') for name in names)])
    return shown.get_string()


def _routes(requests: Iterable[str]) -> set[str]:
    """Method and path of each, whatever its ids are called."""
    return {
        re.sub(r'{\w+}', '{}', ' '.join(re.split('[ ?]', request)[:2]))
        for request in requests
    }


if __name__ == '__main__':
    raise SystemExit(tally.main(__doc__, table, brief=brief))
