"""What Glance says of an image, in our own words, and the way back.

Glance has fields of its own and properties that anybody may add. What
clouddesk knows of an image is in properties, so that whoever may change the
image in Glance may change that, too.
"""

from collections.abc import Mapping
from typing import Any

from oslo_utils import uuidutils

from clouddesk import states
from clouddesk.cloud import types

#: Of all properties that are only ours.
PREFIX = 'clouddesk_'

ORIGINS = ('upload', 'import', 'build', 'desktop', 'iso', 'seed')

#: Where a field of ours is kept, if Glance calls it otherwise.
NAMES = {
    'note': 'description',
    'kind': PREFIX + 'kind',
    'origin': PREFIX + 'origin',
    'max_ram': PREFIX + 'max_ram',
    'min_vcpus': PREFIX + 'min_vcpus',
    'data_images': PREFIX + 'data_images',
    'multiqueue': 'hw_vif_multiqueue_enabled',
    'hidden': 'os_hidden',
}

_OF_THE_SYSTEM = ('os_type', 'os_distro', 'os_version', 'architecture')

#: Fields of Glance's that are no properties.
BASE = frozenset(
    {
        'checksum',
        'container_format',
        'created_at',
        'disk_format',
        'id',
        'min_disk',
        'min_ram',
        'name',
        'os_hash_algo',
        'os_hash_value',
        'os_hidden',
        'owner',
        'protected',
        'size',
        'status',
        'tags',
        'updated_at',
        'virtual_size',
        'visibility',
    }
)

#: What tells where the bytes are; not for people.
_PLACES = frozenset(
    {'direct_url', 'file', 'locations', 'schema', 'self', 'stores'}
)

#: Properties that have a field of their own here, or are none.
TAKEN = BASE | _PLACES | {*NAMES.values(), *_OF_THE_SYSTEM}

#: Of limits that people write: what our own routes take, and what is read.
_MOST = 2**31 - 1
_DIGITS = 10

_TRUE = ('1', 'on', 't', 'true', 'y', 'yes')


def image(said: Mapping[str, Any]) -> types.Image:
    """An image as Glance's API shows it."""
    kind = said.get(NAMES['kind'])
    return types.Image(
        id=said['id'],
        name=said.get('name'),
        status=said['status'],
        size=said.get('size'),
        min_disk=said.get('min_disk') or 0,
        min_ram=said.get('min_ram') or 0,
        visibility=said.get('visibility'),
        disk_format=said.get('disk_format'),
        properties={k: v for k, v in said.items() if k not in TAKEN},
        protected=bool(said.get('protected')),
        owner=said.get('owner'),
        container_format=said.get('container_format'),
        virtual_size=said.get('virtual_size'),
        checksum=_checksum(said),
        kind=kind if kind in states.IMAGE_KINDS else states.SYSTEM,
        origin=said.get(NAMES['origin']),
        note=said.get(NAMES['note']) or '',
        max_ram=_number(said.get(NAMES['max_ram'])),
        min_vcpus=_number(said.get(NAMES['min_vcpus'])),
        multiqueue=_flag(said.get(NAMES['multiqueue'])),
        **{name: said.get(name) for name in _OF_THE_SYSTEM},
        tags=tuple(sorted(said.get('tags') or ())),
        data_images=_ids(said.get(NAMES['data_images']), kind),
        hidden=bool(said.get('os_hidden')),
        created_at=said.get('created_at'),
        updated_at=said.get('updated_at'),
    )


def _checksum(said: Mapping[str, Any]) -> types.Checksum | None:
    if said.get('os_hash_value'):
        return types.Checksum(said['os_hash_algo'], said['os_hash_value'])
    if said.get('checksum'):
        return types.Checksum('md5', said['checksum'])
    return None


def _number(text: Any) -> int | None:
    """A limit, which people may have written without us: nonsense is none."""
    text = str(text)
    # Python refuses to read numbers of thousands of digits.
    if len(text) > _DIGITS or not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if int(text) <= _MOST else None


def _ids(text: Any, kind: Any) -> tuple[str, ...]:
    """Of images; a copy of a whole machine may have kept them, too."""
    if kind != states.WHOLE:
        return ()
    return tuple(
        each
        for each in str(text or '').replace(',', ' ').split()
        if uuidutils.is_uuid_like(each)
    )


def _flag(text: Any) -> bool:
    return str(text).lower() in _TRUE


def said_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of ours as Glance keeps them; None takes one out.

    :param fields: those of :class:`~clouddesk.cloud.types.Image` that can be
        changed; ``properties`` holds those without a field of their own
    """
    own = {key: value for key, value in fields.items() if key != 'properties'}
    said = {NAMES.get(key, key): value for key, value in own.items()}
    said |= fields.get('properties', {})
    return {key: _spelled(key, value) for key, value in said.items()}


def _spelled(name: str, value: Any) -> Any:
    """All properties are texts, and an empty note is none."""
    if name in BASE or value is None:
        return value
    if name == NAMES['note'] and not value:
        return None
    if isinstance(value, (list, tuple)):
        return ','.join(value) or None
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return str(value)


def changes(
    present: Mapping[str, Any], fields: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The JSON patch that makes an image have these fields.

    :param present: the image as Glance shows it now
    :param fields: as :func:`said_of` takes them
    """
    patch = []
    for name, value in said_of(fields).items():
        path = '/' + name.replace('~', '~0').replace('/', '~1')
        if value is not None:
            # Glance guards some of its own fields against "replace" only; of
            # properties, "add" replaces those that are there, too.
            op = 'replace' if name in BASE else 'add'
            patch.append({'op': op, 'path': path, 'value': value})
        elif name in present:
            patch.append({'op': 'remove', 'path': path})
    return patch
