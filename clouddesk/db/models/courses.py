"""Courses and who takes part in them."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext import hybrid

from clouddesk import states
from clouddesk.db import clock
from clouddesk.db.models import base

#: After every moment of a timetable.
_NEVER = datetime.datetime(9999, 12, 31)


class Course(base.Owned, base.Spec, base.FromTemplate, base.Base):
    """A class that meets by a timetable; its pool is ready at the bell."""

    __tablename__ = 'courses'
    __table_args__ = (
        sa.UniqueConstraint('project_id', 'name'),
        sa.Index('ix_courses_next_at', 'next_at'),
        sa.CheckConstraint('size >= 0', name='size'),
        base.one_of('boot_from', base.BOOT_FROM),
        base.one_of('at_end', states.COURSE_ENDS),
        base.one_of('status', states.COURSE_STATUSES),
        base.Base.__table_args__,
    )

    name: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    note: orm.Mapped[str] = orm.mapped_column(sa.String(1024), default='')
    status: orm.Mapped[str] = orm.mapped_column(
        sa.String(16), default=states.COURSE_IDLE
    )
    #: How many desktops a lesson needs.
    size: orm.Mapped[int]
    name_template: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: ``{"timezone", "from", "until", "lessons": [{"days", "start", "end"}]}``
    timetable: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    #: Minutes before the bell at which the desktops begin to start.
    ahead: orm.Mapped[int]
    #: Desktops that start at the same time; NULL leaves it to the operator.
    wave: orm.Mapped[int | None]
    #: ``stop``, ``rebuild`` or ``delete``
    at_end: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    #: What the timetable asks for next, and when.
    next_event: orm.Mapped[str | None] = orm.mapped_column(sa.String(8))
    next_at: orm.Mapped[datetime.datetime | None]
    fault_code: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    fault_message: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    pool_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.ForeignKey('pools.id', ondelete='SET NULL'), index=True
    )
    #: The order that the last event made.
    work_order_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.ForeignKey('work_orders.id', ondelete='SET NULL'), index=True
    )
    #: Glance's protection of the image was switched on for this course.
    protects_image: orm.Mapped[bool] = orm.mapped_column(default=False)

    roster: orm.Mapped[list['CourseMember']] = orm.relationship(
        lazy='raise', cascade='all, delete-orphan', passive_deletes=True
    )

    @hybrid.hybrid_property
    def due_at(self) -> datetime.datetime:
        """``next_at`` for sorting: a course without an event is due never.

        Databases differ in where NULL comes, and no page can begin after it.
        """
        return self.next_at or _NEVER

    @due_at.inplace.expression
    @classmethod
    def _due_at(cls) -> sa.ColumnElement[datetime.datetime]:
        return sa.func.coalesce(cls.next_at, clock.moment(_NEVER))


class CourseMember(base.Person, base.Base):
    """Who takes part in a course."""

    __tablename__ = 'course_members'
    __table_args__ = (
        base.one_of('assignee_type', states.ASSIGNEE_TYPES),
        base.Base.__table_args__,
    )

    course_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('courses.id', ondelete='CASCADE'), primary_key=True
    )
