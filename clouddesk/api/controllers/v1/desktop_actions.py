"""What can be done to desktops: ``/v1/desktops/…/actions``."""

from clouddesk.api import access
from clouddesk.api import consoles
from clouddesk.api import exposure
from clouddesk.api import limits
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.controllers.v1 import assignment
from clouddesk.api.schemas import common
from clouddesk.api.schemas import desktops as schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.conf import CONF
from clouddesk.db.api import desktops as db
from clouddesk.db.api import work_orders as orders_db
from clouddesk.policies import desktops as policies

_VERBS = ('start', 'stop', 'reboot', 'retry', 'rebuild', 'delete')


class Batch(exposure.Controller):
    """``/v1/desktops/actions``; one controller per verb."""

    def __init__(self) -> None:
        self.below = {verb: _batch_action(verb) for verb in _VERBS}


def _batch_action(verb: str) -> exposure.Controller:
    class Action(exposure.Controller):
        @exposure.expose(policies.action(verb))
        @validation.query(common.EMPTY)
        @validation.body(schemas.batch(verb))
        @validation.response(order_schemas.WORK_ORDER, 202)
        def post(self, req: cd_request.Request) -> exposure.Answer:
            limits.action_size('desktop_ids', req.input['desktop_ids'])
            return act(req, verb, req.input['desktop_ids'])

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
    inputs = {'force': True} if (req.input or {}).get('force') else {}
    order = orders_db.act_on_desktops(
        ordering.of(req),
        verb,
        desktop_ids,
        listing.scope(req),
        inputs,
        access.viewer(req),
    )
    return ordering.accepted(req, order)


class _Console(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions/console``"""

    @exposure.expose(policies.CONSOLE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.OPEN_CONSOLE)
    @validation.response(schemas.CONSOLE)
    def post(self, req: cd_request.Request, desktop_id: str) -> dict[str, str]:
        desktop = db.get(desktop_id, listing.scope(req), access.viewer(req))
        kind = req.input.get('type', CONF.cloud.console_type)
        return consoles.open_(desktop, kind)


class Actions(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions``"""

    def __init__(self) -> None:
        self.below = {verb: _action(verb) for verb in _VERBS}
        self.below['console'] = _Console()
        self.below |= assignment.ACTIONS
