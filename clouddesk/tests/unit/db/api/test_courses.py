"""Lists of courses."""

import datetime

import ddt

from clouddesk.db import paging
from clouddesk.db.api import courses
from clouddesk.tests.unit.db import base

_BELL = datetime.datetime(2026, 9, 1, 8)


@ddt.ddt
class ListTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        for serial, hours in enumerate((None, 2, None, 1, 1)):
            self.course('course%d' % serial, hours)

    def course(self, name, hours):
        """One whose next event is so many hours after the bell, or none."""
        courses.create(
            base.SPEC
            | {
                'name': name,
                'size': 1,
                'name_template': '{base}_{serial:02d}',
                'timetable': {},
                'ahead': 0,
                'at_end': 'stop',
                'project_id': 'project',
                'user_id': 'user',
                'next_at': hours and _BELL + datetime.timedelta(hours=hours),
            },
            (),
        )

    def walk(self, limit, direction):
        rows, marker = [], None
        while True:
            page = paging.Page(limit, marker, ['next_at'], [direction])
            found = courses.list_('project', {}, page)
            rows += found
            if len(found) < limit:
                return rows
            marker = found[-1].id

    @ddt.data('asc', 'desc')
    def test_by_the_next_event(self, direction):
        """A course without one is due never, and is on one page."""
        whole = self.walk(100, direction)
        moments = [row.due_at for row in whole]
        self.assertEqual(sorted(moments, reverse=direction == 'desc'), moments)
        self.assertEqual(2, sum(row.next_at is None for row in whole))
        for limit in (1, 2, 3):
            self.assertEqual(
                [row.id for row in whole],
                [row.id for row in self.walk(limit, direction)],
            )
