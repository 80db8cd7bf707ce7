"""Making a desktop: its disk, its port, its server."""

from clouddesk import exceptions
from clouddesk import first_boot
from clouddesk import secrets
from clouddesk.cloud import types
from clouddesk.conductor import observation
from clouddesk.conductor.flows import disks
from clouddesk.conductor.flows import reach
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.i18n import _

#: Other errors, such as that of an extension, leave the data where it is.
_VOLUME_LOST = frozenset({'deleting', 'error', 'error_deleting'})
_VOLUME_READY = frozenset({'available', 'reserved', 'attaching', 'in-use'})


class Volume(steps.Step):
    """The disks of a desktop that are in Cinder."""

    name = 'volume'
    watches = 'volumes'
    timeout = 'build_timeout'

    def applies(self, desktop: models.Desktop) -> bool:
        return bool(disks.wanted(desktop))

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        found = ctx.scene.volumes(desktop)
        wanted = disks.wanted(desktop)
        good = [volume for volume in found if not _is_bad_volume(volume)]
        there = {each.disk: _first(each, good) for each in wanted}
        for volume in found:
            if volume not in there.values():
                disks.remove(ctx, volume.id, volume)
        missing = [each for each in wanted if there[each.disk] is None]
        for each in missing:
            there[each.disk] = self._create(ctx, desktop, each)
            seen = [volume for volume in there.values() if volume]
            ctx.scene.see_volumes({desktop.id: seen})
        if missing:
            return steps.Wait(_('The volume'))
        return self._judge(ctx, desktop, there) or self._free(ctx, desktop)

    def _create(
        self,
        ctx: steps.Context,
        desktop: models.Desktop,
        wanted: disks.Wanted,
    ) -> types.Volume:
        # An installer fills an empty disk.
        is_empty = not wanted.disk and _installs(ctx)
        made: types.Volume = ctx.cloud.volume.create_from_image(
            desktop.id,
            desktop.name,
            wanted.size,
            None if is_empty else wanted.image_id,
            desktop.availability_zone,
            disk=wanted.disk,
        )
        return made

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        found = [
            volume
            for volume in ctx.scene.volumes(desktop)
            if 'deleting' not in volume.status
        ]
        there = {
            each.disk: _first(each, found) for each in disks.wanted(desktop)
        }
        if None in there.values():
            return None
        return self._judge(ctx, desktop, there)

    def _judge(
        self,
        ctx: steps.Context,
        desktop: models.Desktop,
        there: dict[int, types.Volume | None],
    ) -> steps.Done | steps.Wait | None:
        """None: something else holds one of the disks."""
        volumes = [volume for volume in there.values() if volume]
        for volume in volumes:
            if volume.status in _VOLUME_READY:
                continue
            if volume.status.startswith('error'):
                raise exceptions.BuildFailed(
                    _(
                        'Cinder could not make the volume; it is in status '
                        '%(s)s.'
                    ),
                    s=volume.status,
                )
            return steps.Wait(_('The volume'))
        if _held(ctx, desktop, volumes):
            return None
        first = there.get(0)
        return steps.Done(
            {
                'volume_id': first.id if first else desktop.volume_id,
                'data_volumes': [v.id for v in volumes if v.disk] or None,
            }
        )

    def _free(self, ctx: steps.Context, desktop: models.Desktop) -> steps.Wait:
        # The server may have gone since they were listed.
        ctx.scene.look_at_volumes([desktop])
        for volume in _held(ctx, desktop, ctx.scene.volumes(desktop)):
            disks.let_go(ctx, volume.id)
        return steps.Wait(_('The volume'))


class Port(steps.Step):
    """The place of the desktop in its network."""

    name = 'port'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        found = ctx.scene.ports(desktop)
        good = [port for port in found if _is_in_place(port, desktop)]
        for port in _others(found, good):
            ctx.cloud.network.delete_port(port.id)
        groups = reach.groups(ctx, desktop, good[0] if good else None)
        if not good:
            good = [self.make(ctx, desktop, groups)]
        elif groups is not None:
            ctx.cloud.network.set_security_groups(good[0].id, groups)
        return steps.Done(
            {
                'port_id': good[0].id,
                'addresses': good[0].addresses,
                'wiring': reach.wiring(good[0], groups),
            }
        )

    def make(
        self,
        ctx: steps.Context,
        desktop: models.Desktop,
        groups: list[str] | None,
    ) -> types.Port:
        """Make a port where there is none."""
        return ctx.scene.make_port(desktop, groups)


class Server(steps.Step):
    """The server below the desktop."""

    name = 'server'
    timeout = 'build_timeout'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        found = self._find(ctx, desktop)
        good = [server for server in found if not _is_bad(server)]
        for server in _others(found, good):
            ctx.admin.compute.delete_server(server.id)
        if good:
            return self._adopt(ctx, desktop, good[0])
        if found:
            # Its port is free only when it is gone.
            return steps.Wait(_('The removal of the failed server'))
        server = self._create(ctx, desktop)
        ctx.scene.see({desktop.id: [server]})
        return steps.Done(
            {'server_id': server.id} | observation.values(server)
        )

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        if ctx.scene.servers(desktop):
            return steps.Wait(_('The removal of the failed server'))
        return None

    def _find(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> list[types.Server]:
        found = ctx.scene.servers(desktop)
        if not found and desktop.server_id:
            # Somebody may have taken our tag off.
            server = ctx.cloud.compute.get_server(desktop.server_id)
            return [server] if server else []
        return found

    def _adopt(
        self,
        ctx: steps.Context,
        desktop: models.Desktop,
        server: types.Server,
    ) -> steps.Done | steps.Wait:
        """Use a server that is there; its port may have been lost since."""
        held = {port.id: port.device_id for port in ctx.scene.ports(desktop)}
        desktop.server_id = server.id
        if server.status in reach.PLUGGABLE and not held.get(
            desktop.port_id or ''
        ):
            waiting = reach.plug(ctx, desktop)
            if waiting:
                return waiting
        return steps.Done({'server_id': server.id})

    def _create(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> types.Server:
        by_volume = desktop.boot_from == 'volume'
        cdrom = None
        if _installs(ctx):
            cdrom = ctx.cloud.image.get(desktop.image_id)
            ctx.cloud.volume.set_bootable(desktop.volume_id)
        server: types.Server = ctx.cloud.compute.create_server(
            desktop_id=desktop.id,
            order_id=ctx.order.id,
            name=desktop.name,
            flavor_id=desktop.flavor_id,
            port_id=desktop.port_id,
            image_id=None if by_volume else desktop.image_id,
            volume_id=desktop.volume_id if by_volume else None,
            data_volumes=desktop.data_volumes or (),
            availability_zone=desktop.availability_zone,
            cdrom=cdrom,
            user_data=_first_boot(desktop),
            keep_running=desktop.keep_running,
        )
        return server


class Active(steps.Step):
    """Nova builds the server."""

    name = 'active'
    waits = True
    timeout = 'build_timeout'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        server = steps.see_anew(ctx, desktop)
        if server.status == 'ERROR':
            ctx.scene.look_at_servers([desktop])
            server = _twin(ctx, desktop) or server
        return _built(server)

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        if not ctx.scene.knows_servers(desktop):
            return steps.Wait(_('The server'))
        server = ctx.scene.server(desktop)
        if server and server.status == 'ERROR':
            server = _twin(ctx, desktop)
        return _built(server) if server else None


def _installs(ctx: steps.Context) -> bool:
    """Whether the desktop boots from a CD, to install what becomes an image.

    The CD comes second: the disk is booted from as soon as it can be.
    """
    return ctx.build is not None and ctx.build.source_type == 'iso'


def _first_boot(desktop: models.Desktop) -> str | None:
    account = None
    if desktop.login_user:
        reference = desktop.secret_ref
        account = first_boot.Account(
            desktop.login_user,
            desktop.public_key,
            secrets.reveal(reference) if reference else None,
        )
    return first_boot.compose(desktop.user_data, desktop.components, account)


def _twin(ctx: steps.Context, desktop: models.Desktop) -> types.Server | None:
    """A server that Nova made of a call whose answer was lost.

    Where the lost call came first to the port, ours had to fail.
    """
    for server in ctx.scene.servers(desktop):
        if server.id != desktop.server_id and not _is_bad(server):
            return server
    return None


def _built(server: types.Server) -> steps.Done | steps.Wait:
    if server.status == 'ERROR':
        raise exceptions.BuildFailed(reason=observation.reason(server))
    if server.status == 'BUILD' or server.task_state:
        return steps.Wait(_('The build of the server'))
    return steps.Done({'server_id': server.id} | observation.values(server))


def _is_bad(server: types.Server) -> bool:
    return (
        server.status in ('ERROR', 'DELETED', 'SOFT_DELETED')
        or server.task_state == 'deleting'
    )


def _is_bad_volume(volume: types.Volume) -> bool:
    return volume.status in _VOLUME_LOST or disks.is_stuck(volume)


def _held(
    ctx: steps.Context,
    desktop: models.Desktop,
    volumes: list[types.Volume],
) -> list[types.Volume]:
    """Disks that Nova cannot attach, and did not already.

    One with data was attached to the server before, which may be letting go
    of it just now.
    """
    if ctx.scene.servers(desktop):
        return []
    return [
        volume
        for volume in volumes
        if volume.disk
        and volume.status != 'available'
        and desktop.server_id not in volume.server_ids
    ]


def _first(
    wanted: disks.Wanted, volumes: list[types.Volume]
) -> types.Volume | None:
    return next((each for each in volumes if wanted.fits(each)), None)


def _is_in_place(port: types.Port, desktop: models.Desktop) -> bool:
    """Whether a port is where the desktop belongs now."""
    return port.network_id in (None, desktop.network_id)


def _others(found: list, good: list) -> list:
    """What has to go: twins beyond the first, and what is broken."""
    return [thing for thing in found if thing not in good[:1]]


STEPS = (Volume(), Port(), reach.FloatingIP(), Server(), Active())
