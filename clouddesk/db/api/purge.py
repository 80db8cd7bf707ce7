"""Removing what is only history."""

import sqlalchemy as sa

from clouddesk import db
from clouddesk import states
from clouddesk.db import clock
from clouddesk.db import holds
from clouddesk.db import models


def finished_orders(days: int, batch: int = 1000) -> int:
    """Remove work orders that finished so many days ago, and their items.

    :param batch: orders per transaction, so that others are not kept waiting
    :returns: how many orders were removed
    """
    total = 0
    while True:
        removed = _remove(days, batch)
        total += removed
        if removed < batch:
            return total


@db.retry_on_deadlock
def _remove(days: int, batch: int) -> int:
    order = models.WorkOrder
    query = (
        sa.select(order.id)
        .where(order.status.in_(sorted(states.ORDER_FINISHED)))
        .where(order.finished_at < clock.now(-86400 * days))
        .order_by(order.id)
        .limit(batch)
    )
    with db.writer() as session:
        ids = list(session.scalars(query))
        # The items go with their order (ON DELETE CASCADE). The status again:
        # a retry may have come in between.
        statement = (
            sa.delete(order)
            .where(order.id.in_(ids))
            .where(order.status.in_(sorted(states.ORDER_FINISHED)))
        )
        holds.execute(session, statement)
    return len(ids)
