"""``/v1/work-orders``."""

from typing import Any

from clouddesk import flows
from clouddesk import policy
from clouddesk.api import access
from clouddesk.api import exposure
from clouddesk.api import limits
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import work_orders as schemas
from clouddesk.api.views import work_orders as view
from clouddesk.db import models
from clouddesk.db.api import work_orders as db
from clouddesk.policies import differences
from clouddesk.policies import image_builds
from clouddesk.policies import work_orders as policies

#: Verb and status of its answer: 200 when nothing is left to be done.
_VERBS = {'retry': 202, 'pause': 200, 'resume': 200, 'cancel': 202}

#: Verbs after which a conductor has work.
_WAKING = frozenset({'retry', 'resume', 'cancel'})

#: Kinds of orders that are not called like the rule of what gives them.
_RULES = {
    flows.REATTACH: differences.REPAIR,
    flows.PREPARE: image_builds.CREATE,
    flows.GENERATE: image_builds.FINISH,
    flows.DISCARD: image_builds.DELETE,
    flows.CAPTURE: image_builds.CAPTURE,
}


def _act(
    req: cd_request.Request, verb: str, order_ids: list[str]
) -> list[models.WorkOrder]:
    if verb == 'retry':
        _require_rights(req, order_ids)
    orders = db.act(verb, order_ids, listing.scope(req))
    if verb in _WAKING:
        for order in orders:
            ordering.hint(order)
    return orders


def _require_rights(req: cd_request.Request, order_ids: list[str]) -> None:
    """Whoever lets orders begin again must be allowed to give them.

    :raises Forbidden: names the rule, for example that of migrations
    """
    for kind in sorted(db.kinds(order_ids, listing.scope(req))):
        noun, _dot, verb = kind.partition('.')
        rule = _RULES.get(kind, 'clouddesk:%ss:%s' % (noun, verb))
        policy.authorize(req.caller, rule)


def _action(verb: str) -> exposure.Controller:
    class Action(exposure.Controller):
        @exposure.expose(policies.action(verb))
        @validation.query(common.EMPTY)
        @validation.body(common.EMPTY)
        @validation.response(schemas.WORK_ORDER, _VERBS[verb])
        def post(
            self, req: cd_request.Request, order_id: str
        ) -> dict[str, Any]:
            return ordering.shown(req, _act(req, verb, [order_id])[0])

    return Action()


def _batch_action(verb: str) -> exposure.Controller:
    class Action(exposure.Controller):
        @exposure.expose(policies.action(verb))
        @validation.query(common.EMPTY)
        @validation.body(schemas.BATCH)
        @validation.response(schemas.WORK_ORDERS, _VERBS[verb])
        def post(self, req: cd_request.Request) -> dict[str, Any]:
            order_ids = req.input['work_order_ids']
            limits.action_size('work_order_ids', order_ids)
            orders = _act(req, verb, order_ids)
            return {
                'work_orders': [ordering.shown(req, each) for each in orders]
            }

    return Action()


class _Actions(exposure.Controller):
    """``/v1/work-orders/{work_order_id}/actions``"""

    def __init__(self) -> None:
        self.below = {verb: _action(verb) for verb in _VERBS}


class _Batch(exposure.Controller):
    """``/v1/work-orders/actions``"""

    def __init__(self) -> None:
        self.below = {verb: _batch_action(verb) for verb in _VERBS}


class _WorkOrder(exposure.Controller):
    """``/v1/work-orders/{work_order_id}``"""

    below = {'actions': _Actions()}

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.WORK_ORDER)
    def get(self, req: cd_request.Request, order_id: str) -> dict[str, Any]:
        order = db.get(order_id, listing.scope(req), viewer=access.viewer(req))
        return ordering.shown(req, order)


class WorkOrders(exposure.Controller):
    """``/v1/work-orders``"""

    below = {'actions': _Batch()}
    each = _WorkOrder()
    kind = 'work order'

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        found = db.list_(
            listing.project(req),
            listing.filters(req),
            listing.page(req),
            access.viewer(req),
        )
        rows, links = listing.cut(req, found)
        progress = db.progress([row.id for row in rows])
        base = req.application_url
        return {
            'work_orders': [
                view.work_order(row, progress[row.id], base) for row in rows
            ],
            'links': links,
        }
