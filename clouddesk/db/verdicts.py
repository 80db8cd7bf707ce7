"""Why an action cannot begin with a desktop: one verdict for each.

What :func:`clouddesk.db.holds.take_desktops` demands of a row, said in words.
"""

import collections
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import models
from clouddesk.i18n import _

_Desktop = models.Desktop
_Pool = models.Pool
_Order = models.WorkOrder
_Build = models.ImageBuild

_COLUMNS = (
    _Desktop.id,
    _Desktop.name,
    _Desktop.status,
    _Desktop.work_order_id,
    _Desktop.locked,
    _Desktop.lock_reason,
    _Desktop.protected,
    _Desktop.keep_running,
    _Desktop.wanted_power,
    _Pool.id.label('pool_id'),
    _Pool.name.label('pool_name'),
    _Pool.work_order_id.label('pool_order_id'),
    _Order.kind.label('pool_order_kind'),
    _Build.id.label('build_id'),
    _Build.name.label('build_name'),
    _Build.work_order_id.label('build_order_id'),
    _Build.source_type.label('build_source'),
)

#: What a builder refuses; all but the first only where nothing but its build
#: knows how it is made.
_REMOVES = frozenset({'delete', 'retry', 'rebuild'})
_ISO = 'iso'

_NAMED = ('id', 'name', 'status', 'work_order_id')

_Error = exceptions.Conflict


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is to be done."""

    action: str
    #: Statuses that it may begin in.
    allowed: Sequence[str]
    #: Desktop id: the order that takes it, which may hold its pool.
    takers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def to(
        cls,
        action: str,
        allowed: Collection[str] | None = None,
        takers: Mapping[str, str] | None = None,
    ) -> 'Wish':
        """
        :param allowed: by default those of
            :data:`clouddesk.states.ACTION_FROM`
        """
        begins_in = allowed or states.ACTION_FROM[action]
        return cls(action, sorted(begins_in), takers or {})


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Whether the wish can be granted for one desktop."""

    row: Any
    #: None when it can.
    refusal: type[_Error] | None


def of(
    session: orm.Session, ids: Collection[str], wish: Wish
) -> list[Verdict]:
    """A verdict for each desktop that exists, ordered by name."""
    query = (
        sa.select(*_COLUMNS)
        .select_from(_Desktop)
        .outerjoin(_Pool, _Pool.id == _Desktop.pool_id)
        .outerjoin(_Order, _Order.id == _Pool.work_order_id)
        .outerjoin(_Build, _Build.builder_id == _Desktop.id)
        .where(_Desktop.id.in_(sorted(ids)))
        .order_by(_Desktop.name, _Desktop.id)
    )
    return [Verdict(row, _judge(row, wish)) for row in session.execute(query)]


def conditions(wish: Wish) -> tuple[sa.ColumnElement[bool], ...]:
    """The same as conditions of an UPDATE of desktops."""
    found: list[sa.ColumnElement[bool]] = [
        _begins(wish),
        _Desktop.work_order_id.is_(None),
        sa.or_(
            _Desktop.pool_id.is_(None),
            _Desktop.pool_id.not_in(_dying_pools(wish.takers)),
        ),
    ]
    if wish.action in states.LOCK_REFUSES:
        found.append(_Desktop.locked.is_(False))
    if wish.action in states.PROTECTION_REFUSES:
        found.append(_Desktop.protected.is_(False))
    if wish.action in _REMOVES:
        found.append(_Desktop.id.not_in(_builders(wish)))
    return tuple(found)


def by_id(
    column: orm.InstrumentedAttribute[str], values: Mapping[str, str]
) -> Any:
    """The value for the row whose id is in ``column``."""
    ids = collections.defaultdict(list)
    for id_, value in values.items():
        ids[value].append(id_)
    if len(ids) == 1:
        return next(iter(ids))
    # Databases look a value up in a list, but try one WHEN after the other.
    return sa.case(*((column.in_(some), value) for value, some in ids.items()))


def explained(verdict: Verdict, wish: Wish) -> _Error | None:
    """The error for one desktop."""
    if verdict.refusal is None:
        return None
    return _MAKERS[verdict.refusal]([verdict.row], wish)


def together(verdicts: Sequence[Verdict], wish: Wish) -> _Error | None:
    """One error that names every desktop that is refused.

    Its message is about the weightiest reason, its details are about all.
    """
    for kind, make in _MAKERS.items():
        first = [each.row for each in verdicts if each.refusal is kind]
        if first:
            error = make(first, wish)
            error.details['desktops'] = [
                {key: getattr(each.row, key) for key in _NAMED}
                | {'code': each.refusal.code}
                for each in sorted(verdicts, key=lambda v: v.refusal != kind)
                if each.refusal
            ]
            return error
    return None


def locked(desktop: models.Desktop) -> _Error:
    """The error for using a desktop that is locked."""
    return _locked([desktop], Wish('', ()))


def check_console(desktop: models.Desktop) -> None:
    """Refuse the screen of a desktop that has none, or is locked (V30).

    :raises DesktopLocked: nobody may use it
    :raises DesktopWrongState: names the state
    """
    allowed = states.ACTION_FROM['console']
    if desktop.locked:
        raise locked(desktop)
    if desktop.status not in allowed or desktop.server_id is None:
        raise exceptions.DesktopWrongState(
            details={'desktop_id': desktop.id, 'status': desktop.status},
            name=desktop.name,
            status=desktop.status,
            action='console',
            allowed=', '.join(allowed),
        )


def _judge(row: Any, wish: Wish) -> type[_Error] | None:
    if row.locked and wish.action in states.LOCK_REFUSES:
        return exceptions.DesktopLocked
    if row.protected and wish.action in states.PROTECTION_REFUSES:
        return exceptions.DesktopProtected
    if row.work_order_id:
        return exceptions.DesktopBusy
    if row.build_id and _spoils(row, wish):
        return exceptions.DesktopInBuild
    if row.status not in wish.allowed and not _fell(row, wish):
        return exceptions.DesktopWrongState
    if row.pool_order_kind == flows.POOL_DELETE:
        is_other = row.pool_order_id != wish.takers.get(row.id)
        return exceptions.PoolBusy if is_other else None
    return None


def _begins(wish: Wish) -> sa.ColumnElement[bool]:
    able = _Desktop.status.in_(wish.allowed)
    if wish.action != 'stop':
        return able
    fell = sa.and_(
        _Desktop.status == states.OFF,
        _Desktop.keep_running.is_(True),
        _Desktop.wanted_power == states.RUNNING,
    )
    return sa.or_(able, fell)


def _fell(row: Any, wish: Wish) -> bool:
    """Whether it is off now, but would be started again."""
    return bool(
        wish.action == 'stop'
        and row.status == states.OFF
        and row.keep_running
        and row.wanted_power == states.RUNNING
    )


def _names(rows: Sequence[Any]) -> str:
    return ', '.join(row.name for row in rows)


def _locked(rows: Sequence[Any], wish: Wish) -> _Error:
    reasons = sorted({row.lock_reason for row in rows if row.lock_reason})
    return exceptions.DesktopLocked(
        name=_names(rows),
        reason='; '.join(reasons) or _('no reason was given'),
    )


def _protected(rows: Sequence[Any], wish: Wish) -> _Error:
    return exceptions.DesktopProtected(name=_names(rows))


def _busy(rows: Sequence[Any], wish: Wish) -> _Error:
    return exceptions.DesktopBusy(
        name=_names(rows),
        work_order=', '.join(sorted({row.work_order_id for row in rows})),
    )


def _wrong_state(rows: Sequence[Any], wish: Wish) -> _Error:
    return exceptions.DesktopWrongState(
        details={'allowed': list(wish.allowed)},
        name=_names(rows),
        status=', '.join(sorted({row.status for row in rows})),
        action=wish.action,
        allowed=', '.join(wish.allowed),
    )


def _in_build(rows: Sequence[Any], wish: Wish) -> _Error:
    return exceptions.DesktopInBuild(
        details={'image_build_ids': [row.build_id for row in rows]},
        name=_names(rows),
        build=', '.join('%s (%s)' % (r.build_name, r.build_id) for r in rows),
    )


def _pool_busy(rows: Sequence[Any], wish: Wish) -> _Error:
    row = rows[0]
    return exceptions.PoolBusy(
        details={
            'pool_id': row.pool_id,
            'work_order_id': row.pool_order_id,
        },
        name=row.pool_name,
        work_order=row.pool_order_id,
    )


#: The weightiest first.
_MAKERS: dict[type[_Error], Callable[[Sequence[Any], Wish], _Error]] = {
    exceptions.DesktopLocked: _locked,
    exceptions.DesktopProtected: _protected,
    exceptions.DesktopBusy: _busy,
    exceptions.DesktopInBuild: _in_build,
    exceptions.DesktopWrongState: _wrong_state,
    exceptions.PoolBusy: _pool_busy,
}


def _builders(wish: Wish) -> sa.Select[Any]:
    """Ids of desktops on which images are made, unless that is given up."""
    taker = by_id(_Desktop.id, wish.takers) if wish.takers else ''
    query = sa.select(_Build.builder_id).where(
        _Build.builder_id == _Desktop.id,
        sa.func.coalesce(_Build.work_order_id, '-') != taker,
    )
    if wish.action != 'delete':
        query = query.where(_Build.source_type == _ISO)
    return query.correlate(_Desktop)


def _spoils(row: Any, wish: Wish) -> bool:
    """The same of one builder."""
    if row.build_order_id == wish.takers.get(row.id, ''):
        return False
    return wish.action == 'delete' or (
        wish.action in _REMOVES and row.build_source == _ISO
    )


def _dying_pools(takers: Mapping[str, str]) -> sa.Select[Any]:
    """Ids of the pools that another order deletes than takes the desktop."""
    taker = by_id(_Desktop.id, takers) if takers else ''
    return (
        sa.select(_Pool.id)
        .join(_Order, _Order.id == _Pool.work_order_id)
        .where(_Order.kind == flows.POOL_DELETE, _Order.id != taker)
        .correlate(_Desktop)
    )
