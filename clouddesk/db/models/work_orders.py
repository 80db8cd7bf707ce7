"""Work orders and their items."""

import datetime
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import flows
from clouddesk import states
from clouddesk.db.models import base


class WorkOrder(base.Owned, base.Base):
    """What somebody asked for; the message on the bus is only a hint."""

    __tablename__ = 'work_orders'
    __table_args__ = (
        *(
            base.index('work_orders', *columns)
            for columns in (
                ('status', 'lease_expires_at'),
                ('project_id', 'created_at', 'id'),
                ('project_id', 'status', 'created_at', 'id'),
                # Of a person, and of all projects.
                ('user_id', 'created_at', 'id'),
                ('created_at', 'id'),
            )
        ),
        base.one_of('status', states.ORDER_STATUSES),
        sa.CheckConstraint('epoch >= 0', name='epoch'),
        base.Base.__table_args__,
    )

    #: Name of the flow, such as ``pool.create``.
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    #: ``pool``, ``desktop``, ``course`` or ``image``; what the order is about
    #: as a whole.
    subject_type: orm.Mapped[str | None] = orm.mapped_column(sa.String(16))
    subject_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(36), index=True
    )
    subject_name: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    #: Never holds a secret.
    inputs: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    request_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    status: orm.Mapped[str] = orm.mapped_column(
        sa.String(16), default=states.QUEUED
    )
    fault_code: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    fault_message: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    started_at: orm.Mapped[datetime.datetime | None]
    finished_at: orm.Mapped[datetime.datetime | None]

    # The lease; clouddesk.db.api.leases writes it, and the end of the order
    # clears it.
    owner: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    #: The fence: grows with every claim, every write repeats it.
    epoch: orm.Mapped[int] = orm.mapped_column(default=0)
    #: Compared with the clock of the database only.
    lease_expires_at: orm.Mapped[datetime.datetime | None]

    items: orm.Mapped[list['WorkItem']] = orm.relationship(
        lazy='raise',
        order_by='WorkItem.position',
        cascade='all, delete-orphan',
        passive_deletes=True,
    )


class WorkItem(base.Base):
    """The part of a work order that concerns one desktop, or one image."""

    __tablename__ = 'work_items'
    __table_args__ = (
        sa.UniqueConstraint('work_order_id', 'position'),
        base.one_of('status', states.ITEM_STATUSES),
        base.Base.__table_args__,
    )

    id: orm.Mapped[int] = orm.mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
        primary_key=True,
    )
    work_order_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('work_orders.id', ondelete='CASCADE')
    )
    position: orm.Mapped[int]
    #: ``desktop`` or ``image``
    subject_type: orm.Mapped[str] = orm.mapped_column(
        sa.String(16), default=flows.DESKTOP, server_default=flows.DESKTOP
    )
    # The columns keep the names that they had when all items were about
    # desktops: while the database is upgraded, an API writes by these.
    #: No foreign key: the item outlives what it deleted.
    subject_id: orm.Mapped[str] = orm.mapped_column(
        'desktop_id', sa.String(36), index=True
    )
    subject_name: orm.Mapped[str] = orm.mapped_column(
        'desktop_name', sa.String(255)
    )
    status: orm.Mapped[str] = orm.mapped_column(
        sa.String(16), default=states.ITEM_PENDING
    )
    #: Steps already done; the flow of the order names them.
    steps_done: orm.Mapped[int] = orm.mapped_column(default=0)
    steps_total: orm.Mapped[int]
    fault_code: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    fault_message: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        default=timeutils.utcnow, onupdate=timeutils.utcnow
    )

    @property
    def desktop_id(self) -> str | None:
        """The desktop that the item is about, if it is about one."""
        return self.subject_id if self.subject_type == flows.DESKTOP else None

    @property
    def image_id(self) -> str | None:
        """The image that the item is about, if it is about one."""
        return self.subject_id if self.subject_type == flows.IMAGE else None
