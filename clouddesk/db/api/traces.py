"""What the history tells about desktops that may be gone."""

from collections.abc import Collection

import sqlalchemy as sa

from clouddesk import db
from clouddesk import states
from clouddesk.db import models

_Item = models.WorkItem
_Order = models.WorkOrder

#: Ids in one query.
_CHUNK = 500


def projects() -> list[str]:
    """Every project that has desktops, or has had work done."""
    query = sa.union(
        sa.select(models.Desktop.project_id), sa.select(_Order.project_id)
    )
    with db.reader() as session:
        return sorted(session.scalars(query))


def finished_with(desktop_ids: Collection[str]) -> set[str]:
    """Those of the desktops that we worked on and no longer do.

    A desktop without an order in our tables is somebody else's: of another
    installation in the same cloud, or of a time before a restored backup.
    """
    ids = sorted(desktop_ids)
    found: set[str] = set()
    with db.reader() as session:
        for start in range(0, len(ids), _CHUNK):
            found |= set(session.scalars(_query(ids[start : start + _CHUNK])))
    return found


def _query(ids: list[str]) -> sa.Select[str]:
    open_orders = sa.func.sum(
        sa.case((_Order.status.in_(sorted(states.ORDER_FINISHED)), 0), else_=1)
    )
    return (
        sa.select(_Item.subject_id)
        .join(_Order, _Order.id == _Item.work_order_id)
        .where(_Item.subject_id.in_(ids))
        .group_by(_Item.subject_id)
        .having(open_orders == 0)
    )
