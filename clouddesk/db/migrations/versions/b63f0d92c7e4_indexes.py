"""Indexes for lists of many rows

Revision ID: b63f0d92c7e4
Revises: e5b8c03d7a16
"""

from alembic import op

revision = 'b63f0d92c7e4'
down_revision = 'e5b8c03d7a16'

_INDEXES = (
    ('desktops', 'project_id', 'updated_at', 'id'),
    ('desktops', 'project_id', 'status', 'created_at', 'id'),
    ('desktops', 'created_at', 'id'),
    ('desktops', 'status', 'created_at', 'id'),
    ('desktops', 'pool_id', 'status'),
    ('desktops', 'image_id'),
    ('desktops', 'flavor_id'),
    ('desktops', 'network_id'),
    ('work_orders', 'project_id', 'status', 'created_at', 'id'),
    ('work_orders', 'user_id', 'created_at', 'id'),
    ('work_orders', 'created_at', 'id'),
    ('pools', 'project_id', 'created_at', 'id'),
)


def upgrade() -> None:
    # Others begin with the same columns.
    op.drop_index('ix_desktops_project_id_status', 'desktops')
    op.drop_index('ix_desktops_status', 'desktops')
    for table, *columns in _INDEXES:
        op.create_index(
            'ix_%s_%s' % (table, '_'.join(columns)), table, columns
        )
