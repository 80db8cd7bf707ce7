"""Image builds

Revision ID: a7c4e92b15d8
Revises: f3a6d1b80c42
"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = 'a7c4e92b15d8'
down_revision = 'f3a6d1b80c42'

_TABLE = 'image_builds'
_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column('id', sa.String(36), nullable=False),
        sa.Column('project_id', sa.String(64), nullable=False),
        sa.Column('user_id', sa.String(64), nullable=False),
        sa.Column('name', sa.String(255), nullable=False),
        sa.Column('note', sa.String(1024), nullable=False),
        sa.Column('kind', sa.String(8), nullable=False),
        sa.Column('source_type', sa.String(8), nullable=False),
        sa.Column('source_id', sa.String(36), nullable=False),
        sa.Column('properties', sa.JSON(), nullable=False),
        sa.Column('builder_id', sa.String(36)),
        sa.Column('work_order_id', sa.String(36)),
        sa.Column('image_id', sa.String(36)),
        sa.Column('snapshot_id', sa.String(36)),
        sa.Column('copy_id', sa.String(36)),
        sa.Column('activated_at', _TIME),
        sa.Column('created_at', _TIME, nullable=False),
        sa.Column('updated_at', _TIME, nullable=False),
        sa.CheckConstraint(
            "kind IN ('data', 'system', 'whole')",
            name=op.f('ck_image_builds_kind'),
        ),
        sa.CheckConstraint(
            "source_type IN ('desktop', 'image', 'iso')",
            name=op.f('ck_image_builds_source_type'),
        ),
        sa.ForeignKeyConstraint(
            ['builder_id'],
            ['desktops.id'],
            name='fk_image_builds_builder_id_desktops',
            ondelete='SET NULL',
        ),
        sa.ForeignKeyConstraint(
            ['work_order_id'],
            ['work_orders.id'],
            name='fk_image_builds_work_order_id_work_orders',
            ondelete='SET NULL',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_image_builds'),
        sa.UniqueConstraint(
            'builder_id', name=op.f('uniq_image_builds0builder_id')
        ),
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
        mysql_collate='utf8mb4_bin',
    )
    for columns in (
        ('project_id', 'created_at', 'id'),
        ('created_at', 'id'),
        ('source_id',),
        ('image_id',),
        ('work_order_id',),
    ):
        op.create_index(
            'ix_%s_%s' % (_TABLE, '_'.join(columns)), _TABLE, list(columns)
        )
