"""Finds what the tables and the cloud disagree about, and repairs it.

The sweep removes by itself only what our own history knows. Here a person
looks and decides, so everything counts that carries the identity of a desktop
and of this installation.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import hashlib
import time
from typing import Any

from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk import states
from clouddesk.conductor import likeness
from clouddesk.conductor import remains
from clouddesk.conductor import sweep
from clouddesk.conductor import sync
from clouddesk.conductor.flows import reach
from clouddesk.db import models
from clouddesk.db import paging
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops

LOG = logging.getLogger(__name__)

#: Seconds after which no further repair is begun: somebody waits.
PATIENCE = 40.0

#: Servers go first: what they use becomes free. A copy goes before the
#: snapshot that it was made from.
_ORDER = (
    *('server', 'floating_ip', 'port', 'volume', 'snapshot', 'image'),
    'desktop',
)

_ALL = paging.Page(
    limit=None, marker=None, sort_keys=['id'], sort_dirs=['asc']
)


@dataclasses.dataclass(frozen=True)
class Difference:
    #: ``vanished_<what>``, ``orphan_<what>``, ``twin_<what>``,
    #: ``remains_<what>`` or ``<what>_drift``
    kind: str
    resource_type: str
    resource_id: str
    project_id: str
    #: None for what is left of an image build.
    desktop_id: str | None
    desktop_name: str | None
    #: ``retry``, ``rebuild``, ``reattach``, ``delete`` or ``synchronise``
    repair: str
    #: What a drift is between: the cloud's and ours.
    cloud: str | None = None
    ours: str | None = None
    image_build_id: str | None = None

    @property
    def id(self) -> str:
        """The same for the same difference, whenever it is looked for."""
        words = (
            self.project_id,
            self.kind,
            self.resource_type,
            self.resource_id,
            self.owner_id,
        )
        return hashlib.sha256('/'.join(words).encode()).hexdigest()[:32]

    @property
    def owner_id(self) -> str:
        """The desktop, or the image build, that it is about."""
        return self.desktop_id or self.image_build_id or ''

    def primitive(self) -> dict[str, Any]:
        """What is sent to the API."""
        return {'id': self.id} | dataclasses.asdict(self)


class Audit:
    def __init__(
        self,
        cloud_of: Callable[[str], Any],
        sync_: sync.Sync,
        run_order: Callable[[str], Any],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        :param run_order: begins to work on a committed order
        """
        self._cloud_of = cloud_of
        self._sync = sync_
        self._run_order = run_order
        self._now = now

    def differences(self, project_id: str) -> list[Difference]:
        """What is wrong in a project, as it is now.

        :raises CloudError: a service does not tell
        """
        cloud = self._cloud_of(project_id)
        # The cloud first, see sweep.look().
        seen, things = sweep.look(cloud), remains.look(cloud)
        rows = {r.id: r for r in desktops.list_(project_id, {}, _ALL)}
        found = [
            *_left_over(seen, rows, project_id),
            *_remains(things, project_id),
        ]
        for row in rows.values():
            if row.work_order_id is None:
                found += _vanished(row, seen, cloud)
                found += _unplugged(row, seen)
                found += self._drifts(row, seen, cloud)
        return sorted(found, key=lambda each: (each.kind, each.id))

    def _drifts(
        self, row: models.Desktop, seen: sweep.Seen, cloud: Any
    ) -> Iterator[Difference]:
        if row.server_id is None:
            return
        server = _of(seen.servers, row.server_id)
        told = self._sync.told(row, server, cloud.compute)
        if told and told.get('fault_code') == 'server_gone':
            yield _of_row(row, 'vanished', 'server', row.server_id, 'retry')
        elif told and told.get('status', row.status) != row.status:
            yield _drift(row, 'status', told['status'], row.status)
        if server and server.name != row.name:
            yield _drift(row, 'name', server.name, row.name)
        locked = getattr(server, 'locked', None)
        wanted = likeness.wants_lock(cloud, row)
        if locked is not None and locked != wanted:
            yield _drift(row, 'lock', _word(locked), _word(wanted))

    def repair(
        self,
        project_id: str,
        ids: Collection[str] | None,
        order: Mapping[str, Any],
    ) -> list[dict[str, Any]]:
        """Repair differences that are still there; twice does no harm.

        :param ids: of the differences; None for all
        :param order: who asks: ``user_id`` and ``request_id``
        :returns: a verdict for each: ``repaired``, ``ordered`` (with
            ``work_order_id``), ``gone``, ``refused`` or ``failed`` (with
            ``reason``), ``later``
        """
        until = self._now() + PATIENCE
        found = self.differences(project_id)
        chosen = [each for each in found if ids is None or each.id in ids]
        verdicts = {
            **self._delete(project_id, _with(chosen, 'delete'), until),
            **self._rebuild(project_id, chosen, order),
            **self._synchronise(project_id, _with(chosen, 'synchronise')),
        }
        told = [each.primitive() | verdicts[each.id] for each in chosen]
        known = {each.id for each in chosen}
        unknown = sorted(set(ids or ()) - known)
        return told + [{'id': id_, 'verdict': 'gone'} for id_ in unknown]

    def _delete(
        self, project_id: str, chosen: list[Difference], until: float
    ) -> dict[str, dict[str, Any]]:
        cloud = self._cloud_of(project_id)
        verdicts = {}
        for each in sorted(chosen, key=_rank):
            if self._now() > until:
                verdicts[each.id] = {'verdict': 'later'}
            else:
                verdicts[each.id] = _removed(cloud, each)
        return verdicts

    def _rebuild(
        self,
        project_id: str,
        chosen: list[Difference],
        order: Mapping[str, Any],
    ) -> dict[str, dict[str, Any]]:
        """One order for each way, or one for each desktop that can go."""
        by_desktop: dict[str, dict[str, Any]] = {}
        mine = []
        # The thorough ways first: they do what the others would.
        for action in ('rebuild', 'retry', 'reattach'):
            wanted = _with(chosen, action)
            ids = {each.owner_id for each in wanted} - set(by_desktop)
            by_desktop |= self._ordered(action, sorted(ids), project_id, order)
            mine += wanted
        return {each.id: by_desktop[each.owner_id] for each in mine}

    def _ordered(
        self,
        action: str,
        ids: list[str],
        project_id: str,
        order: Mapping[str, Any],
    ) -> dict[str, dict[str, Any]]:
        if not ids:
            return {}
        if action == 'retry':
            # Retry begins with a fault, which the next sync would record.
            self._sync.some(set(), set(ids))
        made = dict(order) | {'project_id': project_id}
        try:
            one = desktop_orders.act(made, action, ids, project_id)
        except exceptions.ClouddeskError as error:
            if len(ids) == 1:
                return {ids[0]: _verdict('refused', error)}
            return {
                key: verdict
                for id_ in ids
                for key, verdict in self._ordered(
                    action, [id_], project_id, order
                ).items()
            }
        self._run_order(one.id)
        verdict = {'verdict': 'ordered', 'work_order_id': one.id}
        return dict.fromkeys(ids, verdict)

    def _synchronise(
        self, project_id: str, chosen: list[Difference]
    ) -> dict[str, dict[str, Any]]:
        if not chosen:
            return {}
        self._sync.some(set(), {each.owner_id for each in chosen})
        still = {each.id for each in self.differences(project_id)}
        return {
            each.id: {'verdict': 'failed' if each.id in still else 'repaired'}
            for each in chosen
        }


def _left_over(
    seen: sweep.Seen, rows: Mapping[str, models.Desktop], project_id: str
) -> Iterator[Difference]:
    ids = seen.desktop_ids()
    lost = {s.id for s in seen.servers if s.desktop_id not in rows}
    for each in sweep.judge(seen, ids, rows, lost):
        row = rows.get(each.desktop_id)
        yield Difference(
            kind='%s_%s' % (each.why, each.kind),
            resource_type=each.kind,
            resource_id=each.id,
            project_id=project_id,
            desktop_id=each.desktop_id,
            desktop_name=row.name if row else None,
            repair='delete',
        )


def _remains(
    things: list[remains.Thing], project_id: str
) -> Iterator[Difference]:
    for kind, id_, build_id in remains.unexplained(things, project_id):
        yield Difference(
            kind='%s_%s' % (sweep.REMAINS, kind),
            resource_type=kind,
            resource_id=id_,
            project_id=project_id,
            desktop_id=None,
            desktop_name=None,
            repair='delete',
            image_build_id=build_id,
        )


def _vanished(
    row: models.Desktop, seen: sweep.Seen, cloud: Any
) -> Iterator[Difference]:
    """What is recorded and not there, under any name."""
    for kind, present, get in (
        ('port', seen.ports, cloud.network.get_port),
        ('volume', seen.volumes, cloud.volume.get),
        ('floating_ip', seen.floating_ips, cloud.floating_ips.get),
    ):
        for held in filter(None, sweep.held(row, kind)):
            if not _of(present, held) and get(held) is None:
                repair = 'rebuild' if kind == 'volume' else _mend(row, seen)
                yield _of_row(row, 'vanished', kind, held, repair)


def _unplugged(row: models.Desktop, seen: sweep.Seen) -> Iterator[Difference]:
    """What is there and does not lead to the desktop."""
    server = _of(seen.servers, row.server_id or '')
    port = _of(seen.ports, row.port_id or '')
    built = server and server.status in reach.PLUGGABLE
    if port and built and port.device_id != server.id:
        yield _of_row(row, 'unplugged', 'port', port.id, _mend(row, seen))
    floating_ip = _of(seen.floating_ips, row.floating_ip_id or '')
    if port and floating_ip and floating_ip.port_id != port.id:
        repair = _mend(row, seen)
        yield _of_row(row, 'unplugged', 'floating_ip', floating_ip.id, repair)


def _mend(row: models.Desktop, seen: sweep.Seen) -> str:
    """How a desktop is connected again: keeping its disk, if possible."""
    server = _of(seen.servers, row.server_id or '')
    good = server is not None and server.status != 'ERROR'
    able = row.status in states.ACTION_FROM['reattach']
    return 'reattach' if good and able else 'retry'


def _of_row(
    row: models.Desktop, why: str, kind: str, id_: str, repair: str
) -> Difference:
    return Difference(
        kind='%s_%s' % (why, kind),
        resource_type=kind,
        resource_id=id_,
        project_id=row.project_id,
        desktop_id=row.id,
        desktop_name=row.name,
        repair=repair,
    )


def _drift(
    row: models.Desktop, what: str, cloud: str, ours: str
) -> Difference:
    return Difference(
        kind='%s_drift' % what,
        resource_type='desktop',
        resource_id=row.id,
        project_id=row.project_id,
        desktop_id=row.id,
        desktop_name=row.name,
        repair='synchronise',
        cloud=cloud,
        ours=ours,
    )


def _word(locked: bool) -> str:
    return 'locked' if locked else 'unlocked'


def _of(things: list[Any], id_: str) -> Any:
    return next((each for each in things if each.id == id_), None)


def _with(chosen: list[Difference], repair: str) -> list[Difference]:
    return [each for each in chosen if each.repair == repair]


def _rank(each: Difference) -> int:
    return _ORDER.index(each.resource_type)


def _removed(cloud: Any, each: Difference) -> dict[str, Any]:
    why = each.kind.split('_')[0]
    leftover = sweep.Leftover(
        each.resource_type, each.resource_id, each.owner_id, why
    )
    if not sweep.is_due(leftover, each.project_id):
        return {'verdict': 'gone'}
    try:
        sweep.remove(cloud, leftover)
    except exceptions.CloudError as error:
        return _verdict('failed', error)
    return {'verdict': 'repaired'}


def _verdict(word: str, error: exceptions.ClouddeskError) -> dict[str, Any]:
    return {'verdict': word, 'code': error.code, 'reason': str(error.text)}
