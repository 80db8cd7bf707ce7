"""What clouddesk asked of other services, as it wrote into its logs.

The all-in-one lets ``clouddesk.cloud.session`` log each call.
"""

import collections
import pathlib
import re

from clouddesk.tests.benchmarks import machine

#: Whose logs tell.
_PARTS = ('clouddesk-api', 'clouddesk-conductor')

_LINE = re.compile(
    r'DEBUG clouddesk\.cloud\.session \[(?P<whom>[^]]*)\] '
    r'(?P<service>\S+) (?P<method>[A-Z]+) (?P<path>/\S*):'
)
_ID = re.compile(r'[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}')


class Window:
    """The calls from now on."""

    def __init__(self) -> None:
        self._from = {path: _size(path) for path in _logs()}

    def counts(self, request_id: str) -> dict[str, collections.Counter[str]]:
        """The calls of one request and its order, by service.

        Those that no request caused are among them, because nobody knows
        for whom Nova's notifications were followed.

        :param request_id: of the work order
        :returns: e.g. ``{'compute': {'POST /servers': 20}}``
        """
        found: dict[str, collections.Counter[str]] = {}
        for path, begin in self._from.items():
            with open(path, errors='replace') as file:
                file.seek(begin)
                for line in file:
                    _count(line, request_id, found)
        return found


def is_logged() -> bool:
    """Whether there is anything to read."""
    return any(
        'DEBUG clouddesk.cloud.session' in path.read_text(errors='replace')
        for path in _logs()
    )


def in_words(counts: dict[str, collections.Counter[str]]) -> str:
    """``compute: 20 POST /servers; network: 1 POST /ports``."""
    return '; '.join(
        '%s: %s'
        % (
            service,
            ', '.join('%d %s' % (n, what) for what, n in kinds.most_common()),
        )
        for service, kinds in sorted(counts.items())
    )


def _count(
    line: str, request_id: str, found: dict[str, collections.Counter[str]]
) -> None:
    match = _LINE.search(line)
    if match and (request_id in match['whom'] or match['whom'] == '-'):
        path = re.sub(r'^/v\d[^/]*', '', _ID.sub('ID', match['path']))
        kinds = found.setdefault(match['service'], collections.Counter())
        kinds['%s %s' % (match['method'], path or '/')] += 1


def _logs() -> list[pathlib.Path]:
    found = machine.home()
    if found is None:
        return []
    return [found / 'log' / ('%s.log' % part) for part in _PARTS]


def _size(path: pathlib.Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
