"""Desktops, pools and work orders

Revision ID: 7d1f0c3a9b52
Revises:
"""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = '7d1f0c3a9b52'
down_revision = None

_MYSQL: dict[str, Any] = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
}


def upgrade() -> None:
    _work_orders()
    _work_items()
    _pools()
    _desktops()


def _text(name: str, length: int, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _number(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _time(name: str, nullable: bool = True) -> sa.Column[Any]:
    kind = sa.DateTime().with_variant(
        mysql.DATETIME(fsp=6), 'mysql', 'mariadb'
    )
    return sa.Column(name, kind, nullable=nullable)


def _owned() -> list[sa.Column[Any]]:
    return [
        _text('id', 36),
        _text('project_id', 64),
        _text('user_id', 64),
        _time('created_at', nullable=False),
        _time('updated_at', nullable=False),
    ]


def _faulty() -> list[sa.Column[Any]]:
    return [
        _text('fault_code', 64, nullable=True),
        sa.Column('fault_message', sa.Text(), nullable=True),
    ]


def _spec() -> list[sa.Column[Any]]:
    return [
        _text('image_id', 36),
        _text('flavor_id', 255),
        _text('network_id', 36),
        _text('boot_from', 8),
        _number('volume_size', nullable=True),
        _text('availability_zone', 255, nullable=True),
        _number('vcpus'),
        _number('ram'),
        _number('disk'),
    ]


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f('ck_%s_%s' % (table, name)))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint('id', name=op.f('pk_%s' % table))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    name = 'uniq_%s0%s' % (table, '_'.join(columns))
    return sa.UniqueConstraint(*columns, name=op.f(name))


def _refers(
    table: str, column: str, other: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        ['%s.id' % other],
        name=op.f('fk_%s_%s_%s' % (table, column, other)),
        ondelete=ondelete,
    )


def _index(table: str, *columns: str) -> None:
    name = 'ix_%s_%s' % (table, '_'.join(columns))
    op.create_index(op.f(name), table, list(columns))


def _work_orders() -> None:
    table = 'work_orders'
    op.create_table(
        table,
        *_owned(),
        _text('kind', 32),
        _text('subject_type', 16, nullable=True),
        _text('subject_id', 36, nullable=True),
        _text('subject_name', 255, nullable=True),
        sa.Column('inputs', sa.JSON(), nullable=False),
        _text('request_id', 64, nullable=True),
        _text('status', 16),
        *_faulty(),
        _time('started_at'),
        _time('finished_at'),
        _text('owner', 255, nullable=True),
        _number('epoch'),
        _time('lease_expires_at'),
        _key(table),
        _check(
            table,
            'status',
            "status IN ('cancelled', 'cancelling', 'failed', 'paused', "
            "'queued', 'running', 'succeeded')",
        ),
        _check(table, 'epoch', 'epoch >= 0'),
        **_MYSQL,
    )
    _index(table, 'status', 'lease_expires_at')
    _index(table, 'project_id', 'created_at', 'id')
    _index(table, 'subject_id')


def _work_items() -> None:
    table = 'work_items'
    op.create_table(
        table,
        sa.Column(
            'id',
            sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
            nullable=False,
        ),
        _text('work_order_id', 36),
        _number('position'),
        _text('desktop_id', 36),
        _text('desktop_name', 255),
        _text('status', 16),
        _number('steps_done'),
        _number('steps_total'),
        *_faulty(),
        _time('updated_at'),
        _key(table),
        _check(
            table,
            'status',
            "status IN ('done', 'failed', 'pending', 'running', 'undone')",
        ),
        _unique(table, 'work_order_id', 'position'),
        _refers(table, 'work_order_id', 'work_orders', 'CASCADE'),
        **_MYSQL,
    )
    _index(table, 'desktop_id')


def _pools() -> None:
    table = 'pools'
    op.create_table(
        table,
        *_owned(),
        _text('name', 64),
        _text('note', 1024),
        _number('size'),
        _text('name_template', 64),
        *_spec(),
        _text('work_order_id', 36, nullable=True),
        _key(table),
        _check(table, 'size', 'size >= 0'),
        _check(table, 'boot_from', "boot_from IN ('image', 'volume')"),
        _unique(table, 'project_id', 'name'),
        _refers(table, 'work_order_id', 'work_orders', 'SET NULL'),
        **_MYSQL,
    )
    _index(table, 'work_order_id')


def _desktops() -> None:
    table = 'desktops'
    op.create_table(
        table,
        *_owned(),
        _text('name', 255),
        _text('note', 1024),
        _text('status', 16),
        *_faulty(),
        _time('faulted_at'),
        _text('pool_id', 36, nullable=True),
        _number('slot', nullable=True),
        _text('work_order_id', 36, nullable=True),
        _text('server_id', 36, nullable=True),
        _text('port_id', 36, nullable=True),
        _text('volume_id', 36, nullable=True),
        _text('server_status', 32, nullable=True),
        _text('task_state', 64, nullable=True),
        sa.Column('addresses', sa.JSON(), nullable=False),
        _time('observed_at'),
        *_spec(),
        *_desktop_rules(table),
        **_MYSQL,
    )
    _index(table, 'project_id', 'created_at', 'id')
    _index(table, 'project_id', 'name')
    _index(table, 'project_id', 'status')
    _index(table, 'status')
    _index(table, 'work_order_id')


def _desktop_rules(table: str) -> list[sa.Constraint]:
    return [
        _key(table),
        _check(
            table,
            'status',
            "status IN ('building', 'deleting', 'fault', 'migrating', 'off', "
            "'rebooting', 'running', 'starting', 'stopping')",
        ),
        _check(table, 'boot_from', "boot_from IN ('image', 'volume')"),
        _unique(table, 'pool_id', 'slot'),
        _unique(table, 'server_id'),
        _refers(table, 'pool_id', 'pools'),
        _refers(table, 'work_order_id', 'work_orders', 'SET NULL'),
    ]
