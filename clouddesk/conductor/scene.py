"""What the cloud holds for the desktops of an order, as last seen.

Steps ask the scene before they ask the cloud. On a first claim it is empty
and costs nothing. Whoever continues another's work looks at everything first
and finds what the other one made. Steps about images ask Glance itself: asking
it twice does no harm.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import threading
from typing import Any

from clouddesk import exceptions
from clouddesk.cloud import types
from clouddesk.conductor import gathering
from clouddesk.db import models

#: Desktops whose ports are found faster by reading those of the project.
_MANY = 80
#: Ports made with one call. Neutron makes them one after the other, and the
#: servers wait for theirs.
_PORTS_AT_ONCE = 8


class Scene:
    def __init__(self, cloud: Any) -> None:
        self._cloud = cloud
        self._servers: dict[str, list[types.Server]] = {}
        #: Servers that carried our tag when they were seen.
        self._listed: set[str] = set()
        self._ports: dict[str, list[types.Port]] = {}
        self._floating_ips: dict[str, list[types.FloatingIP]] = {}
        self._volumes: dict[str, list[types.Volume]] = {}
        self._groups: dict[tuple[str, ...], dict[str, str]] = {}
        self._groups_lock = threading.Lock()
        self._new_ports = gathering.Gatherer(self._make_ports, _PORTS_AT_ONCE)

    def look(self, rows: Collection[Any]) -> None:
        """Search everything that carries the identity of these desktops.

        :param rows: desktops, or images, for which nothing is searched
        """
        desktops = [each for each in rows if isinstance(each, models.Desktop)]
        if desktops:
            self._look_at_desktops(desktops)

    def _look_at_desktops(self, desktops: Collection[models.Desktop]) -> None:
        self.look_at_servers(desktops)
        ids = [desktop.id for desktop in desktops]
        network = self._cloud.network
        many = len(ids) > _MANY
        found = network.list_ports() if many else network.find_ports(ids)
        self._ports.update(by_desktop(found, ids))
        self._look_at_floating_ips(desktops)
        self.look_at_volumes(desktops)

    def _look_at_floating_ips(
        self, desktops: Iterable[models.Desktop]
    ) -> None:
        """One list for all of them; none when nobody wants any."""
        ids = [
            each.id
            for each in desktops
            if each.floating_network_id or each.floating_ip_id
        ]
        if ids:
            rooms = self._cloud.floating_ips
            many = len(ids) > _MANY
            found = rooms.of_project() if many else rooms.find(ids)
            self._floating_ips.update(by_desktop(found, ids))

    def look_at_servers(self, desktops: Collection[models.Desktop]) -> None:
        """One list for all of them."""
        ids = [desktop.id for desktop in desktops]
        self.see(by_desktop(self._cloud.compute.list_servers(ids), ids))

    def look_at_volumes(self, desktops: Iterable[models.Desktop]) -> None:
        """One list for all of them; none when none of them has any."""
        ids = [each.id for each in desktops if _has_volumes(each)]
        volume = self._cloud.volume
        found = []
        if len(ids) == 1:
            found = volume.find_volumes(ids[0])
        elif ids:
            found = volume.list_volumes()
        self._volumes.update(by_desktop(found, ids))

    def see(self, servers: Mapping[str, list[types.Server]]) -> None:
        """Take over what somebody else saw, by desktop."""
        self._servers.update(servers)
        self._listed.update(
            server.id
            for found in servers.values()
            for server in found
            if server.desktop_id
        )

    def see_volumes(self, volumes: Mapping[str, list[types.Volume]]) -> None:
        """The same for volumes."""
        self._volumes.update(volumes)

    def assume_empty(self, desktops: Iterable[models.Desktop]) -> None:
        """Believe that nothing was ever made for these desktops."""
        for desktop in desktops:
            self._servers[desktop.id] = []
            self._ports[desktop.id] = []
            self._floating_ips[desktop.id] = []
            self._volumes[desktop.id] = []

    def forget_servers(self, desktop: models.Desktop) -> None:
        """What was seen is no longer true: something was asked for."""
        for server in self._servers.pop(desktop.id, ()):
            self._listed.discard(server.id)

    def knows_servers(self, desktop: models.Desktop) -> bool:
        return desktop.id in self._servers

    def listed(self, server_id: str | None) -> bool:
        """Whether a list that lacks a server tells that it is gone.

        It was in one since something was asked for; or there is none.
        """
        return server_id is None or server_id in self._listed

    def servers(self, desktop: models.Desktop) -> list[types.Server]:
        """Every server of the desktop; the recorded one first, then by age."""
        found = self._servers.get(desktop.id, [])
        return sorted(
            found, key=lambda s: (s.id != desktop.server_id, s.created or '')
        )

    def server(self, desktop: models.Desktop) -> types.Server | None:
        """The recorded server of the desktop."""
        for server in self._servers.get(desktop.id, ()):
            if server.id == desktop.server_id:
                return server
        return None

    def ports(self, desktop: models.Desktop) -> list[types.Port]:
        """The recorded one first."""
        found = self._ports.get(desktop.id, [])
        return sorted(found, key=lambda port: port.id != desktop.port_id)

    def make_port(
        self, desktop: models.Desktop, groups: Sequence[str] | None
    ) -> types.Port:
        """Ask Neutron for a port, together with those who want one, too.

        :param groups: ids of its security groups; None is the default one
        """
        wanted = types.NewPort(
            desktop.id,
            desktop.name,
            desktop.network_id,
            None if groups is None else tuple(groups),
        )
        made: types.Port = self._new_ports.ask(wanted)
        return made

    def _make_ports(self, wanted: list[types.NewPort]) -> list[Any]:
        if len(wanted) == 1:
            return [self._make_one(wanted[0])]
        try:
            ports: list[Any] = self._cloud.network.create_ports(wanted)
            return ports
        except exceptions.CloudError as error:
            if error.transient:
                raise
        # All or none: whom Neutron meant shows when each comes alone.
        return [self._make_one(each) for each in wanted]

    def _make_one(self, wanted: types.NewPort) -> Any:
        try:
            return self._cloud.network.create_port(
                wanted.desktop_id,
                wanted.name,
                wanted.network_id,
                wanted.security_groups,
            )
        except exceptions.CloudError as error:
            return error

    def floating_ips(self, desktop: models.Desktop) -> list[types.FloatingIP]:
        """The recorded one first."""
        found = self._floating_ips.get(desktop.id, [])
        return sorted(found, key=lambda f: f.id != desktop.floating_ip_id)

    def security_groups(
        self, protocols: Sequence[str], sources: Sequence[str]
    ) -> dict[str, str]:
        """Ids by name; made once for all desktops of the order."""
        key = tuple(protocols)
        with self._groups_lock:
            if key not in self._groups:
                rooms = self._cloud.security_groups
                self._groups[key] = rooms.ensure(key, sources)
            return self._groups[key]

    def volumes(self, desktop: models.Desktop) -> list[types.Volume]:
        """All disks that it has in Cinder; recorded ones first."""
        found = self._volumes.get(desktop.id, [])
        held = {desktop.volume_id, *(desktop.data_volumes or ())}
        return sorted(found, key=lambda v: v.id not in held)


def _has_volumes(desktop: models.Desktop) -> bool:
    return bool(
        desktop.boot_from == 'volume'
        or desktop.volume_id
        or desktop.data_disks
        or desktop.data_volumes
    )


def by_desktop(things: Iterable[Any], ids: Iterable[str]) -> dict[str, Any]:
    """What was found, by desktop; an empty list where nothing was."""
    found: dict[str, list[Any]] = {each: [] for each in ids}
    for thing in things:
        if thing.desktop_id in found:
            found[thing.desktop_id].append(thing)
    return found
