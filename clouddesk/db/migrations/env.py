"""How alembic reaches the database; see :mod:`clouddesk.db.migration`."""

from alembic import context
import sqlalchemy as sa

from clouddesk.db import models


def run() -> None:
    engine = context.config.attributes.get('engine')
    if engine is None:
        url = context.get_x_argument(as_dictionary=True)['url']
        engine = sa.create_engine(url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=models.Base.metadata,
            # SQLite cannot alter a table; alembic makes a new one.
            render_as_batch=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
