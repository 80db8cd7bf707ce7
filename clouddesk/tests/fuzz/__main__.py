"""Fuzz a running clouddesk, or one over an emulated cloud; print totals.

With a cloud of clouds.yaml, whoever it is should be a member of a project
that nobody needs: pools and desktops are made in it, and deleted again.
"""

import argparse
import collections
from collections.abc import Iterator
import contextlib
import itertools
import os
from typing import Any

import openstack
import prettytable

from clouddesk.tests.fuzz import aims
from clouddesk.tests.fuzz import edges
from clouddesk.tests.fuzz import generated
from clouddesk.tests.fuzz import judge
from clouddesk.tests.fuzz import target as targets

_COLUMNS = ('What', 'Routes', 'Cases', '2xx', '4xx', '5xx', 'Failures')
_PHASES = ('coverage', 'fuzzing', 'stateful')

Statuses = collections.Counter[int]
Row = list[Any]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cloud', help='of clouds.yaml; emulated without')
    parser.add_argument('--url', help='instead of that in the catalogue')
    parser.add_argument('--phases', nargs='*', default=_PHASES)
    parser.add_argument('--examples', type=int, default=30)
    parser.add_argument(
        '--every', type=int, default=1, help='take each so-many-th edge'
    )
    parser.add_argument('--seed', type=int, default=1)
    return parser.parse_args()


def real(cloud: str, url: str | None) -> targets.Target:
    """A clouddesk that the catalogue of a cloud knows."""
    connection = openstack.connect(cloud=cloud)

    def used(name: str, default: str) -> str:
        return os.environ.get('CLOUDDESK_TEST_' + name, default)

    flavor = connection.compute.find_flavor(used('FAKE_FLAVOR', 'f1.desk'))
    image = connection.image.find_image(used('IMAGE', 'desktop-tiny'))
    network = connection.network.find_network(used('NETWORK', 'class'))
    found = url or connection.session.get_endpoint(service_type='desktop')
    return targets.Target(
        found.rstrip('/').removesuffix('/v1'),
        connection.auth_token,
        {
            'image_id': image.id,
            'flavor_id': flavor.id,
            'network_id': network.id,
        },
    )


@contextlib.contextmanager
def _aimed(options: argparse.Namespace) -> Iterator[targets.Target]:
    if options.cloud:
        with real(options.cloud, options.url).furnished() as target:
            yield target
        return
    with aims.served() as target:
        yield target


def _generate(
    target: targets.Target, options: argparse.Namespace
) -> Iterator[Row]:
    for phase in options.phases:
        found = generated.run(target, [phase], options.examples, options.seed)
        if not found.good:
            print(found.failures())
        routes = len(found.routes())
        what = 'schemathesis: ' + phase
        yield _row(what, routes, found.statuses(), found.failed())


def _try_edges(target: targets.Target, every: int) -> Row:
    judging = judge.Judge(target)
    places = judge.places()
    for number, place in enumerate(places):
        for edge in edges.alternate(place.edges(), every, number):
            judging.try_(place, edge)
    print(*judging.complaints, sep='\n')
    routes = len({(each.method, each.path) for each in places})
    wrong = len(judging.complaints)
    return _row('edges of schemas', routes, judging.statuses, wrong)


def _row(what: str, routes: int, statuses: Statuses, bad: int) -> Row:
    by_kind: Statuses = collections.Counter()
    for status, count in statuses.items():
        by_kind[status // 100] += count
    kinds = [by_kind[kind] for kind in (2, 4, 5)]
    return [what, routes, sum(statuses.values()), *kinds, bad]


def main() -> int:
    options = _options()
    table = prettytable.PrettyTable(_COLUMNS, align='r')
    table.align['What'] = 'l'
    with _aimed(options) as target:
        rows = itertools.chain(
            _generate(target, options),
            map(_try_edges, [target], [options.every]),
        )
        for row in rows:
            table.add_row(row)
            # So far; it takes long.
            print(table, flush=True)
    return int(any(row[-1] for row in table.rows))


if __name__ == '__main__':
    raise SystemExit(main())
