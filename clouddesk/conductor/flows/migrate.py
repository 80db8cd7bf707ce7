"""Moving a running desktop to another host.

Only an admin learns where a server is, so all of this asks as one.
"""

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.conductor import observation
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.i18n import _


class Request(steps.Step):
    name = 'request'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        server = _seen(ctx, desktop)
        if not (_is_moving(server) or _has_moved(ctx, server)):
            ctx.admin.compute.live_migrate(
                server.id, ctx.order.inputs.get('host')
            )
        ctx.scene.forget_servers(desktop)
        return steps.Done()


class Settled(steps.Step):
    name = 'settled'
    waits = True

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        server = _seen(ctx, desktop)
        if _is_moving(server):
            return steps.Wait(_('The end of the migration'))
        if server.status == 'ACTIVE' and _has_moved(ctx, server):
            return steps.Done(observation.values(server))
        ctx.scene.see({desktop.id: [server]})
        raise exceptions.MigrationFailed(
            host=server.host,
            reason=server.fault_message
            or ctx.admin.compute.why_not_migrated(server.id)
            or _('Nova gives no reason.'),
        )

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        server = ctx.scene.server(desktop)
        if server is None and ctx.scene.knows_servers(desktop):
            return None
        if server is None or _is_moving(server):
            return steps.Wait(_('The end of the migration'))
        # The list does not tell the host.
        return None


def _seen(ctx: steps.Context, desktop: models.Desktop) -> types.Server:
    server: types.Server | None = None
    if desktop.server_id:
        server = ctx.admin.compute.get_server(desktop.server_id)
    if server is None:
        raise exceptions.ServerGone()
    return server


def _is_moving(server: types.Server) -> bool:
    return server.status == 'MIGRATING' or server.task_state is not None


def _has_moved(ctx: steps.Context, server: types.Server) -> bool:
    return server.host != ctx.order.inputs['from']


STEPS = (Request(), Settled())
