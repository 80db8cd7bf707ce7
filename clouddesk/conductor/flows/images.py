"""Deleting and retiring images.

A person was refused already where that was clear when she asked; what has
changed since then is found here, and ends in the item's fault.
"""

from collections.abc import Iterator
import contextlib

from oslo_utils import timeutils

from clouddesk import exceptions
from clouddesk import states
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.db.api import image_users


class Unused(steps.Step):
    """Nothing began to refer to it meanwhile, nor does what others made.

    Nova needs the image to build a server again, or to move one whose disk
    is only the difference to it.
    """

    name = 'unused'

    def run(
        self, ctx: steps.Context, subject: models.Image
    ) -> steps.Done | steps.Wait:
        users = image_users.of([subject.id])[subject.id]
        users += [
            image_users.User('servers', each.id, each.name, subject.project_id)
            for each in ctx.cloud.compute.servers_of_image(subject.id)
        ]
        users += _wholes(ctx, subject)
        if users:
            raise image_users.in_use(subject, users, subject.project_id)
        return steps.Done()


def _wholes(
    ctx: steps.Context, subject: models.Image
) -> list[image_users.User]:
    """Images of whole machines that refer to a data image (M2)."""
    try:
        kind = ctx.cloud.image.get(subject.id).kind
    except exceptions.CloudNotFound:
        return []
    wholes = ctx.cloud.image.wholes() if kind == states.DATA else ()
    return image_users.wholes(subject.id, wholes)


class Image(steps.Step):
    name = 'image'

    def run(
        self, ctx: steps.Context, subject: models.Image
    ) -> steps.Done | steps.Wait:
        try:
            ctx.cloud.image.delete(subject.id)
        except exceptions.CloudConflict as refusal:
            # Its store keeps what clones were made of.
            raise exceptions.ImageInUseByStore(
                details={'image_id': subject.id},
                name=subject.name,
                reason=refusal.text,
            ) from None
        except exceptions.CloudForbidden:
            if ctx.cloud.image.get(subject.id).protected:
                raise exceptions.ImageProtected(name=subject.name) from None
            raise
        return steps.Done()


class Row(steps.Step):
    name = 'row'
    forgets = True

    def run(
        self, ctx: steps.Context, subject: models.Image
    ) -> steps.Done | steps.Wait:
        return steps.Done()


class Deactivate(steps.Step):
    """Nobody gets its data any more; one that is gone need not be closed."""

    name = 'deactivate'

    def run(
        self, ctx: steps.Context, subject: models.Image
    ) -> steps.Done | steps.Wait:
        with _unless_gone():
            ctx.cloud.image.set_active(subject.id, False)
        return steps.Done()


class Hide(steps.Step):
    name = 'hide'

    def run(
        self, ctx: steps.Context, subject: models.Image
    ) -> steps.Done | steps.Wait:
        with _unless_gone():
            ctx.cloud.image.change(subject.id, {'hidden': True})
        return steps.Done(
            {
                'retired_at': timeutils.utcnow(),
                'retired_by': ctx.order.user_id,
            }
        )


@contextlib.contextmanager
def _unless_gone() -> Iterator[None]:
    """What somebody deleted needs nothing; the loop forgets its row."""
    try:
        yield
    except exceptions.CloudNotFound:
        pass


DELETE = (Unused(), Image(), Row())
RETIRE = (Deactivate(), Hide())
