"""Keeps projects inside clouddesk's own limits."""

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
from typing import Any

from oslo_db import exception as db_exc
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk.db import holds
from clouddesk.db import models

#: What is counted, by the name of its limit.
COUNTED: Mapping[str, Any] = {
    'desktops': models.Desktop,
    'pools': models.Pool,
}

_Turn = models.ProjectTurn


def usage(project_id: str) -> dict[str, int]:
    """How much of each limit a project uses."""
    with db.reader() as session:
        return _usage(session, project_id)


@contextlib.contextmanager
def kept(
    session: orm.Session, project_id: str, limits: Mapping[str, int] | None
) -> Iterator[dict[str, int]]:
    """Refuse the transaction when the block goes beyond a limit.

    The block notes in what it is given how much it has made of what. This
    must be the first thing of the transaction, so that what it counts is as
    new as its turn.

    :param limits: by name; less than zero is none
    :raises OverQuota: names the limit
    """
    made: dict[str, int] = {}
    low = {name: most for name, most in (limits or {}).items() if most >= 0}
    if low:
        _take_turn(session, project_id)
    yield made
    if not low or not any(made.values()):
        return
    session.flush()
    used = _usage(session, project_id)
    refusals = [
        refusal(name, made[name], used[name] - made[name], most)
        for name, most in low.items()
        if made.get(name) and used[name] > most
    ]
    if refusals:
        raise exceptions.OverQuota.naming(refusals)


def refusal(name: str, needed: int, used: int, limit: int) -> dict[str, Any]:
    return exceptions.OverQuota.refusal(
        'desktop', name, needed, max(limit - used, 0), limit
    )


def _take_turn(session: orm.Session, project_id: str) -> None:
    """Wait until nobody else counts in the project."""
    statement = (
        sa.update(_Turn)
        .where(_Turn.project_id == project_id)
        .values(turn=_Turn.turn + 1)
    )
    if holds.execute(session, statement):
        return
    session.add(_Turn(project_id=project_id))
    try:
        session.flush()
    except db_exc.DBDuplicateEntry as error:
        # Somebody else was first, for the first time: wait like everybody.
        raise db_exc.RetryRequest(error) from None


def _usage(session: orm.Session, project_id: str) -> dict[str, int]:
    counts = [
        sa.select(sa.func.count())
        .where(model.project_id == project_id)
        .scalar_subquery()
        .label(name)
        for name, model in COUNTED.items()
    ]
    return dict(session.execute(sa.select(*counts)).one()._mapping)
