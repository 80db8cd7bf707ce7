"""Desktops and their tags."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import states
from clouddesk.db.models import base


class Desktop(base.Owned, base.Spec, base.FromTemplate, base.Base):
    """A lasting desktop. Its id is never the id of a server."""

    __tablename__ = 'desktops'
    __table_args__ = (
        sa.UniqueConstraint('pool_id', 'slot'),
        # Nobody takes two desktops of one pool, however fast.
        sa.UniqueConstraint('pool_id', 'assignee_type', 'assignee_id'),
        sa.UniqueConstraint('server_id'),
        *(
            base.index('desktops', *columns)
            for columns in (
                ('assignee_id', 'assignee_type'),
                ('project_id', 'created_at', 'id'),
                ('project_id', 'updated_at', 'id'),
                ('project_id', 'name'),
                ('project_id', 'status', 'created_at', 'id'),
                # Of all projects.
                ('created_at', 'id'),
                ('status', 'created_at', 'id'),
                # Counted by pool.
                ('pool_id', 'status'),
                ('image_id',),
                ('flavor_id',),
                ('network_id',),
            )
        ),
        base.one_of('status', states.DESKTOP_STATUSES),
        base.one_of('boot_from', base.BOOT_FROM),
        base.one_of('assignee_type', states.ASSIGNEE_TYPES),
        base.one_of('wanted_power', states.POWERS),
        base.Base.__table_args__,
    )

    @orm.declared_attr
    def has_user_data(cls) -> orm.Mapped[bool]:
        """Known without loading it; it never changes."""
        column: Any = cls.user_data
        return orm.column_property(column.is_not(None), expire_on_flush=False)

    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    note: orm.Mapped[str] = orm.mapped_column(sa.String(1024), default='')
    status: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    fault_code: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    fault_message: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    faulted_at: orm.Mapped[datetime.datetime | None]
    pool_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.ForeignKey('pools.id')
    )
    #: Place in the pool, from 1; never used twice at the same time.
    slot: orm.Mapped[int | None]
    #: The order that works on the desktop; nobody else may touch it.
    work_order_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.ForeignKey('work_orders.id', ondelete='SET NULL'), index=True
    )

    #: ``user`` or ``group``, and Keystone's id; who may use it.
    assignee_type: orm.Mapped[str | None] = orm.mapped_column(sa.String(8))
    assignee_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    assigned_at: orm.Mapped[datetime.datetime | None]
    #: Nobody may use it; a flag beside the status.
    locked: orm.Mapped[bool] = orm.mapped_column(default=False)
    lock_reason: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    #: Not to be deleted, neither alone nor with its pool.
    protected: orm.Mapped[bool] = orm.mapped_column(default=False)
    #: ``running`` or ``off``: what was asked of clouddesk last.
    wanted_power: orm.Mapped[str] = orm.mapped_column(
        sa.String(8), default=states.RUNNING
    )
    #: To be done when no order holds it any more: ``stop``; ``rebuild``, and
    #: then a stop; ``renew``, a rebuild without one.
    owed: orm.Mapped[str | None] = orm.mapped_column(sa.String(8))
    #: How often it was started again because of ``keep_running``, and since
    #: when that is counted.
    restarts: orm.Mapped[int] = orm.mapped_column(default=0)
    restarts_since: orm.Mapped[datetime.datetime | None]

    # What it owns in the cloud.
    server_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    port_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    #: ``mac``, ``addresses`` and ``security_groups`` of its port, for another
    #: one that takes its place.
    wiring: orm.Mapped[dict[str, Any] | None] = orm.mapped_column(
        sa.JSON(none_as_null=True)
    )
    #: System disk in Cinder.
    volume_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    #: Its further disks in Cinder, in the order of ``data_disks``.
    data_volumes: orm.Mapped[list[str] | None] = orm.mapped_column(
        sa.JSON(none_as_null=True)
    )
    floating_ip_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))

    # What Nova said last.
    server_status: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    task_state: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    #: ``[{"address": "10.0.0.5", "version": 4, "type": "fixed"}]``
    addresses: orm.Mapped[list[dict[str, Any]]] = orm.mapped_column(
        default=list
    )
    observed_at: orm.Mapped[datetime.datetime | None]

    tags: orm.Mapped[list['DesktopTag']] = orm.relationship(
        lazy='raise',
        order_by='DesktopTag.tag',
        cascade='all, delete-orphan',
        passive_deletes=True,
    )


class DesktopTag(base.Base):
    """A word that a desktop can be found by."""

    __tablename__ = 'desktop_tags'
    __table_args__ = (
        sa.Index('ix_desktop_tags_tag', 'tag'),
        base.Base.__table_args__,
    )

    desktop_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('desktops.id', ondelete='CASCADE'), primary_key=True
    )
    tag: orm.Mapped[str] = orm.mapped_column(sa.String(60), primary_key=True)
