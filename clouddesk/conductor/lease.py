"""Leases on work orders: the only place that claims.

A lease is held by one conductor at a time and has to be renewed. The fence in
the database keeps a conductor that lost its lease from writing;
:meth:`Lease.check` keeps it from calling other services.
"""

from collections.abc import Callable
import os
import secrets
import threading
import time

from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk.db import models
from clouddesk.db.api import leases

LOG = logging.getLogger(__name__)

#: Parts of its length after which a lease is renewed.
_RENEW_AFTER = 1 / 4
#: Parts of its length after which nobody may rely on it without asking. What
#: is left must be longer than the longest call to another service.
_STALE_AFTER = 1 / 3

_MAX_OWNER = 255


def owner_name(host: str) -> str:
    """A name that no other conductor has, nor this one after a restart."""
    tail = ':%d:%s' % (os.getpid(), secrets.token_hex(4))
    return host[: _MAX_OWNER - len(tail)] + tail


class Lease:
    """The right to work on one order."""

    def __init__(
        self,
        order: models.WorkOrder,
        owner: str,
        seconds: float,
        clock: Callable[[], float],
        renewed_at: float,
    ) -> None:
        self.order_id = order.id
        self.epoch = order.epoch
        self._owner = owner
        self._seconds = seconds
        self._clock = clock
        # The time before the database was asked: the lease may end earlier
        # than we could think, never later.
        self._renewed_at = renewed_at
        self._lock = threading.Lock()
        self._lost = False
        self._over = False

    @property
    def lost(self) -> bool:
        return self._lost

    def lose(self) -> None:
        """Believe from now on that another worker holds the order."""
        self._lost = True

    def end(self) -> None:
        """The order has ended, and with it went the lease in its row."""
        self._over = True

    def check(self) -> None:
        """To be called before every call to another service.

        :raises LeaseLost: another worker may hold the order
        """
        if not self._lost and self._older_than(_STALE_AFTER):
            with self._lock:
                if self._older_than(_STALE_AFTER):
                    self.renew()
        if self._lost:
            raise exceptions.LeaseLost(id=self.order_id)

    def renew(self) -> None:
        """Prolong the lease, or find out that it is lost."""
        if self._over:
            return
        asked_at = self._clock()
        if leases.renew(self.order_id, self._owner, self.epoch, self._seconds):
            self._renewed_at = asked_at
        else:
            self._lost = True
            LOG.warning('The lease on work order %s is lost', self.order_id)

    def release(self) -> None:
        """Let another conductor take the order at once."""
        if self._over:
            return
        leases.release(self.order_id, self._owner, self.epoch)

    def _older_than(self, part: float) -> bool:
        return self._clock() - self._renewed_at > part * self._seconds


class Leases:
    """The leases of this process, kept alive by one thread."""

    def __init__(
        self,
        owner: str,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.owner = owner
        self._seconds = seconds
        self._clock = clock
        self._held: dict[str, Lease] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopped.clear()
        self._thread = threading.Thread(
            target=self._beat, name='leases', daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        # Not when a signal came in the middle of start().
        if self._thread is not None and self._thread.is_alive():
            self._thread.join()

    def claim(self, order_id: str) -> tuple[Lease, models.WorkOrder] | None:
        """Take an order; None when another has it or nothing is to do."""
        asked_at = self._clock()
        order = leases.claim(order_id, self.owner, self._seconds)
        if order is None:
            return None
        lease = Lease(order, self.owner, self._seconds, self._clock, asked_at)
        self._held[order_id] = lease
        return lease, order

    def release(self, lease: Lease) -> None:
        """Stop renewing a lease and hand its order over if it is not done."""
        self._held.pop(lease.order_id, None)
        if not lease.lost:
            lease.release()

    def forget(self, lease: Lease) -> None:
        """Stop renewing a lease and let it expire."""
        lease.lose()
        self._held.pop(lease.order_id, None)

    def renew_all(self) -> None:
        """Renew what is held; the failure of one does not hurt the others."""
        for lease in list(self._held.values()):
            try:
                lease.renew()
            except Exception as error:
                LOG.error(
                    'The lease on work order %(id)s was not renewed: '
                    '%(error)s',
                    {'id': lease.order_id, 'error': error},
                )

    def _beat(self) -> None:
        while not self._stopped.wait(self._seconds * _RENEW_AFTER):
            self.renew_all()
