import datetime
import types
from unittest import mock

import fixtures
import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import identity
from clouddesk.cloud import image
from clouddesk.conductor import debts
from clouddesk.conductor import timetable
from clouddesk.db import models
from clouddesk.db import paging
from clouddesk.db import turns
from clouddesk.db.api import assignments
from clouddesk.db.api import courses
from clouddesk.db.api import desktops
from clouddesk.db.api import keeping
from clouddesk.db.api import lessons
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base

DAY = '2026-11-23'
TABLE = {
    'timezone': 'UTC',
    'from': DAY,
    'until': '2026-11-27',
    'lessons': [{'days': ['mon', 'tue'], 'start': '08:00', 'end': '09:00'}],
}


def at(time, day=DAY):
    return datetime.datetime.fromisoformat('%sT%s' % (day, time))


class TimetableTest(base.ConductorTestCase):
    """A course of three desktops from eight to nine, ten minutes ahead."""

    def setUp(self):
        super().setUp()
        self.now = at('07:00')
        clock = types.SimpleNamespace(now=self.database_time)
        self.useFixture(fixtures.MockPatchObject(courses, 'clock', clock))
        self.images = mock.create_autospec(image.Image, instance=True)
        self.images.why_unusable.return_value = None
        self.identity = mock.create_autospec(identity.Identity, instance=True)
        self.ordered = []
        self.loop = timetable.Timetable(self.tenant, self.take)

    def database_time(self):
        now = sa.literal(self.now, sa.DateTime())
        if db.engine().dialect.name in ('mysql', 'mariadb'):
            # What is only a literal comes back as a text.
            return sa.func.timestamp(now, type_=sa.DateTime())
        return now

    def tenant(self, project_id):
        self.assertEqual(base.PROJECT, project_id)
        return types.SimpleNamespace(image=self.images, identity=self.identity)

    def take(self, order_id):
        self.ordered.append(order_id)
        return True

    def course(self, roster=(), **values):
        values = (
            base.SPEC
            | {
                'project_id': base.PROJECT,
                'user_id': 'teacher',
                'name': 'maths',
                'note': '',
                'size': 3,
                'name_template': '{base}_{serial:02d}',
                'timetable': TABLE,
                'ahead': 10,
                'wave': None,
                'at_end': 'stop',
                'next_event': 'start',
                'next_at': at('07:50'),
            }
            | values
        )
        self.course_id = courses.create(values, roster).id
        return self.course_id

    def look(self):
        return courses.get(self.course_id)

    def round(self, time=None, day=DAY):
        """One look at the timetables; returns what was ordered."""
        if time is not None:
            self.now = at(time, day)
        self.ordered.clear()
        self.loop.run()
        return [self.order(order_id) for order_id in self.ordered]

    def rounds(self, time=None, day=DAY):
        """Look and do what is ordered, until nothing is."""
        kinds = []
        for _each in range(9):
            orders = self.round(time, day)
            if not orders and self.look().status in (
                states.COURSE_IDLE,
                states.COURSE_IN_SESSION,
            ):
                return kinds
            kinds += [order.kind for order in orders]
            for order in orders:
                self.work(order.id)
        self.fail('Does not come to rest: %s' % kinds)

    def servers(self):
        return {server.id for server in self.world.servers()}

    def counts(self):
        pool_id = self.look().pool_id
        return pools.counts([pool_id])[pool_id]

    def assertCourse(self, status, event, when, fault=None):
        row = self.look()
        self.assertEqual(
            (status, event, when, fault),
            (row.status, row.next_event, row.next_at, row.fault_code),
            row.fault_message,
        )


class LessonTest(TimetableTest):
    def test_before_it_is_time(self):
        self.course()
        self.assertEqual([], self.round('07:49:59'))
        self.assertCourse('idle', 'start', at('07:50'))

    def test_a_lesson(self):
        """I14: filled before the bell, and put back after it."""
        self.course(roster=[('user', 'ada'), ('group', 'g')])
        (order,) = self.round('07:50')
        self.assertEqual(
            ('pool.create', 'teacher', 3),
            (order.kind, order.user_id, len(order.items)),
        )
        self.assertEqual(self.course_id, order.inputs['course_id'])
        self.assertCourse('starting', 'end', at('09:00'))
        self.assertEqual([], self.round('07:51'))
        self.work(order.id)
        self.assertEqual([], self.round('07:52'))
        self.assertCourse('in_session', 'end', at('09:00'))
        self.assertEqual({'running': 3}, self.counts())
        pool = pools.get(self.look().pool_id)
        self.assertEqual(('maths', 'first_come'), (pool.name, pool.assignment))
        self.assertEqual(
            {('user', 'ada'), ('group', 'g')},
            set(assignments.members([pool.id])[pool.id]),
        )
        (order,) = self.round('09:00')
        self.assertEqual('desktop.stop', order.kind)
        self.assertEqual(
            ('course', self.course_id, 'maths'),
            (order.subject_type, order.subject_id, order.subject_name),
        )
        self.assertCourse('ending', 'start', at('07:50', '2026-11-24'))
        self.work(order.id)
        self.round('09:01')
        self.assertCourse('idle', 'start', at('07:50', '2026-11-24'))
        self.assertEqual({'off': 3}, self.counts())

    def test_the_second_lesson_wakes_what_is_off(self):
        self.course(wave=2)
        self.rounds('07:50')
        self.rounds('09:00')
        (order,) = self.round('07:50', '2026-11-24')
        self.assertEqual(('desktop.start', 2), _wave(order))
        self.work(order.id)
        self.rounds()
        self.assertEqual({'running': 3}, self.counts())
        self.assertEqual(['desktop.stop'], self.rounds('09:00', '2026-11-24'))
        self.assertCourse('idle', None, None)

    def test_what_is_missing_is_filled_before_it_wakes(self):
        self.course()
        self.rounds('07:50')
        self.rounds('09:00')
        row = self.look()
        courses.update(row, {'size': 5})
        self.assertEqual(
            ['pool.resize', 'desktop.start'],
            self.rounds('07:50', '2026-11-24'),
        )
        self.assertEqual({'running': 5}, self.counts())

    def test_what_broke_is_built_again(self):
        self.course()
        self.rounds('07:50')
        self.rounds('09:00')
        self.break_one()
        self.assertEqual(
            ['pool.retry', 'desktop.start'],
            self.rounds('07:50', '2026-11-24'),
        )
        self.assertEqual({'running': 3}, self.counts())

    def break_one(self):
        with courses.db.writer() as session:
            session.execute(
                sa.update(models.Desktop)
                .where(models.Desktop.slot == 2)
                .values(status=states.FAULT)
            )

    def test_at_end_rebuild(self):
        """I14: built again, and off."""
        self.course(at_end='rebuild')
        self.rounds('07:50')
        servers = self.servers()
        self.assertEqual(
            ['desktop.rebuild', 'desktop.stop'], self.rounds('09:00')
        )
        self.assertEqual({'off': 3}, self.counts())
        self.assertEqual(set(), servers & self.servers())

    def test_at_end_delete(self):
        """I14"""
        self.course(at_end='delete')
        self.rounds('07:50')
        self.assertEqual(['pool.delete'], self.rounds('09:00'))
        self.assertIsNone(self.look().pool_id)
        self.assertEqual(set(), self.servers())
        self.assertEqual(['pool.create'], self.rounds('07:50', '2026-11-24'))

    def test_what_fell_before_the_bell_stays_off(self):
        """V20: after the lesson nobody wants it to run."""
        self.course(keep_running=True)
        self.rounds('07:50')
        with courses.db.writer() as session:
            session.execute(
                sa.update(models.Desktop)
                .where(models.Desktop.slot == 2)
                .values(status=states.OFF, server_status='SHUTOFF')
            )
        self.assertEqual(1, len(keeping.fallen(9)))
        self.assertEqual(['desktop.stop'], self.rounds('09:00'))
        self.assertEqual([], keeping.fallen(9))

    def test_everything_is_up_already(self):
        self.course()
        self.rounds('07:50')
        courses.move(turns.Turn(self.look(), _event('start', at('08:00'))))
        self.assertEqual([], self.rounds('08:00'))
        self.assertCourse('in_session', 'end', at('09:00'))

    def test_a_pool_that_people_took_away(self):
        self.course()
        self.rounds('07:50')
        order = pool_orders.delete(
            base.ORDER, self.look().pool_id, base.PROJECT
        )
        self.work(order.id)
        self.assertEqual([], self.rounds('09:00'))
        self.assertCourse('idle', 'start', at('07:50', '2026-11-24'))

    def test_the_name_of_the_project(self):
        self.identity.project_name.return_value = 'school'
        self.course(name_template='{project}_{serial}')
        (order,) = self.round('07:50')
        self.assertEqual('school_1', order.items[0].subject_name)


class OutageTest(TimetableTest):
    def test_a_lesson_that_is_over_is_not_started(self):
        """I14: what was missed is missed."""
        self.course()
        self.assertEqual([], self.round('09:30'))
        self.assertCourse('idle', 'start', at('07:50', '2026-11-24'))

    def test_a_lesson_that_is_on_is_started_late(self):
        self.course()
        self.assertEqual(1, len(self.round('08:30')))
        self.assertCourse('starting', 'end', at('09:00'))

    def test_a_missed_end_is_done(self):
        self.course()
        self.rounds('07:50')
        self.assertEqual(['desktop.stop'], self.rounds('23:00'))
        self.assertCourse('idle', 'start', at('07:50', '2026-11-24'))

    def test_a_missed_end_in_the_next_lesson(self):
        self.course()
        self.rounds('07:50')
        self.assertEqual(
            ['desktop.stop', 'desktop.start'],
            self.rounds('08:30', '2026-11-24'),
        )
        self.assertCourse('in_session', 'end', at('09:00', '2026-11-24'))

    def test_the_last_lesson(self):
        self.course()
        self.assertEqual([], self.round('10:00', '2026-11-24'))
        self.assertCourse('idle', None, None)


class TroubleTest(TimetableTest):
    def test_the_image_is_gone(self):
        """I14: no start without the image, which is named."""
        self.images.why_unusable.return_value = 'is gone'
        self.course()
        self.assertEqual([], self.round('07:50'))
        self.assertCourse('idle', 'end', at('09:00'), 'image_gone')
        told = self.look().fault_message
        self.assertIn('Image image of maths is gone', told)
        self.images.why_unusable.return_value = None
        self.round('09:00')
        self.rounds('07:50', '2026-11-24')
        self.assertCourse('in_session', 'end', at('09:00', '2026-11-24'))

    def test_glance_does_not_answer_for_a_while(self):
        self.images.why_unusable.side_effect = exceptions.CloudError(
            service='Glance', reason='down', transient=True
        )
        self.course()
        self.assertEqual([], self.round('07:50'))
        self.assertCourse('idle', 'start', at('07:50'), 'cloud_error')
        self.images.why_unusable.side_effect = None
        self.assertEqual(1, len(self.round('07:51')))
        self.assertCourse('starting', 'end', at('09:00'))

    def test_the_name_of_the_pool_is_taken(self):
        self.create_pool(0, 'maths')
        self.course()
        self.assertEqual([], self.round('07:50'))
        self.assertCourse('idle', 'end', at('09:00'), 'name_taken')
        self.assertIn('maths', self.look().fault_message)

    def test_over_quota(self):
        self.config(group='quota', desktops=2)
        self.course()
        self.assertEqual([], self.round('07:50'))
        self.assertCourse('idle', 'end', at('09:00'), 'over_quota')

    def test_another_order_holds_the_pool(self):
        """I14: an event waits, and comes when the pool is free."""
        self.course()
        self.rounds('07:50')
        pool_id = self.look().pool_id
        order = pool_orders.resize(base.ORDER, pool_id, 4, base.PROJECT, '')
        courses.move(turns.Turn(self.look(), _event('start', at('08:00'))))
        self.assertEqual([], self.round('08:00'))
        self.assertCourse('in_session', 'start', at('08:00'), 'pool_busy')
        self.work(order.id)
        self.rounds('08:01')
        self.assertCourse('in_session', 'end', at('09:00'))
        self.assertEqual({'running': 3}, self.counts())

    def test_the_end_waits_for_the_start(self):
        self.course()
        (order,) = self.round('07:50')
        self.assertEqual([], self.round('09:00'))
        self.assertCourse('starting', 'end', at('09:00'))
        self.work(order.id)
        self.assertEqual(['desktop.stop'], self.rounds('09:01'))
        self.assertEqual({'off': 3}, self.counts())

    def test_some_desktops_cannot_be_built(self):
        self.course()
        (order,) = self.round('07:50')
        self.work_badly(order)
        self.rounds('07:55')
        self.assertCourse('in_session', 'end', at('09:00'), 'order_failed')
        self.assertIn('1 of 3 desktops', self.look().fault_message)

    def work_badly(self, order):
        """One of the desktops of an order fails."""
        self.work(order.id)
        with courses.db.writer() as session:
            session.execute(
                sa.update(models.WorkOrder)
                .filter_by(id=order.id)
                .values(status=states.FAILED)
            )
            session.execute(
                sa.update(models.WorkItem)
                .filter_by(work_order_id=order.id, position=1)
                .values(status=states.ITEM_FAILED)
            )

    def test_somebody_cancels_the_start(self):
        self.course()
        (order,) = self.round('07:50')
        work_orders.act('cancel', [order.id], base.PROJECT)
        self.work(order.id)
        self.rounds('07:51')
        row = self.look()
        self.assertEqual('order_cancelled', row.fault_code)
        self.assertNotIn(row.status, states.COURSE_UNSTABLE)

    def test_an_order_that_is_history(self):
        """No starting or ending is for ever, whatever happens to the order."""
        self.course()
        for status, after in (
            ('starting', 'in_session'),
            ('ending', 'idle'),
        ):
            pool_id = self.create_pool(0, status)[0]
            courses.move(
                turns.Turn(self.look(), {'status': status, 'pool_id': pool_id})
            )
            self.assertEqual([], self.round('07:00'))
            self.assertEqual(after, self.look().status)

    def test_unstable_without_a_pool(self):
        self.course()
        courses.move(turns.Turn(self.look(), {'status': 'starting'}))
        self.round('07:00')
        self.assertEqual('idle', self.look().status)

    def test_a_bug_does_not_stop_the_others(self):
        self.course(name='broken')
        broken = self.course_id
        self.course()
        begin = lessons.begin

        def fail(course, *args):
            if course.name == 'broken':
                raise ZeroDivisionError('bug')
            return begin(course, *args)

        with mock.patch.object(lessons, 'begin', fail):
            self.assertEqual(1, len(self.round('07:50')))
        self.assertCourse('starting', 'end', at('09:00'))
        row = courses.get(broken)
        self.assertEqual(
            ('idle', 'internal_error'), (row.status, row.fault_code)
        )

    def test_a_bug_while_it_goes_on(self):
        self.course()
        (order,) = self.round('07:50')
        self.work(order.id)
        with mock.patch.object(
            lessons,
            'begin',
            autospec=True,
            side_effect=ZeroDivisionError('bug'),
        ):
            self.round('07:51')
        self.assertCourse('in_session', 'end', at('09:00'), 'internal_error')

    def test_a_locked_desktop_is_left_alone(self):
        self.course()
        self.rounds('07:50')
        with courses.db.writer() as session:
            session.execute(
                sa.update(models.Desktop)
                .where(models.Desktop.slot == 1)
                .values(locked=True)
            )
        (order,) = self.round('09:00')
        self.assertEqual(2, len(order.items))


class HeldTest(TimetableTest):
    """Desktops that other orders hold when the bell rings."""

    def setUp(self):
        super().setUp()
        self.debts = debts.Debts()

    def pay(self):
        """One round; returns what came of it."""
        counts = self.debts.run()
        for desktop in self.desktops():
            if desktop.work_order_id and desktop.id != self.held.id:
                self.work(desktop.work_order_id)
        if self.desktop(self.held.id).work_order_id:
            self.work(self.desktop(self.held.id).work_order_id)
        return {key: count for key, count in counts.items() if count}

    def desktops(self):
        page = paging.Page(sort_keys=['slot'], sort_dirs=['asc'])
        filters = {'pool_id': self.look().pool_id}
        return desktops.list_(base.PROJECT, filters, page)

    def lesson(self, action, **values):
        """Until the bell; an order holds the first desktop, and pauses."""
        self.course(**values)
        self.rounds('07:50')
        self.held = self.desktops()[0]
        order_id = self.act(action, [self.held.id])
        work_orders.act('pause', [order_id], base.PROJECT)
        return order_id

    def end(self, order_id):
        work_orders.act('resume', [order_id], base.PROJECT)
        self.work(order_id)

    def test_it_is_stopped_when_it_is_free(self):
        order_id = self.lesson('reboot')
        self.assertEqual(['desktop.stop'], self.rounds('09:00'))
        self.assertCourse('idle', 'start', at('07:50', '2026-11-24'))
        self.assertEqual({}, {k: v for k, v in self.debts.run().items() if v})
        self.end(order_id)
        self.assertEqual({'off': 2, 'running': 1}, self.counts())
        self.assertEqual({'ordered': 1}, self.pay())
        self.assertEqual({'off': 3}, self.counts())
        self.assertEqual({}, self.pay())

    def test_it_is_rebuilt_and_stopped(self):
        order_id = self.lesson('reboot', at_end='rebuild')
        kinds = ['desktop.rebuild', 'desktop.stop']
        self.assertEqual(kinds, self.rounds('09:00'))
        before = self.desktop(self.held.id).server_id
        self.end(order_id)
        self.assertEqual({'ordered': 1}, self.pay())
        self.assertNotEqual(before, self.desktop(self.held.id).server_id)
        self.assertEqual({'ordered': 1}, self.pay())
        self.assertEqual({'off': 3}, self.counts())
        self.assertEqual({}, self.pay())

    def test_it_is_off_already(self):
        order_id = self.lesson('stop')
        self.rounds('09:00')
        self.end(order_id)
        self.assertEqual({'forgotten': 1}, self.pay())
        self.assertEqual({}, self.pay())

    def test_who_acts_on_it_later_knows_better(self):
        order_id = self.lesson('stop')
        self.rounds('09:00')
        self.end(order_id)
        self.work(self.act('start', [self.held.id]))
        self.assertEqual({}, self.pay())
        self.assertEqual({'off': 2, 'running': 1}, self.counts())

    def test_the_next_lesson_wants_it(self):
        order_id = self.lesson('reboot')
        self.rounds('09:00')
        self.rounds('07:50', '2026-11-24')
        self.end(order_id)
        self.assertEqual({}, self.pay())
        self.assertEqual({'running': 3}, self.counts())

    def test_the_next_lesson_gets_it_built_anew(self):
        """Nobody finds what somebody of the lesson before left."""
        order_id = self.lesson('reboot', at_end='rebuild')
        self.rounds('09:00')
        self.rounds('07:50', '2026-11-24')
        before = self.desktop(self.held.id).server_id
        self.end(order_id)
        pool = pools.get(self.look().pool_id)
        taken = [assignments.take(pool, name).id for name in ('ada', 'ben')]
        self.assertNotIn(self.held.id, taken)
        self.assertRaises(
            exceptions.PoolExhausted, assignments.take, pool, 'eve'
        )
        self.assertEqual({'ordered': 1}, self.pay())
        self.assertNotEqual(before, self.desktop(self.held.id).server_id)
        self.assertEqual({}, self.pay())
        self.assertEqual({'running': 3}, self.counts())

    def test_who_acts_on_it_does_not_keep_what_is_on_it(self):
        order_id = self.lesson('stop', at_end='rebuild')
        self.rounds('09:00')
        before = self.desktop(self.held.id).server_id
        self.end(order_id)
        self.work(self.act('start', [self.held.id]))
        self.assertEqual({'ordered': 1}, self.pay())
        self.assertNotEqual(before, self.desktop(self.held.id).server_id)
        self.assertEqual({}, self.pay())
        self.assertEqual('running', self.desktop(self.held.id).status)

    def test_a_start_that_fails_forgives_nothing(self):
        order_id = self.lesson('reboot')
        self.rounds('09:00')
        error = exceptions.ClouddeskError('no')
        with mock.patch.object(
            lessons.Lesson, '_power_on', side_effect=error, autospec=True
        ):
            self.assertEqual([], self.rounds('07:50', '2026-11-24'))
        self.end(order_id)
        self.assertEqual({'ordered': 1}, self.pay())
        self.assertEqual({'off': 3}, self.counts())

    def test_the_pool_is_held_between_two_stages(self):
        """It waits there, too, and says what for."""
        self.course()
        (order,) = self.round('07:50')
        self.work(order.id)
        busy = exceptions.PoolBusy(name='maths', work_order='other')
        with mock.patch.object(
            lessons.Lesson, '_power_on', side_effect=busy, autospec=True
        ):
            self.assertEqual([], self.round())
            self.assertEqual([], self.round())
        self.assertCourse('starting', 'end', at('09:00'), 'pool_busy')
        self.rounds()
        self.assertCourse('in_session', 'end', at('09:00'))


class ManyConductorsTest(TimetableTest):
    def test_an_event_happens_once(self):
        """I14: exactly once among several conductors."""
        self.course()
        self.now = at('07:50')
        ((seen, now),) = courses.due(9)
        other = timetable.Timetable(self.tenant, self.take)
        self.assertTrue(self.loop._event(seen, now))
        self.assertFalse(other._event(seen, now))
        self.assertEqual(1, len(self.ordered))
        self.assertEqual(1, len(self.all_orders()))

    def test_who_is_late_goes_on_with_others(self):
        self.course()
        self.now = at('07:50')
        late = courses.due(9)
        self.round('07:50')
        with mock.patch.object(
            courses, 'due', autospec=True, return_value=late
        ):
            self.assertEqual([], self.round())
        self.assertEqual(1, len(self.all_orders()))

    def test_a_step_is_gone_on_with_once(self):
        self.course()
        (order,) = self.round('07:50')
        self.work(order.id)
        (seen,) = courses.under_way(9)
        self.assertTrue(self.loop._go_on(seen))
        self.assertFalse(self.loop._go_on(seen))

    def test_an_edit_at_the_same_moment(self):
        self.course()
        seen = self.look()
        self.round('07:50')
        self.assertRaises(
            exceptions.Conflict, courses.update, seen, {'size': 9}
        )
        self.assertRaises(exceptions.Conflict, courses.delete, seen)

    def all_orders(self):
        with courses.db.reader() as session:
            return list(session.scalars(sa.select(models.WorkOrder)))


def _wave(order):
    return order.kind, order.inputs['wave']


def _event(name, when):
    return {'next_event': name, 'next_at': when}
