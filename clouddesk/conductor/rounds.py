"""What the loops share that do something with one desktop after the other."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk.db import models

LOG = logging.getLogger(__name__)

#: Rows that are read at a time.
_PAGE = 500

#: Gives the rows that come after a key, at most so many.
Read = Callable[[int, Any], Sequence[Any]]


def pages(
    read: Read, key: Callable[[Any], Any] = lambda row: row.id
) -> Iterator[Any]:
    """All rows, page by page.

    Those that nothing can be done about do not hold up the rest.
    """
    after = None
    while True:
        rows = read(_PAGE, after)
        yield from rows
        if len(rows) < _PAGE:
            return
        after = key(rows[-1])


def over_desktops(
    read: Read, act: Callable[[models.Desktop], str], *outcomes: str
) -> dict[str, int]:
    """One round; a desktop that fails does not hold up the others.

    :param act: answers with one of the outcomes
    :returns: how often there was each outcome, and ``failed``
    """
    counts = dict.fromkeys((*outcomes, 'failed'), 0)
    for desktop in pages(read):
        try:
            counts[act(desktop)] += 1
        except exceptions.Conflict as error:
            # Somebody, or another conductor, was quicker.
            LOG.debug('Desktop %s is left: %s', desktop.id, error)
        except exceptions.ClouddeskError as error:
            counts['failed'] += 1
            LOG.warning(
                'Desktop %(desktop)s stays as it is: %(error)s',
                {'desktop': desktop.id, 'error': error},
            )
    return counts
