"""The history."""

import datetime
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import events
from clouddesk.db.models import base


class Event(base.Base):
    """Something that was done to something, or that somebody tried to do.

    It outlives what it is about, so there are no foreign keys.
    """

    __tablename__ = 'events'
    __table_args__ = (
        *(
            base.index('events', *columns)
            for columns in (
                ('project_id', 'created_at', 'id'),
                ('subject_id', 'created_at', 'id'),
                ('user_id', 'created_at', 'id'),
                ('work_order_id', 'created_at', 'id'),
                # Of all projects, and what is old.
                ('created_at', 'id'),
            )
        ),
        base.one_of('outcome', events.OUTCOMES),
        base.Base.__table_args__,
    )

    id: orm.Mapped[str] = orm.mapped_column(
        sa.String(36), primary_key=True, default=uuidutils.generate_uuid
    )
    #: Whose the subject is.
    project_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: Who did it, and from which project; the end of a work order tells who
    #: gave the order.
    user_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    user_project_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    #: Such as ``image.retire``: a rule of the policy, or a kind of order.
    action: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: Such as ``image``.
    subject_type: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    subject_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    #: What it was called then.
    subject_name: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    outcome: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    #: Why it failed: the code of an error or a fault.
    code: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    request_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    work_order_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    #: Never holds what somebody gave, only what it is the value of.
    details: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(
        default=timeutils.utcnow
    )

    @property
    def values(self) -> events.Values:
        return {
            column.key: getattr(self, column.key)
            for column in self.__table__.columns
        }
