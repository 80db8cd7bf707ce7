"""Lists of desktops beside Nova's lists of servers: API and command."""

import argparse
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import os
import statistics
import subprocess
import sys
import time

from clouddesk.tests.benchmarks import clouds
from clouddesk.tests.benchmarks import load
from clouddesk.tests.benchmarks import report
from clouddesk.tests.benchmarks import school

AIM = (
    'pages of 100 desktops: at least 5 times as many a second as '
    "Nova's detailed pages of 100 servers; of 100,000 desktops at most 1.2 "
    'times as long as of 10,000'
)

_PAGE = 100
_SIZES = (10_000, 100_000)
_ROUNDS = 20
_COMMANDS = 7

_NOVA = 'Nova'
_FIRST = 'first page'

#: Why a list may take longer when there is more of it.
_LINEAR = {
    'summary': 'all desktops of the project are added up',
    'rare part of a name': 'no index knows parts of names; all desktops of '
    'the project are looked at',
    'tag': 'all desktops with the tag are sorted',
}

_Times = Mapping[str, load.Times]


def run(options: argparse.Namespace) -> Iterator[report.Row]:
    with contextlib.ExitStack() as stack:
        found = stack.enter_context(school.engine())
        places = [stack.enter_context(school.opened()) for _size in _SIZES]
        stack.enter_context(_servers(places[0]))
        requests = _of_nova(places[0])
        for place, size in zip(places, _SIZES, strict=True):
            rows = school.Rows(found, place.project_id)
            stack.enter_context(rows).grow(size)
            requests |= _requests(place, rows, size)
        times = load.in_turns(requests, _ROUNDS)
        ours, theirs = _commands(places[0])
    for size in _SIZES:
        yield _beside_nova(size, times)
    yield from _growth(times)
    yield report.Row(
        'openstack desktop list beside server list, %d each' % _PAGE,
        ours,
        theirs,
        's',
        '<= 1.00',
        'most of both is the start of Python and of the client',
    )


@contextlib.contextmanager
def _servers(place: school.School) -> Iterator[None]:
    """A page of servers without networks, on the fake hypervisor."""
    compute = place.connection.compute
    flavor = compute.find_flavor(clouds.FAKE_FLAVOR, ignore_missing=False)
    image = place.connection.image.find_image(
        clouds.IMAGE, ignore_missing=False
    )
    with clouds.Quotas(place.project_id).enough_for(_PAGE, flavor):
        try:
            compute.create_server(
                name=clouds.name(),
                image_id=image.id,
                flavor_id=flavor.id,
                networks='none',
                min_count=_PAGE,
                max_count=_PAGE,
            )
            clouds.until(
                lambda: _count(compute, status='ACTIVE') == _PAGE,
                'a page of servers',
            )
            yield
        finally:
            for server in list(compute.servers(details=False)):
                compute.delete_server(server)
            clouds.until(lambda: not _count(compute), 'no servers')


def _count(compute, **query: str) -> int:
    return len(list(compute.servers(details=False, **query)))


def _of_nova(place: school.School) -> dict[str, load.Request]:
    url = place.endpoint('compute')
    return {
        _NOVA: load.Request.get(
            '%s/servers/detail?limit=%d' % (url, _PAGE), place.headers()
        )
    }


def _requests(
    place: school.School, rows: school.Rows, size: int
) -> dict[str, load.Request]:
    url = place.endpoint('desktop').removesuffix('/v1') + '/v1/desktops'
    middle = rows.ids[len(rows.ids) // 2]
    asked = {
        _FIRST: '',
        'page from the middle': '&marker=' + middle,
        'page by name from the middle': '&sort_key=name&marker=' + middle,
        'status': '&status=off',
        'pool': '&pool_id=' + rows.pools[len(rows.pools) // 2],
        'common part of a name': '&q=desk_0',
        'rare part of a name': '&q=desk_000007',
        'tag': '&tags=' + school.TAG,
        'summary': '&summary=true',
    }
    headers = place.headers()
    return {
        _key(name, size): load.Request.get(
            '%s?limit=%d%s' % (url, _PAGE, query), headers
        )
        for name, query in asked.items()
    }


def _key(name: str, size: int) -> str:
    return '%s, %s' % (name, format(size, ','))


def _beside_nova(size: int, times: _Times) -> report.Row:
    ours, theirs = times[_key(_FIRST, size)], times[_NOVA]
    return report.Row(
        'pages of %d out of %s a second' % (_PAGE, format(size, ',')),
        ours.rate,
        theirs.rate,
        '1/s',
        '>= 5',
        'median %.0f ms, 95 %% within %.0f ms; Nova %.0f and %.0f ms, with '
        'servers that have no ports'
        % tuple(
            1000 * each
            for each in (ours.median, ours.p95, theirs.median, theirs.p95)
        ),
    )


def _growth(times: _Times) -> Iterator[report.Row]:
    small, large = _SIZES
    names = [key.removesuffix(_key('', small)) for key in times]
    for name in names:
        if _key(name, large) in times:
            yield report.Row(
                '%s beside %s' % (_key(name, large), format(small, ',')),
                1000 * times[_key(name, large)].median,
                1000 * times[_key(name, small)].median,
                'ms',
                '<= 1.20',
                _LINEAR.get(name, ''),
            )


def _commands(place: school.School) -> tuple[float, float]:
    """Median seconds of our command and of Nova's, in turns."""
    lists = {'desktop': [], 'server': []}
    for noun in [*lists] * (_COMMANDS + 1):
        began = time.monotonic()
        subprocess.run(
            [
                *(sys.executable, '-m', 'openstackclient.shell'),
                *(noun, 'list', '--limit', str(_PAGE)),
            ],
            env=_environ(place),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
            timeout=clouds.PATIENCE,
        )
        lists[noun].append(time.monotonic() - began)
    # The first of each reads the files.
    ours, theirs = (statistics.median(each[1:]) for each in lists.values())
    return ours, theirs


def _environ(place: school.School) -> dict[str, str]:
    rest = {k: v for k, v in os.environ.items() if not k.startswith('OS_')}
    return rest | place.environ()
