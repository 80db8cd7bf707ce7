"""What a request asks the list of images for."""

from collections.abc import Iterator
from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.api import answers
from clouddesk.api import complaints
from clouddesk.api import image_fields
from clouddesk.api import request as cd_request
from clouddesk.api.schemas import images as schemas
from clouddesk.cloud import image_list
from clouddesk.cloud import types
from clouddesk.i18n import _

#: What people want to see the newest of first.
_TIMES = frozenset({'created_at', 'updated_at'})

#: Filters of Glance's that need no word of ours.
_PLAIN = (
    'name',
    'visibility',
    'member_status',
    'owner',
    'kind',
    'origin',
    'min_size',
    'max_size',
    'disk_format',
    'container_format',
    'marker',
)


def asked(req: cd_request.Request, count: int) -> Iterator[types.Image]:
    """The images that a request asks for, read as they are needed.

    :param count: how many at most
    :raises Invalid: names the parameter that is wrong
    :raises ServiceUnavailable: Glance does not answer
    """
    wanted = _wanted(req.query)
    images = cloud.for_user(req.caller).image
    try:
        with image_fields.refused():
            yield from images.list_(wanted, count)
    except exceptions.Invalid:
        if wanted.marker is not None:
            _check_marker(images, wanted.marker)
        raise


def _wanted(query: dict[str, Any]) -> image_list.Wanted:
    filters = {key: query[key] for key in _PLAIN if key in query}
    hidden = query.get('hidden', False)
    return image_list.Wanted(
        **filters,
        text=query.get('q'),
        statuses=_statuses(query, hidden),
        tags=tuple(query.get('tag', ())),
        properties=_properties(query),
        hidden=hidden,
        sort=_sort(query),
    )


def _statuses(query: dict[str, Any], hidden: bool) -> tuple[str, ...]:
    """Normal ones, if nothing else is said (S2).

    What is hidden is mostly retired, and so not active any more.
    """
    wanted = query.get('status', [schemas.ANY] if hidden else ['active'])
    return () if schemas.ANY in wanted else tuple(wanted)


def _properties(query: dict[str, Any]) -> dict[str, str]:
    pairs = (each.partition('=') for each in query.get('property', ()))
    return {key: value for key, _equal, value in pairs}


def _sort(query: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    keys = query.get('sort_key', ['created_at'])
    directions = query.get('sort_dir', [])
    if not directions:
        directions = ['desc' if key in _TIMES else 'asc' for key in keys]
    elif len(directions) == 1:
        directions = directions * len(keys)
    if len(directions) != len(keys):
        raise exceptions.Invalid(
            _(
                'sort_dir has %(given)s entries; it needs one, or %(limit)s '
                'like sort_key.'
            ),
            {'field': 'sort_dir', 'limit': len(keys)},
            given=len(directions),
            limit=len(keys),
        )
    return tuple(zip(keys, directions, strict=True))


def _check_marker(images: Any, marker: str) -> None:
    try:
        images.get(marker)
    except exceptions.CloudNotFound:
        raise answers.bad(
            'marker',
            _('marker %s is not in the list.') % complaints.shown(marker),
        ) from None
