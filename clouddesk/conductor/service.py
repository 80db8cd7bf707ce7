"""The conductor as a whole, in one process."""

from collections.abc import Callable
import contextlib
import queue
import socket
import threading
import time
from typing import Any

from oslo_config import cfg
from oslo_db import exception as db_exc
from oslo_log import log as logging
from oslo_service import service

from clouddesk import cloud
from clouddesk.conductor import audit
from clouddesk.conductor import bus
from clouddesk.conductor import checkup
from clouddesk.conductor import endpoints
from clouddesk.conductor import hints
from clouddesk.conductor import lease
from clouddesk.conductor import manager
from clouddesk.conductor import reconciler
from clouddesk.conductor import sweep
from clouddesk.conductor import sync
from clouddesk.conductor import timetable
from clouddesk.conductor import vanished
from clouddesk.db.api import installation

LOG = logging.getLogger(__name__)

#: Seconds after which the main thread looks for signals.
_DOZE = 1.0


class Conductor(service.ServiceBase):
    """Everything begins in :meth:`start`, which runs in the worker.

    >>> conductor = Conductor(conf)
    >>> conductor.start()
    >>> conductor.stop()
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        cloud_of: Callable[[str], Any] | None = None,
    ) -> None:
        """
        :param cloud_of: gives the cloud as seen from a project
        :raises ConfigFileValueError: a call could outlast a lease
        """
        _refuse_short_leases(conf)
        self._conf = conf
        self._cloud_of = cloud_of or cloud.for_project
        #: What has begun; a signal may come before all of it has.
        self._parts: list[Any] = []

    def start(self) -> None:
        # What the calls to the cloud mark things with.
        self._conf.set_default(
            'installation', _patiently(installation.get_id), group='cloud'
        )
        host = self._conf.conductor.host or socket.gethostname()
        self._ended: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._leases = lease.Leases(
            lease.owner_name(host), self._conf.conductor.lease_seconds
        )
        self.manager = manager.Manager(
            self._leases, self._cloud_of, self._conf
        )
        for part in (self._leases, *self._listeners(host)):
            self._parts.append(part)
            part.start()
        LOG.info('Conductor %s is at work', self._leases.owner)

    def stop(self, graceful: bool = True) -> None:
        """Hand over what is under way and end.

        Running calls come back first; what they made is recorded.
        """
        if not self._parts:
            LOG.info('The conductor stops before it began')
            return
        LOG.info('Conductor %s stops', self._leases.owner)
        self._stopped.set()
        for part in reversed(self._parts[1:]):
            part.stop()
        self.manager.stop()
        LOG.info('Conductor %s has handed over', self._leases.owner)
        self._leases.stop()
        self._loops.wait()
        self._ended.put(True)

    def wait(self) -> None:
        """Until :meth:`stop` is through."""
        # A queue instead of an event, because the handler of a signal may
        # interrupt this very line and call stop(). It runs in this thread
        # only, which sleeps on when the kernel gave the signal to another.
        while True:
            with contextlib.suppress(queue.Empty):
                self._ended.get(timeout=_DOZE)
                return

    def reset(self) -> None:
        """Nothing to do on SIGHUP: only options of the log can change."""

    def _listeners(self, host: str) -> list[Any]:
        sync_ = sync.Sync(
            self._cloud_of, self._conf, self.manager.notice, self._stopped
        )
        sweep_ = sweep.Sweep(self._cloud_of, self._conf, self._stopped)
        hints_ = hints.Hints(sync_.some, heard=self.manager.heard)
        audit_ = audit.Audit(self._cloud_of, sync_, self.manager.run_order)
        checkup_ = checkup.Checkup(self._cloud_of, self._conf, hints_)
        endpoint = endpoints.Endpoint(self.manager, hints_, audit_, checkup_)
        self.bus = bus.Bus(host, [endpoint], hints_.hint, self._conf)
        checkup_.listening = self.bus.listening
        timetable_ = timetable.Timetable(
            self._cloud_of, self.manager.run_order
        )
        self._loops = reconciler.Reconciler(
            self.manager,
            sync_,
            sweep_,
            self._conf,
            timetable_,
            vanished.Vanished(self._cloud_of),
        )
        return [hints_, self._loops, self.bus]


def _patiently(ask: Callable[[], str]) -> str:
    """What the database answers, also when it starts later than we do."""
    while True:
        try:
            return ask()
        except db_exc.DBConnectionError:
            LOG.warning('The database cannot be reached; it is asked again')
            time.sleep(_DOZE)


def _refuse_short_leases(conf: cfg.ConfigOpts) -> None:
    # A call may begin when a third of the lease has gone, see Lease.check().
    # If it outlasts the rest, it may still reach Nova when another conductor
    # is already at work.
    longest = conf.conductor.lease_seconds * 2 // 3
    if conf.cloud.timeout > longest:
        raise cfg.ConfigFileValueError(
            '[cloud] timeout is %d; with [conductor] lease_seconds %d it must '
            'be at most %d'
            % (conf.cloud.timeout, conf.conductor.lease_seconds, longest)
        )
