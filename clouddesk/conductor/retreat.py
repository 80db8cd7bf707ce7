"""What the cancellation of an order means for each of its open items."""

from typing import Any

from clouddesk import flows
from clouddesk import states
from clouddesk.conductor import care
from clouddesk.conductor import clock
from clouddesk.conductor import walker
from clouddesk.conductor.flows import destroy
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.db.api import progress

#: An item, and the row that it is about.
Pair = tuple[models.WorkItem, Any]


def plan(
    ctx: steps.Context,
    flow: steps.Flow,
    items: list[Pair],
    now: clock.Clock,
) -> tuple[list[walker.Run], list[Pair]]:
    """Divide the open items.

    :returns: items that still have a way to go, which leads back for a build
        and on for what cannot be taken back, and items that are left as
        they are
    """
    order = ctx.order
    runs, dropped = [], []
    for item, row in items:
        if _is_new(order, item):
            runs.append(
                walker.Run(
                    item,
                    row,
                    destroy.STEPS,
                    began=now.monotonic(),
                    undoing=True,
                )
            )
        elif flow.back and item.status == states.ITEM_WORKING:
            runs.append(_turned(ctx, item, row, flow, now))
        elif _is_past_return(order, item):
            began = clock.began(now, item)
            runs.append(
                walker.Run(item, row, flow.steps, item.steps_done, began)
            )
        else:
            dropped.append((item, row))
    return runs, dropped


def _turned(
    ctx: steps.Context,
    item: models.WorkItem,
    row: Any,
    flow: steps.Flow,
    now: clock.Clock,
) -> walker.Run:
    """Back, as long as there is a way back."""
    if flow.may_return(ctx.build):
        began = now.monotonic()
        return walker.Run(item, row, flow.back, began=began, undoing=True)
    began = clock.began(now, item)
    return walker.Run(item, row, flow.steps, item.steps_done, began)


def is_untouched(order: models.WorkOrder, items: list[Pair]) -> bool:
    """Whether nothing can exist that the order made."""
    return flows.builds(order.kind, order.inputs) and all(
        item.status == states.ITEM_PENDING and _is_new(order, item)
        for item, _row in items
    )


def drop(
    ctx: steps.Context,
    epoch: int,
    item: models.WorkItem,
    row: Any,
) -> None:
    """End an item whose desktop or image stays as it is."""
    its = care.of(item)
    seen = its.last_seen(ctx, row)
    for key, value in seen.items():
        setattr(row, key, value)
    progress.finish_item(
        ctx.order.id,
        epoch,
        item.id,
        states.ITEM_UNDONE,
        seen | its.dropped(ctx, row),
        about=item.subject_type,
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
    changing = (flows.REBUILD, flows.REATTACH, flows.IMAGE_RETIRE)
    return order.kind in changing or flows.removes(order.kind, order.inputs)
