"""The tables.

Times are UTC. Identifiers of other services are opaque strings. A row that is
no longer needed is deleted; there are no soft-delete columns.
"""

import datetime
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql

from clouddesk import states

#: Micro-second times: leases expire between two seconds.
DateTime = sa.DateTime().with_variant(
    mysql.DATETIME(fsp=6), 'mysql', 'mariadb'
)

#: Constraint names as OpenStack writes them; alembic needs stable names.
NAMING = {
    'ix': 'ix_%(table_name)s_%(column_0_N_name)s',
    'uq': 'uniq_%(table_name)s0%(column_0_N_name)s',
    'ck': 'ck_%(table_name)s_%(constraint_name)s',
    'fk': 'fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s',
    'pk': 'pk_%(table_name)s',
}


def _one_of(column: str, values: frozenset[str]) -> sa.CheckConstraint:
    quoted = ', '.join("'%s'" % value for value in sorted(values))
    return sa.CheckConstraint('%s IN (%s)' % (column, quoted), name=column)


class Base(orm.DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime.datetime: DateTime,
        dict[str, Any]: sa.JSON,
        list[dict[str, Any]]: sa.JSON,
        list[str]: sa.JSON,
    }
    __table_args__: Any = {
        'mysql_engine': 'InnoDB',
        'mysql_charset': 'utf8mb4',
        # Two names are equal when they are, as on the other databases.
        'mysql_collate': 'utf8mb4_bin',
    }


class _Owned:
    """What every row that belongs to a project has."""

    id: orm.Mapped[str] = orm.mapped_column(
        sa.String(36),
        primary_key=True,
        default=uuidutils.generate_uuid,
        sort_order=-10,
    )
    project_id: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), sort_order=-9
    )
    #: Who asked for it; not who may use it.
    user_id: orm.Mapped[str] = orm.mapped_column(sa.String(64), sort_order=-8)
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(
        default=timeutils.utcnow, sort_order=90
    )
    #: Never NULL, because lists are sorted by it.
    updated_at: orm.Mapped[datetime.datetime] = orm.mapped_column(
        default=timeutils.utcnow, onupdate=timeutils.utcnow, sort_order=91
    )


class _Spec:
    """What a desktop is made from; a pool holds it for all its desktops."""

    image_id: orm.Mapped[str] = orm.mapped_column(sa.String(36))
    flavor_id: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    network_id: orm.Mapped[str] = orm.mapped_column(sa.String(36))
    #: ``image`` (disk of the hypervisor) or ``volume`` (Cinder).
    boot_from: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    #: GiB; only when booted from a volume.
    volume_size: orm.Mapped[int | None]
    availability_zone: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(255)
    )
    #: Per desktop, from the flavor at the time of creation.
    vcpus: orm.Mapped[int]
    #: MiB
    ram: orm.Mapped[int]
    #: GiB of the system disk
    disk: orm.Mapped[int]


class Pool(_Owned, _Spec, Base):
    """N equal desktops. Its status is derived, see :mod:`clouddesk.states`."""

    __tablename__ = 'pools'
    __table_args__ = (
        sa.UniqueConstraint('project_id', 'name'),
        sa.CheckConstraint('size >= 0', name='size'),
        _one_of('boot_from', frozenset({'image', 'volume'})),
        Base.__table_args__,
    )

    name: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    note: orm.Mapped[str] = orm.mapped_column(sa.String(1024), default='')
    #: How many desktops are wanted.
    size: orm.Mapped[int]
    name_template: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: The order that builds, resizes or deletes the pool just now.
    work_order_id: orm.Mapped[str | None] = orm.mapped_column(
        sa.ForeignKey('work_orders.id', ondelete='SET NULL'), index=True
    )

    work_order: orm.Mapped['WorkOrder | None'] = orm.relationship(
        lazy='raise', foreign_keys=[work_order_id]
    )


class Desktop(_Owned, _Spec, Base):
    """A lasting desktop. Its id is never the id of a server."""

    __tablename__ = 'desktops'
    __table_args__ = (
        sa.UniqueConstraint('pool_id', 'slot'),
        sa.UniqueConstraint('server_id'),
        sa.Index(
            'ix_desktops_project_id_created_at_id',
            'project_id',
            'created_at',
            'id',
        ),
        sa.Index('ix_desktops_project_id_name', 'project_id', 'name'),
        sa.Index('ix_desktops_project_id_status', 'project_id', 'status'),
        sa.Index('ix_desktops_status', 'status'),
        _one_of('status', states.DESKTOP_STATUSES),
        _one_of('boot_from', frozenset({'image', 'volume'})),
        Base.__table_args__,
    )

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

    # What it owns in the cloud.
    server_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    port_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))
    #: System disk in Cinder.
    volume_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(36))

    # What Nova said last.
    server_status: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    task_state: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    #: ``[{"address": "10.0.0.5", "version": 4, "type": "fixed"}]``
    addresses: orm.Mapped[list[dict[str, Any]]] = orm.mapped_column(
        default=list
    )
    observed_at: orm.Mapped[datetime.datetime | None]


class WorkOrder(_Owned, Base):
    """What somebody asked for; the message on the bus is only a hint."""

    __tablename__ = 'work_orders'
    __table_args__ = (
        sa.Index(
            'ix_work_orders_status_lease_expires_at',
            'status',
            'lease_expires_at',
        ),
        sa.Index(
            'ix_work_orders_project_id_created_at_id',
            'project_id',
            'created_at',
            'id',
        ),
        _one_of('status', states.ORDER_STATUSES),
        sa.CheckConstraint('epoch >= 0', name='epoch'),
        Base.__table_args__,
    )

    #: Name of the flow, such as ``pool.create``.
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    #: ``pool`` or ``desktop``; what the order is about as a whole.
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


class WorkItem(Base):
    """The part of a work order that concerns one desktop."""

    __tablename__ = 'work_items'
    __table_args__ = (
        sa.UniqueConstraint('work_order_id', 'position'),
        _one_of('status', states.ITEM_STATUSES),
        Base.__table_args__,
    )

    id: orm.Mapped[int] = orm.mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
        primary_key=True,
    )
    work_order_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('work_orders.id', ondelete='CASCADE')
    )
    position: orm.Mapped[int]
    #: No foreign key: the item outlives the desktop that it deleted.
    desktop_id: orm.Mapped[str] = orm.mapped_column(sa.String(36), index=True)
    desktop_name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
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
