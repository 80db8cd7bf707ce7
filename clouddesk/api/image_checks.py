"""Looks into images that are there already, whoever put them there.

Only the header is read, and the end where it matters. What is dangerous is
deactivated and not deleted: it may be in use, and somebody wants to know what
it was.
"""

import datetime
from typing import Any

from oslo_utils import timeutils

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.api import image_fields
from clouddesk.api import listing
from clouddesk.api import request as cd_request
from clouddesk.api.views import image_import as view
from clouddesk.cloud import types
from clouddesk.db.api import images as db
from clouddesk.inspection import content

#: Of an image that came to nothing because of what is in it.
FAULT = 'image_refused'

#: Of images that Nova made of a server with volumes (H2), and of encrypted
#: volumes.
_SNAPSHOTS = 'block_device_mapping'
_ENCRYPTED = 'cinder_encryption_key_id'


def check(req: cd_request.Request, image_id: str) -> dict[str, Any]:
    """Look into an image, and deactivate it if it is dangerous.

    :returns: as the API shows it
    :raises ImageWrongState: there is nothing to look at now
    """
    user = cloud.for_user(req.caller)
    with image_fields.refused(image_id):
        image = user.image.get(image_id)
        if image.status != 'active':
            raise image_fields.wrong_state(image, 'check', ('active',))
        why = _unseen(image)
        if why is not None:
            return view.skipped(image, why, timeutils.utcnow())
        found = _inspected(user, image)
        problems = content.judge(
            found,
            image.disk_format,
            image.container_format,
            encrypted=_ENCRYPTED in image.properties,
        )
        deactivated = bool(problems) and _deactivate(user, image)
    at = timeutils.utcnow()
    if listing.scope(req) in (None, image.owner):
        _remember(image, found, problems, at)
    return view.checked(image, found, problems, deactivated, at)


def _unseen(image: types.Image) -> str | None:
    """Why nothing can be said of the content of an image."""
    if not image.size and image.properties.get(_SNAPSHOTS):
        return 'snapshots'
    return 'archive' if image.container_format not in (None, 'bare') else None


def _inspected(user: cloud.Cloud, image: types.Image) -> content.Found:
    def read(offset: int, length: int) -> Any:
        return user.image_data.read(image.id, offset, length)

    return content.inspect(read, image.size or 0)


def _deactivate(user: cloud.Cloud, image: types.Image) -> bool:
    try:
        user.image.set_active(image.id, False)
    except exceptions.CloudForbidden:
        return False
    return True


def _remember(
    image: types.Image,
    found: content.Found,
    problems: tuple[str, ...],
    at: datetime.datetime,
) -> None:
    said = [str(view.problem(code, image, found)) for code in problems]
    message = ' '.join(said) or None
    db.checked(db.Known.of(image), at, found.format, FAULT, message)
