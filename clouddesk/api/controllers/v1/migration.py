"""Moving a desktop to another host, for admins (V42)."""

from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk import states
from clouddesk.api import exposure
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import desktops as schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.db import models
from clouddesk.db.api import desktop_orders as desktop_orders_db
from clouddesk.db.api import desktops as db
from clouddesk.i18n import _
from clouddesk.policies import desktops as policies


class Migrate(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions/migrate``"""

    @exposure.expose(policies.action('migrate'))
    @validation.query(common.EMPTY)
    @validation.body(schemas.MIGRATE)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(
        self, req: cd_request.Request, desktop_id: str
    ) -> exposure.Answer:
        scope = listing.scope(req)
        desktop = db.get(desktop_id, scope)
        inputs: dict[str, Any] = {}
        # In another state there is nothing to ask Nova.
        if desktop.status in states.ACTION_FROM['migrate']:
            inputs = _way(desktop, req.input.get('host'))
        order = desktop_orders_db.act(
            ordering.of(req), 'migrate', [desktop_id], scope, inputs
        )
        return ordering.accepted(req, order)


def _way(desktop: models.Desktop, wanted: str | None) -> dict[str, Any]:
    """Where from, and where to if somebody said so.

    :raises ServerGone: there is no server
    :raises NoOtherHost: there is nowhere to go
    :raises Invalid: it cannot go to this host
    :raises ServiceUnavailable: Nova does not answer
    """
    compute = cloud.for_service().compute
    try:
        server = desktop.server_id and compute.get_server(desktop.server_id)
        if not server:
            raise exceptions.ServerGone()
        zone = server.availability_zone
        others = [h for h in compute.hosts_in(zone) if h != server.host]
    except exceptions.CloudError as error:
        raise exceptions.ServiceUnavailable(error.text) from error
    if not others:
        place = {'host': server.host, 'zone': zone}
        raise exceptions.NoOtherHost(details=place, name=desktop.name, **place)
    if wanted is None:
        return {'from': server.host}
    if wanted not in others:
        raise exceptions.Invalid(
            _('host must be another host of zone %(zone)s: %(hosts)s.'),
            {'field': 'host', 'hosts': others},
            zone=zone,
            hosts=', '.join(others),
        )
    return {'from': server.host, 'host': wanted}
