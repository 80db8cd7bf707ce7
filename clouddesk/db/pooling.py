"""How connections to the database are kept: fewer words for each transaction.

A read of one row is one statement. SQLAlchemy and oslo.db say three things
more: a ping before it, the rollback that ends the session, and one when the
connection goes back.
"""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy import pool
from sqlalchemy.dialects import plugins

#: What names the plugin in the URL of a database.
_NAME = 'clouddesk'

#: Seconds for which a connection that has just worked is believed to work. A
#: database that restarts fails the transactions of that moment in any case.
_BELIEVED = 1.0

_SEEN = 'clouddesk_seen'


def plugged(url: str | None, parameters: str) -> str:
    """The parameters of a URL, with the plugin where it is of use.

    SQLite's connections are not far away.
    """
    if not url or sa.make_url(url).get_backend_name() == 'sqlite':
        return parameters
    return '&'.join(filter(None, [parameters, 'plugin=%s' % _NAME]))


class Plugin(sa.CreateEnginePlugin):
    """Pings what has rested, and leaves the rollback to the session."""

    def update_url(self, url: sa.URL) -> sa.URL:
        """Nothing in it is ours but the name."""
        return url

    def handle_pool_kwargs(
        self, pool_cls: type[pool.Pool], pool_args: dict[str, Any]
    ) -> None:
        """Switch off what is done here, or not needed."""
        pool_args['pre_ping'] = False
        pool_args['reset_on_return'] = None

    def engine_created(self, engine: sa.Engine) -> None:
        """Look after the connections that the pool hands out."""
        sa.event.listen(engine, 'checkin', _remember)
        dialect = engine.dialect

        @sa.event.listens_for(engine, 'checkout')
        def look(connection: Any, record: Any, proxy: Any) -> None:
            seen = record.info.get(_SEEN)
            if seen is None or time.monotonic() - seen < _BELIEVED:
                return
            if not _answers(dialect, connection):
                # Its neighbours are as old.
                raise exc.InvalidatePoolError()


plugins.register(_NAME, __name__, Plugin.__name__)


def _remember(connection: Any, record: Any) -> None:
    record.info[_SEEN] = time.monotonic()


def _answers(dialect: sa.Dialect, connection: Any) -> bool:
    try:
        return bool(dialect.do_ping(connection))
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, connection, None):
            return False
        raise
