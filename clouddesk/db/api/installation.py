"""Which clouddesk this is, among others in the same cloud."""

from oslo_db import exception as db_exc
import sqlalchemy as sa

from clouddesk import db
from clouddesk.db import models


def get_id() -> str:
    """An id that is made once, and lives as long as the tables."""
    found = _find()
    if found is None:
        try:
            with db.writer() as session:
                session.add(models.Installation(number=1))
        except db_exc.DBDuplicateEntry:
            # Another conductor, which starts too, was quicker.
            pass
        found = _find()
    return str(found)


def _find() -> str | None:
    with db.reader() as session:
        return session.scalar(sa.select(models.Installation.id))
