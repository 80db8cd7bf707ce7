"""Pools and who may take a desktop of them."""

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import states
from clouddesk.db.models import base
from clouddesk.db.models import work_orders


class Pool(base.Owned, base.Spec, base.FromTemplate, base.Base):
    """N equal desktops. Its status is derived, see :mod:`clouddesk.states`."""

    __tablename__ = 'pools'
    __table_args__ = (
        sa.UniqueConstraint('project_id', 'name'),
        base.index('pools', 'project_id', 'created_at', 'id'),
        sa.CheckConstraint('size >= 0', name='size'),
        base.one_of('boot_from', base.BOOT_FROM),
        base.one_of('assignment', states.POOL_ASSIGNMENTS),
        base.one_of('persistence', states.POOL_PERSISTENCES),
        base.one_of('on_return', states.POOL_RETURNS),
        base.Base.__table_args__,
    )

    name: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    note: orm.Mapped[str] = orm.mapped_column(sa.String(1024), default='')
    #: How many desktops are wanted.
    size: orm.Mapped[int]
    name_template: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: ``by_hand``, or ``first_come``: its people take desktops themselves.
    assignment: orm.Mapped[str] = orm.mapped_column(
        sa.String(16), default=states.BY_HAND
    )
    #: ``persistent``, or ``floating``: goes back when its user is done.
    persistence: orm.Mapped[str] = orm.mapped_column(
        sa.String(16), default=states.PERSISTENT
    )
    #: What happens to a floating desktop that goes back: ``keep``, ``rebuild``
    on_return: orm.Mapped[str] = orm.mapped_column(
        sa.String(16), default=states.KEEP
    )
    #: The order that builds, resizes or deletes the pool just now.
    work_order_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.ForeignKey('work_orders.id', ondelete='SET NULL'), index=True
    )

    work_order: orm.Mapped[work_orders.WorkOrder | None] = orm.relationship(
        lazy='raise', foreign_keys=[work_order_id]
    )


class PoolMember(base.Person, base.Base):
    """Who may take a desktop of a pool."""

    __tablename__ = 'pool_members'
    __table_args__ = (
        base.one_of('assignee_type', states.ASSIGNEE_TYPES),
        base.Base.__table_args__,
    )

    pool_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('pools.id', ondelete='CASCADE'), primary_key=True
    )
