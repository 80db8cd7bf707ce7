"""Making a desktop again: the same row and port, a new server and disk.

Disks with data stay, see :mod:`clouddesk.conductor.flows.disks`, unless the
desktop is made again for somebody else.

First everything goes that people may have changed, then the steps of a build
follow, whatever they are.
"""

from clouddesk import exceptions
from clouddesk import flows
from clouddesk.cloud import types
from clouddesk.conductor.flows import build
from clouddesk.conductor.flows import destroy
from clouddesk.conductor.flows import disks
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.db.api import pools


def _images(ctx: steps.Context, desktop: models.Desktop) -> list[str]:
    """What it will be made from, without the disks that stay."""
    spec = pools.spec_of(desktop)
    further = models.images_of(spec.get('data_disks'))
    there = [] if ctx.order.inputs.get(flows.ANEW) else desktop.data_images
    new = [each for each in further if each not in there]
    return [spec.get('image_id', desktop.image_id), *new]


def _kept(ctx: steps.Context, desktop: models.Desktop) -> list[types.Volume]:
    if ctx.order.inputs.get(flows.ANEW):
        return []
    return disks.lasting(desktop, ctx.scene.volumes(desktop))


class Remove(destroy.Server):
    """The old server; on its way out it gives the port free.

    Not before the images of the new one were seen: a desktop that cannot be
    made again keeps what it has.
    """

    name = 'remove'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        for image_id in _images(ctx, desktop):
            reason = ctx.cloud.image.why_unusable(image_id)
            if reason:
                raise exceptions.ImageGone.of(desktop.name, image_id, reason)
        return super().run(ctx, desktop)


class Gone(destroy.Gone):
    #: From here on the desktop is made from what its pool says now.
    renews = True


class Clear(destroy.Volume):
    """The old system disk, and data that it is to have no longer.

    The desktop may have booted from a volume and will do so no longer, so
    the recorded one counts, not the way to boot.
    """

    name = 'clear'

    def applies(self, desktop: models.Desktop) -> bool:
        return super().applies(desktop) or desktop.volume_id is not None

    def going(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> list[types.Volume]:
        kept = _kept(ctx, desktop)
        return [v for v in super().going(ctx, desktop) if v not in kept]

    def recorded(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> set[str]:
        if ctx.order.inputs.get(flows.ANEW):
            return super().recorded(ctx, desktop)
        return {desktop.volume_id} if desktop.volume_id else set()

    def done(self, ctx: steps.Context, desktop: models.Desktop) -> steps.Done:
        kept = _kept(ctx, desktop)
        # Others vanished by themselves: not to be taken for new ones.
        ctx.scene.see_volumes({desktop.id: kept})
        ids = [volume.id for volume in kept]
        return steps.Done({'volume_id': None, 'data_volumes': ids or None})


STEPS = (Remove(), Gone(), Clear(), *build.STEPS)
