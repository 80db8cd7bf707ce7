"""What is to be done to desktops as soon as no order holds them."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import models

_Desktop = models.Desktop


@db.retry_on_deadlock
def owe(pool_id: str, action: str) -> None:
    """Note an action for the desktops of a pool that orders hold.

    What is owed already stays so.

    :param action: ``stop`` or ``rebuild``; a rebuild is followed by a stop
    """
    statement = sa.update(_Desktop).where(
        _Desktop.pool_id == pool_id,
        _Desktop.work_order_id.is_not(None),
        _Desktop.owed.is_(None),
        _Desktop.status != states.DELETING,
        _Desktop.locked.is_(False),
    )
    with db.writer() as session:
        holds.execute(session, statement.values(owed=action))


def due(limit: int, after: str | None = None) -> list[models.Desktop]:
    """Free desktops that something is owed to, ordered by id.

    :param after: the id before the first
    """
    query = (
        sa.select(_Desktop)
        .where(
            _Desktop.owed.is_not(None),
            _Desktop.work_order_id.is_(None),
            _Desktop.locked.is_(False),
        )
        .where(_Desktop.id > (after or ''))
        .order_by(_Desktop.id)
        .limit(limit)
    )
    with db.reader() as session:
        return list(session.scalars(query))


@db.retry_on_deadlock
def forget(desktop: models.Desktop) -> None:
    """Nothing is left to do; what is off is wanted off."""
    with db.writer() as session:
        _write(session, desktop, owed=None)
        off = _wanted_off(desktop)
        holds.execute(session, off.values(wanted_power=states.OFF))


def still(desktop: models.Desktop) -> Callable[[orm.Session], None]:
    """For the transaction that pays: is it owed as it was read?"""

    def check(session: orm.Session) -> None:
        _write(session, desktop, owed=desktop.owed)

    return check


def _write(
    session: orm.Session, desktop: models.Desktop, **values: Any
) -> None:
    statement = sa.update(_Desktop).where(
        _Desktop.id == desktop.id,
        _Desktop.owed == desktop.owed,
        _Desktop.work_order_id.is_(None),
    )
    if holds.execute(session, statement.values(values)) != 1:
        raise exceptions.Conflict()


def _wanted_off(desktop: models.Desktop) -> sa.Update:
    return sa.update(_Desktop).where(
        _Desktop.id == desktop.id, _Desktop.status == states.OFF
    )
