"""Asks conductors about the differences of one or of all projects."""

from collections.abc import Callable
from collections.abc import Iterable
import time
from typing import Any

import oslo_messaging as messaging

from clouddesk import exceptions
from clouddesk.i18n import _

#: Seconds after which no further project is asked about.
_PATIENCE = 60.0

Told = tuple[list[dict[str, Any]], list[dict[str, str]]]


def ask(
    projects: Iterable[str], verb: Callable[[str], list[dict[str, Any]]]
) -> Told:
    """What conductors tell of projects, one after the other.

    :returns: what was told; and, with the reason, of which projects nothing
        was: one failure hides no other project
    :raises ServiceUnavailable: no conductor answers
    """
    until = time.monotonic() + _PATIENCE
    told: list[dict[str, Any]] = []
    unread = []
    for project_id in projects:
        try:
            if time.monotonic() > until:
                raise exceptions.WaitTimeout(
                    what=_('The look at all projects'),
                    seconds=round(_PATIENCE),
                )
            told += verb(project_id)
        except (exceptions.CloudError, exceptions.WaitTimeout) as error:
            unread.append({'project_id': project_id, 'message': error.text})
        except messaging.RemoteError as error:
            raise exceptions.ServiceUnavailable(
                service='clouddesk-conductor'
            ) from error
    return told, unread
