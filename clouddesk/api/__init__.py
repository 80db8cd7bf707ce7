"""The HTTP API."""

from clouddesk import threads

threads.choose()
