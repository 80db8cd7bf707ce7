"""Start, stop and reboot."""

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.cloud import types
from clouddesk.conductor import observation
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.i18n import _

#: What the server says when the request was made before.
_REQUESTED = {
    flows.START: (states.RUNNING, states.STARTING),
    flows.STOP: (states.OFF, states.STOPPING),
    flows.GENERATE: (states.OFF, states.STOPPING),
    flows.REBOOT: (states.REBOOTING,),
}
_WANTED = {
    flows.START: 'ACTIVE',
    flows.STOP: 'SHUTOFF',
    flows.GENERATE: 'SHUTOFF',
    flows.REBOOT: 'ACTIVE',
}

#: Nothing but a start and a reboot brings it up.
_STOPS = (flows.STOP, flows.GENERATE)

#: Seconds after which a server that rests in another state is believed.
_SURE_AFTER = 15


class Request(steps.Step):
    name = 'request'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        seen = ctx.scene.server(desktop)
        if seen is not None and _is_requested(ctx.order.kind, seen):
            return steps.Done()
        if desktop.server_id is None:
            raise exceptions.ServerGone()
        try:
            _ask(ctx, desktop.server_id)
        except exceptions.CloudNotFound:
            raise exceptions.ServerGone() from None
        except exceptions.CloudConflict as refusal:
            return self._refused(ctx, desktop, refusal)
        ctx.scene.forget_servers(desktop)
        return steps.Done()

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        return steps.busy(ctx.scene.server(desktop))

    def _refused(
        self,
        ctx: steps.Context,
        desktop: models.Desktop,
        refusal: exceptions.CloudConflict,
    ) -> steps.Done | steps.Wait:
        """Nova says that the server's state forbids it: which state?"""
        server = steps.see_anew(ctx, desktop)
        if _is_requested(ctx.order.kind, server):
            return steps.Done()
        waiting = steps.busy(server)
        if waiting:
            return waiting
        if ctx.order.kind in _STOPS:
            raise refusal
        # Nova starts only what is shut off; this brings up all the rest.
        ctx.admin.compute.reboot(desktop.server_id, hard=True)
        ctx.scene.forget_servers(desktop)
        return steps.Done()


class Settled(steps.Step):
    name = 'settled'
    waits = True

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        server = steps.see_anew(ctx, desktop)
        return _judge(ctx.order.kind, server, 0)

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        if not ctx.scene.knows_servers(desktop):
            return steps.Wait(_('The server'))
        server = ctx.scene.server(desktop)
        return _judge(ctx.order.kind, server, waited) if server else None


def _ask(ctx: steps.Context, server_id: str) -> None:
    compute = ctx.admin.compute
    if ctx.order.kind == flows.START:
        compute.start(server_id)
    elif ctx.order.kind in _STOPS:
        compute.stop(server_id)
    else:
        compute.reboot(server_id, hard=bool(ctx.order.inputs.get('force')))


def _is_requested(kind: str, server: types.Server) -> bool:
    status = states.from_server(server.status, server.task_state)
    return status in _REQUESTED[kind]


def _judge(
    kind: str, server: types.Server, waited: float
) -> steps.Done | steps.Wait:
    wanted = _WANTED[kind]
    if server.task_state is None:
        if server.status == wanted:
            return steps.Done(observation.values(server))
        if server.status == 'ERROR' or waited > _SURE_AFTER:
            raise exceptions.PowerFailed(
                wanted=wanted,
                status=server.status,
                reason=observation.reason(server),
            )
    return steps.Wait(_('Status %s of the server') % wanted)


STEPS = (Request(), Settled())
