"""``/v1/desktops``."""

from typing import Any

from clouddesk import exceptions
from clouddesk import names
from clouddesk.api import access
from clouddesk.api import exposure
from clouddesk.api import limits
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import preflight
from clouddesk.api import references
from clouddesk.api import request as cd_request
from clouddesk.api import templating
from clouddesk.api import validation
from clouddesk.api.controllers.v1 import desktop_actions
from clouddesk.api.controllers.v1 import desktop_export
from clouddesk.api.schemas import common
from clouddesk.api.schemas import desktops as schemas
from clouddesk.api.schemas import limits as limits_schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.api.views import desktops as view
from clouddesk.conductor import rpcapi
from clouddesk.conf import CONF
from clouddesk.db.api import desktop_orders as desktop_orders_db
from clouddesk.db.api import desktops as db
from clouddesk.i18n import _
from clouddesk.policies import desktops as policies


class _Desktop(exposure.Controller):
    """``/v1/desktops/{desktop_id}``"""

    below = {'actions': desktop_actions.Actions()}

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.DESKTOP)
    def get(self, req: cd_request.Request, desktop_id: str) -> dict[str, Any]:
        desktop = db.get(desktop_id, listing.scope(req), access.viewer(req))
        return view.desktop(desktop, req.application_url)

    @exposure.expose(policies.UPDATE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.UPDATE)
    @validation.response(schemas.DESKTOP)
    def patch(
        self, req: cd_request.Request, desktop_id: str
    ) -> dict[str, Any]:
        desktop = db.update(desktop_id, req.input, listing.scope(req))
        # The server below carries the same name.
        rpcapi.ConductorAPI().look_at(desktop_id)
        return view.desktop(desktop, req.application_url)

    @exposure.expose(policies.DELETE)
    @validation.query(common.EMPTY)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def delete(
        self, req: cd_request.Request, desktop_id: str
    ) -> exposure.Answer:
        return desktop_actions.act(req, 'delete', [desktop_id])


class Desktops(exposure.Controller):
    """``/v1/desktops``"""

    below = {
        'actions': desktop_actions.Batch(),
        'export': desktop_export.Export(),
    }
    each = _Desktop()
    kind = 'desktop'

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        project_id, filters = listing.project(req), access.filters(req)
        wants_summary = filters.pop('summary', False)
        viewer = access.viewer(req)
        found = db.list_(project_id, filters, listing.page(req), viewer)
        rows, links = listing.cut(req, found)
        base = req.application_url
        answer: dict[str, Any] = {
            'desktops': [view.desktop(row, base) for row in rows],
            'links': links,
        }
        if wants_summary:
            answer['summary'] = db.summary(project_id, filters, viewer)
        return answer

    @exposure.expose(policies.CREATE)
    @validation.query(limits_schemas.DRY_RUN)
    @validation.body(schemas.CREATE)
    @validation.response(limits_schemas.PREVIEW)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(self, req: cd_request.Request) -> exposure.Answer:
        wanted = req.input
        limits.batch_size(wanted.get('count', 1))
        wanted_names = _names(req)
        spec = templating.resolve(req, wanted)
        spec |= {'tags': wanted.get('tags', [])}
        return preflight.order(
            req,
            spec,
            len(wanted_names),
            lambda most: desktop_orders_db.create(
                ordering.of(req), spec, wanted_names, most
            ),
        )


def _names(req: cd_request.Request) -> list[str]:
    """One's own name for a single desktop, made names for a batch (V11)."""
    wanted = req.input
    count = wanted.get('count', 1)
    template = wanted.get('name_template', CONF.desktop.name_template)
    if count == 1:
        if 'name_template' in wanted:
            raise exceptions.Invalid(
                _('name_template needs a count of more than 1.'),
                {'field': 'name_template'},
            )
        return [wanted['name']]
    names.validate_template(template)
    project = references.project_name(
        req.caller, template, str(req.caller.project_id)
    )
    return [
        names.render(template, wanted['name'], serial, project)
        for serial in range(1, count + 1)
    ]
