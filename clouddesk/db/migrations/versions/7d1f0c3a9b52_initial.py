"""Desktops, pools, templates, courses and work orders

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
    _templates()
    _template_revisions()
    _pools()
    _pool_members()
    _desktops()
    _desktop_tags()
    _courses()
    _course_members()
    _secrets()
    _project_turns()


def _text(name: str, length: int, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _number(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _time(name: str, nullable: bool = True) -> sa.Column[Any]:
    kind = sa.DateTime().with_variant(
        mysql.DATETIME(fsp=6), 'mysql', 'mariadb'
    )
    return sa.Column(name, kind, nullable=nullable)


def _long(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _list(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _switch(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


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
        _text('floating_network_id', 36, nullable=True),
        _list('remote_protocols'),
        _text('login_user', 32, nullable=True),
        _long('public_key'),
        _text('secret_ref', 255, nullable=True),
        _list('components'),
        _long('user_data'),
        _switch('keep_running'),
    ]


def _from_template() -> list[sa.Column[Any]]:
    return [
        _text('template_id', 36, nullable=True),
        _number('template_revision', nullable=True),
    ]


def _person() -> list[sa.Column[Any]]:
    return [_text('assignee_type', 8), _text('assignee_id', 64)]


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f('ck_%s_%s' % (table, name)))


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    quoted = ', '.join("'%s'" % value for value in values)
    return _check(table, column, '%s IN (%s)' % (column, quoted))


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(
        *(columns or ('id',)), name=op.f('pk_%s' % table)
    )


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
            "status IN ('done', 'failed', 'pending', 'refused', 'running', "
            "'undone')",
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
        _text('assignment', 16),
        _text('persistence', 16),
        _text('on_return', 16),
        *_spec(),
        *_from_template(),
        _text('work_order_id', 36, nullable=True),
        _key(table),
        _check(table, 'size', 'size >= 0'),
        _one_of(table, 'boot_from', 'image', 'volume'),
        _one_of(table, 'assignment', 'by_hand', 'first_come'),
        _one_of(table, 'persistence', 'floating', 'persistent'),
        _one_of(table, 'on_return', 'keep', 'rebuild'),
        _unique(table, 'project_id', 'name'),
        _refers(table, 'template_id', 'templates'),
        _refers(table, 'work_order_id', 'work_orders', 'SET NULL'),
        **_MYSQL,
    )
    _index(table, 'template_id')
    _index(table, 'work_order_id')


def _pool_members() -> None:
    table = 'pool_members'
    op.create_table(
        table,
        *_person(),
        _text('pool_id', 36),
        _key(table, 'assignee_type', 'assignee_id', 'pool_id'),
        _one_of(table, 'assignee_type', 'group', 'user'),
        _refers(table, 'pool_id', 'pools', 'CASCADE'),
        **_MYSQL,
    )


def _templates() -> None:
    table = 'templates'
    op.create_table(
        table,
        *_owned(),
        _text('name', 64),
        _text('note', 1024),
        _text('region', 255),
        _text('visibility', 16),
        _text('department', 255, nullable=True),
        _number('revision'),
        *_spec(),
        _key(table),
        _check(table, 'revision', 'revision >= 1'),
        _one_of(table, 'boot_from', 'image', 'volume'),
        _one_of(table, 'visibility', 'exclusive', 'shared'),
        _unique(table, 'project_id', 'region', 'name'),
        **_MYSQL,
    )


def _template_revisions() -> None:
    table = 'template_revisions'
    op.create_table(
        table,
        _text('template_id', 36),
        _number('revision'),
        _list('spec'),
        _text('user_id', 64),
        _time('created_at', nullable=False),
        _key(table, 'template_id', 'revision'),
        _refers(table, 'template_id', 'templates', 'CASCADE'),
        **_MYSQL,
    )


def _courses() -> None:
    table = 'courses'
    op.create_table(
        table,
        *_owned(),
        _text('name', 64),
        _text('note', 1024),
        _text('status', 16),
        _number('size'),
        _text('name_template', 64),
        _list('timetable'),
        _number('ahead'),
        _number('wave', nullable=True),
        _text('at_end', 16),
        _text('next_event', 8, nullable=True),
        _time('next_at'),
        *_faulty(),
        *_spec(),
        *_from_template(),
        _text('pool_id', 36, nullable=True),
        _text('work_order_id', 36, nullable=True),
        _switch('protects_image'),
        *_course_rules(table),
        **_MYSQL,
    )
    _index(table, 'next_at')
    _index(table, 'pool_id')
    _index(table, 'template_id')
    _index(table, 'work_order_id')


def _course_rules(table: str) -> list[sa.Constraint]:
    return [
        _key(table),
        _check(table, 'size', 'size >= 0'),
        _one_of(table, 'boot_from', 'image', 'volume'),
        _one_of(table, 'at_end', 'delete', 'rebuild', 'stop'),
        _one_of(table, 'status', 'ending', 'idle', 'in_session', 'starting'),
        _unique(table, 'project_id', 'name'),
        _refers(table, 'pool_id', 'pools', 'SET NULL'),
        _refers(table, 'template_id', 'templates'),
        _refers(table, 'work_order_id', 'work_orders', 'SET NULL'),
    ]


def _course_members() -> None:
    table = 'course_members'
    op.create_table(
        table,
        *_person(),
        _text('course_id', 36),
        _key(table, 'assignee_type', 'assignee_id', 'course_id'),
        _one_of(table, 'assignee_type', 'group', 'user'),
        _refers(table, 'course_id', 'courses', 'CASCADE'),
        **_MYSQL,
    )


def _secrets() -> None:
    table = 'secrets'
    op.create_table(
        table,
        _text('id', 36),
        _text('project_id', 64),
        _long('ciphertext', nullable=False),
        _time('created_at', nullable=False),
        _key(table),
        **_MYSQL,
    )


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
        *_use(),
        _text('server_id', 36, nullable=True),
        _text('port_id', 36, nullable=True),
        _text('volume_id', 36, nullable=True),
        _text('floating_ip_id', 36, nullable=True),
        _text('server_status', 32, nullable=True),
        _text('task_state', 64, nullable=True),
        sa.Column('addresses', sa.JSON(), nullable=False),
        _time('observed_at'),
        *_spec(),
        *_from_template(),
        *_desktop_rules(table),
        **_MYSQL,
    )
    _index(table, 'assignee_id', 'assignee_type')
    _index(table, 'project_id', 'created_at', 'id')
    _index(table, 'project_id', 'name')
    _index(table, 'project_id', 'status')
    _index(table, 'status')
    _index(table, 'template_id')
    _index(table, 'work_order_id')


def _desktop_tags() -> None:
    table = 'desktop_tags'
    op.create_table(
        table,
        _text('desktop_id', 36),
        _text('tag', 60),
        _key(table, 'desktop_id', 'tag'),
        _refers(table, 'desktop_id', 'desktops', 'CASCADE'),
        **_MYSQL,
    )
    _index(table, 'tag')


def _project_turns() -> None:
    table = 'project_turns'
    op.create_table(
        table,
        _text('project_id', 64),
        _number('turn'),
        _key(table, 'project_id'),
        **_MYSQL,
    )


def _use() -> list[sa.Column[Any]]:
    """Who may use a desktop, and what is wanted of it."""
    return [
        _text('assignee_type', 8, nullable=True),
        _text('assignee_id', 64, nullable=True),
        _time('assigned_at'),
        _switch('locked'),
        _text('lock_reason', 255, nullable=True),
        _switch('protected'),
        _text('wanted_power', 8),
        _number('restarts'),
        _time('restarts_since'),
    ]


def _desktop_rules(table: str) -> list[sa.Constraint]:
    return [
        _key(table),
        _check(
            table,
            'status',
            "status IN ('building', 'deleting', 'fault', 'migrating', 'off', "
            "'rebooting', 'running', 'starting', 'stopping')",
        ),
        _one_of(table, 'boot_from', 'image', 'volume'),
        _one_of(table, 'assignee_type', 'group', 'user'),
        _one_of(table, 'wanted_power', 'off', 'running'),
        _unique(table, 'pool_id', 'slot'),
        _unique(table, 'pool_id', 'assignee_type', 'assignee_id'),
        _unique(table, 'server_id'),
        _refers(table, 'pool_id', 'pools'),
        _refers(table, 'template_id', 'templates'),
        _refers(table, 'work_order_id', 'work_orders', 'SET NULL'),
    ]
