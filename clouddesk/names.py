"""The names of the desktops of a batch or pool (V11).

A template comes from a user, so it is never handed to :meth:`str.format`:
that would let it reach into the attributes of objects.
"""

import re
import string

from clouddesk import exceptions
from clouddesk.i18n import _

#: Characters of a template, and of a name made with it.
MAX_TEMPLATE = 64
MAX_NAME = 255
#: Characters of a name that people choose for one desktop.
MIN_OWN, MAX_OWN = 2, 20

_FIELDS = ('base', 'serial', 'project')
#: ``{serial:03d}``: fill with zeros to so many digits.
_WIDTH = re.compile(r'(?:0?([1-9]))?d?', re.ASCII)

# (literal text, field or None, width)
_Part = tuple[str, str | None, int]


def validate_template(template: str) -> None:
    """Check a template before anything is made with it.

    :raises Invalid: it has another field than base, serial and project, or
        no serial, is too long, or has characters that names must not have
    """
    if len(template) > MAX_TEMPLATE:
        raise _invalid(
            _('name_template must have at most %(limit)s characters.'),
            limit=MAX_TEMPLATE,
        )
    if not template.isprintable():
        raise _invalid(_('name_template must not have control characters.'))
    if template != template.strip():
        # Nova refuses such names, when the port is there already.
        raise _invalid(_('name_template must not begin or end with a blank.'))
    if 'serial' not in [field for _text, field, _width in _parse(template)]:
        raise _invalid(
            _('name_template must contain {serial}, such as {serial:02d}.')
        )


def render(template: str, base: str, serial: int, project: str) -> str:
    """The name of one desktop.

    :param template: such as ``{base}_{serial:02d}``
    :param base: name of the batch or pool
    :param serial: number in the batch, or slot in the pool, from 1
    :param project: name of the project
    :raises Invalid: the template is bad, or the name gets too long
    """
    values = {'base': base, 'project': _printable(project)}
    name = ''
    for text, field, width in _parse(template):
        name += text
        if field == 'serial':
            name += str(serial).zfill(width)
        elif field is not None:
            name += values[field]
    if len(name) > MAX_NAME:
        raise _invalid(
            _('name_template makes names of more than %(limit)s characters.'),
            limit=MAX_NAME,
        )
    return name


def builder(name: str) -> str:
    """The name of the desktop on which an image is made (V12).

    :param name: of the image, which may have other characters
    """
    plain = re.sub(r'\W+', '_', name).strip('_')[:MAX_OWN].strip('_')
    return plain if len(plain) >= MIN_OWN else 'builder'


def of_disk(base: str, place: int) -> str:
    """What the image of a disk of a whole machine is called.

    :param place: 0 is the disk of the system
    """
    end = ' (%d)' % place if place else ''
    return base[: MAX_NAME - len(end)] + end


def _parse(template: str) -> list[_Part]:
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise _invalid(
            _('name_template is not valid: %(reason)s.'), reason=error
        ) from None
    return [
        (text, field, _width(field, spec, conversion))
        for text, field, spec, conversion in parts
    ]


def _width(field: str | None, spec: str | None, conversion: str | None) -> int:
    if field is None:
        return 0
    if field not in _FIELDS:
        raise _invalid(
            _(
                'name_template must not have the field {%(name)s}; it may '
                'have %(fields)s.'
            ),
            name=field,
            fields=', '.join('{%s}' % known for known in _FIELDS),
        )
    match = _WIDTH.fullmatch(spec or '')
    if conversion or not match or (spec and field != 'serial'):
        raise _invalid(
            _(
                'name_template has a bad format of {%(name)s}; only a width '
                'such as {serial:03d} is allowed.'
            ),
            name=field,
        )
    return int(match.group(1) or 0)


def _printable(text: str) -> str:
    return ''.join(
        character if character.isprintable() else '_' for character in text
    )


def _invalid(message: str, **values: object) -> exceptions.Invalid:
    details = {'field': 'name_template'} | {
        key: value for key, value in values.items() if key == 'limit'
    }
    return exceptions.Invalid(message, details, **values)
