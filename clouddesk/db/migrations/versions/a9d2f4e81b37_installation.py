"""Which clouddesk this is

Revision ID: a9d2f4e81b37
Revises: c41e7a90d6b8
"""

from alembic import op
import sqlalchemy as sa

revision = 'a9d2f4e81b37'
down_revision = 'c41e7a90d6b8'


def upgrade() -> None:
    op.create_table(
        'installation',
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('id', sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint('number', name='pk_installation'),
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
        mysql_collate='utf8mb4_bin',
    )
