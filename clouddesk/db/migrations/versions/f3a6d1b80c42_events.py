"""The history

Revision ID: f3a6d1b80c42
Revises: d27c5a1be904
"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = 'f3a6d1b80c42'
down_revision = 'd27c5a1be904'

_INDEXES = (
    ('project_id', 'created_at', 'id'),
    ('subject_id', 'created_at', 'id'),
    ('user_id', 'created_at', 'id'),
    ('work_order_id', 'created_at', 'id'),
    ('created_at', 'id'),
)


def upgrade() -> None:
    op.create_table(
        'events',
        sa.Column('id', sa.String(36), nullable=False),
        sa.Column('project_id', sa.String(64), nullable=False),
        sa.Column('user_id', sa.String(64), nullable=False),
        sa.Column('user_project_id', sa.String(64)),
        sa.Column('action', sa.String(64), nullable=False),
        sa.Column('subject_type', sa.String(32)),
        sa.Column('subject_id', sa.String(36)),
        sa.Column('subject_name', sa.String(255)),
        sa.Column('outcome', sa.String(16), nullable=False),
        sa.Column('code', sa.String(64)),
        sa.Column('request_id', sa.String(64)),
        sa.Column('work_order_id', sa.String(36)),
        sa.Column('details', sa.JSON(), nullable=False),
        sa.Column(
            'created_at',
            sa.DateTime().with_variant(
                mysql.DATETIME(fsp=6), 'mysql', 'mariadb'
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "outcome IN ('failure', 'pending', 'success')",
            name=op.f('ck_events_outcome'),
        ),
        sa.PrimaryKeyConstraint('id', name='pk_events'),
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
        mysql_collate='utf8mb4_bin',
    )
    for columns in _INDEXES:
        op.create_index('ix_events_%s' % '_'.join(columns), 'events', columns)
