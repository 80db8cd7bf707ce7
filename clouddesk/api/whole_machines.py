"""Images of whole machines: that of the system refers to those of the data."""

from collections.abc import Mapping
from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk import states
from clouddesk.api import answers
from clouddesk.api import data_disks
from clouddesk.api import request as cd_request
from clouddesk.api.schemas import common
from clouddesk.cloud import types
from clouddesk.db import models
from clouddesk.i18n import _


def disks(
    req: cd_request.Request, desktop: models.Desktop
) -> list[types.Volume]:
    """The further disks of a desktop, in the order of the devices (M9).

    :raises Invalid: a desktop could not be made of so many
    """
    if 'volume_id' in req.input:
        raise answers.bad('volume_id', _('Give volume_id or whole, not both.'))
    user = cloud.for_user(req.caller)
    if desktop.server_id is None or not user.volume.is_offered():
        return []
    with answers.answering('whole'):
        attached = user.volume.attached_to(desktop.server_id)
    found = [each for each in attached if each.id != desktop.volume_id]
    most = common.MAX_DATA_DISKS
    if len(found) > most:
        raise exceptions.Invalid(
            _(
                'whole: desktop %(name)s has %(count)s further disks; at '
                'most %(limit)s are possible.'
            ),
            {'field': 'whole', 'limit': most},
            name=desktop.name,
            count=len(found),
            limit=most,
        )
    return found


def check(user: cloud.Cloud, image_id: str, fields: Mapping[str, Any]) -> None:
    """Whether an image may refer to those of further disks (M2, M21).

    :param fields: what is to change of it
    :raises Invalid: it is not that of a whole machine, or they are of others
    """
    if not fields.get('data_images'):
        return
    kind = fields.get('kind') or user.image.get(image_id).kind
    if kind != states.WHOLE:
        raise answers.bad(
            'data_images',
            _('data_images belong to an image of kind whole; this is %s.')
            % kind,
        )
    data_disks.check(user, fields['data_images'])
