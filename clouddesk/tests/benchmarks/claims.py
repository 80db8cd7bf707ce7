"""Many work orders that wait at once, and three conductors.

The conductors are real processes; only the calls of Nova are played, see
:mod:`clouddesk.tests.benchmarks.claims_conductor`. Each order stops one
desktop. There is no message bus: the orders are found by looking.
"""

import argparse
from collections.abc import Iterator
import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any

from oslo_utils import uuidutils
import sqlalchemy as sa

from clouddesk import conf
from clouddesk import db
from clouddesk import flows
from clouddesk import states
from clouddesk.db import models
from clouddesk.db.api import leases
from clouddesk.tests.benchmarks import databases
from clouddesk.tests.benchmarks import machine
from clouddesk.tests.benchmarks import report

AIM = (
    'queued at once, three conductors claim none twice; told: orders per '
    'second, and the load of the database'
)

_ORDERS = 5000
_CONDUCTORS = 3
_CONDUCTOR = 'clouddesk.tests.benchmarks.claims_conductor'
#: Seconds.
_PATIENCE = 3600
_LOOK = 0.5
_CHUNK = 1000

_CONFIG = """
[DEFAULT]
transport_url = fake://
default_log_levels = clouddesk=WARNING
[database]
connection = %s
[conductor]
host = %s
listen_to_nova = false
# Nova is done at once: the first look is sooner by far.
poll_interval = 0.4
sync_interval = 3600
sweep_interval = 3600
return_interval = 3600
[course]
timetable_interval = 3600
"""
_STATUS = (
    'Questions',
    'Innodb_row_lock_waits',
    'Innodb_row_lock_time',
    'Innodb_deadlocks',
)


@dataclasses.dataclass
class _Result:
    #: Orders per second, between the first claim and the last end.
    rate: float
    #: Orders that were not claimed exactly once, or did not succeed.
    wrong: int
    #: Sums of what the conductors counted.
    counts: dict[str, float]
    #: What the database counted meanwhile.
    status: dict[str, float]
    #: Processor seconds of the database; None where it runs elsewhere.
    database: float | None


def run(options: argparse.Namespace) -> Iterator[report.Row]:
    """With one conductor, then with three."""
    number = options.orders or _ORDERS
    with databases.mariadb() as url:
        one = _measure(url, number, 1)
        three = _measure(url, number, _CONDUCTORS)
    yield from _rows(number, three, one)


def _rows(number: int, three: _Result, one: _Result) -> Iterator[report.Row]:
    both = (three, one)
    yield report.Row(
        '%d orders not claimed exactly once' % number,
        three.wrong,
        None,
        'orders',
        '<= 0',
        'claims %d; epoch is 1 everywhere' % three.counts['claims'],
    )
    yield report.Row(
        'orders ended by three conductors; beside: one',
        three.rate,
        one.rate,
        '1/s',
        '',
        'the processors are shared with the database',
    )
    yield report.Row(
        'claims that another conductor was quicker with',
        three.counts.get('collisions', 0),
        None,
        'claims',
    )
    for what, key in (
        ('statements per order', 'statements'),
        ('conductors, per 1000 orders', 'processor'),
    ):
        scale = 1 if key == 'statements' else 1000
        ours, theirs = (scale * x.counts[key] / number for x in both)
        yield report.Row(
            what, ours, theirs, 'CPU s' if scale > 1 else 'statements'
        )
    if three.database is not None and one.database is not None:
        yield report.Row(
            'database, per 1000 orders',
            1000 * three.database / number,
            1000 * one.database / number,
            'CPU s',
        )
    waits, beside = (x.status['Innodb_row_lock_waits'] for x in both)
    yield report.Row(
        'waits for a lock, per 1000 orders',
        1000 * waits / number,
        1000 * beside / number,
        'waits',
        '',
        'together %d ms; deadlocks: %d'
        % (
            three.status['Innodb_row_lock_time'],
            three.status['Innodb_deadlocks'],
        ),
    )


def _measure(url: str, number: int, conductors: int) -> _Result:
    db.configure(conf.CONF, connection=url)
    models.Base.metadata.create_all(db.engine())
    try:
        _fill(number)
        _tell_look(number)
        with tempfile.TemporaryDirectory() as folder:
            return _work(url, pathlib.Path(folder), number, conductors)
    finally:
        models.Base.metadata.drop_all(db.engine())
        db.close()


def _fill(number: int) -> None:
    """So many desktops that run, each with an order to stop it."""
    steps = len(flows.steps_for(flows.STOP, {}))
    for start in range(0, number, _CHUNK):
        rows = [
            (uuidutils.generate_uuid(), uuidutils.generate_uuid())
            for _n in range(min(_CHUNK, number - start))
        ]
        with db.writer() as session:
            session.execute(
                sa.insert(models.WorkOrder), [_order(each) for _, each in rows]
            )
            session.execute(
                sa.insert(models.Desktop), [_desktop(*each) for each in rows]
            )
            session.execute(
                sa.insert(models.WorkItem),
                [_item(*each, steps) for each in rows],
            )


def _order(order_id: str) -> dict[str, Any]:
    return {
        'id': order_id,
        'project_id': 'project',
        'user_id': 'user',
        'kind': flows.STOP,
        'status': states.QUEUED,
    }


def _desktop(desktop_id: str, order_id: str) -> dict[str, Any]:
    return {
        'id': desktop_id,
        'server_id': desktop_id,
        'server_status': 'SHUTOFF',
        'project_id': 'project',
        'user_id': 'user',
        'name': 'desk',
        'status': states.STOPPING,
        'work_order_id': order_id,
        'image_id': 'image',
        'flavor_id': 'flavor',
        'network_id': 'network',
        'boot_from': 'image',
        'vcpus': 1,
        'ram': 64,
        'disk': 1,
    }


def _item(desktop_id: str, order_id: str, steps: int) -> dict[str, Any]:
    return {
        'work_order_id': order_id,
        'position': 0,
        'subject_id': desktop_id,
        'subject_name': 'desk',
        'steps_total': steps,
    }


def _tell_look(number: int) -> None:
    """How dear a look at the full queue is, and how it is done."""
    with db.writer() as session:
        session.execute(sa.text('ANALYZE TABLE work_orders')).all()
    leases.claimable(8)
    began = time.monotonic()
    leases.claimable(8)
    print(
        '    a look at %d waiting orders: %.1f ms'
        % (number, 1000 * (time.monotonic() - began))
    )


def _work(
    url: str, folder: pathlib.Path, number: int, conductors: int
) -> _Result:
    before, used = _status(), _processor(url)
    with contextlib.ExitStack() as stack:
        crew = [
            stack.enter_context(_conductor(url, folder / str(n)))
            for n in range(conductors)
        ]
        _await_end(crew, number)
    status = {key: value - before[key] for key, value in _status().items()}
    now = _processor(url)
    result = _Result(
        _rate(number),
        _wrong(number),
        _sums(folder, conductors),
        status,
        None if used is None or now is None else now - used,
    )
    print(
        '    %d conductors: %.1f orders/s, %s'
        % (conductors, result.rate, result.counts),
        flush=True,
    )
    return result


@contextlib.contextmanager
def _conductor(url: str, place: pathlib.Path) -> Iterator[subprocess.Popen]:
    place.mkdir()
    config = place / 'clouddesk.conf'
    config.write_text(_CONFIG % (url.replace('$', '$$'), place.name))
    with open(place / 'log', 'w') as log:
        process = subprocess.Popen(
            [sys.executable, '-m', _CONDUCTOR, '--config-file', str(config)],
            env=os.environ | {'CLOUDDESK_COUNTS': str(place / 'counts')},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_end(crew: list[subprocess.Popen], number: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while _left():
        for process in crew:
            if process.poll() is not None:
                raise report.Failed('a conductor ended early')
        if time.monotonic() > deadline:
            raise report.Failed('%d of %d orders left' % (_left(), number))
        time.sleep(_LOOK)


def _left() -> int:
    query = sa.select(sa.func.count()).select_from(models.WorkOrder)
    with db.reader() as session:
        return session.scalars(
            query.where(models.WorkOrder.finished_at.is_(None))
        ).one()


def _rate(number: int) -> float:
    order = models.WorkOrder
    query = sa.select(
        sa.func.min(order.started_at), sa.func.max(order.finished_at)
    )
    with db.reader() as session:
        began, ended = session.execute(query).one()
    return float(number / (ended - began).total_seconds())


def _wrong(number: int) -> int:
    """Claimed more than once, or not succeeded, or lost."""
    order = models.WorkOrder
    good = sa.select(sa.func.count()).where(
        order.epoch == 1, order.status == states.SUCCEEDED
    )
    with db.reader() as session:
        return number - session.scalars(good).one()


def _sums(folder: pathlib.Path, conductors: int) -> dict[str, float]:
    found = [
        json.loads((folder / str(n) / 'counts').read_text())
        for n in range(conductors)
    ]
    return {
        key: sum(each.get(key, 0) for each in found)
        for key in sorted(set().union(*found))
    }


def _status() -> dict[str, float]:
    with db.reader() as session:
        rows = session.execute(sa.text('SHOW GLOBAL STATUS')).all()
    return {key: float(value) for key, value in rows if key in _STATUS}


def _processor(url: str) -> float | None:
    """Seconds that the database used, if it runs here with its pid file."""
    socket = sa.make_url(url).query.get('unix_socket')
    if not isinstance(socket, str):
        return None
    file = pathlib.Path(socket).with_suffix('.pid')
    if not file.exists():
        return None
    return machine.seconds_of(int(file.read_text()))
