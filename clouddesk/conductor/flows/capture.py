"""Turning the disk of a desktop that is off into an image.

Of a whole machine, every disk: each step is done when it is for all of them.
Nova does it for a disk of the hypervisor. A disk in Cinder goes through a
snapshot and a volume, see :mod:`clouddesk.cloud.captures`. Everything that is
made carries the id of the image build and is looked for by it first; the
image loses that mark when it is finished, so that no image that is made from
it later inherits it.
"""

from collections.abc import Collection
import contextlib
from typing import Any

from oslo_utils import timeutils

from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import naming
from clouddesk.cloud import types
from clouddesk.conductor.flows import captured
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
        naming.DISK_KEY,
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
    """Of every disk in Cinder."""

    name = 'snapshot'

    def make(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        disks = captured.of(ctx, desktop)
        if not any(disks.values()):
            return steps.Done()
        build = captured.build_of(ctx)
        found = captured.by_disk(
            _alive(ctx.cloud.captures.find_snapshots(build.id))
        )
        ready = {}
        for place, volume_id in disks.items():
            if volume_id is None:
                continue
            mine = found.get(place, [])
            if not mine:
                ctx.cloud.captures.create_snapshot(
                    build.id, volume_id, naming.resource_name(build.id), place
                )
            elif _rests(mine[0], ('available',), _('The snapshot')):
                ready[place] = mine[0].id
            _delete(mine[1:], ctx.cloud.captures.delete_snapshot)
        if len(ready) < len(list(filter(None, disks.values()))):
            return steps.Wait(_('The snapshot'))
        return steps.Done(of_build=captured.noted(build, snapshot_id=ready))


class Copy(_Step):
    """The volumes that images are read from."""

    name = 'copy'

    def make(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        disks = captured.of(ctx, desktop)
        places = [place for place, disk in disks.items() if disk]
        if not places:
            return steps.Done()
        build = captured.build_of(ctx)
        found = captured.by_disk(
            _alive(ctx.cloud.captures.find_copies(build.id))
        )
        ready = {}
        for place in places:
            mine = found.get(place, [])
            if not mine:
                self._create(ctx, build, place)
            elif _rests(mine[0], _READY, _('The copy of the volume')):
                ready[place] = mine[0].id
            _delete(mine[1:], ctx.cloud.volume.delete)
        if len(ready) < len(places):
            return steps.Wait(_('The copy of the volume'))
        return steps.Done(of_build=captured.noted(build, copy_id=ready))

    def _create(
        self, ctx: steps.Context, build: models.ImageBuild, place: int
    ) -> None:
        found = captured.by_disk(
            _alive(ctx.cloud.captures.find_snapshots(build.id))
        ).get(place)
        if not found:
            raise exceptions.CaptureFailed(
                reason=_('The snapshot is gone from Cinder.')
            )
        ctx.cloud.captures.create_copy(
            build.id,
            found[0].id,
            found[0].size,
            naming.resource_name(build.id),
            place,
        )


class Image(_Step):
    """Nova or Cinder is asked to fill an image of each disk."""

    name = 'image'

    def make(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        build = captured.build_of(ctx)
        found = ctx.cloud.captures.find_images(build.id)
        good = captured.by_disk(
            [each for each in found if each.status not in _LOST]
        )
        kept = [some[0] for some in good.values()]
        for each in found:
            if each not in kept:
                ctx.cloud.image.delete(each.id)
        made = {}
        for place, volume_id in captured.of(ctx, desktop).items():
            if place in good:
                made[place] = good[place][0].id
            elif volume_id:
                made[place] = self._upload(ctx, build, place)
            else:
                made[place] = self._create(ctx, desktop)
        return steps.Done(of_build=captured.noted(build, image_id=made))

    def _upload(
        self, ctx: steps.Context, build: models.ImageBuild, place: int
    ) -> str:
        made: str = ctx.cloud.captures.upload(
            captured.recorded(build, 'copy_id')[place],
            captured.name_of(build, place),
            CONF.images.capture_format,
            naming.build_marks(build.id, place),
        )
        return made

    def _create(self, ctx: steps.Context, desktop: models.Desktop) -> str:
        build = captured.build_of(ctx)
        if desktop.server_id is None:
            raise exceptions.ServerGone()
        try:
            made: str = ctx.cloud.compute.create_image(
                desktop.server_id, build.name, naming.build_marks(build.id)
            )
        except exceptions.CloudNotFound:
            raise exceptions.ServerGone() from None
        return made


class Ready(_Step):
    """The images have their bytes, and then everything else.

    That of the system is the last one: what refers to the others is finished
    when these are.
    """

    name = 'ready'

    def make(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        build = captured.build_of(ctx)
        images = {
            place: self._image(ctx, image_id)
            for place, image_id in captured.recorded(build, 'image_id').items()
        }
        if any(image.status != 'active' for image in images.values()):
            return steps.Wait(_('The image'))
        if not all(image.size for image in images.values()):
            raise exceptions.CaptureFailed(reason=_('The image is empty.'))
        try:
            for place in sorted(images, reverse=True):
                fields = _fields(ctx, desktop, images[place], place)
                ctx.cloud.image.change(images[place].id, fields)
        except exceptions.CloudNotFound:
            raise _gone() from None
        return steps.Done(of_build={'activated_at': timeutils.utcnow()})

    def _image(self, ctx: steps.Context, image_id: str | None) -> types.Image:
        if image_id is None:
            raise _gone()
        try:
            image: types.Image = ctx.cloud.image.get(image_id)
        except exceptions.CloudNotFound:
            raise _gone() from None
        if image.status in _LOST:
            raise exceptions.CaptureFailed(
                reason=_('Glance says that the image is %s.') % image.status
            )
        return image


class Tidy(steps.Step):
    """What images were read from goes; the volumes before their snapshots."""

    name = 'tidy'
    watches = 'nothing'
    timeout = 'capture_timeout'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        build = captured.build_of(ctx)
        if captured.is_in_cinder(ctx, desktop) or build.disks:
            captures = ctx.cloud.captures
            if _delete(
                captures.find_copies(build.id), ctx.cloud.volume.delete
            ):
                return steps.Wait(_('The removal of the copy'))
            if _delete(
                captures.find_snapshots(build.id), captures.delete_snapshot
            ):
                return steps.Wait(_('The removal of the snapshot'))
        nothing = captured.noted(build, copy_id={}, snapshot_id={})
        return steps.Done(of_build=nothing)


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
        build = captured.build_of(ctx)
        if _is_ready(ctx):
            # Somebody may use it by now.
            return steps.Done()
        found = ctx.cloud.captures.find_images(build.id)
        # Some of a whole machine may have lost their marks already.
        recorded = captured.recorded(build, 'image_id').values()
        ids = {*(each.id for each in found), *filter(None, recorded)}
        for image_id in sorted(ids):
            ctx.cloud.image.delete(image_id)
        nothing = captured.noted(build, image_id={})
        return _idle(ctx, desktop) or steps.Done(of_build=nothing)


def _is_ready(ctx: steps.Context) -> bool:
    """Whether only what comes after the image is left to do."""
    return captured.build_of(ctx).activated_at is not None


def _off(outcome: Any) -> Any:
    """It is shut down, however the order goes on."""
    if isinstance(outcome, steps.Done):
        return steps.Done(outcome.values | {'status': states.OFF})
    return outcome


def _alive(found: list[Any]) -> list[Any]:
    """What is not on its way out, always in the same order."""
    alive = [each for each in found if 'deleting' not in each.status]
    return sorted(alive, key=lambda each: each.id)


def _rests(
    thing: types.Snapshot | types.Volume, good: Collection[str], what: str
) -> bool:
    """Whether it is ready.

    :raises CaptureFailed: it never will be
    """
    if thing.status.startswith('error'):
        raise exceptions.CaptureFailed(
            reason=_('%(what)s is in status %(status)s.')
            % {'what': what, 'status': thing.status}
        )
    return thing.status in good


def _idle(ctx: steps.Context, desktop: models.Desktop) -> steps.Wait | None:
    """Nova still reads the disk, if it does."""
    if captured.is_in_cinder(ctx, desktop) or desktop.server_id is None:
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
    ctx: steps.Context,
    desktop: models.Desktop,
    image: types.Image,
    place: int,
) -> dict[str, Any]:
    """What a finished image says of itself."""
    build = captured.build_of(ctx)
    kind = states.DATA if place else build.kind
    further = captured.recorded(build, 'image_id')
    said = {
        'name': captured.name_of(build, place),
        'note': build.note or None,
        'kind': kind,
        'data_images': (
            [further[each] for each in sorted(further) if each]
            if kind == states.WHOLE
            else None
        ),
        'origin': _ORIGINS[build.source_type],
        'visibility': 'private',
        'properties': {
            key: None
            for key in image.properties
            if key in _LEFTOVERS or key.startswith(_OF_BASE)
        },
    }
    needs = {
        'min_disk': max(image.min_disk, _size(ctx, desktop, place)),
        'min_ram': max(image.min_ram, _min_ram(ctx, desktop, kind)),
    }
    wanted = {} if place else build.properties
    for name, least in needs.items():
        needs[name] = max(least, wanted.get(name, 0))
    return said | wanted | needs


def _size(ctx: steps.Context, desktop: models.Desktop, place: int) -> int:
    """GiB that a disk from this image needs."""
    if captured.of(ctx, desktop)[place] is None:
        # Nova has said so.
        return 0
    copies = captured.recorded(captured.build_of(ctx), 'copy_id')
    copy = ctx.cloud.volume.get(copies[place])
    return copy.size if copy else 0


def _min_ram(ctx: steps.Context, desktop: models.Desktop, kind: str) -> int:
    """What the base image needs; Cinder does not pass that on."""
    if kind == states.DATA:
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
