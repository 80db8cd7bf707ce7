"""Making a desktop again: the same row and port, a new server and disk.

First everything goes that people may have changed, then the steps of a build
follow, whatever they are.
"""

from clouddesk import exceptions
from clouddesk.conductor.flows import build
from clouddesk.conductor.flows import destroy
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.db.api import pools


class Remove(destroy.Server):
    """The old server; on its way out it gives the port free.

    Not before the image of the new one was seen: a desktop that cannot be
    made again keeps what it has.
    """

    name = 'remove'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        image_id = pools.spec_of(desktop).get('image_id', desktop.image_id)
        reason = ctx.cloud.image.why_unusable(image_id)
        if reason:
            raise exceptions.ImageGone.of(desktop.name, image_id, reason)
        return super().run(ctx, desktop)


class Gone(destroy.Gone):
    #: From here on the desktop is made from what its pool says now.
    renews = True


class Clear(destroy.Volume):
    """The old system disk.

    The desktop may have booted from a volume and will do so no longer, so
    the recorded one counts, not the way to boot.
    """

    name = 'clear'

    def applies(self, desktop: models.Desktop) -> bool:
        return super().applies(desktop) or desktop.volume_id is not None

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        outcome = super().run(ctx, desktop)
        if isinstance(outcome, steps.Done):
            # They vanished by themselves: not to be taken for new ones.
            ctx.scene.see_volumes({desktop.id: []})
        return outcome


STEPS = (Remove(), Gone(), Clear(), *build.STEPS)
