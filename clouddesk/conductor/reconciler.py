"""The loops that find what nobody told us."""

from collections.abc import Callable
import threading
import time

import futurist
from futurist import periodics
from oslo_config import cfg
from oslo_log import log as logging

from clouddesk import secrets
from clouddesk.conductor import debts
from clouddesk.conductor import keeper
from clouddesk.conductor import manager as managers
from clouddesk.conductor import retirement
from clouddesk.conductor import returns
from clouddesk.conductor import sweep
from clouddesk.conductor import sync
from clouddesk.conductor import timetable
from clouddesk.conductor import vanished
from clouddesk.db.api import events
from clouddesk.db.api import leases
from clouddesk.db.api import purge

LOG = logging.getLogger(__name__)

Loop = Callable[[], dict[str, int]]

_PURGE_INTERVAL = 3600.0

#: Seconds; nothing hangs on a round that does not end.
_PATIENCE = 2.0


class Reconciler:
    def __init__(
        self,
        manager: managers.Manager,
        sync_: sync.Sync,
        sweep_: sweep.Sweep,
        conf: cfg.ConfigOpts,
        timetable_: timetable.Timetable,
        vanished_: vanished.Vanished,
    ) -> None:
        self._manager = manager
        self._conf = conf.conductor
        self._event_days = conf.history.days
        self._returns = returns.Returns(conf)
        self._keeper = keeper.Keeper(conf)
        loops: list[tuple[str, Loop, float]] = [
            ('claim', self.claim, self._conf.claim_interval),
            ('sync', sync_.all, self._conf.sync_interval),
            ('stranded', sync_.stranded, self._conf.sync_interval),
            ('keeper', self._keeper.run, self._conf.sync_interval),
            ('debts', debts.Debts().run, self._conf.sync_interval),
            ('returns', self._returns.run, self._conf.return_interval),
            ('timetable', timetable_.run, conf.course.timetable_interval),
            (
                'retirement',
                retirement.Retirement(manager.run_order).run,
                self._conf.sync_interval,
            ),
            ('sweep', sweep_.run, self._conf.sweep_interval),
            ('vanished', vanished_.run, vanished.INTERVAL),
            ('purge', self.purge, _PURGE_INTERVAL),
        ]
        self._worker = periodics.PeriodicWorker(
            [(_periodic(*loop), (), {}) for loop in loops],
            executor_factory=lambda: futurist.ThreadPoolExecutor(
                max_workers=len(loops)
            ),
            schedule_strategy='last_finished_jitter',
        )

    def start(self) -> None:
        threading.Thread(
            target=self._worker.start, name='loops', daemon=True
        ).start()

    def stop(self) -> None:
        """Begin no further round."""
        self._worker.stop()

    def wait(self) -> None:
        """For rounds that still run, but not for ever."""
        self._worker.wait(_PATIENCE)

    def claim(self) -> dict[str, int]:
        """Find orders whose message was lost or whose conductor died."""
        found = leases.claimable(max(0, self._manager.free()))
        taken = [self._manager.run_order(order_id) for order_id in found]
        return {'claimed': sum(taken)}

    def purge(self) -> dict[str, int]:
        """Remove old history."""
        days = self._conf.finished_order_days
        purged = purge.finished_orders(days) if days else 0
        forgotten = events.purge(self._event_days) if self._event_days else 0
        return {'purged': purged, 'events': forgotten} | secrets.purge()


def _periodic(name: str, loop: Loop, seconds: float) -> Callable[[], None]:
    @periodics.periodic(seconds, run_immediately=True)
    def run() -> None:
        began = time.monotonic()
        try:
            counts = loop()
        except Exception:
            # The next round may do better.
            LOG.exception('Loop %s failed', name)
            return
        # A claim loop that finds nothing would fill the log.
        level = LOG.info if any(counts.values()) else LOG.debug
        level(
            'Loop %(name)s took %(seconds).2f s: %(counts)s',
            {
                'name': name,
                'seconds': time.monotonic() - began,
                'counts': counts,
            },
        )

    run.__name__ = name
    return run
