"""How values look to people; machines get them as the API gave them."""

from typing import Any

from cliff import columns
from osc_lib import utils

from clouddesk.osc import text
from clouddesk.osc.i18n import _

#: Each unit is this many times the one before.
_FACTOR = 1024
_UNITS = ('MiB', 'GiB', 'TiB')


class Addresses(columns.FormattableColumn):
    """``10.0.0.5, 172.24.4.9 (floating)``"""

    def human_readable(self) -> str:
        return ', '.join(_address(entry) for entry in self._value or ())


class Assignee(columns.FormattableColumn):
    """``user 3f1c…``, or nothing."""

    def human_readable(self) -> str:
        if not self._value:
            return ''
        return text.one_line('%(type)s %(id)s' % self._value)


class Members(columns.FormattableColumn):
    """One line for each user and group of a roster."""

    def human_readable(self) -> str:
        value = self._value or {}
        lines = ['user %s' % id_ for id_ in value.get('users', ())]
        lines += ['group %s' % id_ for id_ in value.get('groups', ())]
        return '\n'.join(text.one_line(line) for line in lines)


class Fault(columns.FormattableColumn):
    """The message of a fault, or nothing."""

    def human_readable(self) -> str:
        return fault(self._value)


class Faults(columns.FormattableColumn):
    """One line for each desktop in fault."""

    def human_readable(self) -> str:
        return '\n'.join(
            text.one_line('%s: %s' % (entry['name'], fault(entry)))
            for entry in self._value or ()
        )


class Counts(columns.FormattableColumn):
    """``5 running, 1 fault``"""

    def human_readable(self) -> str:
        return ', '.join(
            text.one_line('%s %s' % (number, status))
            for status, number in (self._value or {}).items()
            if number
        )


class Subject(columns.FormattableColumn):
    """``pool class-a``"""

    def human_readable(self) -> str:
        if not self._value:
            return ''
        name = self._value.get('name') or self._value.get('id')
        return text.one_line('%s %s' % (self._value.get('type'), name))


class SubjectAtLength(columns.FormattableColumn):
    """``pool class-a (0d7a…)``"""

    def human_readable(self) -> str:
        if not self._value:
            return ''
        said = '%(type)s %(name)s (%(id)s)'
        if not self._value.get('name'):
            said = '%(type)s %(id)s'
        return text.one_line(said % self._value)


class Login(columns.FormattableColumn):
    """``ada (password)``"""

    def human_readable(self) -> str:
        if not self._value:
            return ''
        return text.one_line('%(user)s (%(method)s)' % self._value)


class Words(columns.FormattableColumn):
    """``rdp, ssh``"""

    def human_readable(self) -> str:
        return text.one_line(', '.join(self._value or ()))


class Steps(columns.FormattableColumn):
    """``port 5/5, server 3/5``"""

    def human_readable(self) -> str:
        return ', '.join(
            text.one_line('%(name)s %(done)s/%(total)s' % step)
            for step in self._value or ()
        )


class Items(columns.FormattableColumn):
    """One line for each desktop of a work order."""

    def human_readable(self) -> str:
        return '\n'.join(_item(item) for item in self._value or ())


class Template(columns.FormattableColumn):
    """``office 3``, ``office 2 (3 is newer)``"""

    def human_readable(self) -> str:
        if not self._value:
            return ''
        line = '%(name)s %(revision)s' % self._value
        if self._value.get('drift'):
            newest = self._value['current_revision']
            line += _(' (%s is newer)') % newest
        return text.one_line(line)


class Source(columns.FormattableColumn):
    """What an image is made from: ``desktop 5b2c…``"""

    def human_readable(self) -> str:
        return '%(type)s %(id)s' % self._value if self._value else ''


class Timetable(columns.FormattableColumn):
    """One line for each lesson, and one for the days."""

    def human_readable(self) -> str:
        if not self._value:
            return ''
        lines = [
            '%s %s-%s' % (','.join(each['days']), each['start'], each['end'])
            for each in self._value['lessons']
        ]
        lines.append('%(from)s - %(until)s %(timezone)s' % self._value)
        return '\n'.join(text.one_line(line) for line in lines)


class Mebibytes(columns.FormattableColumn):
    """``512 MiB``, ``2 GiB``"""

    def human_readable(self) -> str:
        return '' if self._value is None else size(self._value)


class Gibibytes(columns.FormattableColumn):
    """``20 GiB``"""

    def human_readable(self) -> str:
        return '' if self._value is None else size(self._value * _FACTOR)


class Percent(columns.FormattableColumn):
    """``45 %``"""

    def human_readable(self) -> str:
        return '' if self._value is None else f'{self._value} %'


class Bytes(columns.FormattableColumn):
    """``2.1G``, as ``openstack image show --human-readable`` prints it."""

    def human_readable(self) -> str:
        return '' if self._value is None else utils.format_size(self._value)

    def machine_readable(self) -> str | None:
        # Programs get the number unless they are asked not to.
        return None if self._value is None else self.human_readable()


class Checksum(columns.FormattableColumn):
    """``sha512:4f5a…``"""

    def human_readable(self) -> str:
        if not self._value:
            return ''
        return text.one_line('%(algorithm)s:%(value)s' % self._value)


class Details(columns.FormattableColumn):
    """``fields: name, note``"""

    def human_readable(self) -> str:
        return '; '.join(
            text.one_line('%s: %s' % (key, _words(value)))
            for key, value in sorted((self._value or {}).items())
        )


class Pairs(columns.FormattableColumn):
    """``os_admin_user='root', hw_machine_type='q35'``"""

    def human_readable(self) -> str:
        return ', '.join(
            text.one_line("%s='%s'" % pair)
            for pair in sorted((self._value or {}).items())
        )


def _words(value: Any) -> str:
    return ', '.join(value) if isinstance(value, list) else str(value)


def fault(value: dict[str, Any] | None) -> str:
    """The message of a fault on one line, its code where it has none."""
    if not value:
        return ''
    return text.one_line(value.get('message') or value.get('code') or '')


def size(mebibytes: int) -> str:
    """An amount of memory or disk in the largest unit that fits.

    :param mebibytes: the amount, in MiB
    """
    amount = float(mebibytes)
    for unit in _UNITS[:-1]:
        if amount < _FACTOR:
            return f'{amount:.4g} {unit}'
        amount /= _FACTOR
    return f'{amount:.4g} {_UNITS[-1]}'


def _address(entry: dict[str, Any]) -> str:
    kind = entry.get('type')
    mark = '' if kind in (None, 'fixed') else f' ({kind})'
    return text.one_line(f'{entry["address"]}{mark}')


def _item(item: dict[str, Any]) -> str:
    words = [item['name'] or item['desktop_id'], item['status']]
    if item.get('step') and item['status'] != 'done':
        words.append('(%s)' % item['step'])
    line = ' '.join(words)
    if item.get('fault'):
        line += ': ' + fault(item['fault'])
    return text.one_line(line)
