"""The code behind the steps that :mod:`clouddesk.flows` declares."""

from clouddesk import flows
from clouddesk.conductor.flows import build
from clouddesk.conductor.flows import capture
from clouddesk.conductor.flows import destroy
from clouddesk.conductor.flows import images
from clouddesk.conductor.flows import migrate
from clouddesk.conductor.flows import power
from clouddesk.conductor.flows import reattach
from clouddesk.conductor.flows import rebuild
from clouddesk.conductor.flows import steps
from clouddesk.db import models

_BUILD = steps.Flow(build.STEPS, waves=True, limited=True)
#: What an earlier order left behind is used or replaced.
_RETRY = steps.Flow(build.STEPS, waves=True, limited=True, looks=True)
_REBUILD = steps.Flow(rebuild.STEPS, waves=True, limited=True, looks=True)
#: Booting is heavy, shutting down is not.
_BOOT = steps.Flow(power.STEPS, waves=True)
_STOP = steps.Flow(power.STEPS)
_MIGRATE = steps.Flow(migrate.STEPS)
#: What the desktop has may be there under its id, but not recorded.
_REATTACH = steps.Flow(reattach.STEPS, looks=True)
#: Nothing may stay behind, recorded or not.
_DESTROY = steps.Flow(destroy.STEPS, looks=True)

_OF_KIND = {
    flows.MIGRATE: _MIGRATE,
    flows.REATTACH: _REATTACH,
    flows.REBUILD: _REBUILD,
    flows.STOP: _STOP,
    flows.CAPTURE: steps.Flow(capture.STEPS, back=capture.BACK),
    flows.GENERATE: steps.Flow(capture.GENERATE, back=capture.BACK),
    flows.IMAGE_DELETE: steps.Flow(images.DELETE),
    flows.IMAGE_RETIRE: steps.Flow(images.RETIRE),
}


def flow_of(order: models.WorkOrder) -> steps.Flow:
    """The way that the items of an order go."""
    if flows.destroys(order.kind, order.inputs):
        return _DESTROY
    if flows.builds(order.kind, order.inputs):
        is_retry = order.kind in (flows.RETRY, flows.POOL_RETRY)
        return _RETRY if is_retry else _BUILD
    if order.kind in _OF_KIND:
        return _OF_KIND[order.kind]
    return _BOOT
