"""Lets servers show in Nova what people want of their desktops.

The name, so that an operator recognizes it, the lock, so that nobody does
behind our back what is refused here, and whether it shall keep running, so
that Masakari heeds it. What Nova refuses is tried again at every
round.
"""

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.db import models
from clouddesk.db.api import locks

LOG = logging.getLogger(__name__)

_Pairs = Iterable[tuple[models.Desktop, types.Server | None]]


class Likeness:
    def __init__(self) -> None:
        #: What Nova refused last, by server.
        self._refused: dict[str, tuple[str, Any]] = {}

    def restore(self, cloud: Any, pairs: _Pairs) -> None:
        """Change what differs.

        :param cloud: of the project that the desktops are in
        """
        for desktop, server in pairs:
            if server is None:
                continue
            if server.name != desktop.name:
                rename = ('name', desktop.name)
                self._try(server, rename, _rename, cloud, desktop)
            if server.locked != wants_lock(cloud, desktop):
                lock = ('lock', not server.locked)
                self._try(server, lock, _lock, cloud, desktop)
            if server.high_availability != desktop.keep_running:
                keep = ('HA_Enabled', desktop.keep_running)
                self._try(server, keep, _keep, cloud, desktop)

    def _try(
        self,
        server: types.Server,
        wish: tuple[str, Any],
        change: Callable[[Any, types.Server, models.Desktop], None],
        cloud: Any,
        desktop: models.Desktop,
    ) -> None:
        try:
            change(cloud, server, desktop)
        except exceptions.CloudError as error:
            # Once is enough to say so.
            known = self._refused.get(server.id) == wish
            self._refused[server.id] = wish
            LOG.log(
                logging.DEBUG if known else logging.WARNING,
                'Server %(server)s keeps its %(what)s for now: %(error)s',
                {'server': server.id, 'what': wish[0], 'error': error},
            )
        else:
            self._refused.pop(server.id, None)


def wants_lock(cloud: Any, desktop: models.Desktop) -> bool:
    """Whether Nova should show a lock."""
    return locks.wants_lock(desktop, cloud.passes_locks)


def _rename(cloud: Any, server: types.Server, desktop: models.Desktop) -> None:
    cloud.compute.rename(server.id, desktop.name)


def _keep(cloud: Any, server: types.Server, desktop: models.Desktop) -> None:
    # As an admin, because the server may be locked.
    compute = cloud.service.compute
    compute.set_high_availability(server.id, desktop.keep_running)


def _lock(cloud: Any, server: types.Server, desktop: models.Desktop) -> None:
    """Lock or unlock, as an admin: else the owner could undo it."""
    compute = cloud.service.compute
    if wants_lock(cloud, desktop):
        compute.lock(server.id, desktop.lock_reason)
    else:
        compute.unlock(server.id)
