"""The further disks of desktops: which images they are made from (M20)."""

from collections.abc import Sequence
import math
from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk import states
from clouddesk.api import answers
from clouddesk.cloud import types
from clouddesk.i18n import _

_FIELD = 'data_images'
_GIB = 1024**3


def resolve(
    user: cloud.Cloud, wanted: dict[str, Any], image: types.Image
) -> list[dict[str, Any]] | None:
    """The column of that name in a spec.

    :param wanted: a body; ``former_data_images`` are those of a spec whose
        image is another one now
    :param image: that of the system; a whole machine brings its own disks
    :raises Invalid: names what is no data image that can be used
    """
    ids = wanted.get(_FIELD)
    if ids is None:
        ids = image.data_images or wanted.get('former_data_images')
    if not ids:
        return None
    if not user.volume.is_offered():
        raise answers.bad(_FIELD, _('data_images: this cloud has no volumes.'))
    found = check(user, ids)
    return [{'image_id': each.id, 'size': _size(each)} for each in found]


def check(user: cloud.Cloud, ids: Sequence[str]) -> list[types.Image]:
    """The images, in the same order.

    :raises Invalid: names what is no data image that can be used
    """
    with answers.answering(_FIELD):
        found = user.image.get_many(ids)
    return [_checked(each, found.get(each)) for each in ids]


def _checked(image_id: str, image: types.Image | None) -> types.Image:
    if image is None:
        raise answers.bad(
            _FIELD, _('data_images: there is no image %s.') % image_id
        )
    if image.kind != states.DATA:
        raise exceptions.Invalid(
            _(
                'data_images: image %(id)s is of kind %(kind)s; further '
                'disks are made from those of kind data.'
            ),
            {'field': _FIELD},
            id=image_id,
            kind=image.kind,
        )
    if image.status != 'active':
        raise exceptions.Invalid(
            _('data_images: image %(id)s is %(status)s; it must be active.'),
            {'field': _FIELD},
            id=image_id,
            status=image.status,
        )
    return image


def _size(image: types.Image) -> int:
    """GiB of a disk from this image."""
    # The disk in an image may be larger than the file that it comes in.
    data = max(image.size or 0, image.virtual_size or 0)
    return max(1, image.min_disk, math.ceil(data / _GIB))
