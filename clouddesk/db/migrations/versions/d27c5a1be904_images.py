"""What clouddesk knows of images, and work done to them

Revision ID: d27c5a1be904
Revises: b63f0d92c7e4
"""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = 'd27c5a1be904'
down_revision = 'b63f0d92c7e4'

_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
_MYSQL: Any = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
}


def upgrade() -> None:
    _images()
    _items()


def _images() -> None:
    op.create_table(
        'images',
        sa.Column('id', sa.String(36), nullable=False),
        sa.Column('project_id', sa.String(64), nullable=False),
        sa.Column('name', sa.String(255), nullable=False),
        sa.Column('work_order_id', sa.String(36)),
        sa.Column('fault_code', sa.String(64)),
        sa.Column('fault_message', sa.Text()),
        sa.Column('faulted_at', _TIME),
        sa.Column('retired_at', _TIME),
        sa.Column('retired_by', sa.String(64)),
        sa.Column('checked_at', _TIME),
        sa.Column('format', sa.String(32)),
        sa.Column('login_user', sa.String(64)),
        sa.Column('secret_ref', sa.String(255)),
        sa.Column('created_at', _TIME, nullable=False),
        sa.Column('updated_at', _TIME, nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_images'),
        sa.ForeignKeyConstraint(
            ['work_order_id'],
            ['work_orders.id'],
            name='fk_images_work_order_id_work_orders',
            ondelete='SET NULL',
        ),
        **_MYSQL,
    )
    for column in ('project_id', 'retired_at', 'work_order_id'):
        op.create_index('ix_images_%s' % column, 'images', [column])


def _items() -> None:
    # An API that still runs writes no type.
    op.add_column(
        'work_items',
        sa.Column(
            'subject_type',
            sa.String(16),
            nullable=False,
            server_default='desktop',
        ),
    )
