"""Timetables on the command line."""

import argparse
import datetime
import re
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc.i18n import _

_LESSON = re.compile(
    r'((?:mon|tue|wed|thu|fri|sat|sun)'
    r'(?:,(?:mon|tue|wed|thu|fri|sat|sun))*)'
    r'@(\d?\d:\d\d)-(\d?\d:\d\d)'
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add lessons, their days and their time zone."""
    parser.add_argument(
        '--lesson',
        metavar='<days>@<start>-<end>',
        dest='lessons',
        action='append',
        type=_lesson,
        help=_(
            'A lesson of every week, such as mon,wed@08:00-09:35 (repeat for '
            'several)'
        ),
    )
    parser.add_argument(
        '--timezone',
        metavar='<zone>',
        help=_('Time zone of the lessons, such as Europe/Berlin'),
    )
    parser.add_argument(
        '--from',
        metavar='<day>',
        dest='first_day',
        help=_('First day, such as 2026-09-01; today when absent'),
    )
    parser.add_argument(
        '--until',
        metavar='<day>',
        dest='last_day',
        help=_('Last day'),
    )


def of(
    parsed_args: argparse.Namespace, known: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """The timetable that was given; None when nothing of it was.

    :param known: what the course has, which completes it
    :raises: CommandError when something is missing
    """
    given = {
        'timezone': parsed_args.timezone,
        'from': parsed_args.first_day,
        'until': parsed_args.last_day,
        'lessons': parsed_args.lessons,
    }
    given = {key: value for key, value in given.items() if value}
    if not given:
        return None
    today = datetime.datetime.now().date().isoformat()
    whole = {'from': today} | (known or {}) | given
    missing = {'timezone', 'until', 'lessons'} - set(whole)
    if missing:
        options = {'lessons': 'lesson'}
        names = ', '.join(
            '--' + options.get(each, each) for each in sorted(missing)
        )
        raise osc_exceptions.CommandError(
            _('A timetable also needs %s.') % names
        )
    return whole


def _lesson(value: str) -> dict[str, Any]:
    match = _LESSON.fullmatch(value)
    if match is None:
        raise argparse.ArgumentTypeError(
            _('%s is not like mon,wed@08:00-09:35') % value
        )
    days, start, end = match.groups()
    return {
        'days': days.split(','),
        'start': start.rjust(5, '0'),
        'end': end.rjust(5, '0'),
    }
