"""What can be done to desktops: ``/v1/desktops/…/actions``."""

from typing import Any

from clouddesk.api import access
from clouddesk.api import consoles
from clouddesk.api import exposure
from clouddesk.api import image_logins
from clouddesk.api import limits
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import request as cd_request
from clouddesk.api import selection
from clouddesk.api import validation
from clouddesk.api.controllers.v1 import assignment
from clouddesk.api.controllers.v1 import image_builds
from clouddesk.api.controllers.v1 import image_login
from clouddesk.api.controllers.v1 import migration
from clouddesk.api.controllers.v1 import protection
from clouddesk.api.schemas import common
from clouddesk.api.schemas import desktops as schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.conf import CONF
from clouddesk.db.api import batches as batches_db
from clouddesk.db.api import desktop_orders as desktop_orders_db
from clouddesk.db.api import desktops as db
from clouddesk.policies import desktops as policies

_VERBS = ('start', 'stop', 'reboot', 'retry', 'rebuild', 'delete')


class Batch(exposure.Controller):
    """``/v1/desktops/actions``; one controller per verb."""

    def __init__(self) -> None:
        self.below = {verb: _batch_action(verb) for verb in _VERBS}
        self.below |= protection.BATCH


def _batch_action(verb: str) -> exposure.Controller:
    class Action(exposure.Controller):
        @exposure.expose(policies.action(verb))
        @validation.query(common.EMPTY)
        @validation.body(schemas.batch(verb))
        @validation.response(order_schemas.WORK_ORDER, 202)
        def post(self, req: cd_request.Request) -> exposure.Answer:
            limits.wave(req.input.get('wave', 1))
            order = batches_db.act(
                ordering.of(req),
                verb,
                selection.desktop_ids(req),
                listing.scope(req),
                _inputs(req),
                access.viewer(req),
            )
            return ordering.accepted(req, order)

    return Action()


def _action(verb: str) -> exposure.Controller:
    class Action(exposure.Controller):
        @exposure.expose(policies.action(verb))
        @validation.query(common.EMPTY)
        @validation.body(schemas.action(verb))
        @validation.response(order_schemas.WORK_ORDER, 202)
        def post(
            self, req: cd_request.Request, desktop_id: str
        ) -> exposure.Answer:
            return act(req, verb, [desktop_id])

    return Action()


def act(
    req: cd_request.Request, verb: str, desktop_ids: list[str]
) -> exposure.Answer:
    order = desktop_orders_db.act(
        ordering.of(req),
        verb,
        desktop_ids,
        listing.scope(req),
        _inputs(req),
        access.viewer(req),
    )
    return ordering.accepted(req, order)


def _inputs(req: cd_request.Request) -> dict[str, Any]:
    """What the work order has to know beside its desktops."""
    given = req.input or {}
    return {key: given[key] for key in ('force', 'wave') if given.get(key)}


class _Console(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions/console``"""

    @exposure.expose(policies.CONSOLE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.OPEN_CONSOLE)
    @validation.response(schemas.CONSOLE)
    def post(self, req: cd_request.Request, desktop_id: str) -> dict[str, Any]:
        desktop = db.get(desktop_id, listing.scope(req), access.viewer(req))
        kind = req.input.get('type', CONF.cloud.console_type)
        console: dict[str, Any] = dict(consoles.open_(desktop, kind))
        if req.input.get('login', False):
            console['login'] = image_logins.of_desktop(desktop, True)
        return console


class Actions(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions``"""

    def __init__(self) -> None:
        self.below = {verb: _action(verb) for verb in _VERBS}
        self.below['console'] = _Console()
        self.below['login'] = image_login.DesktopLogin()
        self.below['create_image'] = image_builds.CreateImage()
        self.below['migrate'] = migration.Migrate()
        self.below |= assignment.ACTIONS
        self.below |= protection.ACTIONS
