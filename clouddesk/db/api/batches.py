"""The same for many desktops, with a verdict for each of them (V25)."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from oslo_db import exception as db_exc
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk.db import holds
from clouddesk.db import inserts
from clouddesk.db import models
from clouddesk.db import people
from clouddesk.db import turns
from clouddesk.db import verdicts
from clouddesk.db.api import desktops
from clouddesk.db.api import work_orders


@db.retry_on_deadlock
def act(
    order: Mapping[str, Any],
    action: str,
    desktop_ids: Sequence[str],
    project_id: str | None,
    inputs: Mapping[str, Any] | None = None,
    viewer: people.Viewer | None = None,
) -> models.WorkOrder:
    """Order an action for the desktops that it can begin with.

    The others become items that are refused and tell why; nothing is done to
    their desktops, now or later.

    :param inputs: such as ``{"force": true, "wave": 5}``
    :param viewer: None sees all of the project
    :raises NotFound: desktops that the caller does not see, named
    :raises Conflict: it can begin with none of them; all are named
    :raises Invalid: the desktops belong to several projects
    """
    parts, owner = desktops.chosen(desktop_ids, project_id, viewer)
    try:
        with db.writer() as session:
            order_id = _order(
                session, dict(order) | owner, action, parts, inputs or {}
            )
    except holds.Refused:
        # Something changed between the look and the taking: look again.
        raise db_exc.RetryRequest(exceptions.Conflict()) from None
    return work_orders.get(order_id)


def _order(
    session: orm.Session,
    order: Mapping[str, Any],
    action: str,
    parts: Sequence[inserts.Part],
    inputs: Mapping[str, Any],
) -> str:
    kind = 'desktop.%s' % action
    wish = verdicts.Wish.to(action)
    refusals = _refusals(session, dict(parts), wish)
    good = [each for each, _name in parts if each not in refusals]
    subject = parts[0] if len(parts) == 1 else None
    order_id = inserts.order(session, order, kind, inputs, subject)
    if action == 'delete':
        holds.lower_pools(session, good)
    holds.take_desktops(session, good, order_id, action)
    inserts.items(session, order_id, kind, inputs, parts, refusals)
    turns.record(session, order, order_id)
    return order_id


def _refusals(
    session: orm.Session, names: Mapping[str, str], wish: verdicts.Wish
) -> dict[str, exceptions.Conflict]:
    """What is in the way, by desktop.

    :raises Conflict: no desktop is left
    """
    found = verdicts.of(session, names, wish)
    gone = set(names) - {each.row.id for each in found}
    if gone:
        raise holds.not_found(gone)
    refused = [each for each in found if each.refusal]
    if len(refused) == len(found):
        raise verdicts.together(found, wish) or exceptions.Conflict()
    explained = {v.row.id: verdicts.explained(v, wish) for v in refused}
    return {id_: error for id_, error in explained.items() if error}
