"""Lists of images, as few and as large pages of Glance as there can be.

Glance filters wherever it can; the rest is looked at here, while its pages
come in.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import re
from typing import Any

from openstack import proxy

from clouddesk import states
from clouddesk.cloud import image_facts
from clouddesk.cloud import listing
from clouddesk.cloud import types

#: The largest page that Glance makes, unless its operator lets it.
PAGE = 1000

STATUSES = (
    'active',
    'deactivated',
    'importing',
    'pending_delete',
    'queued',
    'saving',
    'uploading',
)
#: Those of images that have data.
WITH_DATA = ('active', 'deactivated')
VISIBILITIES = ('community', 'private', 'public', 'shared')
MEMBER_STATUSES = ('accepted', 'all', 'pending', 'rejected')

#: What Glance sorts by.
SORT_KEYS = (
    'created_at',
    'name',
    'status',
    'size',
    'disk_format',
    'container_format',
    'updated_at',
    'id',
)

#: Properties that Glance can be asked for. With others it takes the name for
#: one of its own words, or looks for a number in the value.
_ASKABLE = re.compile(
    r'(architecture|description|(clouddesk|hw|img|os)_\w+)(?<!_min)(?<!_max)'
)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which images; what is None or empty does not matter."""

    name: str | None = None
    #: Only these.
    ids: tuple[str, ...] = ()
    #: Part of the name or of the note.
    text: str | None = None
    statuses: tuple[str, ...] = ()
    #: One of :data:`VISIBILITIES`, or ``all``; None are all but the community
    #: images of others.
    visibility: str | None = None
    #: Of shared images: what the project has said to them; None is accepted.
    member_status: str | None = None
    #: All of them.
    tags: tuple[str, ...] = ()
    #: Name and value of each.
    properties: Mapping[str, str] = dataclasses.field(default_factory=dict)
    owner: str | None = None
    kind: str | None = None
    origin: str | None = None
    hidden: bool = False
    #: Bytes
    min_size: int | None = None
    max_size: int | None = None
    disk_format: str | None = None
    container_format: str | None = None
    #: The id of the last image of the page before.
    marker: str | None = None
    #: Keys of :data:`SORT_KEYS`, each with ``asc`` or ``desc``.
    sort: tuple[tuple[str, str], ...] = (('created_at', 'desc'),)


def images(
    service: proxy.Proxy, wanted: Wanted, count: int
) -> Iterator[types.Image]:
    """Those that are wanted, page by page as they are read.

    :param count: how many at most; of the last page there may be some more
    """
    matches = _rest(wanted)
    query = _query(wanted)
    left = count
    while left > 0:
        # When some of a page are left out, a small page would not be enough.
        query['limit'] = PAGE if matches else min(left, PAGE)
        answer = listing.read(service, '/images', **query)
        for said in answer['images']:
            if all(match(said) for match in matches):
                left -= 1
                yield image_facts.image(said)
        if not answer.get('next') or not answer['images']:
            return
        # Its own link forgets all tags but one.
        query['marker'] = answer['images'][-1]['id']


def _query(wanted: Wanted) -> dict[str, Any]:
    """What Glance is asked."""
    query = {
        # A name may have a colon in it, which stands behind an operator.
        'name': wanted.name and 'eq:' + wanted.name,
        'id': wanted.ids and 'in:' + ','.join(wanted.ids),
        'status': wanted.statuses and 'in:' + ','.join(wanted.statuses),
        'visibility': wanted.visibility,
        'member_status': wanted.member_status,
        'tag': list(wanted.tags),
        'owner': wanted.owner,
        'os_hidden': 'true' if wanted.hidden else None,
        'size_min': wanted.min_size,
        'size_max': wanted.max_size,
        'disk_format': wanted.disk_format and 'eq:' + wanted.disk_format,
        'container_format': wanted.container_format
        and 'eq:' + wanted.container_format,
        'marker': wanted.marker,
        'sort_key': [key for key, _direction in wanted.sort],
        'sort_dir': [direction for _key, direction in wanted.sort],
        **_properties(wanted),
    }
    return {k: v for k, v in query.items() if v not in (None, (), [])}


def _properties(wanted: Wanted) -> dict[str, str]:
    asked = {
        name: value
        for name, value in wanted.properties.items()
        if _is_askable(name)
    }
    if wanted.origin:
        asked[image_facts.NAMES['origin']] = wanted.origin
    if wanted.kind not in (None, states.SYSTEM):
        asked[image_facts.NAMES['kind']] = str(wanted.kind)
    return asked


def _is_askable(name: str) -> bool:
    return bool(_ASKABLE.fullmatch(name)) and name not in image_facts.BASE


def _rest(wanted: Wanted) -> list[Any]:
    """What Glance cannot look at."""
    matches: list[Any] = []
    if wanted.kind == states.SYSTEM:
        # It is the one of images that nobody has said anything of.
        matches.append(_is_system)
    for name, value in wanted.properties.items():
        if not _is_askable(name):
            matches.append(_has(name, value))
    if wanted.text:
        matches.append(_tells(wanted.text.casefold()))
    return matches


def _is_system(said: Mapping[str, Any]) -> bool:
    kind = said.get(image_facts.NAMES['kind'])
    return kind not in (states.DATA, states.WHOLE)


def _has(name: str, value: str) -> Any:
    return lambda said: str(said.get(name)) == value


def _tells(text: str) -> Any:
    def matches(said: Mapping[str, Any]) -> bool:
        words = (said.get('name'), said.get(image_facts.NAMES['note']))
        return any(text in (each or '').casefold() for each in words)

    return matches


def total_size(found: Iterable[types.Image]) -> int:
    """Bytes of images together."""
    return sum(image.size or 0 for image in found)
