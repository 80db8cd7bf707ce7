"""The account that is in an image, and who is told its password (I7, V38).

The password is in the secret store and nowhere else: no answer about an image
has it, and Glance, whose properties every member of a project can read, never
gets it. It is handed to who may open a desktop of the image.
"""

from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk import policy
from clouddesk import secrets
from clouddesk import states
from clouddesk.api import image_fields
from clouddesk.api import request as cd_request
from clouddesk.cloud import types
from clouddesk.conf import CONF
from clouddesk.db import models
from clouddesk.db import verdicts
from clouddesk.db.api import images as db

#: Where an account comes from.
DESKTOP = 'desktop'
IMAGE = 'image'
DEFAULT = 'default'

#: Statuses of desktops whose account is shown (V38).
_SHOWN_IN = (states.RUNNING, states.OFF)

_NONE: dict[str, str | None] = {'login_user': None, 'secret_ref': None}


def changeable(
    req: cd_request.Request, rule: str, image_id: str
) -> types.Image:
    """An image whose account the caller may look after.

    It is who may change the image in Glance, as that does by default: members
    of the project that owns it, and admins.

    :param rule: the one of the route
    :raises NotFound: the caller does not see the image
    :raises Forbidden: it belongs to another project
    """
    with image_fields.refused(image_id):
        found = cloud.for_user(req.caller).image.get(image_id)
    policy.authorize(req.caller, rule, {'project_id': found.owner})
    return found


def keep(image: types.Image, user: str, password: str) -> dict[str, Any]:
    """Put the account of an image away, in place of an earlier one."""
    reference = secrets.keep(str(image.owner), password)
    values = {'login_user': user, 'secret_ref': reference}
    return of_image(db.update(db.Known.of(image), values))


def forget(image: types.Image) -> None:
    """Let an image have the account of the system again.

    The password goes when the purge finds that nothing refers to it.
    """
    if db.find(image.id) is not None:
        db.update(db.Known.of(image), _NONE)


def of_image(row: models.Image | None) -> dict[str, Any]:
    """An account as it is shown with its image, without the password."""
    if row is None or row.login_user is None:
        return {
            'user': CONF.images.default_login_user,
            'has_password': CONF.images.default_login_password is not None,
            'source': DEFAULT,
        }
    return {
        'user': row.login_user,
        'has_password': row.secret_ref is not None,
        'source': IMAGE,
    }


def of_desktop(
    desktop: models.Desktop, with_password: bool
) -> dict[str, str | None]:
    """What to log in to a desktop with, for somebody who may open it.

    The account that it was made with comes first; of its password nobody
    keeps more than a hash. Then that of its image, then the default.

    :raises DesktopLocked: nobody may use it
    :raises DesktopWrongState: it is neither running nor off
    :raises ServiceUnavailable: the secret store cannot be used now
    """
    _require_whole(desktop)
    if desktop.login_user is not None:
        return _login(DESKTOP, desktop.login_user, None)
    row = db.find(desktop.image_id)
    if row is None or row.login_user is None:
        user = CONF.images.default_login_user
        password = CONF.images.default_login_password
        return _login(DEFAULT, user, password if with_password else None)
    password = None
    if with_password and row.secret_ref is not None:
        password = secrets.reveal(row.secret_ref)
    return _login(IMAGE, row.login_user, password)


def _login(
    source: str, user: str | None, password: str | None
) -> dict[str, str | None]:
    return {'user': user, 'password': password, 'source': source}


def _require_whole(desktop: models.Desktop) -> None:
    if desktop.locked:
        raise verdicts.locked(desktop)
    if desktop.status not in _SHOWN_IN:
        raise exceptions.DesktopWrongState(
            details={'desktop_id': desktop.id, 'status': desktop.status},
            name=desktop.name,
            status=desktop.status,
            action='login',
            allowed=', '.join(_SHOWN_IN),
        )
