"""Where secrets are, without what is in them."""

from collections.abc import Collection
from typing import Any

from oslo_utils import uuidutils
import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk.db import clock
from clouddesk.db import holds
from clouddesk.db import journal
from clouddesk.db import models

_Secret = models.Secret

#: Everything that may refer to a secret.
_USERS: tuple[Any, ...] = (
    models.Desktop,
    models.Pool,
    models.Template,
    models.Course,
    models.Image,
)


@db.retry_on_deadlock
def add(project_id: str, sealed: str) -> str:
    """:returns: what the rows that use it keep"""
    secret_id = uuidutils.generate_uuid()
    with journal.aside(), db.writer() as session:
        session.add(
            _Secret(id=secret_id, project_id=project_id, ciphertext=sealed)
        )
    return secret_id


def get(secret_id: str) -> str:
    """What the store gave.

    :raises NotFound: it was removed
    """
    query = sa.select(_Secret.ciphertext).filter_by(id=secret_id)
    with db.reader() as session:
        sealed: str | None = session.scalar(query)
    if sealed is None:
        raise exceptions.NotFound(kind='secret', id=secret_id)
    return sealed


def unused(age: float, limit: int) -> dict[str, str]:
    """Secrets that nothing refers to: what the store gave, by id.

    :param age: seconds; a younger one may still find its row
    """
    query: Any = sa.select(_Secret.id, _Secret.ciphertext).where(
        _Secret.created_at < clock.now(-age),
        *(
            ~sa.exists().where(user.secret_ref == _Secret.id)
            for user in _USERS
        ),
    )
    with db.reader() as session:
        rows = session.execute(query.order_by(_Secret.id).limit(limit))
        return {row.id: row.ciphertext for row in rows}


def page(limit: int, after: str | None = None) -> list[tuple[str, str]]:
    """Secrets ordered by id: id, and what the store gave.

    :param after: the id before the first
    """
    query = (
        sa.select(_Secret.id, _Secret.ciphertext)
        .where(_Secret.id > (after or ''))
        .order_by(_Secret.id)
        .limit(limit)
    )
    with db.reader() as session:
        return [(row.id, row.ciphertext) for row in session.execute(query)]


@db.retry_on_deadlock
def replace(secret_id: str, before: str, after: str) -> bool:
    """Keep what the store gave anew.

    :returns: False when it has changed meanwhile, or is gone
    """
    statement = sa.update(_Secret).where(
        _Secret.id == secret_id, _Secret.ciphertext == before
    )
    with db.writer() as session:
        return holds.execute(session, statement.values(ciphertext=after)) == 1


@db.retry_on_deadlock
def remove(ids: Collection[str]) -> None:
    """Forget where they were."""
    with db.writer() as session:
        holds.execute(session, sa.delete(_Secret).where(_Secret.id.in_(ids)))
