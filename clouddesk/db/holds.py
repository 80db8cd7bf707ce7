"""Taking rows for a work order, all of them or none.

A row is taken by an UPDATE whose condition says that it may be; the number
of rows that it changed is the answer. When it is too small the transaction
is rolled back, and only then it is read which rows were the reason.
"""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
from typing import Any

from oslo_db import exception as db_exc
from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import models
from clouddesk.db import verdicts

_Desktop = models.Desktop
_Image = models.Image
_Pool = models.Pool


class Refused(Exception):
    """Not every row could be taken; rolls the transaction back."""

    def explain(self, session: orm.Session) -> Exception | None:
        """What the caller is told; ``None`` when the reason has gone."""
        raise NotImplementedError


@contextlib.contextmanager
def writer() -> Iterator[orm.Session]:
    """Like :func:`clouddesk.db.writer`, and explains a refusal."""
    try:
        with db.writer() as session:
            yield session
    except Refused as refused:
        with db.reader() as session:
            reason = refused.explain(session)
        # Whoever was in the way is gone: run the whole writer again.
        raise reason or db_exc.RetryRequest(exceptions.Conflict()) from None


def execute(session: orm.Session, statement: Any) -> int:
    """Run a bulk UPDATE or DELETE.

    :returns: the number of rows that its condition matched
    """
    result: Any = session.execute(
        statement, execution_options={'synchronize_session': False}
    )
    return int(result.rowcount)


def lock_pool(session: orm.Session, pool_id: str) -> models.Pool:
    """Get a pool that no order holds, and keep others away from it.

    This must be the first statement of a transaction, so that all it reads
    later is as new as the lock.
    """
    statement = (
        sa.update(_Pool)
        .where(_Pool.id == pool_id, _Pool.work_order_id.is_(None))
        .values(updated_at=timeutils.utcnow())
    )
    if execute(session, statement) != 1:
        raise PoolRefused(pool_id)
    return session.get_one(_Pool, pool_id)


def take_pools(session: orm.Session, takers: Mapping[str, str]) -> None:
    """Let each pool, which must be free, be held by an order.

    :param takers: pool id: order id
    """
    if not takers:
        return
    statement = (
        sa.update(_Pool)
        .where(_Pool.id.in_(sorted(takers)), _Pool.work_order_id.is_(None))
        .values(work_order_id=verdicts.by_id(_Pool.id, takers))
    )
    if execute(session, statement) != len(takers):
        raise PoolRefused(*takers)


def take_desktops(
    session: orm.Session, ids: Collection[str], order_id: str, action: str
) -> None:
    """Let an order hold desktops, and set the status of its action."""
    takers = dict.fromkeys(ids, order_id)
    grant(session, verdicts.Wish.to(action, takers=takers))


def grant(session: orm.Session, wish: verdicts.Wish) -> None:
    """Let each desktop of a wish be held by its order."""
    takers, action = wish.takers, wish.action
    if not takers:
        return
    statement = (
        sa.update(_Desktop)
        .where(_Desktop.id.in_(sorted(takers)), *verdicts.conditions(wish))
        .values(
            status=states.ACTION_TO[action],
            wanted_power=states.ACTION_WANTS.get(
                action, _Desktop.wanted_power
            ),
            work_order_id=verdicts.by_id(_Desktop.id, takers),
            owed=_still_owed(action),
            fault_code=None,
            fault_message=None,
            faulted_at=None,
        )
    )
    if execute(session, statement) != len(takers):
        raise DesktopsRefused(takers, wish)


def _still_owed(action: str) -> Any:
    """What of :attr:`models.Desktop.owed` an action leaves to be done.

    Whoever acts on a desktop later knows better whether it is to run. What
    its last user left on it goes all the same.
    """
    owed = _Desktop.owed
    if action == 'rebuild':
        return sa.case((owed == 'rebuild', 'stop'), else_=None)
    left = 'rebuild' if action == 'stop' else 'renew'
    return sa.case((owed.in_(['rebuild', 'renew']), left), else_=None)


def take_images(session: orm.Session, takers: Mapping[str, str]) -> None:
    """Let each image, which must be free, be held by an order.

    :param takers: image id: order id; the images have rows
    """
    if not takers:
        return
    statement = (
        sa.update(_Image)
        .where(_Image.id.in_(sorted(takers)), _Image.work_order_id.is_(None))
        .values(work_order_id=verdicts.by_id(_Image.id, takers))
    )
    if execute(session, statement) != len(takers):
        raise ImagesRefused(*takers)


def lower_pools(session: orm.Session, ids: Collection[str]) -> None:
    """Want fewer desktops in the pools whose desktops will be deleted.

    A pool that has more desktops than it wants, because deleting one failed
    before, loses the surplus first.
    """
    concerned = sa.update(_Pool).where(
        _Pool.id.in_(
            sa.select(_Desktop.pool_id).where(_Desktop.id.in_(sorted(ids)))
        )
    )
    # The lock first: PostgreSQL counts what was there before it waited.
    if not execute(session, concerned.values(updated_at=timeutils.utcnow())):
        return
    is_live = _Desktop.status != states.DELETING
    live = _count(is_live)
    dying = _count(sa.and_(is_live, _Desktop.id.in_(sorted(ids))))
    size = sa.case(
        (live - dying >= _Pool.size, _Pool.size),
        (live >= _Pool.size, live - dying),
        else_=_Pool.size - dying,
    )
    execute(session, concerned.values(size=size))


class PoolRefused(Refused):
    def __init__(self, *pool_ids: str) -> None:
        super().__init__(*pool_ids)
        self.pool_ids = pool_ids

    def explain(self, session: orm.Session) -> Exception | None:
        query = sa.select(_Pool).where(_Pool.id.in_(self.pool_ids))
        found = session.scalars(query.order_by(_Pool.id)).all()
        missing = set(self.pool_ids) - {pool.id for pool in found}
        if missing:
            return exceptions.NotFound(
                kind='pool', id=', '.join(sorted(missing))
            )
        busy = [pool for pool in found if pool.work_order_id]
        return pool_busy(busy[0]) if busy else None


class DesktopsRefused(Refused):
    def __init__(self, ids: Collection[str], wish: verdicts.Wish) -> None:
        super().__init__(wish.action)
        self.ids = ids
        self.wish = wish

    def explain(self, session: orm.Session) -> Exception | None:
        found = verdicts.of(session, self.ids, self.wish)
        if len(found) < len(set(self.ids)):
            # Gone meanwhile: the next run sees what is left.
            return None
        return verdicts.together(found, self.wish)


class ImagesRefused(Refused):
    def __init__(self, *ids: str) -> None:
        super().__init__(*ids)
        self.ids = ids

    def explain(self, session: orm.Session) -> Exception | None:
        query = sa.select(_Image).where(
            _Image.id.in_(self.ids), _Image.work_order_id.is_not(None)
        )
        busy = session.scalars(query.order_by(_Image.name)).all()
        return image_busy(busy[0]) if busy else None


def not_found(ids: Collection[str]) -> exceptions.NotFound:
    """Desktops that do not exist, or not for the one who asks."""
    return exceptions.NotFound(
        details={'desktop_ids': sorted(ids)},
        kind='desktop',
        id=', '.join(sorted(ids)),
    )


def pool_busy(pool: models.Pool) -> exceptions.PoolBusy:
    return exceptions.PoolBusy(
        details={'pool_id': pool.id, 'work_order_id': pool.work_order_id},
        name=pool.name,
        work_order=pool.work_order_id,
    )


def image_busy(image: models.Image) -> exceptions.ImageBusy:
    return exceptions.ImageBusy(
        details={'image_id': image.id, 'work_order_id': image.work_order_id},
        name=image.name,
        work_order=image.work_order_id,
    )


def _count(condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """How many desktops of the pool of the row at hand are so."""
    return (
        sa.select(sa.func.count())
        .where(_Desktop.pool_id == _Pool.id, condition)
        .correlate(_Pool)
        .scalar_subquery()
    )
