"""Which clouddesk this is."""

from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk.db.models import base


class Installation(base.Base):
    """One row, made by whoever needs it first."""

    __tablename__ = 'installation'

    #: Always 1, so that there cannot be a second row.
    number: orm.Mapped[int] = orm.mapped_column(
        primary_key=True, autoincrement=False
    )
    id: orm.Mapped[str] = orm.mapped_column(
        sa.String(36), default=uuidutils.generate_uuid
    )
