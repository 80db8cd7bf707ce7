import datetime
from unittest import mock

import ddt
from oslo_utils import fixture as time_fixture

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.db import turns
from clouddesk.db.api import courses
from clouddesk.tests.unit.api import base

URL = '/v1/courses'
OTHER_IMAGE = '33333333-3333-4333-8333-333333333333'
TABLE = {
    'timezone': 'UTC',
    'from': '2026-11-23',
    'until': '2026-11-27',
    'lessons': [{'days': ['mon', 'tue'], 'start': '08:00', 'end': '09:00'}],
}


class CourseTest(base.ApiTest):
    """It is Friday, and the image belongs to the project."""

    wanted = {
        'name': 'maths',
        'size': 2,
        'image_id': base.IMAGE,
        'flavor_id': base.FLAVOR,
    }

    def setUp(self):
        super().setUp()
        self.useFixture(
            time_fixture.TimeFixture(datetime.datetime(2026, 11, 20, 12))
        )
        self.protected = set()
        self.owner = base.PROJECT
        self.images = self.cloud.user.image
        self.images.get.side_effect = self.image
        self.images.protect.side_effect = self.protect
        self.images.why_unusable.return_value = None
        self.people = self.cloud.service.identity

    def image(self, image_id):
        return types.Image(
            image_id,
            'win11',
            'active',
            size=1024**3,
            min_disk=5,
            min_ram=1024,
            protected=image_id in self.protected,
            owner=self.owner,
        )

    def protect(self, image_id, protected):
        change = self.protected.add if protected else self.protected.discard
        change(image_id)

    def create(self, persona='member', **values):
        return self.post(URL, self.wanted | values, persona=persona)

    def made(self, persona='member', **values):
        answer = self.create(persona, **values)
        self.assertEqual(201, answer.status_int, answer.text)
        return answer.json

    def edit(self, course_id, persona='member', **values):
        return self.call(
            'PATCH', '%s/%s' % (URL, course_id), values, persona=persona
        )

    def edited(self, course_id, **values):
        answer = self.edit(course_id, **values)
        self.assertEqual(200, answer.status_int, answer.text)
        return answer.json

    def show(self, course_id):
        return self.get('%s/%s' % (URL, course_id), 'member').json

    def act(self, course_id, verb, persona='member'):
        url = '%s/%s/actions/%s' % (URL, course_id, verb)
        return self.post(url, {}, persona=persona)

    def remove(self, course_id, query=''):
        return self.call('DELETE', '%s/%s%s' % (URL, course_id, query))

    def come_to(self, course_id, status):
        """The order is over; the course came to rest."""
        for table in ('pools', 'desktops'):
            self.sql('UPDATE %s SET work_order_id = NULL' % table)
        self.sql(
            "UPDATE desktops SET status = 'running' WHERE status = 'building'"
        )
        row = courses.get(course_id)
        courses.move(turns.Turn(row, turns.values_of(status)))


class LifeTest(CourseTest):
    def test_create_and_show(self):
        """I14: image, spec, roster and timetable make a course."""
        answer = self.create(
            roster={'users': ['ada'], 'groups': ['g']},
            timetable=TABLE,
            ahead=10,
            wave=2,
            at_end='rebuild',
        )
        self.assertEqual(201, answer.status_int, answer.text)
        course = answer.json
        for key, value in (
            ('status', 'idle'),
            ('fault', None),
            ('size', 2),
            ('roster', {'users': ['ada'], 'groups': ['g']}),
            ('timetable', TABLE),
            ('ahead', 10),
            ('wave', 2),
            ('at_end', 'rebuild'),
            ('next_event', 'start'),
            ('next_at', '2026-11-23T07:50:00Z'),
            ('template', None),
            ('pool_id', None),
            ('vcpus', 2),
        ):
            self.assertEqual(value, course[key], key)
        self.assertEqual(course, self.show(course['id']))
        self.assertTrue(answer.headers['Location'].endswith(course['id']))

    def test_the_least(self):
        course = self.made()
        for key, value in (
            ('timetable', None),
            ('next_event', None),
            ('at_end', 'stop'),
            ('ahead', 15),
            ('wave', None),
        ):
            self.assertEqual(value, course[key], key)

    def test_from_a_template(self):
        template = self.post(
            '/v1/templates',
            {
                'name': 'office',
                'image_id': base.IMAGE,
                'flavor_id': base.FLAVOR,
            },
        ).json
        answer = self.post(
            URL, {'name': 'maths', 'size': 1, 'template_id': template['id']}
        )
        course = answer.json
        self.assertEqual('office', course['template']['name'])
        answer = self.call('DELETE', '/v1/templates/' + template['id'])
        error = self.assert_error(answer, 409, 'template_in_use')
        self.assertIn('courses maths', error['message'])
        query = '?template_id=%s&drift=false' % template['id']
        found = self.get(URL + query, 'member').json['courses']
        self.assertEqual([course['id']], [each['id'] for each in found])
        changed = self.edited(course['id'], image_id=OTHER_IMAGE)
        self.assertIsNone(changed['template'])
        answer = self.call('DELETE', '/v1/templates/' + template['id'])
        self.assertEqual(204, answer.status_int)

    def test_bad_fields(self):
        self.config(group='desktop', max_wave=5)
        self.config(group='course', max_roster=2, max_ahead=60)
        self.config(group='pool', max_size=9)

        def table(**values):
            return TABLE | values

        for field, value in (
            ('name', 'x'),
            ('size', 10),
            ('ahead', 61),
            ('wave', 6),
            ('wave', 0),
            ('at_end', 'burn'),
            ('name_template', 'x'),
            ('roster', {'users': ['a', 'b', 'c']}),
            ('roster.people', {'people': []}),
            ('timetable.timezone', table(timezone='Mars')),
            ('timetable.until', table(until='2026-11-01')),
            ('timetable.from', table(**{'from': 'now'})),
            ('timetable.lessons', table(lessons=[])),
            ('timetable.lessons', table(lessons=TABLE['lessons'] * 2)),
        ):
            answer = self.create(**{field.split('.')[0]: value})
            self.assert_error(answer, 400, 'invalid', field)
        self.assertEqual([], self.get(URL, 'member').json['courses'])
        self.assertEqual(set(), self.protected)

    def test_nobody_of_that_name(self):
        self.people.user_id.side_effect = exceptions.CloudNotFound(
            kind='user', id='eve'
        )
        answer = self.create(roster={'users': ['eve']})
        self.assert_error(answer, 400, 'invalid', 'users')

    def test_names_are_unique_in_a_project(self):
        self.made()
        self.assert_error(self.create(), 409, 'name_taken')
        self.made('stranger')
        other = self.made(name='physics')
        answer = self.edit(other['id'], name='maths')
        self.assert_error(answer, 409, 'name_taken')

    def test_lists(self):
        self.made(timetable=TABLE)
        physics = self.made(name='physics')
        self.come_to(physics['id'], 'in_session')
        for query, names in (
            ('', ['maths', 'physics']),
            ('&status=in_session', ['physics']),
            ('&name=maths', ['maths']),
            ('&image_id=' + base.IMAGE, ['maths', 'physics']),
        ):
            found = self.get(URL + '?sort_key=name' + query, 'member').json
            self.assertEqual(
                names, [each['name'] for each in found['courses']], query
            )

    def test_strangers_and_readers(self):
        course = self.made()
        url = '%s/%s' % (URL, course['id'])
        for method, path, body in (
            ('GET', url, None),
            ('PATCH', url, {'note': 'x'}),
            ('DELETE', url, None),
            ('POST', url + '/actions/start', {}),
            ('POST', url + '/actions/end', {}),
        ):
            answer = self.call(method, path, body, persona='stranger')
            self.assert_error(answer, 404, 'not_found')
            answer = self.call(method, path, body, persona='reader')
            self.assert_error(answer, 403, 'forbidden')

    def test_dry_run(self):
        with mock.patch(
            'clouddesk.api.preflight.ask', autospec=True, return_value={}
        ):
            wanted = self.wanted | {'name_template': '{project}_{serial}'}
            answer = self.call('POST', URL + '?dry_run=true', wanted)
        self.assertEqual(200, answer.status_int, answer.text)
        self.assertEqual(['school_1', 'school_2'], answer.json['names'])
        self.assertEqual([], self.get(URL, 'member').json['courses'])
        self.assertEqual(set(), self.protected)
        self.made()
        answer = self.call('POST', URL + '?dry_run=true', wanted)
        self.assert_error(answer, 409, 'name_taken')


class EditTest(CourseTest):
    def test_what_is_given(self):
        course = self.made(roster={'users': ['ada']}, timetable=TABLE)
        changed = self.edited(
            course['id'],
            note='x',
            size=3,
            wave=None,
            roster={'groups': ['g']},
            ahead=0,
        )
        self.assertEqual(
            ('x', 3, {'users': [], 'groups': ['g']}),
            (changed['note'], changed['size'], changed['roster']),
        )
        self.assertEqual('2026-11-23T08:00:00Z', changed['next_at'])
        self.assertEqual(TABLE, changed['timetable'])

    def test_no_timetable_any_more(self):
        course = self.made(timetable=TABLE)
        changed = self.edited(course['id'], timetable=None)
        self.assertEqual(
            (None, None, None),
            (
                changed['timetable'],
                changed['next_event'],
                changed['next_at'],
            ),
        )

    def test_a_lesson_that_is_on_starts_now(self):
        course = self.made()
        friday = TABLE | {
            'from': '2026-11-20',
            'lessons': [{'days': ['fri'], 'start': '11:00', 'end': '13:00'}],
        }
        changed = self.edited(course['id'], timetable=friday)
        self.assertEqual(
            ('start', '2026-11-20T10:45:00Z'),
            (changed['next_event'], changed['next_at']),
        )
        self.come_to(course['id'], 'in_session')
        friday['lessons'][0]['end'] = '14:00'
        changed = self.edited(course['id'], timetable=friday)
        self.assertEqual(
            ('end', '2026-11-20T14:00:00Z'),
            (changed['next_event'], changed['next_at']),
        )

    def test_the_end_of_what_is_on_stays(self):
        course = self.made(timetable=TABLE)
        row = courses.get(course['id'])
        end = datetime.datetime(2026, 11, 20, 13)
        courses.move(
            turns.Turn(row, turns.values_of('in_session', ('end', end)))
        )
        changed = self.edited(course['id'], timetable=None)
        self.assertEqual(
            ('end', '2026-11-20T13:00:00Z'),
            (changed['next_event'], changed['next_at']),
        )

    def test_started_by_hand_without_a_timetable(self):
        course = self.made()
        self.come_to(course['id'], 'in_session')
        changed = self.edited(course['id'], timetable=TABLE)
        self.assertEqual('start', changed['next_event'])

    def test_the_pool_has_the_new_roster_at_once(self):
        course = self.made(roster={'users': ['ada', 'eve']})
        self.act(course['id'], 'start')
        self.edited(course['id'], roster={'users': ['ada', 'bob']})
        pool_id = self.show(course['id'])['pool_id']
        pool = self.get('/v1/pools/' + pool_id, 'member').json
        self.assertEqual({'ada', 'bob'}, set(pool['members']['users']))

    def test_a_roster_beyond_what_pools_may_have(self):
        """The limit of a course holds; nothing is done by halves."""
        course = self.made()
        self.act(course['id'], 'start')
        self.come_to(course['id'], 'in_session')
        self.config(group='pool', max_members=1)
        roster = {'users': ['a', 'b'], 'groups': []}
        self.edited(course['id'], roster=roster)
        pool = self.get('/v1/pools/%s' % self.show(course['id'])['pool_id'])
        self.assertEqual(2, len(pool.json['members']['users']))

    def test_nothing(self):
        course = self.made()
        self.assert_error(self.edit(course['id']), 400, 'invalid')


class ActionTest(CourseTest):
    def test_start_and_end_by_hand(self):
        """I14"""
        course = self.made(wave=1)
        answer = self.act(course['id'], 'start')
        self.assertEqual(202, answer.status_int, answer.text)
        shown = answer.json
        self.assertEqual('starting', shown['status'])
        order = self.get(
            '/v1/work-orders/' + shown['work_order_id'], 'member'
        ).json
        self.assertEqual('pool.create', order['kind'])
        self.assertEqual(shown['pool_id'], order['subject']['id'])
        self.assertEqual([order['id']], self.hinted())
        error = self.assert_error(
            self.act(course['id'], 'end'), 409, 'course_busy'
        )
        self.assertIn(order['id'], error['message'])
        self.come_to(course['id'], 'in_session')
        shown = self.act(course['id'], 'end').json
        self.assertEqual('ending', shown['status'])
        order = self.get(
            '/v1/work-orders/' + shown['work_order_id'], 'member'
        ).json
        self.assertEqual(
            ('desktop.stop', 'course', 'maths'),
            (
                order['kind'],
                order['subject']['type'],
                order['subject']['name'],
            ),
        )
        self.assertEqual('user-member', order['user_id'])

    def test_nothing_to_do(self):
        course = self.made()
        shown = self.act(course['id'], 'end').json
        self.assertEqual(('idle', None), _state(shown))
        self.act(course['id'], 'start')
        self.come_to(course['id'], 'in_session')
        order_id = self.show(course['id'])['work_order_id']
        shown = self.act(course['id'], 'start').json
        self.assertEqual(('in_session', order_id), _state(shown))

    def test_what_was_put_back_is_not_wiped_again(self):
        """I14: an idle course has nothing to end; a failed end has."""
        course = self.made(at_end='rebuild')
        self.act(course['id'], 'start')
        self.come_to(course['id'], 'idle')
        orders = len(self.get('/v1/work-orders').json['work_orders'])
        self.assertEqual(202, self.act(course['id'], 'end').status_int)
        self.assertEqual(
            orders, len(self.get('/v1/work-orders').json['work_orders'])
        )

    def test_the_image_is_gone(self):
        """I14: refused, and the image is named."""
        course = self.made()
        self.images.why_unusable.return_value = 'is gone'
        error = self.assert_error(
            self.act(course['id'], 'start'), 409, 'image_gone'
        )
        self.assertIn(base.IMAGE, error['message'])
        self.assertEqual('idle', self.show(course['id'])['status'])

    def test_glance_is_down(self):
        course = self.made()
        self.images.why_unusable.side_effect = exceptions.CloudError(
            service='Glance', reason='down', transient=True
        )
        answer = self.act(course['id'], 'start')
        self.assert_error(answer, 503, 'service_unavailable')

    def test_the_name_of_the_pool_is_taken(self):
        self.make_pool(0, 'maths')
        course = self.made()
        answer = self.act(course['id'], 'start')
        self.assert_error(answer, 409, 'name_taken')

    def test_over_quota(self):
        self.config(group='quota', desktops=1)
        course = self.made()
        answer = self.act(course['id'], 'start')
        self.assert_error(answer, 403, 'over_quota')
        self.assertEqual('idle', self.show(course['id'])['status'])

    def test_the_timetable_was_faster(self):
        course = self.made()
        with mock.patch.object(
            turns.Turn, 'record', autospec=True, side_effect=turns.Superseded
        ):
            answer = self.act(course['id'], 'start')
            self.assert_error(answer, 409, 'conflict')


@ddt.ddt
class DeleteTest(CourseTest):
    def test_idle(self):
        course = self.made()
        self.act(course['id'], 'start')
        self.come_to(course['id'], 'idle')
        self.assertEqual(204, self.remove(course['id']).status_int)
        self.assert_error(self.remove(course['id']), 404, 'not_found')
        self.assertEqual(1, len(self.get('/v1/pools').json['pools']))

    def test_in_session(self):
        """I14: not while it meets, unless its pool goes with it."""
        course = self.made()
        self.act(course['id'], 'start')
        self.come_to(course['id'], 'in_session')
        answer = self.remove(course['id'])
        self.assert_error(answer, 409, 'course_in_session')
        answer = self.remove(course['id'], '?with_pool=true')
        self.assertEqual(202, answer.status_int, answer.text)
        self.assertEqual('pool.delete', answer.json['kind'])
        self.assert_error(self.remove(course['id']), 404, 'not_found')

    @ddt.data('', '?with_pool=true')
    def test_in_session_without_a_pool(self, query):
        """Somebody deleted the pool; there is nothing to end."""
        course = self.made()
        self.come_to(course['id'], 'in_session')
        self.assertEqual(204, self.remove(course['id'], query).status_int)
        self.assert_error(self.remove(course['id']), 404, 'not_found')

    def test_while_it_starts(self):
        course = self.made()
        self.act(course['id'], 'start')
        answer = self.remove(course['id'], '?with_pool=true')
        self.assert_error(answer, 409, 'pool_busy')
        self.assertEqual('starting', self.show(course['id'])['status'])

    def test_with_no_pool(self):
        course = self.made()
        answer = self.remove(course['id'], '?with_pool=true')
        self.assertEqual(204, answer.status_int)

    def test_the_timetable_was_faster(self):
        course = self.made()
        self.act(course['id'], 'start')
        self.come_to(course['id'], 'in_session')
        with mock.patch.object(
            turns.Turn, 'record', autospec=True, side_effect=turns.Superseded
        ):
            answer = self.remove(course['id'], '?with_pool=true')
        self.assert_error(answer, 409, 'conflict')


class GuardTest(CourseTest):
    def test_the_last_course_sets_the_image_free(self):
        """I14: the image of a course cannot be lost."""
        first, last = self.made(), self.made(name='physics')
        self.assertEqual({base.IMAGE}, self.protected)
        self.assertTrue(last['protects_image'])
        self.remove(first['id'])
        self.assertEqual({base.IMAGE}, self.protected)
        self.remove(last['id'])
        self.assertEqual(set(), self.protected)

    def test_another_image(self):
        course = self.made()
        self.edited(course['id'], image_id=OTHER_IMAGE)
        self.assertEqual({OTHER_IMAGE}, self.protected)
        self.edited(course['id'], note='x')
        self.assertEqual({OTHER_IMAGE}, self.protected)

    def test_a_change_that_was_refused(self):
        course = self.made()
        self.made(name='physics')
        self.people.user_id.side_effect = exceptions.CloudNotFound(
            kind='user', id='nobody'
        )
        for values in (
            {'name': 'physics'},
            {'roster': {'users': ['nobody']}},
        ):
            answer = self.edit(course['id'], image_id=OTHER_IMAGE, **values)
            self.assertIn(answer.status_int, (400, 409), answer.text)
            self.assertEqual({base.IMAGE}, self.protected)

    def test_what_people_protect_stays_protected(self):
        self.protected.add(base.IMAGE)
        course = self.made()
        self.assertFalse(course['protects_image'])
        self.remove(course['id'])
        self.assertEqual({base.IMAGE}, self.protected)

    def test_images_of_others_are_left_alone(self):
        self.owner = base.OTHER_PROJECT
        self.assertFalse(self.made()['protects_image'])
        self.assertEqual(set(), self.protected)

    def test_a_course_that_was_not_made(self):
        self.made()
        self.create()
        self.assertEqual({base.IMAGE}, self.protected)
        self.edited(self.made(name='physics')['id'], image_id=OTHER_IMAGE)
        answer = self.create(image_id=OTHER_IMAGE)
        self.assert_error(answer, 409, 'name_taken')
        self.assertEqual({base.IMAGE, OTHER_IMAGE}, self.protected)

    def test_protected_without_an_answer(self):
        """I14: nobody would set it free again."""
        self.lost = True
        self.images.protect.side_effect = self.protect_unheard
        self.assert_error(self.create(), 503, 'service_unavailable')
        self.assertEqual(set(), self.protected)
        self.assertTrue(self.made()['protects_image'])
        self.assertEqual({base.IMAGE}, self.protected)

    def protect_unheard(self, image_id, protected):
        self.protect(image_id, protected)
        if self.lost:
            self.lost = False
            raise exceptions.CloudError(
                service='Glance', reason='no answer', transient=True
            )

    def test_an_image_that_is_gone_stops_no_one(self):
        """I14"""
        course = self.made()
        self.images.protect.side_effect = exceptions.CloudNotFound(
            kind='image', id=base.IMAGE
        )
        self.edited(course['id'], note='x')
        self.edited(course['id'], size=5)
        self.assertEqual(204, self.remove(course['id']).status_int)

    def test_an_image_that_cannot_be_set_free(self):
        course = self.made()
        self.images.protect.side_effect = exceptions.CloudForbidden(
            service='Glance', reason='no'
        )
        self.assertEqual(204, self.remove(course['id']).status_int)


def _state(course):
    return course['status'], course['work_order_id']
