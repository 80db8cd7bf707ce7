"""Says in plain words what a JSON Schema found wrong.

Every message names the field and the limit, and so do the details.
"""

from collections.abc import Callable
import functools
from typing import Any
from typing import TypeAlias

import jsonschema

from clouddesk import exceptions
from clouddesk.i18n import _

#: Longest value that a message repeats, in characters.
_MAX_SHOWN = 64

_KINDS = {
    'string': _('a text'),
    'integer': _('a whole number'),
    'boolean': _('true or false'),
    'array': _('a list'),
    'object': _('an object'),
    'null': _('null'),
}

Error: TypeAlias = jsonschema.ValidationError
Said = tuple[str, Any]


def about(error: Error, where: str) -> exceptions.Invalid:
    """The first thing that is wrong, as an answer.

    :param where: ``body`` or ``query``; how the whole is called
    """
    error = _innermost(error)
    field = field_of(error, where)
    speak = _SPEAKERS.get(str(error.validator), _otherwise)
    message, limit = speak(error, field, where)
    details = {'field': field}
    if limit is not None:
        details['limit'] = limit
    return exceptions.Invalid(message, details)


def beyond_limit(field: str, value: Any, limit: int) -> exceptions.Invalid:
    """``size is 501; the limit is 500.``

    Also for limits that come from the configuration.
    """
    return exceptions.Invalid(
        _('%(field)s is %(value)s; the limit is %(limit)s.'),
        {'field': field, 'limit': limit},
        field=field,
        value=shown(value),
        limit=limit,
    )


def shown(value: Any) -> str:
    """A value as a message may repeat it."""
    text = value if isinstance(value, str) else repr(value)
    if not text:
        return '""'
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + '…'


def field_of(error: Error, where: str) -> str:
    """The path of what is wrong, such as ``desktop_ids[3]``."""
    if error.validator == 'required':
        missing = [
            name
            for name in error.validator_value
            if name not in error.instance
        ]
        return _join([*error.absolute_path, missing[0]])
    if error.validator == 'additionalProperties':
        return _join([*error.absolute_path, _unknown(error)[0]])
    return _join(error.absolute_path) or where


def _innermost(error: Error) -> Error:
    """The most telling error of an anyOf: one that is not of the type."""
    while error.validator in ('anyOf', 'oneOf') and error.context:
        error = next(
            (each for each in error.context if each.validator != 'type'),
            error.context[0],
        )
    return error


def _join(path: Any) -> str:
    text = ''
    for part in path:
        if isinstance(part, int):
            text += '[%s]' % part
        else:
            text += ('.' if text else '') + shown(part)
    return text


def _unknown(error: Error) -> list[str]:
    known = error.schema.get('properties', {})
    return sorted(name for name in error.instance if name not in known)


def _required(error: Error, field: str, where: str) -> Said:
    return _('%s is required.') % field, None


def _additional(error: Error, field: str, where: str) -> Said:
    known = sorted(error.schema.get('properties', {}))
    message = (
        _('%(field)s is not a query parameter of this URL; it has %(known)s.')
        if where == 'query'
        else _('%(field)s is not a field of this request; it has %(known)s.')
    )
    listed = ', '.join(known) or _('none')
    return message % {'field': field, 'known': listed}, known


def _type(error: Error, field: str, where: str) -> Said:
    wanted = error.validator_value
    wanted = [wanted] if isinstance(wanted, str) else wanted
    kinds = functools.reduce(_either, map(_kind, wanted))
    return _('%(field)s must be %(kinds)s.') % {
        'field': field,
        'kinds': kinds,
    }, None


def _kind(name: str) -> str:
    return _KINDS.get(name, name)


def _either(one: str, other: str) -> str:
    return _('%(one)s or %(other)s') % {'one': one, 'other': other}


def _enum(error: Error, field: str, where: str) -> Said:
    allowed = sorted(str(value) for value in error.validator_value)
    message = _('%(field)s is %(value)s; it must be one of %(allowed)s.')
    return message % {
        'field': field,
        'value': shown(error.instance),
        'allowed': ', '.join(allowed),
    }, allowed


def _described(error: Error, field: str, where: str) -> Said:
    return _('%(field)s must be %(rule)s.') % {
        'field': field,
        'rule': error.schema.get('description', error.validator_value),
    }, error.schema.get('description')


def _sizes(unit: str, bound: str) -> Callable[[Error, str, str], Said]:
    def speak(error: Error, field: str, where: str) -> Said:
        return bound % {
            'field': field,
            'value': unit % len(error.instance),
            'limit': error.validator_value,
        }, error.validator_value

    return speak


def _numbers(bound: str) -> Callable[[Error, str, str], Said]:
    def speak(error: Error, field: str, where: str) -> Said:
        return bound % {
            'field': field,
            'value': shown(error.instance),
            'limit': error.validator_value,
        }, error.validator_value

    return speak


def _one_of_them(error: Error, field: str, where: str) -> Said:
    known = ', '.join(sorted(error.schema.get('properties', {})))
    return _('Give at least one of %s.') % known, None


def _twice(error: Error, field: str, where: str) -> Said:
    return _('%s names the same thing twice.') % field, None


def _otherwise(error: Error, field: str, where: str) -> Said:
    return _('%(field)s is not valid: %(reason)s.') % {
        'field': field,
        'reason': shown(error.message),
    }, None


_AT_MOST = _('%(field)s is %(value)s; the limit is %(limit)s.')
_AT_LEAST = _('%(field)s is %(value)s; the smallest is %(limit)s.')
_LONG = _('%(field)s has %(value)s; the limit is %(limit)s.')
_SHORT = _('%(field)s has %(value)s; at least %(limit)s are needed.')
_CHARACTERS = _('%s characters')
_ENTRIES = _('%s entries')

_SPEAKERS: dict[str, Callable[[Error, str, str], Said]] = {
    'required': _required,
    'additionalProperties': _additional,
    'type': _type,
    'enum': _enum,
    'pattern': _described,
    'format': _described,
    'minimum': _numbers(_AT_LEAST),
    'maximum': _numbers(_AT_MOST),
    'minLength': _sizes(_CHARACTERS, _SHORT),
    'maxLength': _sizes(_CHARACTERS, _LONG),
    'minItems': _sizes(_ENTRIES, _SHORT),
    'maxItems': _sizes(_ENTRIES, _LONG),
    'minProperties': _one_of_them,
    'uniqueItems': _twice,
}
