"""The version of the tables."""

import pathlib

from alembic import command
from alembic import config as alembic_config
from alembic import migration as alembic_migration
from alembic import script

from clouddesk import db


def upgrade(revision: str = 'head') -> None:
    """Bring the tables up to a revision; those that are there are left."""
    command.upgrade(_config(), revision)


def version() -> str | None:
    """The revision of the tables; ``None`` when there are none."""
    with db.engine().connect() as connection:
        context = alembic_migration.MigrationContext.configure(connection)
        return context.get_current_revision()


def head() -> str | None:
    """The revision that this release needs."""
    scripts = script.ScriptDirectory.from_config(_config())
    return scripts.get_current_head()


def _config() -> alembic_config.Config:
    path = pathlib.Path(__file__).with_name('alembic.ini')
    config = alembic_config.Config(str(path))
    config.attributes['engine'] = db.engine()
    return config
