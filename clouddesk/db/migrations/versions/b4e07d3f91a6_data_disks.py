"""Further disks of desktops

Revision ID: b4e07d3f91a6
Revises: a7c4e92b15d8
"""

from alembic import op
import sqlalchemy as sa

revision = 'b4e07d3f91a6'
down_revision = 'a7c4e92b15d8'

#: What holds a spec.
_TABLES = ('courses', 'desktops', 'pools', 'templates')


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column('data_disks', sa.JSON(), nullable=True))
    op.add_column(
        'desktops', sa.Column('data_volumes', sa.JSON(), nullable=True)
    )
