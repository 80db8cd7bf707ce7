"""Collects what Nova and the API tell: one look serves many messages."""

from collections.abc import Callable
import threading
import time

from oslo_log import log as logging

LOG = logging.getLogger(__name__)

#: Seconds between two looks, at least.
_DELAY = 1.0
#: Seconds in which further hints are awaited: Nova tells of one change twice.
_GATHER = 0.2

#: What Nova says of a server between two tasks of its build.
_BUILDING = 'building'


class Hints:
    """Servers that changed; looked at together, at most once a second."""

    def __init__(
        self,
        look: Callable[[set[str], set[str]], None],
        delay: float = _DELAY,
        heard: Callable[[str], None] | None = None,
    ) -> None:
        """
        :param look: called with ids of servers and ids of desktops
        :param heard: called with the id of each desktop that Nova tells of
        """
        self._look = look
        self._delay = delay
        self._heard = heard
        self._lock = threading.Lock()
        self._servers: set[str] = set()
        self._desktops: set[str] = set()
        self._some = threading.Event()
        self._stopped = threading.Event()
        #: When Nova told something last; None: never.
        self.heard_at: float | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name='hints', daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._some.set()

    def hint(
        self,
        server_id: str,
        desktop_id: str | None,
        event: str,
        state: str | None,
        task_state: str | None,
    ) -> None:
        """Nova did something; see :mod:`clouddesk.cloud.notifications`.

        A server in the middle of a task is not looked at: another hint
        comes when it is done.
        """
        self.heard_at = time.monotonic()
        if desktop_id and self._heard:
            self._heard(desktop_id)
        is_busy = task_state or state == _BUILDING
        if is_busy and not event.endswith('.error'):
            return
        with self._lock:
            self._servers.add(server_id)
            if desktop_id:
                self._desktops.add(desktop_id)
        self._some.set()

    def look_at(self, desktop_id: str) -> None:
        """Somebody edited a desktop, or doubts what is known of it."""
        with self._lock:
            self._desktops.add(desktop_id)
        self._some.set()

    def flush(self) -> None:
        """Look at everything that was hinted at until now."""
        self._some.clear()
        with self._lock:
            servers, self._servers = self._servers, set()
            desktops, self._desktops = self._desktops, set()
        if not servers and not desktops:
            return
        try:
            self._look(servers, desktops)
        except Exception:
            LOG.exception('The hints were not followed')

    def _run(self) -> None:
        looked_at = -self._delay
        while not self._stopped.is_set():
            self._some.wait()
            rest = looked_at + self._delay - time.monotonic()
            self._stopped.wait(max(rest, min(_GATHER, self._delay)))
            self.flush()
            looked_at = time.monotonic()
