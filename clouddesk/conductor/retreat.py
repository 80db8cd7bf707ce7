"""What the cancellation of an order means for each of its open items."""

from clouddesk import flows
from clouddesk import states
from clouddesk.conductor import clock
from clouddesk.conductor import observation
from clouddesk.conductor import walker
from clouddesk.conductor.flows import destroy
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.db.api import progress
from clouddesk.i18n import _

Pair = tuple[models.WorkItem, models.Desktop]


def plan(
    order: models.WorkOrder,
    flow: steps.Flow,
    items: list[Pair],
    now: clock.Clock,
) -> tuple[list[walker.Run], list[Pair]]:
    """Divide the open items.

    :returns: items that still have a way to go, which leads back for a build
        and on for what cannot be taken back, and items that are left as
        they are
    """
    runs, dropped = [], []
    for item, desktop in items:
        if _is_new(order, item):
            runs.append(
                walker.Run(
                    item,
                    desktop,
                    destroy.STEPS,
                    began=now.monotonic(),
                    undoing=True,
                )
            )
        elif _is_past_return(order, item):
            began = clock.began(now, item)
            runs.append(
                walker.Run(item, desktop, flow.steps, item.steps_done, began)
            )
        else:
            dropped.append((item, desktop))
    return runs, dropped


def is_untouched(order: models.WorkOrder, items: list[Pair]) -> bool:
    """Whether nothing can exist that the order made."""
    return flows.builds(order.kind, order.inputs) and all(
        item.status == states.ITEM_PENDING and _is_new(order, item)
        for item, _desktop in items
    )


def drop(
    ctx: steps.Context,
    epoch: int,
    item: models.WorkItem,
    desktop: models.Desktop,
) -> None:
    """End an item whose desktop stays as it is."""
    server = ctx.scene.server(desktop)
    seen = observation.values(server) if server else {}
    for key, value in seen.items():
        setattr(desktop, key, value)
    if flows.builds(ctx.order.kind, ctx.order.inputs):
        rest = observation.fault('cancelled', _('The retry was cancelled.'))
    else:
        rest = observation.at_rest(desktop)
    if rest['status'] in states.POWERS:
        # Nobody wants any longer what was ordered.
        rest['wanted_power'] = rest['status']
    progress.finish_item(
        ctx.order.id, epoch, item.id, states.ITEM_UNDONE, seen | rest
    )


def _is_new(order: models.WorkOrder, item: models.WorkItem) -> bool:
    """Whether the order brought the desktop of an item into being."""
    if not flows.builds(order.kind, order.inputs) or order.kind == flows.RETRY:
        return False
    return item.position >= order.inputs.get('rebuilt', 0)


def _is_past_return(order: models.WorkOrder, item: models.WorkItem) -> bool:
    """Whether something was asked for that cannot be taken back."""
    if flows.builds(order.kind, order.inputs):
        return False
    if _goes_on(order):
        return item.status == states.ITEM_WORKING
    return item.status == states.ITEM_WORKING and item.steps_done > 0


def _goes_on(order: models.WorkOrder) -> bool:
    """Whether the first step changes what cannot be put back."""
    return order.kind in (flows.REBUILD, flows.REATTACH) or flows.destroys(
        order.kind, order.inputs
    )
