"""Desktops that shall keep running: which ones fell, and how often."""

from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.i18n import _

_Desktop = models.Desktop
_Pool = models.Pool


class _Exhausted(Exception):
    """It was started often enough."""


def fallen(limit: int, after: str | None = None) -> list[models.Desktop]:
    """Desktops that are off although running is wanted, ordered by id.

    Not those that were given up, that are locked, or that wait for their
    return to a floating pool.

    :param after: the id before the first
    """
    query = (
        sa.select(_Desktop)
        .outerjoin(_Pool, _Pool.id == _Desktop.pool_id)
        .where(*_fallen(), _Desktop.id > (after or ''))
        .where(
            sa.or_(
                _Pool.id.is_(None),
                _Pool.persistence != states.FLOATING,
                _Desktop.assignee_id.is_(None),
            )
        )
        .order_by(_Desktop.id)
        .limit(limit)
    )
    with db.reader() as session:
        return list(session.scalars(query))


def restart(
    desktop: models.Desktop, limit: int, window: int
) -> models.WorkOrder | None:
    """Order the start of a desktop that fell, and count it.

    :param limit: so many starts in a window
    :param window: seconds
    :returns: None when it was started so often already
    :raises Conflict: it is not as it was when it was read
    """
    order = {'project_id': desktop.project_id, 'user_id': desktop.user_id}
    try:
        return desktop_orders.act(
            order,
            'start',
            [desktop.id],
            desktop.project_id,
            first=lambda session: _count(session, desktop, limit, window),
        )
    except _Exhausted:
        return None


@db.retry_on_deadlock
def give_up(desktop: models.Desktop, limit: int, window: int) -> None:
    """Let a desktop stay off and tell why; the next start begins anew."""
    text = _(
        'It shut down by itself again after it was started %(limit)s times '
        'within %(window)s seconds, so it stays off until somebody starts it.'
    ) % {'limit': limit, 'window': window}
    statement = (
        sa.update(_Desktop)
        .where(_Desktop.id == desktop.id, *_fallen())
        .values(
            fault_code=states.RESTARTS_EXHAUSTED,
            fault_message=text,
            faulted_at=timeutils.utcnow(),
            restarts=0,
            restarts_since=None,
        )
    )
    with db.writer() as session:
        holds.execute(session, statement)


@db.retry_on_deadlock
def let_rest(pool_id: str) -> None:
    """Want the desktops of a pool off that are off already."""
    statement = sa.update(_Desktop).where(
        _Desktop.pool_id == pool_id,
        _Desktop.status == states.OFF,
        _Desktop.wanted_power == states.RUNNING,
        _Desktop.work_order_id.is_(None),
    )
    with db.writer() as session:
        holds.execute(session, statement.values(wanted_power=states.OFF))


def _fallen() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _Desktop.keep_running.is_(True),
        _Desktop.wanted_power == states.RUNNING,
        _Desktop.status == states.OFF,
        # What somebody paused or shelved did not fall.
        _Desktop.server_status == 'SHUTOFF',
        _Desktop.work_order_id.is_(None),
        _Desktop.locked.is_(False),
        _Desktop.fault_code.is_(None),
    )


def _count(
    session: orm.Session, desktop: models.Desktop, limit: int, window: int
) -> None:
    is_new = sa.or_(
        _Desktop.restarts_since.is_(None),
        _Desktop.restarts_since < clock.now(-window),
    )
    # In this order: MariaDB sees what stands before as set.
    values: list[tuple[Any, Any]] = [
        (_Desktop.restarts, sa.case((is_new, 1), else_=_Desktop.restarts + 1)),
        (
            _Desktop.restarts_since,
            sa.case((is_new, clock.now()), else_=_Desktop.restarts_since),
        ),
    ]
    fell = sa.update(_Desktop).where(_Desktop.id == desktop.id, *_fallen())
    may = is_new if limit else sa.false()
    may = sa.or_(may, _Desktop.restarts < limit)
    statement = fell.where(may).ordered_values(*values)
    if holds.execute(session, statement) == 1:
        return
    still = sa.select(_Desktop.id).where(_Desktop.id == desktop.id, *_fallen())
    if session.scalars(still).first() is None:
        raise exceptions.Conflict()
    raise _Exhausted()
