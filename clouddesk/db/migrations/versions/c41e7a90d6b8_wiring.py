"""What is remembered of the port of a desktop

Revision ID: c41e7a90d6b8
Revises: 7d1f0c3a9b52
"""

from alembic import op
import sqlalchemy as sa

revision = 'c41e7a90d6b8'
down_revision = '7d1f0c3a9b52'


def upgrade() -> None:
    op.add_column('desktops', sa.Column('wiring', sa.JSON(), nullable=True))
