"""What a course does goes into the transaction of the order that does it.

An event of a timetable must happen exactly once, whoever claims it and
whenever a conductor dies. So the order of an event and the note on the course
that the event is over are written together, or not at all.
"""

from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import models

_Course = models.Course

#: What must not have changed since a course was read.
_SEEN = ('status', 'work_order_id', 'next_event', 'next_at')

#: Statuses of a lesson.
_LESSON = frozenset({states.COURSE_STARTING, states.COURSE_IN_SESSION})

#: The key of a turn in what is known of who orders.
KEY = 'turn'


class Superseded(Exception):
    """Somebody else has moved the course on; rolls the transaction back."""


@dataclasses.dataclass(frozen=True)
class Turn:
    """One step of a course, to be recorded with what it does.

    :ivar seen: the course as it was read
    :ivar values: what it becomes; nothing when it goes away
    :ivar removes: whether the course goes away
    """

    seen: models.Course
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    removes: bool = False

    def record(self, session: orm.Session, **more: Any) -> None:
        """Move the course on.

        :param more: further columns
        :raises Superseded: it is not as it was seen
        """
        statement: Any = (
            sa.delete(_Course)
            if self.removes
            else sa.update(_Course).values(dict(self.values) | more)
        )
        if holds.execute(session, statement.where(*self._unchanged())) != 1:
            raise Superseded(self.seen.id)
        if self._begins():
            _remit(session, self.seen.pool_id)

    def _begins(self) -> bool:
        """Whether a lesson begins with it."""
        after = self.values.get('status', self.seen.status)
        return after in _LESSON and self.seen.status not in _LESSON

    def _unchanged(self) -> list[sa.ColumnElement[bool]]:
        conditions = [_Course.id == self.seen.id]
        for key in _SEEN:
            value = getattr(self.seen, key)
            column = getattr(_Course, key)
            conditions.append(
                column.is_(None) if value is None else column == value
            )
        return conditions


def _remit(session: orm.Session, pool_id: str | None) -> None:
    """Stop no desktop any more because of the lesson before.

    One that was to be built anew still is, but then it runs.
    """
    owed = models.Desktop.owed
    statement = (
        sa.update(models.Desktop)
        .where(models.Desktop.pool_id == pool_id, owed.is_not(None))
        .values(owed=sa.case((owed == 'stop', None), else_='renew'))
    )
    if pool_id is not None:
        holds.execute(session, statement)


def order_of(
    turn: Turn, user_id: str | None = None, request_id: str | None = None
) -> dict[str, Any]:
    """Who orders on behalf of a course: its owner, unless somebody else.

    For every function of :mod:`clouddesk.db.api` that makes an order.
    """
    course = turn.seen
    inputs: dict[str, Any] = {'course_id': course.id}
    if course.wave:
        inputs['wave'] = course.wave
    return {
        'project_id': course.project_id,
        'user_id': user_id or course.user_id,
        'request_id': request_id,
        'inputs': inputs,
        'subject': ('course', course.id, course.name),
        KEY: turn,
    }


def record(
    session: orm.Session,
    asked: Mapping[str, Any],
    order_id: str,
    pool_id: str | None = None,
) -> None:
    """Note on a course the order that was made for it, if it was for one.

    :param asked: who orders
    :raises Superseded: the course was moved on by somebody else
    """
    turn: Turn | None = asked.get(KEY)
    if turn is None:
        return
    more: dict[str, Any] = {'work_order_id': order_id}
    if pool_id is not None:
        more['pool_id'] = pool_id
    turn.record(session, **more)


def values_of(
    status: str,
    event: tuple[str | None, datetime.datetime | None] | None = None,
    fault: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """Columns of a course that enters a status.

    :param event: what is next, and when; ``None`` leaves that
    :param fault: code and message
    """
    values: dict[str, Any] = {'status': status} | fault_values(fault)
    if event is not None:
        values['next_event'], values['next_at'] = event
    return values


def fault_values(fault: tuple[str, str] | None) -> dict[str, Any]:
    code, message = fault or (None, None)
    return {'fault_code': code, 'fault_message': message and message[:4000]}
