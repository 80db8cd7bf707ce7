from openstack import exceptions

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

MATHS = fakes.course()
PATH = '/courses/' + MATHS['id']


class CoursesTest(base.SDKTest):
    def test_every_field_of_the_api_has_an_attribute(self):
        self.cloud.answer('GET', PATH, MATHS)
        found = self.proxy.get_course(MATHS['id'])
        for field, value in MATHS.items():
            self.assertEqual(value, getattr(found, field), field)

    def test_list(self):
        call = self.cloud.answer('GET', '/courses', {'courses': [MATHS]})
        found = list(self.proxy.courses(status=['idle', 'ending']))
        self.assertEqual(['maths'], [course.name for course in found])
        self.assertEqual({'status': ['idle,ending']}, call.last_request.qs)

    def test_find_by_name(self):
        self.cloud.refuse('GET', '/courses/maths', 404, 'No such one.')
        self.cloud.answer('GET', '/courses?name=maths', {'courses': [MATHS]})
        self.assertEqual(MATHS['id'], self.proxy.find_course('maths').id)

    def test_create_and_update(self):
        call = self.cloud.answer('POST', '/courses', MATHS)
        attrs = {'name': 'maths', 'size': 2, 'template_id': 't', 'wave': None}
        self.proxy.create_course(**attrs)
        self.assertEqual(attrs, call.last_request.json())
        call = self.cloud.answer('PATCH', PATH, MATHS | {'size': 3})
        updated = self.proxy.update_course(MATHS['id'], size=3, timetable=None)
        self.assertEqual(
            {'size': 3, 'timetable': None}, call.last_request.json()
        )
        self.assertEqual(3, updated.size)

    def test_preview(self):
        report = {'accepted': True, 'needs': {}, 'refusals': [], 'names': []}
        call = self.cloud.answer('POST', '/courses?dry_run=true', report)
        found = self.proxy.preview_course(name='maths', size=2)
        self.assertTrue(found.is_accepted)
        self.assertEqual(
            {'name': 'maths', 'size': 2}, call.last_request.json()
        )

    def test_start_wait_and_end(self):
        starting = MATHS | {'status': 'starting'}
        self.cloud.answer('POST', PATH + '/actions/start', starting)
        self.cloud.answer('POST', PATH + '/actions/end', MATHS)
        self.cloud.answer(
            'GET', PATH, starting, MATHS | {'status': 'in_session'}
        )
        course = self.proxy.start_course(MATHS['id'])
        self.assertFalse(course.is_at_rest)
        course = self.proxy.wait_for_course(course)
        self.assertEqual('in_session', course.status)
        self.assertEqual('idle', self.proxy.end_course(course).status)

    def test_delete(self):
        self.cloud.answer(
            'DELETE',
            PATH,
            {'status_code': 204},
            fakes.error(404, 'No such course.'),
            fakes.error(409, 'Course maths is in_session.'),
        )
        self.assertIsNone(self.proxy.delete_course(MATHS['id']))
        self.assertIsNone(self.proxy.delete_course(MATHS['id']))
        self.assertRaises(
            exceptions.ConflictException,
            self.proxy.delete_course,
            MATHS['id'],
        )

    def test_delete_none(self):
        self.cloud.refuse('DELETE', PATH, 404, 'No such course.')
        self.assertRaises(
            exceptions.NotFoundException,
            self.proxy.delete_course,
            MATHS['id'],
            ignore_missing=False,
        )

    def test_delete_with_the_pool(self):
        order = {'status_code': 202, 'json': fakes.order(kind='pool.delete')}
        self.cloud.answer('DELETE', PATH + '?with_pool=true', order)
        found = self.proxy.delete_course(MATHS['id'], with_pool=True)
        self.assertEqual('pool.delete', found.kind)
