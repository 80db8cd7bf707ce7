"""Turning the disk of a desktop that is off into an image.

Nova does it for a disk of the hypervisor. A disk in Cinder goes through a
snapshot and a volume, see :mod:`clouddesk.cloud.captures`. Everything that is
made carries the id of the image build and is looked for by it first; the
image loses that mark when it is finished, so that no image that is made from
it later inherits it.
"""

import contextlib
from typing import Any

from oslo_utils import timeutils

from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import naming
from clouddesk.cloud import types
from clouddesk.conductor.flows import destroy
from clouddesk.conductor.flows import power
from clouddesk.conductor.flows import steps
from clouddesk.conf import CONF
from clouddesk.db import models
from clouddesk.i18n import _

#: Statuses of images that nobody will finish.
_LOST = frozenset({'killed', 'deleted', 'pending_delete', 'error'})

_READY = frozenset({'available', 'uploading'})

_ORIGINS = {'image': 'build', 'desktop': 'desktop', 'iso': 'iso'}

#: What Nova and Cinder write into an image of a server or volume: true of
#: that, not of the image.
_LEFTOVERS = frozenset(
    {
        'base_image_ref',
        'bdm_v2',
        'block_device_mapping',
        'boot_roles',
        'image_location',
        'image_state',
        'image_type',
        'instance_owner',
        'instance_uuid',
        'owner_id',
        'owner_project_name',
        'owner_user_name',
        'root_device_name',
        'signature_verified',
        'user_id',
        naming.BUILD_KEY,
        naming.INSTALLATION_KEY,
    }
)

#: The checksums that openstacksdk wrote of the base image.
_OF_BASE = 'owner_specified.openstack.'


class Stop(power.Request):
    """Switch the builder off, if it runs."""

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        if _is_ready(ctx):
            return steps.Done()
        if desktop.server_id and not ctx.scene.knows_servers(desktop):
            # Most are off already.
            steps.see_anew(ctx, desktop)
        return super().run(ctx, desktop)


class Stopped(power.Settled):
    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        if _is_ready(ctx):
            return steps.Done()
        return _off(super().run(ctx, desktop))

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        return _off(super().look(ctx, desktop, waited))


class _Step(steps.Step):
    """Asks for itself at every look: there is one of its kind."""

    watches = 'nothing'
    timeout = 'capture_timeout'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        if _is_ready(ctx):
            return steps.Done()
        return self.make(ctx, desktop)

    def make(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        raise NotImplementedError


class Snapshot(_Step):
    """Of a disk in Cinder."""

    name = 'snapshot'

    def make(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        disk = _disk_of(ctx, desktop)
        if disk is None:
            return steps.Done()
        build = _build(ctx)
        found = _alive(ctx.cloud.captures.find_snapshots(build.id))
        if not found:
            ctx.cloud.captures.create_snapshot(
                build.id, disk, naming.resource_name(build.id)
            )
            return steps.Wait(_('The snapshot'))
        _delete(found[1:], ctx.cloud.captures.delete_snapshot)
        if found[0].status != 'available':
            return _wait_for(found[0], _('The snapshot'))
        return steps.Done(of_build={'snapshot_id': found[0].id})


class Copy(_Step):
    """The volume that the image is read from."""

    name = 'copy'

    def make(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        if _disk_of(ctx, desktop) is None:
            return steps.Done()
        build = _build(ctx)
        found = _alive(ctx.cloud.captures.find_copies(build.id))
        if not found:
            self._create(ctx, build)
            return steps.Wait(_('The copy of the volume'))
        _delete(found[1:], ctx.cloud.volume.delete)
        if found[0].status not in _READY:
            return _wait_for(found[0], _('The copy of the volume'))
        return steps.Done(of_build={'copy_id': found[0].id})

    def _create(self, ctx: steps.Context, build: models.ImageBuild) -> None:
        found = _alive(ctx.cloud.captures.find_snapshots(build.id))
        if not found:
            raise exceptions.CaptureFailed(
                reason=_('The snapshot is gone from Cinder.')
            )
        ctx.cloud.captures.create_copy(
            build.id,
            found[0].id,
            found[0].size,
            naming.resource_name(build.id),
        )


class Image(_Step):
    """Nova or Cinder is asked to fill an image."""

    name = 'image'

    def make(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        build = _build(ctx)
        found = ctx.cloud.captures.find_images(build.id)
        good = [each for each in found if each.status not in _LOST]
        for each in found:
            if each not in good[:1]:
                ctx.cloud.image.delete(each.id)
        if good:
            return steps.Done(of_build={'image_id': good[0].id})
        return steps.Done(of_build={'image_id': self._create(ctx, desktop)})

    def _create(self, ctx: steps.Context, desktop: models.Desktop) -> str:
        build = _build(ctx)
        marks = naming.build_marks(build.id)
        if _disk_of(ctx, desktop):
            made: str = ctx.cloud.captures.upload(
                build.copy_id, build.name, CONF.images.capture_format, marks
            )
            return made
        if desktop.server_id is None:
            raise exceptions.ServerGone()
        try:
            made = ctx.cloud.compute.create_image(
                desktop.server_id, build.name, marks
            )
        except exceptions.CloudNotFound:
            raise exceptions.ServerGone() from None
        return made


class Ready(_Step):
    """The image has its bytes, and then everything else."""

    name = 'ready'

    def make(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        build = _build(ctx)
        if build.image_id is None:
            raise _gone()
        try:
            image = ctx.cloud.image.get(build.image_id)
        except exceptions.CloudNotFound:
            raise _gone() from None
        if image.status in _LOST:
            raise exceptions.CaptureFailed(
                reason=_('Glance says that the image is %s.') % image.status
            )
        if image.status != 'active':
            return steps.Wait(_('The image'))
        if not image.size:
            raise exceptions.CaptureFailed(reason=_('The image is empty.'))
        try:
            ctx.cloud.image.change(image.id, _fields(ctx, desktop, image))
        except exceptions.CloudNotFound:
            raise _gone() from None
        return steps.Done(of_build={'activated_at': timeutils.utcnow()})


class Tidy(steps.Step):
    """What the image was read from goes; the volume before its snapshot."""

    name = 'tidy'
    watches = 'nothing'
    timeout = 'capture_timeout'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        if _is_in_cinder(ctx, desktop):
            build = _build(ctx)
            captures = ctx.cloud.captures
            if _delete(
                captures.find_copies(build.id), ctx.cloud.volume.delete
            ):
                return steps.Wait(_('The removal of the copy'))
            if _delete(
                captures.find_snapshots(build.id), captures.delete_snapshot
            ):
                return steps.Wait(_('The removal of the snapshot'))
        return steps.Done(of_build={'copy_id': None, 'snapshot_id': None})


class Settle(Tidy):
    """The same for a desktop that stays: Nova is to be done with it."""

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        return _idle(ctx, desktop) or super().run(ctx, desktop)


class Remove(destroy.Server):
    """From here on the builder goes, and nothing of it may stay behind.

    What was made for it and not recorded is searched only now: people wait
    for the image.
    """

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        ctx.scene.look([desktop])
        outcome = super().run(ctx, desktop)
        if isinstance(outcome, steps.Done):
            going = {'status': states.DELETING}
            return steps.Done(outcome.values | going)
        return outcome


class DropImage(steps.Step):
    """On the way back: an image that nobody will finish."""

    name = 'image'
    watches = 'nothing'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        build = _build(ctx)
        if _is_ready(ctx):
            # Somebody may use it by now.
            return steps.Done()
        found = ctx.cloud.captures.find_images(build.id)
        ids = {each.id for each in found} | {build.image_id}
        for image_id in sorted(filter(None, ids)):
            ctx.cloud.image.delete(image_id)
        waiting = _idle(ctx, desktop)
        return waiting or steps.Done(of_build={'image_id': None})


def _build(ctx: steps.Context) -> models.ImageBuild:
    if ctx.build is None:
        raise exceptions.NotFound(kind='image build', id=ctx.order.subject_id)
    return ctx.build


def _is_ready(ctx: steps.Context) -> bool:
    """Whether only what comes after the image is left to do."""
    return _build(ctx).activated_at is not None


def _is_in_cinder(ctx: steps.Context, desktop: models.Desktop) -> bool:
    return 'volume_id' in ctx.order.inputs or desktop.boot_from == 'volume'


def _disk_of(ctx: steps.Context, desktop: models.Desktop) -> str | None:
    """The volume that becomes the image; None is a disk of the hypervisor.

    :raises CaptureFailed: the desktop has lost it
    """
    if not _is_in_cinder(ctx, desktop):
        return None
    wanted: str | None = ctx.order.inputs.get('volume_id', desktop.volume_id)
    if wanted is None:
        raise exceptions.CaptureFailed(reason=_('The desktop has no volume.'))
    return wanted


def _off(outcome: Any) -> Any:
    """It is shut down, however the order goes on."""
    if isinstance(outcome, steps.Done):
        return steps.Done(outcome.values | {'status': states.OFF})
    return outcome


def _alive(found: list[Any]) -> list[Any]:
    """What is not on its way out, always in the same order."""
    alive = [each for each in found if 'deleting' not in each.status]
    return sorted(alive, key=lambda each: each.id)


def _wait_for(thing: types.Snapshot | types.Volume, what: str) -> steps.Wait:
    if thing.status.startswith('error'):
        raise exceptions.CaptureFailed(
            reason=_('%(what)s is in status %(status)s.')
            % {'what': what, 'status': thing.status}
        )
    return steps.Wait(what)


def _idle(ctx: steps.Context, desktop: models.Desktop) -> steps.Wait | None:
    """Nova still reads the disk, if it does."""
    if _is_in_cinder(ctx, desktop) or desktop.server_id is None:
        return None
    return steps.busy(ctx.cloud.compute.get_server(desktop.server_id))


def _delete(found: list[Any], delete: Any) -> bool:
    """Whether there is still something to wait for."""
    for each in found:
        if each.status == 'error_deleting':
            raise exceptions.RemovalFailed(
                service='Cinder',
                reason=_('%s could not be deleted.') % each.id,
            )
        # Cinder refuses what is still being made, read or written.
        if each.status == 'available' or each.status.startswith('error'):
            with contextlib.suppress(exceptions.CloudConflict):
                delete(each.id)
    return bool(found)


def _gone() -> exceptions.CaptureFailed:
    return exceptions.CaptureFailed(
        reason=_(
            'The image is gone from Glance. Nova and Cinder remove what they '
            'cannot finish, for example because the store is full.'
        )
    )


def _fields(
    ctx: steps.Context, desktop: models.Desktop, image: types.Image
) -> dict[str, Any]:
    """What the finished image says of itself."""
    build = _build(ctx)
    said = {
        'name': build.name,
        'note': build.note or None,
        'kind': build.kind,
        'origin': _ORIGINS[build.source_type],
        'visibility': 'private',
        'properties': {
            key: None
            for key in image.properties
            if key in _LEFTOVERS or key.startswith(_OF_BASE)
        },
    }
    needs = {
        'min_disk': max(image.min_disk, _size(ctx, desktop)),
        'min_ram': max(image.min_ram, _min_ram(ctx, desktop)),
    }
    wanted = build.properties
    for name, least in needs.items():
        needs[name] = max(least, wanted.get(name, 0))
    return said | wanted | needs


def _size(ctx: steps.Context, desktop: models.Desktop) -> int:
    """GiB that a disk from this image needs."""
    if _disk_of(ctx, desktop) is None:
        # Nova has said so.
        return 0
    copy = ctx.cloud.volume.get(_build(ctx).copy_id)
    return copy.size if copy else 0


def _min_ram(ctx: steps.Context, desktop: models.Desktop) -> int:
    """What the base image needs; Cinder does not pass that on."""
    if _build(ctx).kind == states.DATA:
        return 0
    try:
        base: types.Image = ctx.cloud.image.get(desktop.image_id)
    except exceptions.CloudNotFound:
        return 0
    return base.min_ram


_STEPS = (Snapshot(), Copy(), Image(), Ready())

STEPS = (*_STEPS, Settle())
GENERATE = (Stop(), Stopped(), *_STEPS, Tidy(), Remove(), *destroy.STEPS[1:])

#: The way back, as long as the image is not ready.
BACK = (DropImage(), Tidy())
