import datetime
import zoneinfo

from clouddesk.tests.cloud import base

#: Until the bell; in full minutes it is between 30 and 90 seconds.
_SOON = datetime.timedelta(minutes=1, seconds=30)
#: More than all of it takes on a slow machine.
_LESSON = datetime.timedelta(hours=1)


class CourseTest(base.CloudTest):
    def setUp(self):
        super().setUp()
        self.course = self.name()
        self.addCleanup(self.forget)

    def test_a_lesson_by_the_timetable(self):
        """I14: the pool is ready at the bell and is put back after it."""
        zone, day, lesson = _soon()
        self.openstack(
            *('course', 'create', self.course, *base.SPEC, '--size', '2'),
            *('--lesson', lesson, '--timezone', zone, '--until', day),
            *('--ahead', '5', '--at-end', 'stop'),
        )
        self.until(lambda: self.status() == 'in_session', 'the lesson')
        self.assertEqual(['running'] * 2, self.desktops())
        self.end_soon()
        self.until(lambda: self.status() == 'idle', 'the end of the lesson')
        self.assertEqual(['off'] * 2, self.desktops())

    def end_soon(self):
        """Only now: nobody knows how long the desktops are built."""
        course = self.proxy.find_course(self.course, ignore_missing=False)
        table = course.timetable
        now = datetime.datetime.now(zoneinfo.ZoneInfo(table['timezone']))
        times = {'start': f'{now:%H:%M}', 'end': f'{now + _SOON:%H:%M}'}
        lessons = [each | times for each in table['lessons']]
        self.proxy.update_course(
            course.id, timetable=table | {'lessons': lessons}
        )

    def status(self):
        return self.json('course', 'show', self.course)['status']

    def desktops(self):
        pool = self.json('course', 'show', self.course)['pool_id']
        return [row.status for row in self.proxy.desktops(pool_id=pool)]

    def forget(self):
        """Whatever the course is doing; its pool goes with it."""
        for course in list(self.proxy.courses(name=self.course)):
            order = self.proxy.delete_course(course.id, with_pool=True)
            if order is not None:
                self.finished(order.id)


def _soon():
    """A time zone where it is noon, the day, and a lesson that is near."""
    now = datetime.datetime.now(datetime.UTC)
    zone = 'Etc/GMT%+d' % (now.hour - 12)
    bell = now.astimezone(zoneinfo.ZoneInfo(zone)) + _SOON
    end = bell + _LESSON
    lesson = bell.strftime('%a@%H:%M').lower() + end.strftime('-%H:%M')
    return zone, bell.date().isoformat(), lesson
