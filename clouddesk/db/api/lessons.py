"""The work orders of a lesson: its desktops come up, and go back.

Start and end take one order after the other, each when the one before is
over. The kind of the last order tells how far a course has come, so that
whoever looks next goes on from there.
"""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from clouddesk import flows
from clouddesk import states
from clouddesk.db import inserts
from clouddesk.db import models
from clouddesk.db import paging
from clouddesk.db import turns
from clouddesk.db.api import assignments
from clouddesk.db.api import batches
from clouddesk.db.api import courses
from clouddesk.db.api import debts
from clouddesk.db.api import desktops
from clouddesk.db.api import keeping
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import work_orders

#: Members that a pool of a course may have: those of the course, and others
#: that somebody added; the API has checked the number.
_NO_LIMIT = 2**31

#: Kind of the last order -> how many stages are over.
_DONE = {
    flows.POOL_CREATE: 2,
    flows.POOL_RESIZE: 1,
    flows.POOL_RETRY: 2,
    flows.START: 3,
    flows.REBUILD: 1,
    flows.STOP: 2,
    flows.POOL_DELETE: 2,
}


class Lesson:
    """What may be ordered for a course.

    :param asked: who orders, see :func:`clouddesk.db.turns.order_of`
    :param project_name: for the names of desktops
    :param limits: clouddesk's own limits of the project
    """

    def __init__(
        self,
        course: models.Course,
        asked: Mapping[str, Any],
        project_name: str = '',
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self._course = course
        self._asked = asked
        self._project_name = project_name
        self._limits = limits

    def start(self, last: str | None = None) -> models.WorkOrder | None:
        """The next order that brings the desktops up.

        :param last: kind of the order before
        :returns: None when all are up, or cannot be brought up
        :raises Conflict: the pool is busy, or its name is taken
        :raises OverQuota: the project may not have so many desktops
        :raises Superseded: somebody else moved the course on
        """
        stages = (self._fill, self._build_again, self._power_on)
        return self._first(stages, last)

    def end(self, last: str | None = None) -> models.WorkOrder | None:
        """The next order that puts the desktops back.

        :returns: None when nothing is left to do
        """
        ways: dict[str, tuple[Callable[[], models.WorkOrder | None], ...]] = {
            'stop': (self._power_off,),
            'rebuild': (self._rebuild, self._power_off),
            'delete': (self._remove,),
        }
        stages = ways[self._course.at_end]
        if last == flows.STOP:
            # The last stage of every way that has it.
            return None
        return self._first(stages, last)

    def invite(self) -> None:
        """Let the people of the course take desktops of its pool."""
        pool_id = self._course.pool_id
        roster = courses.rosters([self._course.id])[self._course.id]
        if pool_id is not None and roster:
            assignments.add_members(pool_id, roster, _NO_LIMIT)

    def _first(
        self,
        stages: tuple[Callable[[], models.WorkOrder | None], ...],
        last: str | None,
    ) -> models.WorkOrder | None:
        for stage in stages[_DONE.get(last or '', 0) :]:
            order = stage()
            if order is not None:
                return order
        return None

    # -- up ------------------------------------------------------------------

    def _fill(self) -> models.WorkOrder | None:
        """As many desktops as the course has, made from what it says."""
        course = self._course
        spec = {key: getattr(course, key) for key in inserts.SPEC}
        if course.pool_id is None:
            return pool_orders.create(
                self._asked,
                spec
                | {
                    'name': course.name,
                    'note': course.note,
                    'size': course.size,
                    'name_template': course.name_template,
                    'assignment': states.FIRST_COME,
                },
                self._project_name,
                self._limits,
            )
        pool = pools.adopt(course.pool_id, spec)
        if course.size == pool.size == self._live(pool.id):
            return None
        return pool_orders.resize(
            self._asked,
            pool.id,
            course.size,
            course.project_id,
            self._project_name,
            self._limits,
        )

    def _build_again(self) -> models.WorkOrder | None:
        pool_id = self._course.pool_id
        if pool_id is None:
            return None
        counts = pools.counts([pool_id])[pool_id]
        bad = counts.get(states.FAULT, 0) + counts.get(states.DELETING, 0)
        if sum(counts.values()) - bad >= self._course.size:
            return None
        return pool_orders.retry(
            self._asked,
            pool_id,
            self._course.project_id,
            self._project_name,
            self._limits,
        )

    def _power_on(self) -> models.WorkOrder | None:
        return self._act('start', (states.OFF,))

    # -- down ----------------------------------------------------------------

    def _rebuild(self) -> models.WorkOrder | None:
        self._owe('rebuild')
        anew = {flows.ANEW: True}
        return self._act('rebuild', states.ACTION_FROM['rebuild'], anew)

    def _power_off(self) -> models.WorkOrder | None:
        if self._course.pool_id is not None:
            # Else those that fell would be started after the bell.
            keeping.let_rest(self._course.pool_id)
        self._owe('stop')
        return self._act('stop', (states.RUNNING,))

    def _owe(self, action: str) -> None:
        """Let those follow that other orders hold."""
        if self._course.pool_id is not None:
            debts.owe(self._course.pool_id, action)

    def _remove(self) -> models.WorkOrder | None:
        if self._course.pool_id is None:
            return None
        return pool_orders.delete(
            self._asked, self._course.pool_id, self._course.project_id
        )

    def _act(
        self,
        action: str,
        statuses: tuple[str, ...],
        inputs: Mapping[str, Any] | None = None,
    ) -> models.WorkOrder | None:
        ids = self._ids(statuses)
        if not ids:
            return None
        project_id = self._course.project_id
        return batches.act(self._asked, action, ids, project_id, inputs)

    def _live(self, pool_id: str) -> int:
        counts = pools.counts([pool_id])[pool_id]
        return sum(counts.values()) - counts.get(states.DELETING, 0)

    def _ids(self, statuses: tuple[str, ...]) -> list[str]:
        """Desktops of the pool that are so and that nobody locked."""
        if self._course.pool_id is None:
            return []
        found = desktops.list_(
            self._course.project_id,
            {'pool_id': self._course.pool_id, 'status': list(statuses)},
            paging.Page(sort_keys=['slot'], sort_dirs=['asc']),
        )
        return [
            row.id
            for row in found
            if row.work_order_id is None and not row.locked
        ]


def begin(
    course: models.Course,
    values: Mapping[str, Any],
    project_name: str = '',
    limits: Mapping[str, int] | None = None,
    user_id: str | None = None,
    request_id: str | None = None,
) -> models.WorkOrder | None:
    """Start or end a course, or take its next order.

    What is written and what is ordered are one transaction.

    :param course: as it was read
    :param values: what it becomes with the order; its ``status`` tells
        whether it starts or ends
    :param user_id: who asked; the owner of the course by default
    :returns: the order; None when nothing is to do, and nothing was written
    """
    turn = turns.Turn(course, values)
    asked = turns.order_of(turn, user_id, request_id)
    lesson = Lesson(course, asked, project_name, limits)
    last = None
    if course.status in states.COURSE_UNSTABLE:
        last = _kind(course.work_order_id)
    starts = values['status'] == states.COURSE_STARTING
    return lesson.start(last) if starts else lesson.end(last)


def invite(course: models.Course) -> None:
    """Let the people of a course take desktops of its pool."""
    Lesson(course, {}).invite()


def _kind(order_id: str | None) -> str:
    """The kind of the last order; the end of all when it is history."""
    if order_id is None:
        return flows.START
    return work_orders.get(order_id, items=False).kind
