"""Work orders for desktops: new ones, and what is done to them."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from oslo_utils import uuidutils
from sqlalchemy import orm

from clouddesk import db
from clouddesk import flows
from clouddesk.db import holds
from clouddesk.db import inserts
from clouddesk.db import making
from clouddesk.db import models
from clouddesk.db import people
from clouddesk.db.api import desktops as desktops_api


@db.retry_on_deadlock
def create(
    order: Mapping[str, Any],
    spec: Mapping[str, Any],
    names: Sequence[str],
    limits: making.Limits | None = None,
) -> models.WorkOrder:
    """Order new desktops that belong to no pool.

    :param order: ``project_id``, ``user_id`` and ``request_id``
    :param spec: what they are made from, see
        :data:`clouddesk.db.inserts.SPEC`, and perhaps ``note`` and ``tags``
    :param names: one for each desktop
    :raises OverQuota: more desktops than the project may have
    """
    common = making.owner(order) | dict(spec)
    tags = common.pop('tags', ())
    with db.writer() as session, making.kept(session, order, limits) as made:
        # The id of a single desktop is needed before its row is written.
        rows = [
            {'id': uuidutils.generate_uuid(), 'name': name} for name in names
        ]
        parts = [(row['id'], row['name']) for row in rows]
        order_id = inserts.order(
            session, order, flows.CREATE, {}, making.only(parts)
        )
        inserts.desktops(session, order_id, common, rows)
        inserts.tags(session, parts, tags)
        inserts.items(session, order_id, flows.CREATE, {}, parts)
        made['desktops'] = len(parts)
        return making.load(session, [order_id])[0]


@db.retry_on_deadlock
def act(
    order: Mapping[str, Any],
    action: str,
    desktop_ids: Sequence[str],
    project_id: str | None,
    inputs: Mapping[str, Any] | None = None,
    viewer: people.Viewer | None = None,
    first: Callable[[orm.Session], None] | None = None,
) -> models.WorkOrder:
    """Order the same action for desktops, all of them or none.

    Deleting desktops of a pool lowers the size that the pool wants.

    :param action: ``start``, ``stop``, ``reboot``, ``retry``, ``rebuild`` or
        ``delete``
    :param inputs: such as ``{"force": true}``
    :param viewer: None sees all of the project
    :param first: done in the same transaction, before anything is taken
    :raises NotFound: desktops that the caller does not see, named
    :raises DesktopBusy: desktops that other orders hold, named
    :raises DesktopWrongState: desktops that the action cannot begin with
    :raises PoolBusy: a pool of theirs is being deleted
    :raises Invalid: the desktops belong to several projects
    """
    parts, owner = desktops_api.chosen(desktop_ids, project_id, viewer)
    order = dict(order) | owner
    inputs = inputs or {}
    kind = 'desktop.%s' % action
    with holds.writer() as session:
        if first is not None:
            first(session)
        order_id = inserts.order(
            session, order, kind, inputs, making.only(parts)
        )
        if action == 'delete':
            holds.lower_pools(session, dict(parts))
        holds.take_desktops(session, dict(parts), order_id, action)
        inserts.items(session, order_id, kind, inputs, parts)
        return making.load(session, [order_id])[0]
