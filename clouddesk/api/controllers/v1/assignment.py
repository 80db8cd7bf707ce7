"""Whose a desktop is: actions below ``/v1/desktops`` and ``/v1/pools``."""

import dataclasses
from typing import Any

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.api import access
from clouddesk.api import exposure
from clouddesk.api import limits
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api import whom
from clouddesk.api.schemas import common
from clouddesk.api.schemas import desktops as schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.api.views import desktops as view
from clouddesk.db import models
from clouddesk.db import people
from clouddesk.db.api import assignments as db
from clouddesk.db.api import desktop_orders as desktop_orders_db
from clouddesk.db.api import desktops as desktops_db
from clouddesk.db.api import pools as pools_db
from clouddesk.i18n import _
from clouddesk.policies import desktops as policies
from clouddesk.policies import pools as pool_policies


class Assign(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions/assign``"""

    @exposure.expose(policies.ASSIGN)
    @validation.query(common.EMPTY)
    @validation.body(schemas.ASSIGN)
    @validation.response(schemas.DESKTOP)
    def post(self, req: cd_request.Request, desktop_id: str) -> dict[str, Any]:
        scope = listing.scope(req)
        # Strangers are told nothing of who exists.
        desktops_db.get(desktop_id, scope)
        db.assign(desktop_id, scope, whom.one(req.caller, req.input))
        return _shown(req, desktop_id)


class Unassign(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions/unassign``"""

    @exposure.expose(policies.UNASSIGN)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(schemas.DESKTOP)
    def post(self, req: cd_request.Request, desktop_id: str) -> dict[str, Any]:
        db.unassign(desktop_id, listing.scope(req))
        return _shown(req, desktop_id)


class Release(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions/release``"""

    @exposure.expose(policies.RELEASE)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(order_schemas.WORK_ORDER, 202)
    @validation.response(schemas.DESKTOP)
    def post(self, req: cd_request.Request, desktop_id: str) -> Any:
        viewer = access.viewer(req)
        desktop = desktops_db.get(desktop_id, listing.scope(req), viewer)
        pool = pools_db.get(desktop.pool_id) if desktop.pool_id else None
        floats = pool is not None and pool.persistence == states.FLOATING
        _require_theirs(desktop, floats, viewer)
        if not floats or pool is None or pool.on_return == states.KEEP:
            db.release(desktop)
            return _shown(req, desktop.id)
        order = desktop_orders_db.act(
            ordering.of(req),
            'rebuild',
            [desktop.id],
            desktop.project_id,
            {flows.ANEW: True},
            first=db.giving_back(desktop),
        )
        return dataclasses.replace(ordering.accepted(req, order), status=202)


def _shown(req: cd_request.Request, desktop_id: str) -> dict[str, Any]:
    """A desktop that the caller has just changed, all of it."""
    return view.desktop(desktops_db.get(desktop_id), req.application_url)


def _require_theirs(
    desktop: models.Desktop, floats: bool, viewer: people.Viewer | None
) -> None:
    """Whether the caller may give the desktop back."""
    if desktop.assignee_id is None:
        raise exceptions.Conflict(
            _('Desktop %(name)s is assigned to nobody.'),
            {'desktop_id': desktop.id},
            name=desktop.name,
        )
    if viewer is None:
        return
    if not floats:
        raise exceptions.Forbidden(
            _(
                'Desktop %(name)s stays with its user; a member of the '
                'project can take it back.'
            ),
            {'desktop_id': desktop.id},
            name=desktop.name,
        )
    if desktop.assignee_type != states.USER:
        raise exceptions.Forbidden(
            _(
                'Desktop %(name)s is assigned to a group; a member of the '
                'project can take it back.'
            ),
            {'desktop_id': desktop.id},
            name=desktop.name,
        )


class Take(exposure.Controller):
    """``/v1/pools/{pool_id}/actions/take``"""

    @exposure.expose(pool_policies.TAKE)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(schemas.DESKTOP)
    def post(self, req: cd_request.Request, pool_id: str) -> dict[str, Any]:
        pool = pools_db.get(pool_id, listing.scope(req), access.viewer(req))
        return _shown(req, db.take(pool, str(req.caller.user_id)).id)


def add_members(req: cd_request.Request, pool_id: str) -> models.Pool:
    """Put those whom a request names into the roster of a pool.

    :raises Invalid: too many, or one of them does not exist
    """
    pool, present = _roster(req, pool_id)
    named = whom.some(req.caller, req.input, present)
    db.add_members(pool.id, named, limits.members())
    return pool


def remove_members(req: cd_request.Request, pool_id: str) -> models.Pool:
    """Take those whom a request names out of the roster of a pool.

    :raises Invalid: too many, or one of them does not exist
    """
    pool, present = _roster(req, pool_id)
    # Who is gone from Keystone is still in the roster, by id.
    named = whom.some(req.caller, req.input, present)
    db.remove_members(pool.id, named)
    return pool


def _roster(
    req: cd_request.Request, pool_id: str
) -> tuple[models.Pool, list[db.Person]]:
    pool = pools_db.get(pool_id, listing.scope(req))
    for field, names in req.input.items():
        limits.action_size(field, names)
    return pool, db.members([pool.id])[pool.id]


ACTIONS = {
    'assign': Assign(),
    'unassign': Unassign(),
    'release': Release(),
}
