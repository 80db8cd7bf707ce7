"""What is to be done to a desktop as soon as no order holds it

Revision ID: e5b8c03d7a16
Revises: a9d2f4e81b37
"""

from alembic import op
import sqlalchemy as sa

revision = 'e5b8c03d7a16'
down_revision = 'a9d2f4e81b37'


def upgrade() -> None:
    op.add_column('desktops', sa.Column('owed', sa.String(8), nullable=True))
