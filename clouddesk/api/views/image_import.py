"""Images on their way in, as the API shows them."""

import dataclasses
import datetime
from typing import Any

from clouddesk import i18n
from clouddesk.api.schemas import image_import as schemas
from clouddesk.api.views import links
from clouddesk.cloud import types
from clouddesk.i18n import _
from clouddesk.inspection import content

_PROBLEMS = {
    'backing_file': _('It has a backing file, which lies on another host.'),
    'banned': _('Nobody uses this format, and it cannot be checked.'),
    'data_file': _('Its data are in another file, on another host.'),
    'empty': _('It has no bytes.'),
    'format_mismatch': _('It is called %(disk_format)s and is %(format)s.'),
    'several_formats': _('It is several formats at once.'),
    'unknown_features': _('It needs features of qcow2 that are not known.'),
    'unreadable': _('Its header contradicts itself.'),
    'unsafe_luks': _('It is encrypted in a way that is not known.'),
    'unsafe_vmdk': _(
        'It is a VMDK that is not one file, or that names other files.'
    ),
}

_SKIPPED = {
    'archive': _(
        'Only disks are looked into, and this is %(container_format)s.'
    ),
    'snapshots': _(
        'It has no bytes of its own; it points to snapshots of volumes.'
    ),
}
_PASSED = _('It is what it is called, and leads nowhere.')
_DEACTIVATED = _('It was deactivated: nobody can use it now.')
_LEFT = _('It was left as it is; whoever owns it can deactivate it.')


def places(image_id: str, glance: str) -> list[links.Link]:
    """Where the bytes of an image go, with the token of its owner.

    :param glance: where people find it, with the version
    """
    base = '%s/images/%s/' % (glance, image_id)
    return [
        {'rel': 'upload', 'href': base + 'file'},
        {'rel': 'stage', 'href': base + 'stage'},
    ]


def imports(found: list[types.ImageImport]) -> dict[str, Any]:
    return {'imports': [dataclasses.asdict(each) for each in found]}


def problem(code: str, image: types.Image, found: content.Found) -> str:
    """A problem in words."""
    values = {'disk_format': image.disk_format, 'format': found.format}
    text = _PROBLEMS[code]
    return text % values if '%(' in text else text


def checked(
    image: types.Image,
    found: content.Found,
    problems: tuple[str, ...],
    deactivated: bool,
    at: datetime.datetime,
) -> dict[str, Any]:
    """What a look at the content told."""
    told = [
        {'code': code, 'message': problem(code, image, found)}
        for code in problems
    ]
    message = _PASSED
    if told:
        message = i18n.chain(
            [
                *(each['message'] for each in told),
                _DEACTIVATED if deactivated else _LEFT,
            ],
            _('%(one)s %(other)s'),
        )
    return {
        'image_id': image.id,
        'status': schemas.REFUSED if told else schemas.PASSED,
        'disk_format': image.disk_format,
        'format': found.format,
        'virtual_size': found.virtual_size,
        'problems': told,
        'deactivated': deactivated,
        'message': message,
        'checked_at': links.time(at),
    }


def skipped(
    image: types.Image, why: str, at: datetime.datetime
) -> dict[str, Any]:
    """What was not looked at.

    :param why: ``archive`` or ``snapshots``
    """
    values = {'container_format': image.container_format}
    text = _SKIPPED[why]
    return {
        'image_id': image.id,
        'status': schemas.SKIPPED,
        'disk_format': image.disk_format,
        'format': None,
        'virtual_size': None,
        'problems': [],
        'deactivated': False,
        'message': text % values if '%(' in text else text,
        'checked_at': links.time(at),
    }
