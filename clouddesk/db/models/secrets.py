"""What the embedded secret store keeps."""

import datetime

from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk.db.models import base


class Secret(base.Base):
    """What the embedded secret store keeps, encrypted."""

    __tablename__ = 'secrets'

    id: orm.Mapped[str] = orm.mapped_column(
        sa.String(36), primary_key=True, default=uuidutils.generate_uuid
    )
    project_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    ciphertext: orm.Mapped[str] = orm.mapped_column(sa.Text)
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(
        default=timeutils.utcnow
    )
