"""Courses: what they are, and what their timetable asks for."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import paging
from clouddesk.db import turns
from clouddesk.db.api import templates
from clouddesk.i18n import _

_Course = models.Course
_Member = models.CourseMember

#: ``user`` or ``group``, and Keystone's id.
Person = tuple[str, str]


def get(course_id: str, project_id: str | None = None) -> models.Course:
    """:raises NotFound: there is none in the project"""
    with db.reader() as session:
        return _get(session, course_id, project_id)


def list_(
    project_id: str | None, filters: Mapping[str, Any], page: paging.Page
) -> list[models.Course]:
    """One page of the courses of a project.

    :param filters: ``name``, ``status`` (a list), ``template_id``,
        ``pool_id``, ``image_id``, ``drift``
    :raises Invalid: marker or sort key
    """
    query = sa.select(_Course)
    if project_id is not None:
        query = query.filter_by(project_id=project_id)
    for key in ('name', 'template_id', 'pool_id', 'image_id'):
        if filters.get(key) is not None:
            query = query.where(getattr(_Course, key) == filters[key])
    if filters.get('status'):
        query = query.where(_Course.status.in_(filters['status']))
    if filters.get('drift') is not None:
        query = query.where(templates.drifts(_Course, filters['drift']))
    with db.reader() as session:
        return paging.fetch(session, query, _Course, project_id, _due(page))


def _due(page: paging.Page) -> paging.Page:
    keys = ['due_at' if key == 'next_at' else key for key in page.sort_keys]
    return dataclasses.replace(page, sort_keys=keys)


def rosters(course_ids: Collection[str]) -> dict[str, list[Person]]:
    """Who takes part in each course."""
    query: Any = sa.select(
        _Member.course_id, _Member.assignee_type, _Member.assignee_id
    ).where(_Member.course_id.in_(course_ids))
    query = query.order_by(_Member.assignee_type, _Member.assignee_id)
    result: dict[str, list[Person]] = {each: [] for each in course_ids}
    with db.reader() as session:
        for course_id, kind, id_ in session.execute(query):
            result[course_id].append((kind, id_))
    return result


@db.retry_on_deadlock
def create(
    values: Mapping[str, Any], roster: Iterable[Person]
) -> models.Course:
    """Make a course.

    :param values: every column that has no default
    :raises NameTaken: another course of the project has the name
    """
    row = _Course(id=uuidutils.generate_uuid(), **values)
    with db.writer() as session:
        session.add(row)
        with owned.unique_name('course', row.name):
            session.flush()
        _write_roster(session, row.id, roster)
        return _get(session, row.id, None)


@db.retry_on_deadlock
def update(
    seen: models.Course,
    values: Mapping[str, Any],
    roster: Iterable[Person] | None = None,
) -> models.Course:
    """Edit a course; its pool follows when it starts.

    :param seen: as it was read
    :param roster: ``None`` leaves it
    :raises NameTaken: another course of the project has the name
    :raises Conflict: its timetable moved on meanwhile
    """
    values = dict(values) | {'updated_at': timeutils.utcnow()}
    with db.writer() as session:
        try:
            with owned.unique_name('course', values.get('name', seen.name)):
                turns.Turn(seen, values).record(session)
        except turns.Superseded:
            raise moved_on(seen) from None
        if roster is not None:
            session.execute(
                sa.delete(_Member).where(_Member.course_id == seen.id)
            )
            _write_roster(session, seen.id, roster)
        return _get(session, seen.id, None)


@db.retry_on_deadlock
def move(turn: turns.Turn) -> bool:
    """Move a course on without an order.

    :returns: whether it was as it had been seen
    """
    try:
        with db.writer() as session:
            turn.record(session)
    except turns.Superseded:
        return False
    return True


def delete(seen: models.Course) -> None:
    """Remove a course; its pool stays.

    :raises CourseInSession: it meets just now
    :raises Conflict: its timetable moved on meanwhile
    """
    # Without a pool, which somebody deleted, there is nothing to meet in.
    is_over = seen.status == states.COURSE_IN_SESSION and not seen.pool_id
    if seen.status != states.COURSE_IDLE and not is_over:
        raise exceptions.CourseInSession(
            details={'course_id': seen.id, 'status': seen.status},
            name=seen.name,
            status=seen.status,
        )
    if not move(turns.Turn(seen, removes=True)):
        raise moved_on(seen)


def is_protected(image_id: str) -> bool:
    """Whether Glance protects an image because a course uses it."""
    query = sa.select(
        sa.exists().where(
            _Course.image_id == image_id, _Course.protects_image.is_(True)
        )
    )
    with db.reader() as session:
        return bool(session.scalar(query))


def due(
    limit: int, after: tuple[datetime.datetime, str] | None = None
) -> list[tuple[models.Course, datetime.datetime]]:
    """Courses whose next event has come, and the database's time.

    :param after: ``next_at`` and id of the one before the first
    """
    query: Any = (
        sa.select(_Course, clock.now())
        .where(_Course.next_at <= clock.now())
        .where(_Course.status.not_in(sorted(states.COURSE_UNSTABLE)))
        .order_by(_Course.next_at, _Course.id)
        .limit(limit)
    )
    if after is not None:
        then, id_ = after
        later = sa.and_(_Course.next_at == then, _Course.id > id_)
        query = query.where(sa.or_(_Course.next_at > then, later))
    with db.reader() as session:
        return [(course, now) for course, now in session.execute(query)]


def under_way(limit: int, after: str | None = None) -> list[models.Course]:
    """Courses that start or end, and whose order is over.

    :param after: the id before the first
    """
    order = models.WorkOrder
    query = (
        sa.select(_Course)
        .outerjoin(order, _Course.work_order_id == order.id)
        .where(_Course.status.in_(sorted(states.COURSE_UNSTABLE)))
        .where(_Course.id > (after or ''))
        .where(
            sa.or_(
                order.id.is_(None),
                order.status.in_(sorted(states.ORDER_FINISHED)),
            )
        )
        .order_by(_Course.id)
        .limit(limit)
    )
    with db.reader() as session:
        return list(session.scalars(query))


def moved_on(seen: models.Course) -> exceptions.Conflict:
    return exceptions.Conflict(
        _('Course %(name)s has changed meanwhile; try again.'),
        {'course_id': seen.id},
        name=seen.name,
    )


def _get(
    session: orm.Session, course_id: str, project_id: str | None
) -> models.Course:
    row = owned.find(session, _Course, course_id, project_id)
    if row is None:
        raise exceptions.NotFound(kind='course', id=course_id)
    return row


def _write_roster(
    session: orm.Session, course_id: str, roster: Iterable[Person]
) -> None:
    rows = [
        {'course_id': course_id, 'assignee_type': kind, 'assignee_id': id_}
        for kind, id_ in dict.fromkeys(roster)
    ]
    if rows:
        session.execute(sa.insert(_Member), rows)
