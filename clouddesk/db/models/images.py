"""What clouddesk knows of images that Glance does not."""

import datetime

from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk.db.models import base


class Image(base.Base):
    """Made when it is first needed; Glance is the truth about all the rest."""

    __tablename__ = 'images'
    __table_args__ = (
        base.index('images', 'project_id'),
        base.index('images', 'retired_at'),
        base.Base.__table_args__,
    )

    #: Glance's id.
    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    #: Its owner in Glance.
    project_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: For messages; as Glance had it last.
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255), default='')
    #: The order that works on the image; nobody else may touch it.
    work_order_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.ForeignKey('work_orders.id', ondelete='SET NULL'), index=True
    )
    #: What the last order came to grief on.
    fault_code: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    fault_message: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    faulted_at: orm.Mapped[datetime.datetime | None]
    #: Since when nothing new is made of it; removed after its last user.
    retired_at: orm.Mapped[datetime.datetime | None]
    #: Who wanted that.
    retired_by: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    #: When its content was looked at, and what it was found to be.
    checked_at: orm.Mapped[datetime.datetime | None]
    format: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    #: Account that is in the image; NULL is the system's default.
    login_user: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    #: Where the secret store keeps the password of that account.
    secret_ref: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(
        default=timeutils.utcnow
    )
    updated_at: orm.Mapped[datetime.datetime] = orm.mapped_column(
        default=timeutils.utcnow, onupdate=timeutils.utcnow
    )
