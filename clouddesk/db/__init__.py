"""The database: who opens a transaction, and how.

A process calls :func:`configure` once. After that every function of
:mod:`clouddesk.db.api` opens its own transaction with :func:`reader` or
:func:`writer`.
"""

from collections.abc import Iterator
import contextlib
import contextvars
from typing import Any

from oslo_config import cfg
from oslo_db import api as oslo_db_api
from oslo_db import options
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk.db import journal
from clouddesk.db import pooling

#: Marks the transactions that must own SQLite's write lock from the start.
_WRITES = 'clouddesk_writes'

#: Added to a URL that does not have them. Without the first, names outside
#: Unicode's basic plane cannot be stored.
_URL_PARAMETERS = {
    'mysql': ('charset', 'utf8mb4'),
    'sqlite': ('timeout', '30'),
}

#: Runs a whole writer again after a deadlock, of which a row that changed
#: under a snapshot (MariaDB's error 1020) is one.
retry_on_deadlock = oslo_db_api.wrap_db_retry(
    max_retries=10,
    retry_interval=0.1,
    max_retry_interval=2,
    retry_on_deadlock=True,
)


#: Whether writers of this thread only try out.
_rehearsing: contextvars.ContextVar[bool] = contextvars.ContextVar(
    'rehearsing', default=False
)


@enginefacade.transaction_context_provider
class _Scope:
    """Where one transaction lives; every transaction gets a fresh one."""


class _Facade:
    """The process's one transaction factory."""

    manager: Any = None

    @classmethod
    def get(cls) -> Any:
        if cls.manager is None:
            raise RuntimeError('clouddesk.db.configure() was not called')
        return cls.manager


def configure(conf: cfg.ConfigOpts, **overrides: Any) -> None:
    """Point this process at the database of ``[database]connection``.

    Nothing is opened before the first use. A second call closes the pool of
    the first.

    :param conf: the loaded configuration
    :param overrides: options of ``[database]`` that win over it
    """
    close()
    options.set_defaults(conf)
    settings = dict(conf.database) | {'sqlite_fk': True} | overrides
    # Gives other green threads a turn after each transaction; we have none.
    settings['thread_checkin'] = False
    settings['connection_parameters'] = pooling.plugged(
        settings['connection'],
        settings.get('connection_parameters')
        or _url_parameters(settings['connection']),
    )
    manager = enginefacade.transaction_context()
    manager.configure(**settings)
    manager.append_on_engine_create(_hide_values)
    manager.append_on_engine_create(_tune_sqlite)
    _Facade.manager = manager


def close() -> None:
    """Close the idle connections; :func:`configure` must come first again."""
    if _Facade.manager is not None:
        _Facade.manager.dispose_pool()
        _Facade.manager = None


def engine() -> sa.Engine:
    """The engine that writers use."""
    return _Facade.get().writer.get_engine()


@contextlib.contextmanager
def reader() -> Iterator[orm.Session]:
    """A transaction that only reads; what it loads may be used after it."""
    with _Facade.get().reader.using(_Scope()) as session:
        yield session


@contextlib.contextmanager
def writer() -> Iterator[orm.Session]:
    """A transaction that is committed at the end, rolled back on errors."""
    with _Facade.get().writer.using(_Scope()) as session:
        if session.get_bind().dialect.name == 'sqlite':
            session.connection(execution_options={_WRITES: True})
        yield session
        if _rehearsing.get():
            session.flush()
            # What was loaded may still be looked at.
            session.expunge_all()
            session.rollback()
            session.info.clear()
        else:
            journal.write(session)
    journal.committed(session)


@contextlib.contextmanager
def rehearsal() -> Iterator[None]:
    """Let every writer inside do its work and then take it back.

    It finds all that is in the way of the real thing, and leaves no trace.
    """
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)


def _url_parameters(url: str | None) -> str:
    if not url:
        return ''
    parsed = sa.make_url(url)
    key, value = _URL_PARAMETERS.get(parsed.get_backend_name(), ('', ''))
    return '%s=%s' % (key, value) if key and key not in parsed.query else ''


def _hide_values(created: sa.Engine) -> None:
    """Let errors of the database, and logs, not tell what was written.

    User data, for example, and what the secret store gave.
    """
    created.hide_parameters = True


def _tune_sqlite(created: sa.Engine) -> None:
    """Let SQLite's readers and writers get along.

    A transaction that reads first and writes later is refused by SQLite when
    another one wrote in between; asking for the lock at once waits instead.
    """
    if created.dialect.name != 'sqlite':
        return
    # Once, while nobody else can use the engine: of two that want to change
    # the mode at once, SQLite refuses both. The file keeps it.
    with created.connect() as connection:
        # Past SQLAlchemy, which begins a transaction before a statement.
        connection.connection.cursor().execute('PRAGMA journal_mode = WAL')

    @sa.event.listens_for(created, 'begin')
    def begun(connection: sa.Connection) -> None:
        if connection.get_execution_options().get(_WRITES):
            # oslo.db has just begun a transaction that waits for its first
            # statement before it takes a lock.
            connection.exec_driver_sql('END')
            connection.exec_driver_sql('BEGIN IMMEDIATE')
