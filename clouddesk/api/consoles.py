"""Opening consoles, with the rights of the service user.

The API asks Nova itself: whoever has the address of a console has its screen,
so it goes to nobody but the one who asks.
"""

import dataclasses

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.db import models
from clouddesk.db import verdicts
from clouddesk.i18n import _


def open_(desktop: models.Desktop, kind: str) -> dict[str, str]:
    """A console of a running desktop (V30).

    :param kind: ``novnc``, ``spice-html5`` or ``serial``
    :raises DesktopLocked: nobody may use it
    :raises DesktopWrongState: names the state
    :raises Conflict: Nova refuses, for example the kind
    :raises ServiceUnavailable: Nova does not answer
    """
    verdicts.check_console(desktop)
    compute = cloud.for_project(desktop.project_id).compute
    try:
        return dataclasses.asdict(
            compute.console(str(desktop.server_id), kind)
        )
    except exceptions.CloudError as error:
        raise _refused(error) from error


def _refused(error: exceptions.CloudError) -> exceptions.ClouddeskError:
    if error.transient:
        return exceptions.ServiceUnavailable(error.text)
    return exceptions.Conflict(
        _('No console: %(reason)s'), {'code': error.code}, reason=error.text
    )
