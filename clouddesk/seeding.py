"""Brings an operator's list of images into Glance (M6).

It can be run over and over: an image is known by the checksum of what it was
made from, which is kept with it, because Glance may convert what it takes.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import dataclasses
import hashlib
import itertools
import tempfile
from typing import Any
from typing import BinaryIO

import jsonschema
import requests

from clouddesk import exceptions
from clouddesk.cloud import image_admin
from clouddesk.cloud import image_facts
from clouddesk.cloud import image_list
from clouddesk.cloud import types
from clouddesk.i18n import _
from clouddesk.inspection import content

#: Of an image: the checksum of what it was made from.
MARK = image_facts.PREFIX + 'seed'

ALGORITHMS = ('sha512', 'sha256')
#: Seconds to connect, and between two pieces.
_TIMEOUT = (10, 60)
_CHUNK = 1 << 20

#: Something works on it; it is not half-made, as far as can be seen.
_UNDER_WAY = frozenset({'saving', 'uploading', 'importing'})

_USUAL = {'visibility': 'public', 'container_format': 'bare'}
_SOURCE = ('url', 'file', *ALGORITHMS)


class Failure(exceptions.ClouddeskError):
    """One image of the list did not come in."""


@dataclasses.dataclass(frozen=True)
class Seed:
    """One entry of the list."""

    name: str
    #: Algorithm and digits of each checksum that was given.
    checksums: Mapping[str, str]
    #: Where it comes from: one of the two.
    url: str | None
    file: str | None
    #: As :func:`clouddesk.cloud.image_facts.said_of` takes them.
    fields: dict[str, Any]

    @property
    def mark(self) -> str:
        """What its image is known by."""
        return next(
            '%s:%s' % (each, self.checksums[each])
            for each in ALGORITHMS
            if each in self.checksums
        )


def read(entries: Any, about: Mapping[str, Any]) -> list[Seed]:
    """The entries of a list.

    :param entries: what is in the YAML file
    :param about: schema of each field that an image may have
    :raises Invalid: names the entry that is wrong
    """
    checker = jsonschema.Draft202012Validator(_schema(about))
    if not isinstance(entries, list):
        raise exceptions.Invalid(_('A list of images is needed.'))
    for number, entry in enumerate(entries, 1):
        error = next(checker.iter_errors(entry), None)
        if error is not None:
            raise exceptions.Invalid(
                _('Image %(number)s of the list: %(error)s'),
                number=number,
                error=_in_words(error),
            )
    return [_seed(entry) for entry in entries]


def _in_words(error: jsonschema.ValidationError) -> str:
    """What is wrong with an entry, after the field that it is about."""
    field = '.'.join(map(str, error.absolute_path))
    return '%s: %s' % (field, error.message) if field else error.message


def _schema(about: Mapping[str, Any]) -> dict[str, Any]:
    text = {'type': 'string', 'minLength': 1}
    sums = {
        name: {
            'type': 'string',
            'pattern': '^[0-9a-fA-F]{%d}$'
            % (2 * hashlib.new(name).digest_size),
        }
        for name in ALGORITHMS
    }
    return {
        'type': 'object',
        'properties': {**about, **sums, 'url': text, 'file': text},
        'required': ['name'],
        'additionalProperties': False,
        'allOf': [
            {'oneOf': [{'required': ['url']}, {'required': ['file']}]},
            {'anyOf': [{'required': [name]} for name in ALGORITHMS]},
        ],
    }


def _seed(entry: Mapping[str, Any]) -> Seed:
    fields = {k: v for k, v in entry.items() if k not in _SOURCE}
    return Seed(
        name=entry['name'],
        checksums={
            name: entry[name].lower() for name in ALGORITHMS if name in entry
        },
        url=entry.get('url'),
        file=entry.get('file'),
        fields=_USUAL | fields,
    )


class Seeder:
    """Compares the list with Glance, and brings in what is missing.

    :param tell: takes what is done, for people
    :param dry_run: only tell
    """

    def __init__(
        self,
        glance: image_admin.Glance,
        tell: Callable[[str], None],
        dry_run: bool = False,
    ) -> None:
        self._glance = glance
        self._tell = tell
        self._dry_run = dry_run

    def run(self, seeds: list[Seed]) -> int:
        """Bring all of them in; one that fails stops no other.

        :returns: how many failed
        """
        failed = 0
        for seed in seeds:
            try:
                said = self._one(seed)
            except (exceptions.ClouddeskError, OSError) as error:
                failed += 1
                said = _('failed: %s') % error
            self._tell('%s: %s' % (seed.name, said))
        return failed

    def _one(self, seed: Seed) -> str:
        """What was done."""
        present = self._present(seed)
        same = [each for each in present if _mark_of(each) == seed.mark]
        others = [each for each in present if each not in same]
        for image in same:
            if image.status in _UNDER_WAY:
                return _('%(id)s is %(status)s; look again later') % {
                    'id': image.id,
                    'status': image.status,
                }
            if image.status != 'queued':
                return self._kept(seed, image, others)
        if self._dry_run:
            return self._alone(_('would be made'), others)
        for image in same:
            # A run that was stopped left it.
            self._glance.images.delete(image.id)
        return self._alone(_('made, %s') % self._made(seed), others)

    def _alone(self, said: str, others: list[types.Image]) -> str:
        """Hide what earlier lists said, and tell it with what was done."""
        if not others:
            return said
        message = _('%(said)s; hidden: %(others)s')
        if self._dry_run:
            message = _('%(said)s; would be hidden: %(others)s')
        else:
            for image in others:
                self._glance.images.change(image.id, {'hidden': True})
        ids = ', '.join(each.id for each in others)
        return message % {'said': said, 'others': ids}

    def _present(self, seed: Seed) -> list[types.Image]:
        """What earlier runs made of an entry, and older versions of it."""
        found = (
            self._glance.images.list_(
                image_list.Wanted(
                    name=seed.name,
                    owner=self._glance.project_id,
                    origin='seed',
                    hidden=hidden,
                ),
                image_list.PAGE,
            )
            for hidden in (False, True)
        )
        return [
            each
            for each in itertools.chain.from_iterable(found)
            # A hidden one of another checksum is done with.
            if not each.hidden or _mark_of(each) == seed.mark
        ]

    def _kept(
        self, seed: Seed, image: types.Image, others: list[types.Image]
    ) -> str:
        """Let an image that is there be as the list says, and the only one."""
        if image.status != 'active':
            # Nobody can use it: it takes no place of another one.
            return self._changed(image, _differences(seed.fields, image))
        # The list may have gone back to it.
        fields = {'hidden': False} | seed.fields
        said = self._changed(image, _differences(fields, image))
        return self._alone(said, others)

    def _changed(self, image: types.Image, changed: dict[str, Any]) -> str:
        """
        :param changed: fields, as the list says
        """
        if not changed:
            return _('unchanged, %s') % image.id
        names = ', '.join(sorted(changed))
        if self._dry_run:
            return _('would be changed: %s') % names
        self._glance.images.change(image.id, changed)
        return _('changed, %(id)s: %(names)s') % {
            'id': image.id,
            'names': names,
        }

    def _made(self, seed: Seed) -> str:
        with _source(seed) as (source, digests):
            for name, digits in seed.checksums.items():
                if digests[name] != digits:
                    raise Failure(
                        _('its %(algorithm)s is %(digits)s'),
                        algorithm=name,
                        digits=digests[name],
                    )
            fields = seed.fields | {'origin': 'seed'}
            fields.setdefault('disk_format', _format_of(seed, source))
            fields['properties'] = {
                **fields.get('properties', {}),
                MARK: seed.mark,
            }
            return self._filled(fields, source, digests)

    def _filled(
        self,
        fields: dict[str, Any],
        source: BinaryIO,
        digests: Mapping[str, str],
    ) -> str:
        data = self._glance.data
        made = data.make(fields)
        try:
            size = source.seek(0, 2)
            source.seek(0)
            data.upload(made.id, source, size)
            self._check(made.id, size, digests)
        except BaseException:
            with contextlib.suppress(exceptions.CloudError):
                self._glance.images.delete(made.id)
            raise
        return made.id

    def _check(
        self, image_id: str, size: int, digests: Mapping[str, str]
    ) -> None:
        image = self._glance.images.get(image_id)
        stored = image.checksum
        digest = digests.get(stored.algorithm) if stored else None
        if image.size != size or (
            stored is not None and digest not in (None, stored.value)
        ):
            raise Failure(_('What Glance has is not what was sent.'))


def _mark_of(image: types.Image) -> str | None:
    mark: str | None = image.properties.get(MARK)
    return mark


def _differences(
    fields: Mapping[str, Any], image: types.Image
) -> dict[str, Any]:
    """Fields that are not as the list says; formats cannot change."""
    changed = {}
    for name, value in fields.items():
        if name in ('disk_format', 'container_format'):
            continue
        present = getattr(image, name)
        if name == 'properties':
            missing = {
                key: each
                for key, each in value.items()
                if present.get(key) != each
            }
            if missing:
                changed[name] = missing
        elif name == 'tags':
            if set(value) != set(present):
                changed[name] = value
        elif value != present:
            changed[name] = value
    return changed


def _format_of(seed: Seed, source: BinaryIO) -> str:
    """What it is; refused when it is dangerous."""
    found = content.of_file(source)
    problems = content.judge(
        found,
        seed.fields.get('disk_format'),
        seed.fields['container_format'],
    )
    if problems:
        raise Failure(
            _('it is %(format)s, and refused: %(problems)s'),
            format=found.format,
            problems=', '.join(problems),
        )
    return found.format


@contextlib.contextmanager
def _source(seed: Seed) -> Iterator[tuple[BinaryIO, dict[str, str]]]:
    """The file of an entry, and its checksums."""
    if seed.file is not None:
        with open(seed.file, 'rb') as source:
            yield source, _digests(iter(lambda: source.read(_CHUNK), b''))
        return
    with tempfile.TemporaryFile() as copy:
        pieces = _kept_in(copy, _downloaded(str(seed.url)))
        digests = _digests(pieces)
        yield copy, digests


def _digests(pieces: Iterator[bytes]) -> dict[str, str]:
    made = {name: hashlib.new(name) for name in ALGORITHMS}
    for piece in pieces:
        for each in made.values():
            each.update(piece)
    return {name: each.hexdigest() for name, each in made.items()}


def _kept_in(copy: BinaryIO, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        copy.write(piece)
        yield piece


def _downloaded(url: str) -> Iterator[bytes]:
    """From wherever the operator wants: the checksum says what it must be."""
    try:
        with requests.get(url, stream=True, timeout=_TIMEOUT) as answer:
            answer.raise_for_status()
            yield from answer.iter_content(_CHUNK)
    except requests.RequestException as error:
        raise Failure(
            _('it cannot be downloaded: %(error)s'), error=str(error)
        ) from error
