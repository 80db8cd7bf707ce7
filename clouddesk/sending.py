"""Sends messages of which nobody waits for an answer."""

from collections.abc import Callable
import queue
import threading

from oslo_log import log

LOG = log.getLogger(__name__)


class Sender:
    """Sends in a thread of its own, one after the other.

    A broker that hangs keeps whoever sends for minutes, although nothing is
    tried again. A request that is committed must not wait for it: who gets no
    answer orders a second time.

    :param name: of the thread
    :param dropping: what the log says when messages are dropped
    :param size: messages that wait for the broker; more are dropped
    """

    def __init__(self, name: str, dropping: str, size: int = 1000) -> None:
        self._name = name
        self._dropping = dropping
        self._queue: queue.Queue[Callable[[], None]] = queue.Queue(size)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._overflows = False

    def put(self, send: Callable[[], None]) -> None:
        """Have something sent, or drop it when too much waits.

        :param send: never fails
        """
        try:
            self._queue.put_nowait(send)
        except queue.Full:
            if not self._overflows:
                self._overflows = True
                LOG.warning(self._dropping)
        self._start()

    def flush(self) -> None:
        """Wait until all that was put is sent."""
        self._queue.join()

    def _start(self) -> None:
        with self._lock:
            # Whoever forks leaves the thread behind.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name=self._name, daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        while True:
            send = self._queue.get()
            try:
                send()
            finally:
                if self._queue.empty():
                    self._overflows = False
                self._queue.task_done()
