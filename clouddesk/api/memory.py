"""Remembers for a while what others said."""

import collections
import threading
import time
from typing import Generic
from typing import TypeVar

_Value = TypeVar('_Value')


class Memory(Generic[_Value]):
    """What was told within so many seconds; for several threads."""

    def __init__(self, seconds: float, most: int) -> None:
        """
        :param most: how much is remembered; then the oldest is forgotten
        """
        self._seconds = seconds
        self._most = most
        self._lock = threading.Lock()
        #: Until when, and what; the oldest first.
        self._known: collections.OrderedDict[str, tuple[float, _Value]] = (
            collections.OrderedDict()
        )

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: str) -> _Value | None:
        """What is known, and not too old."""
        with self._lock:
            found = self._known.get(key)
        if found is None or found[0] <= time.monotonic():
            return None
        return found[1]

    def put(self, key: str, value: _Value, asked_at: float) -> None:
        """Remember something.

        :param asked_at: when it was true, on the monotonic clock
        """
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = (asked_at + self._seconds, value)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Everything; for tests."""
        with self._lock:
            self._known.clear()
