"""Whose a desktop is, and who may take one of a pool.

What happens at once needs no work order: each is one UPDATE whose condition
says that it may be.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from oslo_db import exception as db_exc
from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import people
from clouddesk.db import verdicts
from clouddesk.i18n import _

_Desktop = models.Desktop
_Pool = models.Pool
_Member = models.PoolMember

#: Type (user or group) and Keystone's id.
Person = tuple[str, str]

#: Statuses of desktops that may be taken, the best first.
_TAKEN_FIRST = (states.RUNNING, states.OFF)

#: Candidates looked at together; each may be lost to somebody quicker.
_CANDIDATES = 20

_Values = dict[str, Any]

_NOBODY: _Values = {
    'assigned_at': None,
    'assignee_type': None,
    'assignee_id': None,
}


@db.retry_on_deadlock
def assign(
    desktop_id: str, project_id: str | None, person: Person
) -> models.Desktop:
    """Give a desktop to somebody, at once.

    :raises NotFound: there is none in the project
    :raises DesktopWrongState: it is being deleted; or it is not off, and
        somebody else has it or it is a builder (S43)
    :raises AlreadyAssigned: the person has another desktop of the pool
    """
    kind, id_ = person
    theirs = sa.and_(
        _Desktop.assignee_type == kind, _Desktop.assignee_id == id_
    )
    free = sa.and_(_Desktop.assignee_id.is_(None), ~_is_builder())
    may = sa.or_(free, theirs, _Desktop.status == states.OFF)
    # The time first: MariaDB's CASE sees what stands before it as set.
    values = {
        'assigned_at': sa.case(
            (theirs, _Desktop.assigned_at), else_=timeutils.utcnow()
        ),
        'assignee_type': kind,
        'assignee_id': id_,
    }
    where = (may, _Desktop.status != states.DELETING)
    try:
        return _change(desktop_id, project_id, where, values)
    except db_exc.DBDuplicateEntry:
        raise exceptions.AlreadyAssigned(
            details={'type': kind, 'id': id_}, type=kind, id=id_
        ) from None


@db.retry_on_deadlock
def unassign(desktop_id: str, project_id: str | None) -> models.Desktop:
    """Let a desktop belong to nobody, at once.

    :raises NotFound: there is none in the project
    """
    return _change(desktop_id, project_id, (), _NOBODY)


@db.retry_on_deadlock
def release(
    desktop: models.Desktop, *conditions: sa.ColumnElement[bool]
) -> None:
    """Let a desktop go back that was somebody's when it was read.

    :param conditions: what else must be true of the desktop
    :raises Conflict: it is not that person's any more
    """
    with holds.writer() as session:
        giving_back(desktop, *conditions)(session)


def giving_back(
    desktop: models.Desktop, *conditions: sa.ColumnElement[bool]
) -> Callable[[orm.Session], None]:
    """The same, as a part of a transaction that does more."""

    def give_back(session: orm.Session) -> None:
        statement = sa.update(_Desktop).where(
            _Desktop.id == desktop.id,
            _Desktop.assignee_type == desktop.assignee_type,
            _Desktop.assignee_id == desktop.assignee_id,
            *conditions,
        )
        if holds.execute(session, statement.values(_NOBODY)) != 1:
            raise NotTheirs(desktop)

    return give_back


def take(pool: models.Pool, user_id: str) -> models.Desktop:
    """The desktop that a user has in a pool, or else a free one.

    Running ones come before those that are off, then the lowest slot. However
    many take at once, a desktop is given once, and nobody gets two.

    :raises DesktopWrongState: hers is being deleted
    :raises DesktopLocked: nobody may use hers just now
    :raises PoolByHand: she has none, and people do not take them
    :raises PoolExhausted: no desktop is free
    """
    person = (states.USER, user_id)
    hers = _held(pool.id, person)
    if hers is not None:
        return _kept(hers)
    if pool.assignment != states.FIRST_COME:
        raise exceptions.PoolByHand(
            details={'pool_id': pool.id}, name=pool.name
        )
    while candidates := _free(pool.id):
        for desktop_id in candidates:
            taken = _try_to_take(desktop_id, pool.id, person)
            if taken is not None:
                return taken
    # She may have asked twice at once, and got the last one.
    hers = _held(pool.id, person)
    if hers is not None:
        return hers
    raise exceptions.PoolExhausted(
        details={'pool_id': pool.id}, name=pool.name
    )


def abandoned(
    seconds: float, limit: int, after: str | None = None
) -> list[models.Desktop]:
    """Floating desktops that have been off, and untouched, for some time.

    :param after: the id before the first
    """
    query = (
        sa.select(_Desktop)
        .join(_Pool, _Pool.id == _Desktop.pool_id)
        .where(_Pool.persistence == states.FLOATING)
        .where(_Desktop.assignee_id.is_not(None))
        .where(*idle(seconds), _Desktop.id > (after or ''))
        .order_by(_Desktop.id)
        .limit(limit)
    )
    with db.reader() as session:
        return list(session.scalars(query))


def idle(seconds: float) -> tuple[sa.ColumnElement[bool], ...]:
    """What is true of a desktop that is off and that nobody touched."""
    return (
        _Desktop.status == states.OFF,
        _Desktop.work_order_id.is_(None),
        _Desktop.locked.is_(False),
        _Desktop.updated_at < clock.now(-seconds),
    )


def members(
    pool_ids: Sequence[str], viewer: people.Viewer | None = None
) -> dict[str, list[Person]]:
    """The rosters of pools, as far as the caller may know them."""
    query: Any = sa.select(
        _Member.pool_id, _Member.assignee_type, _Member.assignee_id
    ).where(_Member.pool_id.in_(pool_ids))
    if viewer is not None:
        query = query.where(people.is_one_of(_Member, viewer))
    query = query.order_by(_Member.assignee_type, _Member.assignee_id)
    result: dict[str, list[Person]] = {each: [] for each in pool_ids}
    with db.reader() as session:
        for pool_id, kind, id_ in session.execute(query):
            result[pool_id].append((kind, id_))
    return result


@db.retry_on_deadlock
def add_members(pool_id: str, wanted: Iterable[Person], limit: int) -> None:
    """Put people into the roster of a pool; who is there already stays.

    :param limit: how many the roster may have
    :raises NotFound: the pool is gone
    :raises Invalid: the roster would have too many
    """
    with db.writer() as session:
        _lock_pool(session, pool_id)
        present = set(_roster(session, pool_id))
        new = [each for each in dict.fromkeys(wanted) if each not in present]
        if len(present) + len(new) > limit:
            raise exceptions.Invalid(
                _(
                    'The pool would have %(value)s members; the limit is '
                    '%(limit)s.'
                ),
                {'field': 'members', 'limit': limit},
                value=len(present) + len(new),
                limit=limit,
            )
        if new:
            session.execute(
                sa.insert(_Member), [_row(pool_id, each) for each in new]
            )


@db.retry_on_deadlock
def remove_members(pool_id: str, unwanted: Iterable[Person]) -> None:
    """Take people out of the roster of a pool; who is not there is ignored.

    They keep the desktops that they have.

    :raises NotFound: the pool is gone
    """
    gone = [_row(pool_id, each) for each in unwanted]
    with db.writer() as session:
        _lock_pool(session, pool_id)
        for kind in sorted({row['assignee_type'] for row in gone}):
            ids = [
                row['assignee_id']
                for row in gone
                if row['assignee_type'] == kind
            ]
            statement = sa.delete(_Member).where(
                _Member.pool_id == pool_id,
                _Member.assignee_type == kind,
                _Member.assignee_id.in_(ids),
            )
            holds.execute(session, statement)


class NotTheirs(holds.Refused):
    """Somebody was quicker: the desktop is not the person's any more."""

    def __init__(self, desktop: models.Desktop) -> None:
        super().__init__(desktop.id)
        self.desktop = desktop

    def explain(self, session: orm.Session) -> Exception | None:
        return exceptions.Conflict(
            _('Desktop %(name)s has changed hands meanwhile.'),
            {'desktop_id': self.desktop.id},
            name=self.desktop.name,
        )


class _AssignRefused(holds.Refused):
    def __init__(self, desktop_id: str, project_id: str | None) -> None:
        super().__init__(desktop_id)
        self.desktop_id = desktop_id
        self.project_id = project_id

    def explain(self, session: orm.Session) -> Exception | None:
        row = owned.find(session, _Desktop, self.desktop_id, self.project_id)
        if row is None:
            return exceptions.NotFound(kind='desktop', id=self.desktop_id)
        builds = sa.select(_is_builder()).where(_Desktop.id == row.id)
        is_held = row.assignee_id is not None or session.scalar(builds)
        if row.status != states.DELETING and not is_held:
            return None
        return exceptions.DesktopWrongState(
            details={'desktop_id': row.id, 'status': row.status},
            name=row.name,
            status=row.status,
            action='assign',
            allowed=states.OFF,
        )


def _is_builder() -> sa.ColumnElement[bool]:
    """Whether an image is made on the desktop."""
    return sa.exists().where(models.ImageBuild.builder_id == _Desktop.id)


def _change(
    desktop_id: str,
    project_id: str | None,
    where: Iterable[sa.ColumnElement[bool]],
    values: _Values,
) -> models.Desktop:
    statement = sa.update(_Desktop).where(
        _Desktop.id == desktop_id,
        *people.visible(_Desktop, project_id, None),
        *where,
    )
    with holds.writer() as session:
        ordered = statement.ordered_values(*values.items())
        if holds.execute(session, ordered) != 1:
            raise _AssignRefused(desktop_id, project_id)
        return session.get_one(_Desktop, desktop_id, options=owned.SHOWN_ALONE)


def _kept(hers: models.Desktop) -> models.Desktop:
    if hers.status == states.DELETING:
        raise exceptions.DesktopWrongState(
            details={'desktop_id': hers.id, 'status': hers.status},
            name=hers.name,
            status=hers.status,
            action='take',
            allowed=', '.join(_TAKEN_FIRST),
        )
    if hers.locked:
        raise verdicts.locked(hers)
    return hers


def _held(pool_id: str, person: Person) -> models.Desktop | None:
    query = sa.select(_Desktop).filter_by(
        pool_id=pool_id, assignee_type=person[0], assignee_id=person[1]
    )
    with db.reader() as session:
        found = session.scalars(query.options(*owned.SHOWN_ALONE))
        return found.unique().one_or_none()


def _free(pool_id: str) -> list[str]:
    rank = sa.case(
        *[(_Desktop.status == s, n) for n, s in enumerate(_TAKEN_FIRST)],
        else_=len(_TAKEN_FIRST),
    )
    query = (
        sa.select(_Desktop.id)
        .where(_Desktop.pool_id == pool_id, *_takeable())
        .order_by(rank, _Desktop.slot)
        .limit(_CANDIDATES)
    )
    with db.reader() as session:
        return list(session.scalars(query))


def _takeable() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _Desktop.assignee_id.is_(None),
        _Desktop.status.in_(_TAKEN_FIRST),
        _Desktop.work_order_id.is_(None),
        _Desktop.locked.is_(False),
        # It will be stopped, or built anew.
        _Desktop.owed.is_(None),
    )


@db.retry_on_deadlock
def _try_to_take(
    desktop_id: str, pool_id: str, person: Person
) -> models.Desktop | None:
    """The desktop, or the one that she took meanwhile; None when lost."""
    statement = (
        sa.update(_Desktop)
        .where(_Desktop.id == desktop_id, *_takeable())
        .values(
            assignee_type=person[0],
            assignee_id=person[1],
            assigned_at=timeutils.utcnow(),
        )
    )
    try:
        with db.writer() as session:
            if holds.execute(session, statement) == 1:
                return session.get_one(
                    _Desktop, desktop_id, options=owned.SHOWN_ALONE
                )
    except db_exc.DBDuplicateEntry:
        return _held(pool_id, person)
    return None


def _lock_pool(session: orm.Session, pool_id: str) -> None:
    statement = (
        sa.update(_Pool)
        .where(_Pool.id == pool_id)
        .values(updated_at=timeutils.utcnow())
    )
    if holds.execute(session, statement) != 1:
        raise exceptions.NotFound(kind='pool', id=pool_id)


def _roster(session: orm.Session, pool_id: str) -> list[Person]:
    query: Any = sa.select(_Member.assignee_type, _Member.assignee_id).where(
        _Member.pool_id == pool_id
    )
    return [(kind, id_) for kind, id_ in session.execute(query)]


def _row(pool_id: str, person: Person) -> dict[str, str]:
    return {
        'pool_id': pool_id,
        'assignee_type': person[0],
        'assignee_id': person[1],
    }
