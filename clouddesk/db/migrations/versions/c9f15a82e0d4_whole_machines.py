"""The further disks of whole machines that become images

Revision ID: c9f15a82e0d4
Revises: b4e07d3f91a6
"""

from alembic import op
import sqlalchemy as sa

revision = 'c9f15a82e0d4'
down_revision = 'b4e07d3f91a6'


def upgrade() -> None:
    op.add_column('image_builds', sa.Column('disks', sa.JSON(), nullable=True))
