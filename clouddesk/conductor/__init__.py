"""What carries out work orders."""

from clouddesk import threads

threads.choose()
