"""Values at the edges of a JSON Schema, on both sides of them.

Made from the schema alone, so that a new field is on trial without a line of
test. Every edge says what it is; whether it is good is asked of the schema.
"""

from collections.abc import Iterator
import dataclasses
import itertools
import json
from typing import Any

Schema = dict[str, Any]
Path = tuple[str | int, ...]


class Raw:
    """A number as no encoder of Python writes it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return 'Raw(%s)' % self.text


@dataclasses.dataclass(frozen=True)
class Edge:
    """One wrong, or just not yet wrong, value at one place.

    :ivar path: where, e.g. ``('login', 'password')``
    :ivar what: in a word
    """

    path: Path
    what: str
    value: Any

    def put_into(self, whole: Any) -> Any:
        """The whole, with this at its place."""
        return _put(whole, self.path, self.value)


#: In place of a value: there is none.
ABSENT = Raw('absent')

_WRONG_TYPES: tuple[tuple[str, Any], ...] = (
    ('null', None),
    ('true', True),
    ('a text', 'x1'),
    ('a number', 1),
    ('a broken number', 1.5),
    ('a list', ['x1']),
    ('an object', {'x1': 1}),
    ('an empty text', ''),
    ('an empty list', []),
    ('an empty object', {}),
    ('a deep list', [[[[[[['x1']]]]]]]),
)

_TEXTS: tuple[tuple[str, str], ...] = (
    ('Chinese', '实验室一'),
    ('composed', 'caf\u00e9'),
    ('decomposed', 'cafe\u0301'),
    ('from right to left', '\u202eabc\u202c'),
    ('Arabic', '\u0645\u062e\u062a\u0628\u0631'),
    ('zero width', 'a\u200bb\u200d\ufeffc'),
    ('emoji', '\U0001f469\u200d\U0001f3eb'),
    ('wide digits', '\uff11\uff12:\uff13\uff10'),
    ('a day in wide digits', '\uff12\uff10\uff12\uff16-09-01'),
    ('a time in Arabic digits', '1\u0668:3\u0660'),
    ('private use', '\ue000\U0010fffd'),
    ('a noncharacter', 'a\uffffb'),
    ('NUL', 'a\x00b'),
    ('a bell', 'a\x07b'),
    ('escape', '\x1b[2Jab'),
    ('C1', 'a\x85\x9bb'),
    ('line breaks', 'a\r\nb'),
    ('a line break at the end', 'abc\n'),
    ('other line breaks', 'a\u2028b\u2029'),
    ('half a pair', 'a\ud800b'),
    ('the other half', '\udfffab'),
    ('blanks', '   '),
    ('blanks at the ends', ' abc '),
    ('other blanks', '\u3000abc\u00a0'),
    ('a format', '%s%(a)s%n'),
    ('braces', '{0.__class__}{serial'),
    ('SQL', "' OR 1=1; --"),
    ('wildcards', '%_\\%'),
    ('a path', '../../etc/passwd'),
    ('markup', '<b>&amp;"\''),
    ('a formula', '=cmd|1!A1'),
)

#: Beyond what a request may be long.
_LONG = 20_000

_NUMBERS: tuple[tuple[str, Any], ...] = (
    ('zero', 0),
    ('below zero', -1),
    ('minus zero', Raw('-0')),
    ('a zero with a sign and a point', Raw('-0.0')),
    ('a whole float', Raw('1.0')),
    ('a float with exponent', Raw('1e0')),
    ('more than a float', Raw('1e400')),
    ('less than a float', Raw('-1e400')),
    ('not a number', Raw('NaN')),
    ('infinite', Raw('Infinity')),
    ('2**31', 2**31),
    ('2**63', 2**63),
    ('-2**63 - 1', -(2**63) - 1),
    ('2**64', 2**64),
    ('forty digits', 10**40),
    ('five thousand digits', Raw('9' * 5000)),
    ('a number as text', '1'),
    ('a leading zero', Raw('01')),
    ('hexadecimal', Raw('0x1')),
    ('an underscore', Raw('1_0')),
)


def of(schema: Schema, path: Path = ()) -> Iterator[Edge]:
    """All edges of a schema and of what is in it."""
    for what, value in _WRONG_TYPES:
        yield Edge(path, what, value)
    for kind in _kinds(schema):
        yield from _OF_KIND[kind](schema, path)
    for value in schema.get('enum', ()):
        yield from _neighbours(value, path)


def encode(value: Any) -> bytes:
    """JSON, with raw numbers and halves of pairs as they are."""
    texts: list[str] = []

    def mark(raw: Any) -> str:
        texts.append(raw.text)
        return '\ue0ff%d\ue0ff' % (len(texts) - 1)

    encoded = json.dumps(value, default=mark)
    for number, text in enumerate(texts):
        encoded = encoded.replace('"\\ue0ff%d\\ue0ff"' % number, text)
    return encoded.encode()


def sample(schema: Schema, known: dict[str, Any], name: str = '') -> Any:
    """A small good value.

    :param known: values that a schema cannot know, by field
    """
    if name in known:
        return known[name]
    if 'enum' in schema:
        return schema['enum'][0]
    return _SAMPLE_OF_KIND[_kinds(schema)[0]](schema, known)


def _kinds(schema: Schema) -> list[str]:
    kinds = schema.get('type', [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


# -- edges of each kind ------------------------------------------------------


def _of_text(schema: Schema, path: Path) -> Iterator[Edge]:
    for what, text in _TEXTS:
        yield Edge(path, what, text)
    least, most = schema.get('minLength', 0), schema.get('maxLength')
    lengths = {0, least - 1, least, least + 1, 65, 256, _LONG}
    if most is not None:
        lengths |= {most - 1, most, most + 1}
    for length in sorted(lengths):
        if length >= 0:
            yield Edge(path, '%d letters' % length, 'a' * length)
            yield Edge(path, '%d of Chinese' % length, '课' * length)


def _of_integer(schema: Schema, path: Path) -> Iterator[Edge]:
    for what, value in _NUMBERS:
        yield Edge(path, what, value)
    for bound in ('minimum', 'maximum'):
        for step in (-1, 0, 1):
            if bound in schema:
                what = '%s %+d' % (bound, step)
                yield Edge(path, what, schema[bound] + step)


def _of_boolean(schema: Schema, path: Path) -> Iterator[Edge]:
    for what, value in (('0', 0), ('yes', 'yes'), ('True', 'True')):
        yield Edge(path, what, value)


def _of_array(schema: Schema, path: Path) -> Iterator[Edge]:
    item = schema['items']
    good = sample(item, {})
    yield Edge(path, 'twice the same', [good, good])
    most = schema.get('maxItems', 500)
    for length in (most, most + 1):
        yield Edge(path, '%d entries' % length, [good] * length)
    for edge in of(item, (*path, 0)):
        yield Edge(path, 'an entry: ' + edge.what, [edge.value])


def _of_object(schema: Schema, path: Path) -> Iterator[Edge]:
    properties = schema.get('properties', {})
    names = ('x1', '', '__class__', 'a\x00b', '\ud800', 'k' * 5000, '实验室')
    for name in names:
        yield Edge((*path, name), 'not a field', 'x1')
    for name, each in properties.items():
        yield Edge((*path, name), 'absent', ABSENT)
        yield from of(each, (*path, name))


def _of_null(schema: Schema, path: Path) -> Iterator[Edge]:
    return iter(())


_OF_KIND = {
    'string': _of_text,
    'integer': _of_integer,
    'boolean': _of_boolean,
    'array': _of_array,
    'object': _of_object,
    'null': _of_null,
}


def _neighbours(value: Any, path: Path) -> Iterator[Edge]:
    yield Edge(path, 'good: %s' % value, value)
    if isinstance(value, str):
        for near in (value.upper(), value[:-1], value + ' ', value + '\n'):
            yield Edge(path, 'near %s' % value, near)


# -- good values -------------------------------------------------------------


def _sample_text(schema: Schema, known: dict[str, Any]) -> str:
    for text in _SAMPLES:
        if validates(schema, text):
            return text
    raise LookupError(schema)


def _sample_object(schema: Schema, known: dict[str, Any]) -> Any:
    needed = {*schema.get('required', ()), *known}
    return {
        name: sample(each, known, name)
        for name, each in schema.get('properties', {}).items()
        if name in needed
    }


_SAMPLES = (
    'ab',
    'a=b',
    'a' * 8,
    '2026-09-01',
    '08:00',
    '11111111-1111-4111-8111-111111111111',
    '1' * 32,
)
_SAMPLE_OF_KIND: dict[str, Any] = {
    'string': _sample_text,
    'integer': lambda schema, known: max(1, schema.get('minimum', 1)),
    'boolean': lambda schema, known: True,
    'array': lambda schema, known: [sample(schema['items'], known)],
    'object': _sample_object,
    'null': lambda schema, known: None,
}


def validates(schema: Schema, value: Any) -> bool:
    """Whether the API's own validator takes it."""
    from clouddesk.api import validation

    return validation._Validator(schema).is_valid(value)


def _put(whole: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    if isinstance(first, int):
        return [_put(None, tuple(rest), value)]
    whole = dict(whole) if isinstance(whole, dict) else {}
    if value is ABSENT and not rest:
        whole.pop(first, None)
        return whole
    return whole | {first: _put(whole.get(first), tuple(rest), value)}


def alternate(edges: Iterator[Edge], every: int, start: int) -> Iterator[Edge]:
    """Each so-many-th of them; another start sees others."""
    return itertools.islice(edges, start % every, None, every)
