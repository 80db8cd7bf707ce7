"""Claims work orders and carries them out on a bounded pool."""

from collections.abc import Callable
from collections.abc import Mapping
import threading
from typing import Any

import futurist
from oslo_config import cfg
from oslo_db import exception as db_exc
from oslo_log import log as logging
from sqlalchemy import exc as sa_exc

from clouddesk import context
from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import types
from clouddesk.conductor import engine as engines
from clouddesk.conductor import faults
from clouddesk.conductor import lease as leases
from clouddesk.db.api import leases as leases_api
from clouddesk.db.api import progress

LOG = logging.getLogger(__name__)

#: The database, or a connection to it, cannot be had just now.
_AWAY = (db_exc.DBConnectionError, sa_exc.TimeoutError)


class Manager:
    def __init__(
        self,
        leases_: leases.Leases,
        cloud_of: Callable[[str], Any],
        conf: cfg.ConfigOpts,
    ) -> None:
        self._leases = leases_
        self._cloud_of = cloud_of
        self._conf = conf
        self._limit = conf.conductor.max_work_orders
        self._orders = futurist.ThreadPoolExecutor(max_workers=self._limit)
        self._calls = futurist.ThreadPoolExecutor(
            max_workers=conf.conductor.max_threads
        )
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        #: By order; None until the order is claimed.
        self._engines: dict[str, engines.Engine | None] = {}
        self._stopping = False
        #: No place was free for a while: more orders may wait.
        self._was_full = False

    def free(self) -> int:
        """How many more orders may run here."""
        return 0 if self._stopping else self._limit - len(self._engines)

    def run_order(self, order_id: str) -> bool:
        """Work on an order soon.

        One that runs here already looks at its row again, because somebody
        may have cancelled it.

        :returns: False when everything is taken; the row waits for the next
            look of any conductor
        """
        with self._lock:
            if order_id in self._engines:
                engine = self._engines[order_id]
                if engine is not None:
                    engine.wake()
                return True
            if self.free() <= 0:
                LOG.info('No place is free for work order %s', order_id)
                return False
            self._engines[order_id] = None
            self._was_full |= self.free() == 0
            self._orders.submit(self._run, order_id)
        return True

    def notice(
        self, servers: Mapping[str, list[types.Server]], asked_at: float
    ) -> None:
        """Tell the orders at work what was seen, by desktop.

        :param asked_at: when Nova was asked, on the monotonic clock
        """
        for engine in self._at_work():
            engine.notice(servers, asked_at)

    def heard(self, desktop_id: str) -> None:
        """Nova told something of a desktop."""
        for engine in self._at_work():
            engine.heard(desktop_id)

    def _at_work(self) -> list[engines.Engine]:
        with self._lock:
            return [each for each in self._engines.values() if each]

    def stop(self) -> None:
        """Take no more work and hand over what is under way.

        Returns when every order came to a checkpoint and is released.
        """
        with self._lock:
            self._stopping = True
            engines_ = [each for each in self._engines.values() if each]
        for engine in engines_:
            engine.stop()
        self.drain()
        self._orders.shutdown(wait=False)
        self._calls.shutdown(wait=False)

    def drain(self) -> None:
        """Until no order runs here."""
        with self._lock:
            self._idle.wait_for(lambda: not self._engines)

    # -- on a thread of the orders' pool -----------------------------------

    def _run(self, order_id: str) -> None:
        try:
            claimed = None if self._stopping else self._leases.claim(order_id)
            if claimed is not None:
                self._work(*claimed)
        except Exception:
            LOG.exception('Work order %s was not begun', order_id)
        finally:
            with self._lock:
                self._engines.pop(order_id, None)
            self._look_for_more()
            with self._lock:
                self._idle.notify_all()

    def _look_for_more(self) -> None:
        """Go on with what waits, without a pause until the next loop.

        Not for each single place: the longer the queue, the dearer the look.
        """
        with self._lock:
            free = self.free()
            if not self._was_full or 2 * free < self._limit:
                return
            self._was_full = False
        try:
            found = leases_api.claimable(free)
            # Before the first of them ends, and nobody is left to look.
            self._was_full |= len(found) == free
            for order_id in found:
                self.run_order(order_id)
        except Exception:
            LOG.exception('What waits was not seen; the loop looks again')

    def _work(self, lease: leases.Lease, order: Any) -> None:
        context.work_for(order)
        LOG.info(
            'Work order %(id)s (%(kind)s) is taken on, epoch %(epoch)d',
            {'id': order.id, 'kind': order.kind, 'epoch': lease.epoch},
        )
        engine = engines.Engine(lease, self._cloud_of, self._calls, self._conf)
        with self._lock:
            self._engines[order.id] = engine
            if self._stopping:
                engine.stop()
        try:
            self._guarded(engine, lease, order)
        except exceptions.LeaseLost:
            LOG.warning('Work order %s is worked on elsewhere', order.id)
            self._leases.forget(lease)
        except Exception:
            # Mostly the database is away. Whoever claims the order next finds
            # what was made; a lease that is not forgotten is renewed for ever.
            LOG.exception('Work order %s is given up for now', order.id)
            self._leases.forget(lease)
        else:
            self._leases.release(lease)

    def _guarded(
        self, engine: engines.Engine, lease: leases.Lease, order: Any
    ) -> None:
        try:
            engine.run(order)
        except (exceptions.LeaseLost, *_AWAY):
            raise
        except Exception as error:
            LOG.exception('Work order %s broke', order.id)
            progress.finish_order(
                order.id,
                lease.epoch,
                states.FAILED,
                faults.describe(error, order.project_id),
            )
