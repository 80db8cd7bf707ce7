"""The time of one process; tests put a stepped clock in its place."""

import queue
import time
from typing import Any

from oslo_utils import timeutils

from clouddesk.db import models


class Clock:
    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    def since(self, moment: Any) -> float:
        """Seconds from a UTC time of a row until now, never negative."""
        return max(0.0, (timeutils.utcnow() - moment).total_seconds())

    def wait(self, inbox: queue.SimpleQueue[Any], seconds: float) -> Any:
        """The next message; None when none came in time."""
        try:
            return inbox.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None


def began(clock: Clock, item: models.WorkItem) -> float:
    """When the step that an item is at began, on the process's own clock.

    The row knows: it is written when a step ends and the next one begins.
    """
    age = clock.since(item.updated_at) if item.updated_at else 0.0
    return clock.monotonic() - age
