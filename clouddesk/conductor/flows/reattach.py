"""Connecting a desktop again that lost its port or floating IP.

Server and disk stay. Where a port is gone, another one takes its place, with
the same address and MAC if they are still free, so that the guest notices as
little as possible.
"""

from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.conductor import observation
from clouddesk.conductor.flows import build
from clouddesk.conductor.flows import reach
from clouddesk.conductor.flows import steps
from clouddesk.db import models

LOG = logging.getLogger(__name__)


class Port(build.Port):
    def make(
        self,
        ctx: steps.Context,
        desktop: models.Desktop,
        groups: list[str] | None,
    ) -> types.Port:
        """Make a port like the one that was there."""
        was = desktop.wiring or {}
        wanted = {*was.get('security_groups', ()), *(groups or ())}
        try:
            # An admin may choose an address in a network of others, too.
            port: types.Port = ctx.admin.network.create_port(
                desktop.id,
                desktop.name,
                desktop.network_id,
                sorted(wanted) or None,
                mac=was.get('mac'),
                addresses=was.get('addresses', ()),
                project_id=desktop.project_id,
            )
        except exceptions.CloudError as error:
            if error.transient:
                raise
            LOG.warning(
                'Desktop %(desktop)s gets another port, perhaps with another '
                'address: %(error)s',
                {'desktop': desktop.id, 'error': error},
            )
            port = super().make(ctx, desktop, groups)
        return port


class Plug(steps.Step):
    name = 'plug'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        waiting = reach.plug(ctx, desktop)
        if waiting:
            return waiting
        seen = observation.values(steps.see_anew(ctx, desktop))
        # Nova shows a new port a moment later.
        known = {'addresses': seen.get('addresses') or desktop.addresses}
        return steps.Done(seen | known)

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        return steps.busy(ctx.scene.server(desktop))


STEPS = (Port(), reach.FloatingIP(), Plug())
