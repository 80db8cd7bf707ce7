"""The lease of a work order: who works on it, and until when.

Only :mod:`clouddesk.conductor.lease` calls these, and who knows that there is
no conductor. The epoch is the fence: it
grows with every claim, and :mod:`clouddesk.db.api.progress` repeats it in
every write. Expiry is compared with the clock of the database, so the clocks
of the conductors do not matter.
"""

import random

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import holds
from clouddesk.db import models

_Order = models.WorkOrder

#: Among how many times as many orders a conductor chooses.
_CHOICE = 8


@db.retry_on_deadlock
def claim(
    order_id: str, owner: str, seconds: float
) -> models.WorkOrder | None:
    """Take an order that nobody holds, or whose holder went silent.

    :param owner: unique among the running conductors
    :param seconds: until the lease expires
    :returns: the order with its items and new epoch; ``None`` when another
        was faster or nothing is to do
    """
    statement = (
        sa.update(_Order)
        .where(_Order.id == order_id, *_unheld())
        .values(
            owner=owner,
            epoch=_Order.epoch + 1,
            lease_expires_at=clock.now(seconds),
            started_at=sa.func.coalesce(_Order.started_at, clock.now()),
            status=sa.case(
                (_Order.status == states.QUEUED, states.WORKING),
                else_=_Order.status,
            ),
        )
    )
    with db.writer() as session:
        if holds.execute(session, statement) != 1:
            return None
        return session.get_one(
            _Order, order_id, options=[orm.selectinload(_Order.items)]
        )


@db.retry_on_deadlock
def renew(order_id: str, owner: str, epoch: int, seconds: float) -> bool:
    """Prolong a lease.

    :returns: whether it is still ours; an expired lease that nobody took is
    """
    statement = _held(order_id, owner, epoch).values(
        lease_expires_at=clock.now(seconds)
    )
    with db.writer() as session:
        return holds.execute(session, statement) == 1


@db.retry_on_deadlock
def release(order_id: str, owner: str, epoch: int) -> bool:
    """Hand an unfinished order over: the next one to look may claim it.

    :returns: whether it was still ours
    """
    statement = _held(order_id, owner, epoch).values(
        owner=None, lease_expires_at=None
    )
    with db.writer() as session:
        return holds.execute(session, statement) == 1


@db.retry_on_deadlock
def release_all() -> int:
    """Hand every order over, where no conductor can be alive.

    :returns: how many were held
    """
    statement = (
        sa.update(_Order)
        .where(_Order.owner.is_not(None))
        .values(owner=None, lease_expires_at=None)
    )
    with db.writer() as session:
        return holds.execute(session, statement)


def claimable(limit: int) -> list[str]:
    """Ids of orders that wait for a conductor, oldest first.

    Of a long queue, some of the oldest: conductors that look at the same
    moment would else try to claim the same ones.
    """
    query = (
        sa.select(_Order.id)
        .where(*_unheld())
        .order_by(_Order.created_at, _Order.id)
        .limit(limit * _CHOICE)
    )
    with db.reader() as session:
        found = list(session.scalars(query))
    if len(found) < limit * _CHOICE:
        return found[:limit]
    return [found[i] for i in sorted(random.sample(range(len(found)), limit))]


def overdue(seconds: float) -> int:
    """Orders that nobody took for so long."""
    query = sa.select(sa.func.count()).select_from(_Order)
    query = query.where(*_unheld(), _Order.updated_at < clock.now(-seconds))
    with db.reader() as session:
        return session.scalars(query).one()


def _unheld() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _Order.status.in_(sorted(states.ORDER_CLAIMABLE)),
        sa.or_(_Order.owner.is_(None), _Order.lease_expires_at < clock.now()),
    )


def _held(order_id: str, owner: str, epoch: int) -> sa.Update:
    return sa.update(_Order).where(
        _Order.id == order_id, _Order.owner == owner, _Order.epoch == epoch
    )
