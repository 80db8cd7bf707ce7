"""A conductor whose cloud does everything at once, and that counts.

The process is the real one: claims, leases, fence, steps and their
transactions. Only the calls of Nova are played, in its own memory.
``CLOUDDESK_COUNTS`` names the file that gets the counts at the end.
"""

import collections
import functools
import json
import os
import resource
import sys
import types
from typing import Any

import sqlalchemy as sa

from clouddesk import cloud
from clouddesk import db
from clouddesk.cloud import types as cloud_types
from clouddesk.cmd import conductor
from clouddesk.db.api import leases

_COUNTS: collections.Counter[str] = collections.Counter()


class _Compute:
    """Every server is off."""

    def stop(self, server_id: str) -> None:
        pass

    def list_servers(
        self, desktop_ids: list[str] | None = None
    ) -> list[cloud_types.Server]:
        return [self._server(each) for each in desktop_ids or ()]

    def get_server(self, server_id: str) -> cloud_types.Server:
        return self._server(server_id)

    def _server(self, id_: str) -> cloud_types.Server:
        # A server has the id of its desktop here.
        return cloud_types.Server(
            id=id_, name='x', status='SHUTOFF', desktop_id=id_
        )


def _cloud_of(project_id: str) -> Any:
    room = types.SimpleNamespace(compute=_Compute(), passes_locks=True)
    return types.SimpleNamespace(compute=room.compute, service=room)


def _count_statements(started: Any) -> None:
    @sa.event.listens_for(started, 'before_cursor_execute')
    def executed(*args: Any) -> None:
        _COUNTS['statements'] += 1


def _counted(claim: Any) -> Any:
    @functools.wraps(claim)
    def count(*args: Any) -> Any:
        order = claim(*args)
        _COUNTS['claims' if order else 'collisions'] += 1
        return order

    return count


class _Worker(conductor.OnlyWorker):
    def start(self) -> None:
        db.configure(conductor.CONF)
        _count_statements(db.engine())
        db.configure = lambda conf: None
        super().start()

    def stop(self, graceful: bool = True) -> None:
        super().stop(graceful)
        used = resource.getrusage(resource.RUSAGE_SELF)
        told = dict(_COUNTS) | {
            'processor': used.ru_utime + used.ru_stime,
            'memory': used.ru_maxrss / 1024,
        }
        with open(os.environ['CLOUDDESK_COUNTS'], 'w') as file:
            json.dump(told, file)


def main() -> int | str:
    leases.claim = _counted(leases.claim)
    cloud.for_project = _cloud_of
    conductor.OnlyWorker = _Worker
    return conductor.main()


if __name__ == '__main__':
    sys.exit(main())
