"""Who is kept from using a desktop, or from deleting it: flags, at once.

They stand beside the status and need no work order. The server below follows:
Nova's own lock keeps people from doing there what they may not do here.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.db import owned

_Desktop = models.Desktop


@db.retry_on_deadlock
def lock(
    desktop_ids: Collection[str], project_id: str | None, reason: str | None
) -> list[models.Desktop]:
    """Let nobody use desktops.

    :raises NotFound: desktops that are not in the project, named
    :raises DesktopWrongState: desktops that are being deleted, named
    """
    values = {'locked': True, 'lock_reason': reason}
    return _set(desktop_ids, project_id, 'lock', values)


@db.retry_on_deadlock
def unlock(
    desktop_ids: Collection[str], project_id: str | None
) -> list[models.Desktop]:
    """Let desktops be used again; what is not locked stays so.

    :raises NotFound: desktops that are not in the project, named
    :raises DesktopWrongState: desktops that are being deleted, named
    """
    values = {'locked': False, 'lock_reason': None}
    return _set(desktop_ids, project_id, 'unlock', values)


@db.retry_on_deadlock
def protect(
    desktop_ids: Collection[str], project_id: str | None, protected: bool
) -> list[models.Desktop]:
    """Let nobody delete desktops (V39), or let them be deleted (V40).

    :raises NotFound: desktops that are not in the project, named
    :raises DesktopWrongState: desktops that are being deleted, named
    """
    action = 'protect' if protected else 'unprotect'
    return _set(desktop_ids, project_id, action, {'protected': protected})


def wants_lock(desktop: models.Desktop, is_passed: bool) -> bool:
    """Whether the server below should be locked in Nova.

    :param is_passed: whether we reach locked servers. Else a protected
        desktop, which is used and only not deleted, gets no lock.
    """
    return desktop.locked or (desktop.protected and is_passed)


def _set(
    ids: Collection[str],
    project_id: str | None,
    action: str,
    values: dict[str, Any],
) -> list[models.Desktop]:
    query = sa.select(_Desktop).where(_Desktop.id.in_(sorted(ids)))
    query = query.options(*owned.SHOWN)
    change = sa.update(_Desktop).where(_Desktop.id.in_(sorted(ids)))
    if project_id is not None:
        query = query.where(_Desktop.project_id == project_id)
        change = change.where(_Desktop.project_id == project_id)
    with db.writer() as session:
        holds.execute(
            session,
            change.where(_Desktop.status != states.DELETING).values(values),
        )
        rows = list(session.scalars(query.order_by(_Desktop.name)))
        missing = set(ids) - {row.id for row in rows}
        if missing:
            raise holds.not_found(missing)
        _refuse_dying(rows, action)
        return rows


def _refuse_dying(rows: list[models.Desktop], action: str) -> None:
    dying = [row for row in rows if row.status == states.DELETING]
    if dying:
        allowed = sorted(states.DESKTOP_STATUSES - {states.DELETING})
        raise exceptions.DesktopWrongState(
            details={
                'desktops': [{'id': r.id, 'name': r.name} for r in dying]
            },
            name=', '.join(row.name for row in dying),
            status=states.DELETING,
            action=action,
            allowed=', '.join(allowed),
        )
