"""What all requests have in common that make or move work orders."""

from typing import Any

from clouddesk.api import exposure
from clouddesk.api import request as cd_request
from clouddesk.api.views import links
from clouddesk.api.views import work_orders as view
from clouddesk.conductor import rpcapi
from clouddesk.db import models


def of(req: cd_request.Request) -> dict[str, str | None]:
    """Who orders, for :mod:`clouddesk.db.making`."""
    return {
        'project_id': req.caller.project_id,
        'user_id': req.caller.user_id,
        'request_id': req.caller.request_id,
    }


def accepted(
    req: cd_request.Request, order: models.WorkOrder
) -> exposure.Answer:
    """Hand a committed order to a conductor, and tell where to follow it."""
    hint(order)
    base = req.application_url
    return exposure.Answer(
        view.with_items(order, base), links.href(base, 'work-orders', order.id)
    )


def hint(order: models.WorkOrder) -> None:
    """Wake a conductor; never fails, because the row is the order."""
    rpcapi.ConductorAPI().run_order(order.id)


def shown(req: cd_request.Request, order: models.WorkOrder) -> dict[str, Any]:
    return view.with_items(order, req.application_url)
