"""One desktop, beside an API that does next to nothing."""

import argparse
from collections.abc import Iterator
import dataclasses
import time

from clouddesk.tests.benchmarks import bare
from clouddesk.tests.benchmarks import load
from clouddesk.tests.benchmarks import report
from clouddesk.tests.benchmarks import school
from clouddesk.tests.benchmarks import web

AIM = (
    'GET of one desktop: at least 40 % as many a second as a bare Pecan '
    'application behind the same uWSGI settings and Keystone middleware'
)

_CLIENTS = 8
_SECONDS = 4.0
_ROUNDS = 4


@dataclasses.dataclass
class _Load:
    """What one program did under load, all rounds together."""

    requests: int = 0
    seconds: float = 0.0
    #: Seconds of its processors, and of those who ask it.
    cpu: float = 0.0
    asking: float = 0.0
    times: list[float] = dataclasses.field(default_factory=list)

    def add(self, program: web.Program, request: load.Request) -> None:
        cpu, asking, began = program.cpu(), time.process_time(), _now()
        times = load.at_once(request, _CLIENTS, _SECONDS)
        self.seconds += _now() - began
        self.cpu += program.cpu() - cpu
        self.asking += time.process_time() - asking
        self.requests += len(times.seconds)
        self.times += times.seconds

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def each(self) -> float:
        """Milliseconds of processor time of a request."""
        return 1000 * self.cpu / self.requests

    def __str__(self) -> str:
        times = load.Times(self.times)
        return 'median %.1f ms, 95 %% within %.1f ms' % (
            1000 * times.median,
            1000 * times.p95,
        )


def run(options: argparse.Namespace) -> Iterator[report.Row]:
    with school.opened() as place, school.engine() as database:
        with school.Rows(database, place.project_id) as rows:
            rows.grow(1)
            ours, theirs = _measured(place, rows.ids[0])
    yield report.Row(
        'GET of one desktop, %d clients' % _CLIENTS,
        ours.rate,
        theirs.rate,
        '1/s',
        '>= 0.40',
        '%s; bare: %s; the clients used %.0f %% of a processor'
        % (
            ours,
            theirs,
            100
            * (ours.asking + theirs.asking)
            / (ours.seconds + theirs.seconds),
        ),
    )
    yield report.Row(
        'the same, processor time of the server',
        ours.each,
        theirs.each,
        'ms',
        '<= 2.50',
        'without the database',
    )


def _measured(place: school.School, desktop_id: str) -> tuple[_Load, _Load]:
    config = school.config_file()
    with web.serving(
        'clouddesk.wsgi.api:application', {'OS_CLOUDDESK_CONFIG_FILES': config}
    ) as ours:
        mine = load.Request.get(
            '%s/v1/desktops/%s' % (ours.url, desktop_id), place.headers()
        )
        environ = {bare.CONFIG: config, bare.ANSWER: mine.body().decode()}
        with web.serving(bare.__name__ + ':application', environ) as theirs:
            other = load.Request.get(
                '%s/things/%s' % (theirs.url, desktop_id), place.headers()
            )
            return _in_turns([(ours, mine), (theirs, other)])


def _in_turns(
    pairs: list[tuple[web.Program, load.Request]],
) -> tuple[_Load, _Load]:
    found = (_Load(), _Load())
    for _program, request in pairs:
        load.at_once(request, _CLIENTS, 1)
    for _round in range(_ROUNDS):
        for one, pair in zip(found, pairs, strict=True):
            one.add(*pair)
    return found


def _now() -> float:
    return time.perf_counter()
