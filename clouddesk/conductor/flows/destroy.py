"""Removing everything that a desktop owns, and its row last.

Also the way back of a build that is cancelled. Deleting what is gone already
is success.
"""

from typing import Any

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.conductor import observation
from clouddesk.conductor.flows import disks
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.i18n import _

#: Seconds after which a server in ERROR is believed to stay there.
_SURE_AFTER = 15

#: What Nova calls servers that it lists no longer.
_NOT_THERE = frozenset({'DELETED', 'SOFT_DELETED'})


class Server(steps.Step):
    name = 'server'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        known = {server.id for server in ctx.scene.servers(desktop)}
        values: dict[str, Any] = {}
        for server_id in _with(known, desktop.server_id):
            was_there = ctx.admin.compute.delete_server(server_id)
            ctx.scene.forget_servers(desktop)
            if not was_there and server_id == desktop.server_id:
                values = {'server_id': None}
        return steps.Done(values)


class Gone(steps.Step):
    """Nova takes the server away; its port and volume are busy until then.

    A list may lack a server that is still there, because somebody took our
    tag off or a cell does not answer. So it is believed only when the server
    was in a list since its removal was asked for; otherwise Nova is asked for
    the server itself.
    """

    name = 'gone'
    waits = True

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        server = desktop.server_id and ctx.cloud.compute.get_server(
            desktop.server_id
        )
        if server and server.status not in _NOT_THERE:
            return steps.Wait(_('The removal of the server'))
        return _gone()

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        waiting = steps.Wait(_('The removal of the server'))
        if not ctx.scene.knows_servers(desktop):
            return waiting
        left = ctx.scene.servers(desktop)
        if not left and ctx.scene.listed(desktop.server_id):
            return _gone()
        if not left:
            return None
        for server in left:
            if (
                server.status == 'ERROR'
                and server.task_state is None
                and waited > _SURE_AFTER
            ):
                raise exceptions.RemovalFailed(
                    service='Nova', reason=observation.reason(server)
                )
        return waiting


class Volume(steps.Step):
    """All of its disks in Cinder."""

    name = 'volume'
    watches = 'volumes'

    def applies(self, desktop: models.Desktop) -> bool:
        return bool(disks.wanted(desktop) or desktop.data_volumes)

    def going(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> list[types.Volume]:
        """What is still there and has to go."""
        found: list[types.Volume] = ctx.scene.volumes(desktop)
        return found

    def recorded(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> set[str]:
        """What has to go, seen or not."""
        ids = {desktop.volume_id, *(desktop.data_volumes or ())}
        return {each for each in ids if each}

    def done(self, ctx: steps.Context, desktop: models.Desktop) -> steps.Done:
        """Nothing of it is left."""
        return steps.Done({'volume_id': None, 'data_volumes': None})

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        known = {volume.id: volume for volume in self.going(ctx, desktop)}
        asked = [
            self._delete(ctx, volume_id, known.get(volume_id))
            for volume_id in sorted(set(known) | self.recorded(ctx, desktop))
        ]
        if any(asked):
            return steps.Wait(_('The removal of the volume'))
        return self.done(ctx, desktop)

    def look(
        self, ctx: steps.Context, desktop: models.Desktop, waited: float
    ) -> steps.Done | steps.Wait | None:
        left = self.going(ctx, desktop)
        if not left:
            return self.done(ctx, desktop)
        if any(volume.status == 'error_deleting' for volume in left):
            raise exceptions.RemovalFailed(
                service='Cinder', reason=_('The volume could not be deleted.')
            )
        if all(volume.status == 'deleting' for volume in left):
            return steps.Wait(_('The removal of the volume'))
        return None

    def _delete(
        self, ctx: steps.Context, volume_id: str, seen: types.Volume | None
    ) -> bool:
        """Whether there is still something to wait for."""
        try:
            return disks.remove(ctx, volume_id, seen)
        except exceptions.CloudConflict:
            disks.let_go(ctx, volume_id)
            return True


class Port(steps.Step):
    name = 'port'

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        known = {port.id for port in ctx.scene.ports(desktop)}
        for port_id in _with(known, desktop.port_id):
            ctx.cloud.network.delete_port(port_id)
        return steps.Done({'port_id': None})


class FloatingIP(steps.Step):
    name = 'floating_ip'

    def applies(self, desktop: models.Desktop) -> bool:
        return bool(desktop.floating_network_id or desktop.floating_ip_id)

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        known = {each.id for each in ctx.scene.floating_ips(desktop)}
        for floating_ip_id in _with(known, desktop.floating_ip_id):
            ctx.cloud.floating_ips.delete(floating_ip_id)
        return steps.Done({'floating_ip_id': None})


class Row(steps.Step):
    name = 'row'
    forgets = True

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        return steps.Done()


def _gone() -> steps.Done:
    return steps.Done({'server_id': None} | observation.nothing())


def _with(known: set[str], recorded: str | None) -> list[str]:
    return sorted(known | {recorded} if recorded else known)


STEPS = (Server(), Gone(), Volume(), FloatingIP(), Port(), Row())
