"""A course from its first lesson to the last."""

import requests

from clouddesk.db import turns
from clouddesk.db.api import courses
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base


class CourseLifeTest(base.FunctionalTestCase):
    def create_course(self, **extra):
        course = self.api.post(
            '/courses', **self.spec(name='maths', size=2, **extra)
        )
        self.course_id = course['id']

    def course(self):
        return self.api.get('/courses/' + self.course_id)

    def until(self, *statuses):
        return service.until(
            self.course, lambda course: course['status'] in statuses
        )

    def ring(self):
        """The bell after the lesson, earlier than it says."""
        row = courses.get(self.course_id)
        # By its timetable a lesson would be on again.
        past = {'next_at': row.created_at, 'timetable': None}
        self.assertTrue(courses.move(turns.Turn(row, past)))

    def test_a_lesson_of_the_timetable(self):
        """I14: the pool is there in the lesson, and goes back after it."""
        self.needs_more_than_one_person(standalone.OTHER_DATABASE)
        self.create_course(
            wave=1,
            roster={'users': [self.school.users['rita']]},
            **base.ALWAYS,
        )
        course = self.until('in_session')
        self.assertIsNone(course['fault'])
        self.assertOneOfEach(2)
        self.assertStatuses({'running': 2}, self.desktops())
        pool = self.pool(course['pool_id'])
        self.assertEqual([self.school.users['rita']], pool['members']['users'])
        self.ring()
        self.until('idle')
        self.assertStatuses({'off': 2}, self.desktops())

    def test_by_hand(self):
        """I14: built again after the lesson, and gone with the course."""
        self.create_course(at_end='rebuild')
        self.act('courses', self.course_id, 'start')
        self.until('in_session')
        servers = set(self.nova.servers)
        self.act('courses', self.course_id, 'end')
        self.until('idle')
        self.assertStatuses({'off': 2}, self.desktops())
        self.assertEqual(set(), servers & set(self.nova.servers))
        self.finish(
            self.api.delete('/courses/%s?with_pool=true' % self.course_id)
        )
        self.assertNothingLeft()

    def test_the_image_cannot_be_lost(self):
        """I14: Glance refuses while a course needs it."""
        glance = self.cloud.glance
        image_id = self.school.image_id
        url = '%s/v2/images/%s' % (glance.url, image_id)
        token = {'X-Auth-Token': self.school.token('tina')}
        self.create_course()
        answer = requests.delete(url, headers=token, timeout=9)
        self.assertEqual(403, answer.status_code)
        self.assertIn('protected', answer.text)
        self.assertIsNone(self.api.delete('/courses/' + self.course_id))
        answer = requests.delete(url, headers=token, timeout=9)
        self.assertEqual(204, answer.status_code)

    def test_the_image_is_gone_anyway(self):
        """I14: then no lesson starts, and the image is named."""
        self.create_course()
        del self.cloud.glance.images[self.school.image_id]
        refused = self.assertRaises(
            service.Refusal, self.act, 'courses', self.course_id, 'start'
        )
        self.assertEqual('image_gone', refused.code)
        self.assertIn(self.school.image_id, refused.error['message'])
        self.api.patch('/courses/' + self.course_id, **base.ALWAYS)
        course = service.until(self.course, lambda each: each['fault'])
        self.assertEqual(
            ('idle', 'image_gone'), (course['status'], course['fault']['code'])
        )
        self.assertIsNone(self.api.delete('/courses/' + self.course_id))

    def test_two_conductors_start_one_lesson(self):
        """I14: exactly once."""
        self.needs_more_than_one_person(standalone.SECOND_CONDUCTOR)
        self.service.start_conductor()
        self.create_course(**base.ALWAYS)
        self.until('in_session')
        orders = self.api.get('/work-orders')['work_orders']
        self.assertEqual(['pool.create'], [each['kind'] for each in orders])
        self.assertOneOfEach(2)
