"""What is wrong with the database, in words for operators."""

from alembic.util import exc as alembic_exc
from oslo_db import exception as db_exc
from sqlalchemy import exc as sa_exc

from clouddesk.i18n import _

#: Everything that a database which is not as it should be can raise.
ERRORS = (
    alembic_exc.CommandError,
    db_exc.CantStartEngineError,
    db_exc.DBError,
    sa_exc.SQLAlchemyError,
    # The driver that the URL names is not installed.
    ImportError,
)


def explain(error: Exception) -> str:
    """One or two sentences without the URL, which has a password in it."""
    if isinstance(error, db_exc.CantStartEngineError):
        return _('[database]connection is not set.')
    if isinstance(error, db_exc.DBNonExistentDatabase):
        return _('The database does not exist; create it first.')
    if isinstance(error, db_exc.DBConnectionError):
        return _('The database does not answer: %s') % _reason(error)
    if isinstance(error, alembic_exc.CommandError):
        return _('The tables do not fit this release of clouddesk: %s') % error
    if isinstance(error, ImportError | sa_exc.NoSuchModuleError):
        return _('The driver of [database]connection is missing: %s') % error
    if isinstance(error, sa_exc.ArgumentError):
        return _('[database]connection is not a valid URL.')
    return _('The database refused: %s') % _reason(error)


def _reason(error: Exception) -> str:
    inner = getattr(error, 'inner_exception', None) or error
    # Of SQLAlchemy's error only the driver's part: the rest is SQL.
    return ' '.join(str(getattr(inner, 'orig', None) or inner).split())
