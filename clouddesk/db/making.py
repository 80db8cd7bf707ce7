"""What every work order needs that is made."""

from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk.db import inserts
from clouddesk.db import models
from clouddesk.db import quotas

#: How much of what a project may have: :data:`clouddesk.db.quotas.COUNTED`.
Limits = Mapping[str, int]


def load(
    session: orm.Session, order_ids: Sequence[str]
) -> list[models.WorkOrder]:
    """Orders with their items, in the order of the ids."""
    query = (
        sa.select(models.WorkOrder)
        .where(models.WorkOrder.id.in_(order_ids))
        .options(orm.selectinload(models.WorkOrder.items))
        .execution_options(populate_existing=True)
    )
    found = {order.id: order for order in session.scalars(query)}
    return [found[each] for each in order_ids]


def owner(order: Mapping[str, Any]) -> dict[str, Any]:
    """Whose what is ordered will be."""
    return {key: order[key] for key in ('project_id', 'user_id')}


def kept(
    session: orm.Session, order: Mapping[str, Any], limits: Limits | None
) -> contextlib.AbstractContextManager[dict[str, int]]:
    """Count what is made against the limits of the project."""
    return quotas.kept(session, order['project_id'], limits)


def only(parts: Sequence[inserts.Part]) -> inserts.Part | None:
    """The desktop that an order for a single one is about."""
    return parts[0] if len(parts) == 1 else None
