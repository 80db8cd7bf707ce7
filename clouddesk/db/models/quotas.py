"""What keeps limits of projects from being passed by."""

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk.db.models import base


class ProjectTurn(base.Base):
    """Whoever makes something in a project that has a limit waits here.

    Counting rows is only right while nobody adds one, and databases differ
    in how they lock rows that do not exist yet.
    """

    __tablename__ = 'project_turns'

    project_id: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True
    )
    turn: orm.Mapped[int] = orm.mapped_column(default=0)
