"""When a course meets: lessons in local time, turned into moments in UTC.

A timetable is what the API takes and the database keeps::

    {
        "timezone": "Europe/Berlin",
        "from": "2026-09-01",
        "until": "2027-07-15",
        "lessons": [{"days": ["mon"], "start": "08:00", "end": "09:35"}],
    }

Moments are naive datetimes in UTC, as everywhere in clouddesk. Wall clocks
decide: a lesson at eight is at eight in summer and in winter. A time that a
clock skips is one hour later that day, as Python's ``zoneinfo`` has it.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime
import itertools
from typing import Any
import zoneinfo

from clouddesk import exceptions
from clouddesk.i18n import _

START = 'start'
END = 'end'
EVENTS = frozenset({START, END})

DAYS = ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')

#: Days that a timetable may span.
MAX_DAYS = 1830

_DAY = datetime.timedelta(days=1)

Event = tuple[str, datetime.datetime]
NONE: tuple[None, None] = (None, None)


@dataclasses.dataclass(frozen=True)
class Session:
    """From the first desktop that starts to the bell after the lesson.

    Lessons between which the desktops would not even be off are one session.
    """

    begins: datetime.datetime
    ends: datetime.datetime


def check(timetable: Mapping[str, Any], max_lessons: int) -> None:
    """Refuse what is no timetable; its form is right already.

    :param max_lessons: in a week
    :raises Invalid: names the field
    """
    if not timetable:
        return
    _zone(timetable)
    begin, end = _span(timetable)
    if end < begin or (end - begin).days > MAX_DAYS:
        raise _bad(
            'timetable.until',
            _(
                '%(field)s must be on or after timetable.from, and at most '
                '%(limit)s days later.'
            ),
            limit=MAX_DAYS,
        )
    lessons = list(_weekly(timetable))
    if len(lessons) > max_lessons:
        raise _bad(
            'timetable.lessons',
            _(
                '%(field)s has %(value)s lessons in a week; the limit is '
                '%(limit)s.'
            ),
            value=len(lessons),
            limit=max_lessons,
        )
    _refuse_overlaps(lessons)


def sessions(
    timetable: Mapping[str, Any], ahead: int, after: datetime.datetime
) -> Iterator[Session]:
    """Sessions that end after a moment, in their order.

    :param ahead: minutes before the bell
    """
    running: Session | None = None
    for each in _bells(timetable, ahead, after):
        if running is None or each.begins > running.ends:
            if running is not None and running.ends > after:
                yield running
            running = each
        else:
            running = Session(running.begins, max(running.ends, each.ends))
    if running is not None and running.ends > after:
        yield running


def current(
    timetable: Mapping[str, Any], ahead: int, now: datetime.datetime
) -> Session | None:
    """The session that is on at a moment."""
    found = next(sessions(timetable, ahead, now), None)
    return found if found and found.begins <= now else None


def next_start(
    timetable: Mapping[str, Any], ahead: int, now: datetime.datetime
) -> Event | tuple[None, None]:
    """The event to wait for when nothing is on.

    A session that has begun already begins at once.
    """
    found = next(sessions(timetable, ahead, now), None)
    return (START, found.begins) if found else NONE


def _bells(
    timetable: Mapping[str, Any], ahead: int, after: datetime.datetime
) -> Iterator[Session]:
    """Every lesson that may matter, by its beginning."""
    if not timetable:
        return
    zone = _zone(timetable)
    early = datetime.timedelta(minutes=ahead)
    begin, end = _span(timetable)
    weekly = list(_weekly(timetable))
    # Sessions may be joined over midnight; go back until none was on.
    day = max(begin, after.date() - _lead(ahead))
    while day <= end:
        for weekday, start, stop in weekly:
            if weekday == day.weekday():
                bell, over = _utc(day, start, zone), _utc(day, stop, zone)
                if bell < over:
                    yield Session(bell - early, over)
        day += _DAY


def _lead(ahead: int) -> datetime.timedelta:
    return datetime.timedelta(days=8 + ahead // 1440)


def _weekly(
    timetable: Mapping[str, Any],
) -> Iterator[tuple[int, datetime.time, datetime.time]]:
    """Weekday from 0, start and end of each lesson, in their order."""
    found = [
        (DAYS.index(day), _time(lesson['start']), _time(lesson['end']))
        for lesson in timetable['lessons']
        for day in lesson['days']
    ]
    return iter(sorted(found))


def _refuse_overlaps(
    lessons: list[tuple[int, datetime.time, datetime.time]],
) -> None:
    for day, start, end in lessons:
        if end <= start:
            raise _bad(
                'timetable.lessons',
                _(
                    '%(field)s: the lesson of %(day)s at %(start)s must end '
                    'later on the same day.'
                ),
                day=DAYS[day],
                start=_shown(start),
            )
    for one, other in itertools.pairwise(lessons):
        if one[0] == other[0] and other[1] < one[2]:
            raise _bad(
                'timetable.lessons',
                _(
                    '%(field)s: the lessons of %(day)s at %(one)s and at '
                    '%(other)s overlap.'
                ),
                day=DAYS[one[0]],
                one=_shown(one[1]),
                other=_shown(other[1]),
            )


def _zone(timetable: Mapping[str, Any]) -> zoneinfo.ZoneInfo:
    name = timetable['timezone']
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise _bad(
            'timetable.timezone',
            _('%(field)s: there is no time zone %(name)s.'),
            name=name,
        ) from None


def _span(
    timetable: Mapping[str, Any],
) -> tuple[datetime.date, datetime.date]:
    return _date(timetable, 'from'), _date(timetable, 'until')


def _date(timetable: Mapping[str, Any], key: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(timetable[key])
        if day.year < datetime.MAXYEAR:
            # Else the day after it, or its evening in UTC, may be none.
            return day
        raise ValueError
    except ValueError:
        raise _bad(
            'timetable.%s' % key,
            _('%(field)s: there is no day %(value)s.'),
            value=timetable[key],
        ) from None


def _time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text)


def _utc(
    day: datetime.date, time: datetime.time, zone: zoneinfo.ZoneInfo
) -> datetime.datetime:
    local = datetime.datetime.combine(day, time, zone)
    return local.astimezone(datetime.UTC).replace(tzinfo=None)


def _shown(time: datetime.time) -> str:
    return time.isoformat('minutes')


def _bad(field: str, message: str, **values: Any) -> exceptions.Invalid:
    details = {'field': field} | {
        key: value for key, value in values.items() if key == 'limit'
    }
    return exceptions.Invalid(message, details, field=field, **values)
