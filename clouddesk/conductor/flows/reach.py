"""How a desktop is reached from outside: floating IP and security groups."""

from typing import Any

from clouddesk import exceptions
from clouddesk.cloud import security_groups
from clouddesk.cloud import types
from clouddesk.conductor.flows import steps
from clouddesk.conf import CONF
from clouddesk.db import models

#: Statuses in which a server takes a port.
PLUGGABLE = frozenset({'ACTIVE', 'PAUSED', 'SHUTOFF'})


class FloatingIP(steps.Step):
    """The address that is good outside (T7).

    It is there before the server, so Nova knows it from the beginning.
    """

    name = 'floating_ip'

    def applies(self, desktop: models.Desktop) -> bool:
        return bool(desktop.floating_network_id or desktop.floating_ip_id)

    def run(
        self, ctx: steps.Context, desktop: models.Desktop
    ) -> steps.Done | steps.Wait:
        found = ctx.scene.floating_ips(desktop)
        good = [
            each
            for each in found
            if each.network_id == desktop.floating_network_id
        ][:1]
        for other in found:
            if other not in good:
                ctx.cloud.floating_ips.delete(other.id)
        if not desktop.floating_network_id:
            return _done(desktop, None)
        return _done(desktop, self._use(ctx, desktop, good))

    def _use(
        self,
        ctx: steps.Context,
        desktop: models.Desktop,
        good: list[types.FloatingIP],
    ) -> types.FloatingIP:
        rooms = ctx.cloud.floating_ips
        used: types.FloatingIP
        if not good:
            used = rooms.create(
                desktop.id, desktop.floating_network_id, desktop.port_id
            )
        elif good[0].port_id != desktop.port_id:
            used = rooms.attach(good[0].id, desktop.port_id)
        else:
            used = good[0]
        return used


def groups(
    ctx: steps.Context, desktop: models.Desktop, port: types.Port | None
) -> list[str] | None:
    """The security groups that a port still has to be given (T8).

    :param port: that is there already, which keeps what people gave it
    :returns: ids; None when nothing is to change
    """
    if not desktop.remote_protocols and len(_of(port)) <= 1:
        return None
    known = ctx.scene.security_groups(
        desktop.remote_protocols, CONF.desktop.remote_access_from
    )
    names = security_groups.names(desktop.remote_protocols)
    wanted = {known[name] for name in names if name in known}
    ours = {known[name] for name in known if security_groups.is_ours(name)}
    if port is not None:
        wanted |= set(_of(port)) - ours
    return sorted(wanted) if wanted != set(_of(port)) else None


def wiring(port: types.Port, groups: list[str] | None) -> dict[str, Any]:
    """What is remembered of a port, so that another can take its place.

    :param groups: that it was just given; None: it keeps its own
    """
    return {
        'mac': port.mac,
        'addresses': [each['address'] for each in port.addresses],
        'security_groups': list(
            port.security_groups if groups is None else groups
        ),
    }


def plug(ctx: steps.Context, desktop: models.Desktop) -> steps.Wait | None:
    """Put the port of a desktop into its server, unless it is there.

    :returns: that the server is busy now, or None when it is done
    :raises ServerGone: there is no server
    :raises ReattachFailed: Nova refuses
    """
    port = ctx.cloud.network.get_port(desktop.port_id)
    if port and port.device_id == desktop.server_id:
        return None
    try:
        # As an admin, because the server may be locked.
        ctx.admin.compute.plug(desktop.server_id, desktop.port_id)
    except exceptions.CloudError as error:
        busy = isinstance(error, exceptions.CloudConflict)
        if error.transient and not busy:
            raise
        waiting = steps.busy(steps.see_anew(ctx, desktop))
        if waiting:
            return waiting
        if error.transient:
            # That it was busy with is over by now.
            raise
        raise exceptions.ReattachFailed(reason=error.text) from error
    ctx.scene.forget_servers(desktop)
    return None


def _of(port: types.Port | None) -> tuple[str, ...]:
    return port.security_groups if port else ()


def _done(
    desktop: models.Desktop, floating_ip: types.FloatingIP | None
) -> steps.Done:
    fixed = [
        each for each in desktop.addresses or () if each['type'] == 'fixed'
    ]
    if floating_ip is None:
        return steps.Done({'floating_ip_id': None, 'addresses': fixed})
    outside = {
        'address': floating_ip.address,
        'version': 4,
        'type': 'floating',
    }
    return steps.Done(
        {'floating_ip_id': floating_ip.id, 'addresses': [*fixed, outside]}
    )
