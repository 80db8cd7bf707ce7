"""Fields of images on their way to Glance, and what it says of them."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.api import complaints
from clouddesk.api import request as cd_request
from clouddesk.api.views import images as view
from clouddesk.cloud import image_facts
from clouddesk.cloud import types
from clouddesk.db.api import images as db
from clouddesk.i18n import _

#: Properties that Glance keeps for itself.
_RESERVED = ('os_glance', 'location', 'deleted')

#: What people write, beside tags and properties.
_TEXTS = (
    'name',
    'note',
    'os_type',
    'os_distro',
    'os_version',
    'architecture',
)
_LAST = 0xFFFF

_BAD_REQUEST = 400

#: Glance's rules about who sees an image, as its refusals name them.
_AUDIENCE = ('publicize_image', 'communitize_image')

#: How Glance says that somebody may not choose the project of an image.
_OWNERS = ("Owner can't be updated", 'images owned by')


def check(fields: Mapping[str, Any]) -> None:
    """What the schema does not know of the fields of a request.

    :raises Invalid: a property has a field of its own, or is not for people
    """
    _check_characters(fields)
    check_ram(fields)
    for name in fields.get('properties', ()):
        if name in image_facts.TAKEN or name.startswith(
            (image_facts.PREFIX, *_RESERVED)
        ):
            raise exceptions.Invalid(
                _(
                    'properties.%(name)s cannot be set by this name; it is a '
                    'field of the image, or kept by the service.'
                ),
                {'field': 'properties.%s' % name},
                name=complaints.shown(name),
            )


def check_ram(
    fields: Mapping[str, Any], image: types.Image | None = None
) -> None:
    """Whether some flavor could have as much RAM as an image wants.

    :param image: as it is before, if there is one
    :raises Invalid: names both limits
    """
    least, most = fields.get('min_ram'), fields.get('max_ram')
    if image is not None:
        least = image.min_ram if least is None else least
        most = fields.get('max_ram', image.max_ram)
    if most is None or (least or 0) <= most:
        return
    field = 'max_ram' if 'max_ram' in fields else 'min_ram'
    raise exceptions.Invalid(
        _(
            '%(field)s: min_ram is %(least)s MiB and max_ram %(most)s MiB; '
            'no flavor can fit.'
        ),
        {'field': field, 'limit': least if field == 'max_ram' else most},
        field=field,
        least=least,
        most=most,
    )


def _check_characters(fields: Mapping[str, Any]) -> None:
    """Glance keeps no character beyond the first plane of Unicode."""
    texts = {
        **{key: fields.get(key) for key in _TEXTS},
        **{
            'tags[%d]' % place: tag
            for place, tag in enumerate(fields.get('tags', ()))
        },
        **{
            'properties.%s' % key: value
            for key, value in fields.get('properties', {}).items()
        },
    }
    for field, text in texts.items():
        if any(ord(char) > _LAST for char in text or ''):
            raise exceptions.Invalid(
                _(
                    '%(field)s has characters beyond %(limit)s, such as '
                    'emoji; Glance does not keep them.'
                ),
                {'field': field, 'limit': 'U+%X' % _LAST},
                field=field,
                limit='U+%X' % _LAST,
            )


def shown(
    req: cd_request.Request, found: Sequence[types.Image]
) -> list[dict[str, Any]]:
    """Images as the API shows them, with what only clouddesk knows."""
    rows = db.by_id([each.id for each in found]) if found else {}
    base = req.application_url
    return [view.image(each, rows.get(each.id), base) for each in found]


def wrong_state(
    image: types.Image,
    action: str,
    allowed: Sequence[str],
    status: str | None = None,
) -> exceptions.ImageWrongState:
    """
    :param status: what hinders it, where that is not Glance's status
    """
    status = status or image.status
    return exceptions.ImageWrongState(
        details={'status': status, 'allowed': list(allowed)},
        name=image.name or image.id,
        status=status,
        action=action,
        allowed=', '.join(allowed),
    )


@contextlib.contextmanager
def refused(
    image_id: str | None = None, fields: Mapping[str, Any] | None = None
) -> Iterator[None]:
    """Say in our words what Glance says inside the block.

    :param image_id: what the request is about
    :param fields: what it wants to change
    :raises ClouddeskError: the error of the request
    """
    try:
        yield
    except exceptions.CloudNotFound:
        raise exceptions.NotFound(kind='image', id=image_id) from None
    except exceptions.CloudForbidden as error:
        raise _forbidden(error, fields or {}) from error
    except exceptions.CloudQuotaExceeded as error:
        raise exceptions.OverQuota(error.text) from error
    except exceptions.CloudConflict as error:
        raise exceptions.Conflict(error.text) from error
    except exceptions.CloudError as error:
        if error.transient:
            raise exceptions.ServiceUnavailable(error.text) from error
        if error.answered == _BAD_REQUEST:
            field = _blamed(error, fields)
            raise exceptions.Invalid(error.text, {'field': field}) from error
        raise


@contextlib.contextmanager
def changing(
    req: cd_request.Request,
    image_id: str,
    fields: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """The same where an image is changed, which only its project may do.

    :raises ImageForeign: it belongs to another one
    """
    try:
        with refused(image_id, fields):
            yield
    except exceptions.Forbidden as error:
        if error.details:
            # It is about a field.
            raise
        with refused(image_id):
            image = cloud.for_user(req.caller).image.get(image_id)
        if image.owner == req.caller.project_id:
            raise
        name = image.name or image.id
        raise exceptions.ImageForeign(name=name) from error


def _blamed(
    error: exceptions.CloudError, fields: Mapping[str, Any] | None
) -> str:
    """The field that Glance quotes in what it says, if it is one of these."""
    if fields is None:
        return 'query'
    names = ((key, image_facts.NAMES.get(key, key)) for key in fields)
    quoted = (key for key, name in names if "'%s'" % name in error.text)
    return next(quoted, 'body')


def _forbidden(
    error: exceptions.CloudForbidden, fields: Mapping[str, Any]
) -> exceptions.Forbidden:
    if 'visibility' in fields and any(r in error.text for r in _AUDIENCE):
        return exceptions.Forbidden(
            _(
                'visibility: you may not make an image %(visibility)s here; '
                'Glance leaves that to others.'
            ),
            {'field': 'visibility'},
            visibility=fields['visibility'],
        )
    if 'owner' in fields and any(said in error.text for said in _OWNERS):
        return exceptions.Forbidden(
            _(
                'owner: you may not give an image to project %(project)s; '
                'Glance leaves that to administrators.'
            ),
            {'field': 'owner'},
            project=fields['owner'],
        )
    return exceptions.Forbidden(error.text)
