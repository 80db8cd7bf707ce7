"""Opening consoles; the conductor asks Nova, with the service's rights."""

import oslo_messaging as messaging

from clouddesk import exceptions
from clouddesk.conductor import rpcapi
from clouddesk.db import models
from clouddesk.db import verdicts
from clouddesk.i18n import _


def open_(desktop: models.Desktop, kind: str) -> dict[str, str]:
    """A console of a running desktop (V30).

    :param kind: ``novnc``, ``spice-html5`` or ``serial``
    :raises DesktopLocked: nobody may use it
    :raises DesktopWrongState: names the state
    :raises Conflict: Nova refuses, for example the kind
    :raises ServiceUnavailable: Nova or the conductors do not answer
    """
    verdicts.check_console(desktop)
    try:
        return rpcapi.ConductorAPI().console(
            desktop.project_id, desktop.id, kind
        )
    except exceptions.CloudError as error:
        raise _refused(error) from error
    except messaging.RemoteError as error:
        raise exceptions.ServiceUnavailable(
            service='clouddesk-conductor'
        ) from error


def _refused(error: exceptions.CloudError) -> exceptions.ClouddeskError:
    if error.transient:
        return exceptions.ServiceUnavailable(error.text)
    return exceptions.Conflict(
        _('No console: %(reason)s'), {'code': error.code}, reason=error.text
    )
