"""A pool of desktops beside as many servers of Nova's own multi-create."""

import argparse
from collections.abc import Callable
from collections.abc import Iterator
import dataclasses
import time
from typing import Any

from clouddesk.tests.benchmarks import calls
from clouddesk.tests.benchmarks import clouds
from clouddesk.tests.benchmarks import machine
from clouddesk.tests.benchmarks import report

AIM = (
    'from the request until all are ready: at most 1.10 times as long as '
    '"openstack server create --min N --max N"; at most 4 calls per desktop'
)

_RATIO = '<= 1.10'
_CALLS = '<= 4'
_COUNTED = ('compute', 'network')


@dataclasses.dataclass
class _Build:
    """What one build took."""

    seconds: float = 0.0
    removal: float = 0.0
    #: Seconds of processor time by service, and on the wall.
    used: dict[str, float] = dataclasses.field(default_factory=dict)
    #: Of those seconds, the ones between the order's birth and its end.
    inside: float = 0.0
    calls: dict[str, Any] = dataclasses.field(default_factory=dict)
    #: MiB.
    memory: float = 0.0


class _Site:
    """The cloud, and how many of what kind are built in it."""

    def __init__(self, flavor: str, number: int) -> None:
        self.flavor = flavor
        self.number = number
        self.cloud = clouds.connect()
        self.spec = (
            *('--image', clouds.IMAGE),
            *('--flavor', flavor),
            *('--network', clouds.NETWORK),
        )

    def how_many(self, **filters: Any) -> int:
        """Servers; the cheapest list that Nova has."""
        answer = self.cloud.compute.get('/servers', params=filters)
        answer.raise_for_status()
        return len(answer.json()['servers'])


class _Servers:
    """Nova alone: one request for all of them."""

    label = 'server create'

    def __init__(self, site: _Site) -> None:
        self._site = site
        self._name = clouds.name()

    def build(self, result: _Build) -> None:
        count = str(self._site.number)
        line = ('server', 'create', *self._site.spec)
        numbers = ('--min', count, '--max', count)
        meter = machine.Meter()
        with clouds.running(*line, *numbers, self._name) as process:
            clouds.until(lambda: self._is_over(process), 'the servers')
            result.seconds = meter.seconds()
        result.used = meter.used()
        self._require_all()

    def remove(self) -> float:
        found = list(self._site.cloud.compute.servers(name=self._mine))
        if not found:
            return 0.0
        began = time.monotonic()
        clouds.run('server', 'delete', *(server.id for server in found))
        clouds.until(self._is_empty, 'the end of the servers')
        return time.monotonic() - began

    @property
    def _mine(self) -> str:
        return '^%s' % self._name

    def _is_over(self, process: Any) -> bool:
        """None is being built, and either all are there or none will come."""
        mine = self._mine
        if self._site.how_many(name=mine, status='BUILD', limit=1):
            return False
        return process.poll() is not None or self._ready() > 0

    def _ready(self) -> int:
        return self._site.how_many(name=self._mine, status='ACTIVE')

    def _require_all(self) -> None:
        if self._ready() != self._site.number:
            raise report.Failed(
                '%d of %d servers were built'
                % (self._ready(), self._site.number)
            )

    def _is_empty(self) -> bool:
        return not self._site.how_many(name=self._mine, limit=1)


class _Pool:
    """clouddesk: one order for all of them."""

    label = 'pool create'

    def __init__(self, site: _Site) -> None:
        self._site = site
        self._name = clouds.name()

    def build(self, result: _Build) -> None:
        line = ('desktop', 'pool', 'create', *self._site.spec)
        size = ('--size', str(self._site.number), '--wait')
        window = calls.Window()
        meter = machine.Meter()
        result.seconds = clouds.run(*line, *size, self._name)
        result.used = meter.used()
        if machine.home():
            result.memory = machine.peak_memory('clouddesk-conductor')
        order = self._order()
        result.inside = _seconds_of(order)
        result.calls = window.counts(order.request_id)

    def remove(self) -> float:
        pool = self._find()
        if pool is None:
            return 0.0
        self._calm(pool)
        return clouds.run(
            'desktop', 'pool', 'delete', '--yes', '--wait', pool.id
        )

    def _find(self) -> Any:
        desktop = self._site.cloud.desktop
        return next(iter(desktop.pools(name=self._name)), None)

    def _order(self) -> Any:
        found = self._site.cloud.desktop.work_orders(
            subject_id=self._find().id, kind='pool.create'
        )
        return next(iter(found))

    def _calm(self, pool: Any) -> None:
        """A pool that is being built is not deleted: first cancel that."""
        desktop = self._site.cloud.desktop
        pool = desktop.get_pool(pool.id)
        if pool.work_order_id:
            order = desktop.cancel_work_order(pool.work_order_id)
            desktop.wait_for_work_order(order, failures=())


def run(options: argparse.Namespace) -> Iterator[report.Row]:
    """Build and delete real desktops, then fake ones."""
    if options.real:
        yield from _compare(
            _Site(clouds.FLAVOR, options.real), options, (_Servers, _Pool)
        )
    if options.fake:
        yield from _compare(
            _Site(clouds.FAKE_FLAVOR, options.fake), options, (_Pool, _Servers)
        )


def _compare(
    site: _Site, options: argparse.Namespace, forms: tuple[Any, Any]
) -> Iterator[report.Row]:
    flavor = site.cloud.compute.find_flavor(site.flavor, ignore_missing=False)
    quotas = clouds.Quotas(site.cloud.current_project_id)
    results: dict[str, list[_Build]] = {form.label: [] for form in forms}
    with quotas.enough_for(site.number, flavor):
        for number in range(options.rounds):
            # The second of two may find caches warm: each comes first once.
            for form in forms[:: -1 if number % 2 else 1]:
                results[form.label].append(_measure(form, site))
    ours, theirs = results[_Pool.label], results[_Servers.label]
    yield from _rows(site, ours, theirs)


def _measure(form: Callable[[_Site], Any], site: _Site) -> _Build:
    """One build and its removal, also when it fails."""
    one = form(site)
    result = _Build()
    try:
        one.build(result)
    finally:
        result.removal = one.remove()
    print(
        '    %s, %d x %s: %.1f s, removed in %.1f s'
        % (one.label, site.number, site.flavor, result.seconds, result.removal)
    )
    if result.used:
        print('        processor: %s' % machine.dearest(result.used))
    if result.calls:
        print('        calls: %s' % calls.in_words(result.calls), flush=True)
    return result


def _rows(
    site: _Site, ours: list[_Build], theirs: list[_Build]
) -> Iterator[report.Row]:
    what = '%d x %s' % (site.number, site.flavor)
    yield report.Row(
        'request to all ready, %s' % what,
        _mean(ours, 'seconds'),
        _mean(theirs, 'seconds'),
        's',
        _RATIO,
        _spread(ours, theirs),
    )
    yield report.Row(
        'removal, %s' % what,
        _mean(ours, 'removal'),
        _mean(theirs, 'removal'),
        's',
    )
    if ours[-1].calls:
        yield _row_of_calls(site, ours[-1], what)
    if ours[-1].used:
        yield from _rows_of_costs(site, ours, theirs, what)


def _row_of_calls(site: _Site, build: _Build, what: str) -> report.Row:
    counted = {k: v for k, v in build.calls.items() if k in _COUNTED}
    number = sum(sum(kinds.values()) for kinds in counted.values())
    return report.Row(
        'Nova and Neutron calls per desktop, %s' % what,
        number / site.number,
        None,
        'calls',
        _CALLS,
        calls.in_words(build.calls),
    )


def _rows_of_costs(
    site: _Site, ours: list[_Build], theirs: list[_Build], what: str
) -> Iterator[report.Row]:
    hundred = 100 / site.number
    for service in ('clouddesk-conductor', 'clouddesk-api'):
        yield report.Row(
            '%s, per 100 desktops, %s' % (service, what),
            hundred * _mean_of([b.used.get(service, 0.0) for b in ours]),
            None,
            'CPU s',
        )
    yield report.Row(
        'memory of the conductor at its height, %s' % what,
        max(build.memory for build in ours),
        None,
        'MiB',
    )
    yield report.Row(
        'all services, per 100 desktops, %s' % what,
        hundred * _mean_of([sum(b.used.values()) for b in ours]),
        hundred * _mean_of([sum(b.used.values()) for b in theirs]),
        'CPU s',
        '',
        'pool: %s; servers: %s'
        % (machine.dearest(ours[-1].used), machine.dearest(theirs[-1].used)),
    )


def _spread(ours: list[_Build], theirs: list[_Build]) -> str:
    """The single numbers, and what of ours is the command line's."""
    inside = _mean(ours, 'inside')
    return 'pool: %s s, of which the order took %.1f s; servers: %s s' % (
        _numbers(ours),
        inside,
        _numbers(theirs),
    )


def _numbers(builds: list[_Build]) -> str:
    return ', '.join('%.1f' % build.seconds for build in builds)


def _mean(builds: list[_Build], key: str) -> float:
    return _mean_of([getattr(build, key) for build in builds])


def _mean_of(values: list[float]) -> float:
    return sum(values) / len(values)


def _seconds_of(order: Any) -> float:
    """Between the birth of an order and its end."""
    began, ended = (
        report.moment(text) for text in (order.created_at, order.finished_at)
    )
    return (ended - began).total_seconds()
