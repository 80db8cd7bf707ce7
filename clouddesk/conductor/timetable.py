"""Starts and ends courses when their timetable says so (I14)."""

from collections.abc import Callable
import datetime
import functools
from typing import Any

from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk import limits
from clouddesk import states
from clouddesk import timetable
from clouddesk.conductor import rounds
from clouddesk.db import models
from clouddesk.db import turns
from clouddesk.db.api import courses
from clouddesk.db.api import lessons
from clouddesk.db.api import work_orders
from clouddesk.i18n import _

LOG = logging.getLogger(__name__)

#: Somebody else works on what the course needs; it will be over.
_BUSY = (exceptions.PoolBusy, exceptions.DesktopBusy)

#: Codes of what was in the way between two orders.
_PASSING = frozenset(kind.code for kind in _BUSY)

Fault = tuple[str, str]

#: Code of a fault: people called the order off.
CANCELLED = 'order_cancelled'


class Timetable:
    """The loop of all courses.

    Several conductors may run it: each step of a course is written together
    with what it does, on the condition that nobody was faster.
    """

    def __init__(
        self,
        cloud_of: Callable[[str], Any],
        run_order: Callable[[str], bool],
    ) -> None:
        """
        :param cloud_of: gives the cloud as seen from a project
        :param run_order: carries out a new order, if there is room here
        """
        self._cloud_of = cloud_of
        self._run_order = run_order

    def run(self) -> dict[str, int]:
        """One round; a course that fails does not hold up the others."""
        counts = {'settled': 0, 'events': 0, 'failed': 0}
        for course in rounds.pages(courses.under_way):
            counts['settled'] += self._guarded(course, self._go_on)
        for course, now in rounds.pages(courses.due, _key_of_event):
            event = functools.partial(self._event, now=now)
            counts['events'] += self._guarded(course, event)
        return counts

    def _guarded(
        self, course: models.Course, work: Callable[[models.Course], bool]
    ) -> bool:
        try:
            return work(course)
        except turns.Superseded:
            return False
        except Exception:
            # Another round may do better.
            LOG.exception('Course %s failed', course.id)
            return False

    # -- what the timetable asks for -----------------------------------------

    def _event(self, course: models.Course, now: datetime.datetime) -> bool:
        starts = course.next_event == timetable.START
        session = timetable.current(course.timetable, course.ahead, now)
        if starts and session is None:
            # It is over already: somebody switched clouddesk off meanwhile.
            LOG.warning('A lesson of course %s was missed', course.id)
            return self._skip(course, now)
        if starts and session is not None:
            after: timetable.Event | tuple[None, None]
            after = (timetable.END, session.ends)
            return self._do(course, states.COURSE_STARTING, after)
        following = timetable.next_start(course.timetable, course.ahead, now)
        if course.status == states.COURSE_IDLE:
            return self._skip(course, now)
        return self._do(course, states.COURSE_ENDING, following)

    def _skip(self, course: models.Course, now: datetime.datetime) -> bool:
        """Nothing is to do; what comes next?"""
        following = timetable.next_start(course.timetable, course.ahead, now)
        values = turns.values_of(course.status, following)
        return courses.move(turns.Turn(course, values | _fault_of(course)))

    def _do(
        self,
        course: models.Course,
        status: str,
        following: timetable.Event | tuple[None, None],
    ) -> bool:
        """Order what an event asks for; the event is over then.

        What is only in the way for a while lets it wait.
        """
        values = turns.values_of(status, following)
        try:
            if self._order(course, values):
                return True
            fault = None
        except exceptions.ClouddeskError as error:
            if _passes(error):
                self._tell(course, error)
                return False
            fault = _of(error)
        except turns.Superseded:
            raise
        except Exception as error:
            LOG.exception('An event of course %s failed', course.id)
            fault = _of(exceptions.ClouddeskError(str(error)))
        return self._rest(course, status, following, fault)

    def _rest(
        self,
        course: models.Course,
        status: str,
        following: timetable.Event | tuple[None, None],
        fault: Fault | None,
    ) -> bool:
        """An event that made no order is over, well or not."""
        if fault is not None:
            LOG.warning(
                'Course %(course)s: %(message)s',
                {'course': course.id, 'message': fault[1]},
            )
        after = course.status if fault else _AFTER[status]
        values = turns.values_of(after, following, fault)
        return courses.move(turns.Turn(course, values))

    # -- what has begun ------------------------------------------------------

    def _go_on(self, course: models.Course) -> bool:
        """An order is over: take the next one, or be where it led to."""
        fault = _failure(course) or _kept(course)
        if fault is not None and fault[0] == CANCELLED:
            # Somebody wants no more of it; what runs is ended by the bell.
            return self._settle(course, states.COURSE_IN_SESSION, fault)
        values = {'status': course.status} | turns.fault_values(fault)
        try:
            if course.status == states.COURSE_STARTING:
                lessons.invite(course)
            if self._order(course, values, look=False):
                return True
        except turns.Superseded:
            raise
        except exceptions.ClouddeskError as error:
            if _passes(error):
                LOG.info('Course %s waits: %s', course.id, error)
                # What went wrong before is more than what is in the way.
                if fault is None and isinstance(error, _BUSY):
                    self._tell(course, error)
                return False
            fault = fault or _of(error)
        except Exception as error:
            LOG.exception('Course %s cannot go on', course.id)
            fault = fault or _of(exceptions.ClouddeskError(str(error)))
        return self._settle(course, _AFTER[course.status], fault)

    def _settle(
        self, course: models.Course, status: str, fault: Fault | None
    ) -> bool:
        if course.pool_id is None:
            status = states.COURSE_IDLE
        values = turns.values_of(status, fault=fault)
        return courses.move(turns.Turn(course, values))

    # -- orders --------------------------------------------------------------

    def _order(
        self,
        course: models.Course,
        values: dict[str, Any],
        look: bool = True,
    ) -> bool:
        """Make the next order, if there is one.

        :param look: whether the image has to be looked at
        """
        starts = values['status'] == states.COURSE_STARTING
        name, most = '', None
        if starts:
            tenant = self._cloud_of(course.project_id)
            if look:
                require_image(tenant.image, course)
            if '{project' in course.name_template:
                name = tenant.identity.project_name(course.project_id)
            most = limits.of_project(course.project_id)
        order = lessons.begin(course, values, name, most)
        if order is None:
            return False
        LOG.info(
            'Course %(course)s is %(status)s with work order %(order)s',
            {
                'course': course.id,
                'status': values['status'],
                'order': order.id,
            },
        )
        self._run_order(order.id)
        return True

    def _tell(
        self, course: models.Course, error: exceptions.ClouddeskError
    ) -> None:
        """Show people what an event waits for."""
        fault = _of(error)
        if (course.fault_code, course.fault_message) != fault:
            courses.move(turns.Turn(course, turns.fault_values(fault)))


#: Where a status leads to when nothing is left to do.
_AFTER = {
    states.COURSE_STARTING: states.COURSE_IN_SESSION,
    states.COURSE_ENDING: states.COURSE_IDLE,
}


def require_image(images: Any, course: models.Course) -> None:
    """Refuse to start a course whose image is not there.

    :param images: Glance, as somebody sees it
    :raises ImageGone: names the image
    """
    reason = images.why_unusable(course.image_id)
    if reason is not None:
        raise exceptions.ImageGone.of(course.name, course.image_id, reason)


def _passes(error: exceptions.ClouddeskError) -> bool:
    """Whether what is in the way will be over by itself."""
    if isinstance(error, exceptions.CloudError):
        return error.transient
    return isinstance(error, _BUSY)


def _key_of_event(
    found: tuple[models.Course, datetime.datetime],
) -> tuple[datetime.datetime | None, str]:
    course, _now = found
    return course.next_at, course.id


def _of(error: exceptions.ClouddeskError) -> Fault:
    return error.code, error.text


def _fault_of(course: models.Course) -> dict[str, Any]:
    return {
        'fault_code': course.fault_code,
        'fault_message': course.fault_message,
    }


def _kept(course: models.Course) -> Fault | None:
    if course.fault_code is None or course.fault_code in _PASSING:
        return None
    return course.fault_code, course.fault_message or ''


def _failure(course: models.Course) -> Fault | None:
    """What went wrong in the order that is over."""
    if course.work_order_id is None:
        return None
    order = work_orders.get(course.work_order_id)
    if order.status == states.SUCCEEDED:
        return None
    if order.status == states.CANCELLED:
        text = _('Work order %(id)s was cancelled.') % {'id': order.id}
        return CANCELLED, text
    failed = [i for i in order.items if i.status == states.ITEM_FAILED]
    text = _(
        'Work order %(id)s failed for %(failed)s of %(total)s desktops.'
    ) % {'id': order.id, 'failed': len(failed), 'total': len(order.items)}
    return 'order_failed', text
