"""Brings what the tables say about servers in line with Nova.

Nova is the truth about power. A desktop that an order holds keeps its status,
because the order knows what is wanted.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import itertools
import threading
import time
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
from oslo_utils import timeutils

from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import types
from clouddesk.conductor import likeness
from clouddesk.conductor import observation
from clouddesk.conductor import scene
from clouddesk.db import models
from clouddesk.db.api import desktops
from clouddesk.i18n import _

LOG = logging.getLogger(__name__)

#: Rows read at once.
_PAGE = 1000

#: A desktop may not have changed in these while we asked Nova.
_IDENTITY = ('server_id', 'work_order_id', 'status', 'updated_at')

_STATUS = ('status', 'fault_code', 'fault_message')


class Sync:
    def __init__(
        self,
        cloud_of: Callable[[str], Any],
        conf: cfg.ConfigOpts,
        notice: Callable[[Mapping[str, list[types.Server]], float], None],
        stopped: threading.Event,
    ) -> None:
        """
        :param notice: told the servers that were seen, by desktop, and when
            Nova was asked
        :param stopped: ends a long round early
        """
        self._cloud_of = cloud_of
        self._conf = conf.conductor
        self._notice = notice
        self._stopped = stopped
        self._likeness = likeness.Likeness()

    def all(self) -> dict[str, int]:
        """Compare every desktop that has a server with Nova."""
        return self._compare(_pages())

    def stranded(self) -> dict[str, int]:
        """Give desktops a stable status again that no order works on."""
        rows = desktops.stranded(_PAGE)
        without = [row for row in rows if row.server_id is None]
        desktops.observe(
            [_interrupted(row) | {'was': row.status} for row in without]
        )
        counts = self._compare(row for row in rows if row.server_id)
        return counts | {'without_server': len(without)}

    def some(self, server_ids: set[str], desktop_ids: set[str]) -> None:
        """Look at servers that somebody says have changed."""
        rows = {
            row.id: row
            for row in itertools.chain(
                desktops.by_server_ids(server_ids).values(),
                desktops.get_many(desktop_ids),
            )
        }
        self._compare(rows.values())

    def _compare(self, rows: Iterable[models.Desktop]) -> dict[str, int]:
        counts = {'projects': 0, 'desktops': 0, 'changed': 0, 'failed': 0}
        for project_id, members in _by_project(rows).items():
            if self._stopped.is_set():
                break
            counts['projects'] += 1
            counts['desktops'] += len(members)
            try:
                counts['changed'] += self._compare_project(project_id, members)
            except Exception as error:
                counts['failed'] += 1
                _log_failure(project_id, error)
        return counts

    def _compare_project(
        self, project_id: str, rows: list[models.Desktop]
    ) -> int:
        cloud = self._cloud_of(project_id)
        compute = cloud.compute
        ids = [row.id for row in rows]
        asked_at = time.monotonic()
        servers = compute.list_servers(ids)
        self._notice(scene.by_desktop(servers, ids), asked_at)
        by_id = {server.id: server for server in servers}
        said = [
            self.told(row, by_id.get(row.server_id or ''), compute)
            for row in rows
        ]
        fresh = _unchanged(rows)
        news = [
            each | {'was': fresh[each['id']].status}
            for each in said
            if each and each['id'] in fresh
        ]
        desktops.observe(news)
        self._likeness.restore(
            cloud,
            [
                (fresh[r.id], by_id.get(r.server_id or ''))
                for r in rows
                if r.id in fresh
            ],
        )
        return sum(_differs(fresh[each['id']], each) for each in news)

    def told(
        self, row: models.Desktop, server: types.Server | None, compute: Any
    ) -> dict[str, Any] | None:
        """What to record of a desktop; None when its order will do that."""
        if server is None and row.server_id and row.work_order_id is None:
            # Not in the list may mean that somebody took our tag off.
            server = compute.get_server(row.server_id)
            if server is None:
                return observation.gone(row)
        if server is None:
            return None
        told = observation.row(row, server)
        if told['status'] in states.DESKTOP_STABLE - {states.FAULT}:
            return told
        if row.status == states.FAULT and row.fault_code:
            # The first reason tells more than that the server is still
            # broken, and a desktop in fault can be retried or deleted.
            return {k: v for k, v in told.items() if k not in _STATUS}
        if told['status'] in states.DESKTOP_UNSTABLE and self._is_stuck(
            row, server
        ):
            told |= observation.stuck(server)
        return told

    def _is_stuck(self, row: models.Desktop, server: types.Server) -> bool:
        """Whether Nova has shown the same for longer than anything takes."""
        since = row.observed_at or row.updated_at
        return (
            row.server_status == server.status
            and row.task_state == server.task_state
            and timeutils.is_older_than(since, self._conf.build_timeout)
        )


def _interrupted(row: models.Desktop) -> dict[str, Any]:
    text = _(
        'The work on the desktop ended early, and it has no server; retry '
        'builds it, delete removes it.'
    )
    return {'id': row.id} | observation.fault('interrupted', text)


def _unchanged(rows: Collection[models.Desktop]) -> dict[str, Any]:
    """The rows as they are now, without those that moved on meanwhile."""
    now = {row.id: row for row in desktops.get_many([r.id for r in rows])}
    return {
        row.id: now[row.id]
        for row in rows
        if row.id in now
        and all(
            getattr(row, key) == getattr(now[row.id], key) for key in _IDENTITY
        )
    }


def _differs(row: models.Desktop, told: Mapping[str, Any]) -> bool:
    return any(
        told[key] != getattr(row, key)
        for key in ('status', 'server_status')
        if key in told
    )


def _pages() -> Iterable[models.Desktop]:
    after = None
    while page := desktops.page_with_server(after, _PAGE):
        yield from page
        after = page[-1].id


def _by_project(
    rows: Iterable[models.Desktop],
) -> dict[str, list[models.Desktop]]:
    found: dict[str, list[models.Desktop]] = {}
    for row in rows:
        found.setdefault(row.project_id, []).append(row)
    return found


def _log_failure(project_id: str, error: Exception) -> None:
    LOG.warning(
        'The desktops of project %(project)s were not compared with Nova: '
        '%(error)s',
        {'project': project_id, 'error': error},
        exc_info=not isinstance(error, exceptions.ClouddeskError),
    )
