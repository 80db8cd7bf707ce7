"""Templates and what they were."""

import datetime
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import states
from clouddesk.db.models import base


class Template(base.Owned, base.Spec, base.Base):
    """What desktops are made from, under a name that outlives its content.

    An edit makes a new revision; what was built stays as it is until it is
    built again.
    """

    __tablename__ = 'templates'
    __table_args__ = (
        sa.UniqueConstraint('project_id', 'region', 'name'),
        sa.CheckConstraint('revision >= 1', name='revision'),
        base.one_of('boot_from', base.BOOT_FROM),
        base.one_of('visibility', states.TEMPLATE_VISIBILITIES),
        base.Base.__table_args__,
    )

    name: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    note: orm.Mapped[str] = orm.mapped_column(sa.String(1024), default='')
    region: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    #: ``exclusive`` or ``shared``
    visibility: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    #: Keystone tag of the projects or domains that may use an exclusive one;
    #: NULL is the own project only.
    department: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    #: Grows with every edit of the spec, from 1.
    revision: orm.Mapped[int] = orm.mapped_column(default=1)


class TemplateRevision(base.Base):
    """What a template was, for people who look at old desktops."""

    __tablename__ = 'template_revisions'

    template_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('templates.id', ondelete='CASCADE'), primary_key=True
    )
    revision: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    #: The columns of the spec.
    spec: orm.Mapped[dict[str, Any]]
    user_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(
        default=timeutils.utcnow
    )
