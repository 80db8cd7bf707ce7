"""Removes twins and orphans that a dead conductor left in the cloud.

Deleting what belongs to somebody is worse than leaving rubbish, so a thing
goes only when all of this is true: it carries the identity of a desktop and
of this installation; our own history shows that we worked on that desktop and
no longer do; the desktop's row is gone, or it holds another thing of the kind
which is really there; nothing uses it; and it was seen like that for the whole
grace time.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import threading
import time
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk.conductor import remains
from clouddesk.db import models
from clouddesk.db.api import desktops
from clouddesk.db.api import traces

LOG = logging.getLogger(__name__)

#: What is left of images in the making.
REMAINS = 'remains'

#: Volumes in another status are in use or on their way.
_IDLE_VOLUME = frozenset({'available', 'error'})


@dataclasses.dataclass(frozen=True)
class Leftover:
    """Something that should not be there."""

    kind: str
    id: str
    #: Or the image build, for what is left of an image.
    desktop_id: str
    #: ``orphan``, ``twin`` or ``remains``
    why: str


class Sweep:
    def __init__(
        self,
        cloud_of: Callable[[str], Any],
        conf: cfg.ConfigOpts,
        stopped: threading.Event,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cloud_of = cloud_of
        self._grace = conf.conductor.sweep_grace
        self._stopped = stopped
        self._now = now
        #: When each was seen first, by project; only what is still there.
        self._seen: dict[str, dict[Leftover, float]] = {}

    def run(self) -> dict[str, int]:
        """Look through all projects once."""
        counts = {'projects': 0, 'suspected': 0, 'removed': 0, 'failed': 0}
        for project_id in traces.projects():
            if self._stopped.is_set():
                break
            counts['projects'] += 1
            try:
                suspected, removed = self._project(project_id)
            except exceptions.ClouddeskError as error:
                counts['failed'] += 1
                LOG.warning(
                    'Project %(project)s was not swept: %(error)s',
                    {'project': project_id, 'error': error},
                )
            else:
                counts['suspected'] += suspected
                counts['removed'] += removed
        return counts

    def _project(self, project_id: str) -> tuple[int, int]:
        cloud = self._cloud_of(project_id)
        found = _leftovers(cloud) + _remains(cloud)
        before = self._seen.get(project_id, {})
        now = self._now()
        seen = {each: before.get(each, now) for each in found}
        self._seen[project_id] = seen
        due = [each for each in found if now - seen[each] >= self._grace]
        return len(found), sum(_remove(cloud, each) for each in due)


@dataclasses.dataclass(frozen=True)
class Seen:
    """What carries the identity of a desktop in one project."""

    servers: list[Any]
    ports: list[Any]
    volumes: list[Any]
    floating_ips: list[Any]

    def desktop_ids(self) -> set[str]:
        things = (
            *self.servers,
            *self.ports,
            *self.volumes,
            *self.floating_ips,
        )
        return {each.desktop_id for each in things}


def look(cloud: Any) -> Seen:
    """Ask before the tables are read.

    What a conductor makes in between is in the tables only, and that is
    harmless.
    """
    return Seen(
        servers=cloud.compute.list_servers(),
        ports=cloud.network.list_ports(),
        volumes=remains.optional(cloud.volume.list_volumes),
        floating_ips=remains.optional(cloud.floating_ips.of_project),
    )


def judge(
    seen: Seen,
    suspects: set[str],
    rows: Mapping[str, models.Desktop],
    doomed: Collection[str] = (),
) -> list[Leftover]:
    """Twins and orphans of which nothing is used.

    :param suspects: desktops whose things may be left over
    :param rows: those of the suspects that exist
    :param doomed: servers that do not count as users
    """
    idle_ports = [
        port
        for port in seen.ports
        if not port.device_id or port.device_id in doomed
    ]
    # One that somebody gave to another port is used.
    ends = {None, *(port.id for port in idle_ports)}
    idle_floating_ips = [f for f in seen.floating_ips if f.port_id in ends]
    idle_volumes = [v for v in seen.volumes if v.status in _IDLE_VOLUME]
    return [
        leftover
        for kind, candidates, present in (
            ('server', seen.servers, seen.servers),
            ('port', idle_ports, seen.ports),
            ('volume', idle_volumes, seen.volumes),
            ('floating_ip', idle_floating_ips, seen.floating_ips),
        )
        for leftover in _judge(kind, candidates, present, suspects, rows)
    ]


def _leftovers(cloud: Any) -> list[Leftover]:
    seen = look(cloud)
    ours = traces.finished_with(seen.desktop_ids())
    rows = {row.id: row for row in desktops.get_many(ours)}
    return judge(seen, ours, rows)


def _remains(cloud: Any) -> list[Leftover]:
    things = remains.left_over(remains.look(cloud))
    return [Leftover(*thing, REMAINS) for thing in things]


def _judge(
    kind: str,
    candidates: Iterable[Any],
    present: Iterable[Any],
    suspects: set[str],
    rows: Mapping[str, models.Desktop],
) -> list[Leftover]:
    there = {each.id for each in present}
    found = []
    for thing in candidates:
        if thing.desktop_id not in suspects or not thing.ours:
            continue
        row = rows.get(thing.desktop_id)
        if row is None:
            found.append(Leftover(kind, thing.id, thing.desktop_id, 'orphan'))
        elif _is_twin(thing, held(row, kind), row, there):
            found.append(Leftover(kind, thing.id, thing.desktop_id, 'twin'))
    return found


def held(row: models.Desktop, kind: str) -> list[str | None]:
    """What a desktop has of a kind: one, or its disks by their place."""
    first = getattr(row, '%s_id' % kind)
    further = row.data_volumes if kind == 'volume' else None
    return [first, *(further or ())]


def _is_twin(
    thing: Any, has: list[str | None], row: models.Desktop, there: set[str]
) -> bool:
    place = getattr(thing, 'disk', 0)
    if row.work_order_id is not None or thing.id in has:
        return False
    return place < len(has) and has[place] in there


def is_due(leftover: Leftover, project_id: str | None = None) -> bool:
    """Whether the row, which may have changed meanwhile, still says so.

    :param project_id: rows of other projects do not count; None: all do
    """
    if leftover.why == REMAINS:
        things = [(leftover.kind, leftover.id, leftover.desktop_id)]
        if project_id is None:
            return bool(remains.left_over(things))
        return bool(remains.unexplained(things, project_id))
    rows = [
        row
        for row in desktops.get_many([leftover.desktop_id])
        if project_id in (None, row.project_id)
    ]
    if leftover.why == 'orphan' or not rows:
        return leftover.why == 'orphan' and not rows
    (row,) = rows
    has = held(row, leftover.kind)
    has_another = any(has) and leftover.id not in has
    return row.work_order_id is None and has_another


def remove(cloud: Any, leftover: Leftover) -> None:
    """Ask for its removal.

    :raises CloudError: the service refuses
    """
    verb = {
        'server': cloud.compute.delete_server,
        'port': cloud.network.delete_port,
        'volume': cloud.volume.delete,
        'floating_ip': cloud.floating_ips.delete,
        'snapshot': cloud.captures.delete_snapshot,
        'image': cloud.image.delete,
    }[leftover.kind]
    verb(leftover.id)
    LOG.warning(
        'Removed the %(why)s %(kind)s %(id)s, made for %(desktop_id)s',
        dataclasses.asdict(leftover),
    )


def _remove(cloud: Any, leftover: Leftover) -> bool:
    if not is_due(leftover):
        return False
    try:
        remove(cloud, leftover)
    except exceptions.CloudError as error:
        LOG.warning(
            'The %(why)s %(kind)s %(id)s, made for %(desktop_id)s, was not '
            'removed: %(error)s',
            dataclasses.asdict(leftover) | {'error': error},
        )
        return False
    return True
