import datetime

import ddt
from oslotest import base

from clouddesk import exceptions
from clouddesk import timetable

BERLIN = {
    'timezone': 'Europe/Berlin',
    'from': '2026-03-01',
    'until': '2026-12-31',
    'lessons': [{'days': ['mon', 'wed'], 'start': '08:00', 'end': '09:35'}],
}


def utc(text):
    return datetime.datetime.fromisoformat(text)


def lesson(start, end, *days):
    return {'days': list(days or ('mon',)), 'start': start, 'end': end}


def times(found):
    return [(str(each.begins)[:16], str(each.ends)[:16]) for each in found]


class SessionsTest(base.BaseTestCase):
    def sessions(self, after, count=2, ahead=15, **changes):
        found = timetable.sessions(BERLIN | changes, ahead, utc(after))
        return times(each for each, _n in zip(found, range(count)))

    def test_they_begin_ahead_of_the_bell(self):
        """I14: desktops are up before the bell."""
        self.assertEqual(
            [
                ('2026-11-23 06:45', '2026-11-23 08:35'),
                ('2026-11-25 06:45', '2026-11-25 08:35'),
            ],
            self.sessions('2026-11-20'),
        )

    def test_the_wall_clock_decides_in_summer_and_winter(self):
        self.assertEqual(
            [
                ('2026-03-25 06:45', '2026-03-25 08:35'),
                # Clocks went forward on the 29th.
                ('2026-03-30 05:45', '2026-03-30 07:35'),
            ],
            self.sessions('2026-03-24'),
        )
        self.assertEqual(
            [
                ('2026-10-21 05:45', '2026-10-21 07:35'),
                ('2026-10-26 06:45', '2026-10-26 08:35'),
            ],
            self.sessions('2026-10-20'),
        )

    def test_a_time_that_the_clocks_skip(self):
        night = [lesson('02:30', '04:00', 'sun')]
        self.assertEqual(
            [('2026-03-29 01:30', '2026-03-29 02:00')],
            self.sessions('2026-03-28', 1, ahead=0, lessons=night),
        )

    def test_a_lesson_that_the_clocks_swallow(self):
        night = [lesson('02:30', '03:15', 'sun')]
        self.assertEqual(
            [('2026-04-05 00:30', '2026-04-05 01:15')],
            self.sessions('2026-03-28', 1, ahead=0, lessons=night),
        )

    def test_a_time_that_comes_twice(self):
        night = [lesson('01:30', '04:00', 'sun')]
        self.assertEqual(
            [('2026-10-24 23:30', '2026-10-25 03:00')],
            self.sessions('2026-10-24', 1, ahead=0, lessons=night),
        )

    def test_the_one_that_is_on_comes_first(self):
        self.assertEqual(
            [('2026-11-23 06:45', '2026-11-23 08:35')],
            self.sessions('2026-11-23T08:34', 1),
        )
        self.assertEqual(
            [('2026-11-25 06:45', '2026-11-25 08:35')],
            self.sessions('2026-11-23T08:35', 1),
        )

    def test_desktops_are_not_switched_off_for_a_break(self):
        both = [lesson('09:45', '11:20'), lesson('08:00', '09:35')]
        self.assertEqual(
            [('2026-11-23 06:45', '2026-11-23 10:20')],
            self.sessions('2026-11-20', 1, lessons=both),
        )
        self.assertEqual(
            [
                ('2026-11-23 06:55', '2026-11-23 08:35'),
                ('2026-11-23 08:40', '2026-11-23 10:20'),
            ],
            self.sessions('2026-11-20', ahead=5, lessons=both),
        )

    def test_over_midnight(self):
        late = [
            lesson('20:00', '23:59', 'mon'),
            lesson('00:05', '02:00', 'tue'),
        ]
        self.assertEqual(
            [('2026-11-23 18:45', '2026-11-24 01:00')],
            self.sessions('2026-11-24T00:30', 1, lessons=late),
        )

    def test_the_first_and_the_last_day(self):
        days = {'from': '2026-11-23', 'until': '2026-11-25'}
        self.assertEqual(
            [
                ('2026-11-23 06:45', '2026-11-23 08:35'),
                ('2026-11-25 06:45', '2026-11-25 08:35'),
            ],
            self.sessions('2026-01-01', 9, **days),
        )
        self.assertEqual([], self.sessions('2026-11-26', **days))

    def test_no_timetable(self):
        self.assertEqual(
            [], list(timetable.sessions({}, 15, utc('2026-01-01')))
        )


class EventsTest(base.BaseTestCase):
    def test_nothing_is_on(self):
        now = utc('2026-11-23T06:44')
        self.assertIsNone(timetable.current(BERLIN, 15, now))
        self.assertEqual(
            ('start', utc('2026-11-23T06:45')),
            timetable.next_start(BERLIN, 15, now),
        )

    def test_a_session_that_has_begun(self):
        now = utc('2026-11-23T06:45')
        session = timetable.current(BERLIN, 15, now)
        self.assertEqual(utc('2026-11-23T08:35'), session.ends)
        self.assertEqual(
            ('start', utc('2026-11-23T06:45')),
            timetable.next_start(BERLIN, 15, now),
        )

    def test_the_year_is_over(self):
        self.assertEqual(
            (None, None),
            timetable.next_start(BERLIN, 15, utc('2027-01-01')),
        )


@ddt.ddt
class CheckTest(base.BaseTestCase):
    def check(self, most=10, **changes):
        timetable.check(BERLIN | changes, most)

    def test_good(self):
        self.check()
        self.check(
            lessons=[lesson('08:00', '09:35'), lesson('09:35', '11:00')]
        )
        timetable.check({}, 1)

    @ddt.data(
        ('timezone', 'Mars/Base'),
        ('timezone', '../etc/passwd'),
        ('timezone', 'Europe'),
        ('from', '2026-02-30'),
        ('until', '2026-13-01'),
        ('until', '2026-02-28'),
        ('from', '9999-12-30'),
        ('until', '2046-02-28'),
        ('lessons', [lesson('09:00', '09:00')]),
        ('lessons', [lesson('09:00', '08:00')]),
        ('lessons', [lesson('08:00', '09:35'), lesson('09:30', '10:00')]),
        (
            'lessons',
            [
                lesson('08:00', '09:35', 'tue', 'wed'),
                lesson('07:00', '18:00', 'wed'),
            ],
        ),
    )
    @ddt.unpack
    def test_bad(self, field, value):
        error = self.assertRaises(
            exceptions.Invalid, self.check, **{field: value}
        )
        name = 'timetable.' + field
        self.assertEqual(name, error.details['field'])
        self.assertIn(name, str(error))

    def test_too_many_lessons(self):
        self.check(most=2)
        error = self.assertRaises(exceptions.Invalid, self.check, most=1)
        self.assertEqual(1, error.details['limit'])
