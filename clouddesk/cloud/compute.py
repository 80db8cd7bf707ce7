"""Nova: the servers below the desktops."""

import base64
from collections.abc import Mapping
from collections.abc import Sequence
import functools
import math
from typing import Any
from urllib import parse

from openstack import connection

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import image
from clouddesk.cloud import listing
from clouddesk.cloud import naming
from clouddesk.cloud import server_actions
from clouddesk.cloud import types
from clouddesk.conf import CONF

_SERVICE = 'Nova'

#: Desktops in one query by tag; more are cheaper by reading the project.
_CHUNK = 40
_MAX_TAG_QUERIES = 2

#: What Masakari goes by when a host fails.
_HA_KEY = 'HA_Enabled'


class Compute:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    @functools.cached_property
    def _actions(self) -> server_actions.ServerActions:
        return server_actions.ServerActions(self._conn)

    def list_servers(
        self,
        desktop_ids: Sequence[str] | None = None,
    ) -> list[types.Server]:
        """The servers that clouddesk made.

        :param desktop_ids: only those of these desktops
        """
        if desktop_ids is None:
            return self._servers(tags=naming.SERVER_TAG)
        if len(desktop_ids) > _CHUNK * _MAX_TAG_QUERIES:
            wanted = frozenset(desktop_ids)
            found = self._servers(tags=naming.SERVER_TAG)
            return [each for each in found if each.desktop_id in wanted]
        found = []
        for chunk in listing.chunks(desktop_ids, _CHUNK):
            tags = ','.join(naming.desktop_tag(each) for each in chunk)
            found += self._servers(**{'tags-any': tags})
        return found

    def _servers(self, **filters: Any) -> list[types.Server]:
        with errors.translated(_SERVICE):
            rows = listing.pages(
                self._conn.compute, '/servers/detail', 'servers', **filters
            )
            return [_server(row) for row in rows]

    def find_server(self, desktop_id: str) -> list[types.Server]:
        """The servers that were built for a desktop; more than one: twins."""
        return self._servers(tags=naming.desktop_tag(desktop_id))

    def servers_of_image(self, image_id: str) -> list[types.Server]:
        """The servers of the project whose disk comes from an image.

        Also those that clouddesk did not make; not those on volumes, whose
        disk is a copy.
        """
        return self._servers(image=image_id)

    def create_server(
        self,
        desktop_id: str,
        order_id: str,
        name: str,
        flavor_id: str,
        port_id: str,
        image_id: str | None = None,
        volume_id: str | None = None,
        data_volumes: Sequence[str] = (),
        availability_zone: str | None = None,
        user_data: str | None = None,
        keep_running: bool = False,
        cdrom: types.Image | None = None,
    ) -> types.Server:
        """Ask for a server; does not wait for it.

        :param image_id: boot from this image, or
        :param volume_id: from this volume, which outlives the server
        :param data_volumes: further disks, which outlive it, too
        :param user_data: what the guest does at its first boot
        :param cdrom: beside the volume, booted from while that is empty
        :param keep_running: Masakari shall start it elsewhere when its host
            fails
        :raises CloudQuotaExceeded: the project has no room for it
        """
        wanted = {
            'name': name,
            'hostname': naming.hostname(name, desktop_id),
            'flavor_id': flavor_id,
            'networks': [{'port': port_id}],
            'tags': [naming.SERVER_TAG, naming.desktop_tag(desktop_id)],
            'metadata': {
                naming.DESKTOP_KEY: desktop_id,
                naming.ORDER_KEY: order_id,
                **naming.marks(),
                **({_HA_KEY: 'True'} if keep_running else {}),
            },
            'image_id': image_id,
            'block_device_mapping': _disks(
                image_id, volume_id, cdrom, data_volumes
            ),
            'availability_zone': availability_zone,
            'user_data': user_data and _coded(user_data),
        }
        wanted = {k: v for k, v in wanted.items() if v is not None}
        with errors.translated(_SERVICE):
            created = self._conn.compute.create_server(**wanted)
        return types.Server(
            id=created.id,
            name=name,
            status=created.status or 'BUILD',
            desktop_id=desktop_id,
            order_id=order_id,
        )

    def get_server(self, server_id: str) -> types.Server | None:
        """A server, or None when there is none."""
        try:
            with errors.translated(_SERVICE, 'server', server_id):
                path = '/servers/%s' % server_id
                answer = listing.read(self._conn.compute, path)
                return _server(answer['server'])
        except exceptions.CloudNotFound:
            return None

    def get_public_key(self, name: str) -> str:
        """The public key of a key pair of the caller.

        :raises CloudNotFound: the caller has none of this name
        """
        with errors.translated(_SERVICE, 'key pair', name):
            path = '/os-keypairs/%s' % parse.quote(name, safe='')
            answer = listing.read(self._conn.compute, path)
        return str(answer['keypair']['public_key'])

    def rename(self, server_id: str, name: str) -> None:
        """Change the name that Nova shows; the hostname stays."""
        with errors.translated(_SERVICE, 'server', server_id):
            self._conn.compute.update_server(server_id, name=name)

    def set_high_availability(self, server_id: str, wanted: bool) -> None:
        """Let Masakari start a server elsewhere when its host fails."""
        compute = self._conn.compute
        with errors.translated(_SERVICE, 'server', server_id):
            if wanted:
                compute.set_server_metadata(server_id, **{_HA_KEY: 'True'})
            else:
                compute.delete_server_metadata(server_id, [_HA_KEY])

    def delete_server(self, server_id: str) -> bool:
        """Ask for the removal of a server; does not wait for it.

        :returns: False when it was gone already
        """
        try:
            with errors.translated(_SERVICE, 'server', server_id):
                self._conn.compute.delete_server(
                    server_id, ignore_missing=False
                )
        except exceptions.CloudNotFound:
            return False
        return True

    def plug(self, server_id: str, port_id: str) -> None:
        """Give a server a port.

        :raises CloudConflict: the state of the server forbids it
        """
        with errors.translated(_SERVICE, 'server', server_id):
            self._conn.compute.create_server_interface(
                server_id, port_id=port_id
            )

    def start(self, server_id: str) -> None:
        """:raises CloudConflict: the server is not shut off"""
        self._actions.start(server_id)

    def stop(self, server_id: str) -> None:
        """:raises CloudConflict: the server is not running"""
        self._actions.stop(server_id)

    def reboot(self, server_id: str, hard: bool = False) -> None:
        """:raises CloudConflict: the state of the server forbids it"""
        self._actions.reboot(server_id, hard)

    def create_image(
        self, server_id: str, name: str, properties: Mapping[str, str]
    ) -> str:
        """Ask for an image of the disk of a server that boots from an image.

        :param properties: what it is to be found by from the beginning
        :returns: its id
        :raises CloudConflict: the state of the server forbids it
        """
        return self._actions.create_image(server_id, name, dict(properties))

    def lock(self, server_id: str, reason: str | None = None) -> None:
        """Let only admins act on a server."""
        self._actions.lock(server_id, reason)

    def unlock(self, server_id: str) -> None:
        """Let its owner act on a server again."""
        self._actions.unlock(server_id)

    def live_migrate(self, server_id: str, host: str | None = None) -> None:
        """Ask for a move to another host; for admins.

        :param host: None lets the scheduler choose
        :raises CloudConflict: the state of the server forbids it
        """
        self._actions.live_migrate(server_id, host)

    def why_not_migrated(self, server_id: str) -> str | None:
        """What went wrong in the last live migration, if Nova knows."""
        return self._actions.last_fault(server_id, 'live-migration')

    def hosts_in(self, zone: str | None) -> list[str]:
        """Names of the hosts of a zone that are enabled and up; for admins."""
        with errors.translated(_SERVICE):
            answer = listing.read(
                self._conn.compute, '/os-services', binary='nova-compute'
            )
        return sorted(
            service['host']
            for service in answer['services']
            if service['zone'] == zone
            and service['status'] == 'enabled'
            and service['state'] == 'up'
        )

    def console(
        self, server_id: str, console_type: str | None = None
    ) -> types.Console:
        """An address that opens the screen of a server.

        :param console_type: ``novnc``, ``spice-html5`` or ``serial``; by
            default [cloud] console_type
        :raises CloudConflict: the server is not running yet
        """
        return self._actions.console(
            server_id, console_type or CONF.cloud.console_type
        )

    def has_zone(self, name: str) -> bool:
        """Whether there is an availability zone that takes servers."""
        with errors.translated(_SERVICE):
            answer = listing.read(self._conn.compute, '/os-availability-zone')
        return any(
            zone['zoneName'] == name and zone['zoneState']['available']
            for zone in answer['availabilityZoneInfo']
        )

    def get_flavor(self, ref: str) -> types.Flavor:
        """A flavor by its id or by its name.

        :raises CloudNotFound: the caller sees none
        """
        try:
            with errors.translated(_SERVICE, 'flavor', ref):
                id_ = parse.quote(ref, safe='')
                return _flavor(self._conn.compute.get_flavor(id_))
        except exceptions.CloudNotFound:
            return self._flavor_by_name(ref)

    def _flavor_by_name(self, name: str) -> types.Flavor:
        with errors.translated(_SERVICE):
            flavors = list(self._conn.compute.flavors(details=True))
        named = [flavor for flavor in flavors if flavor.name == name]
        return _flavor(image.only(named, 'flavor', name))


def _coded(user_data: str) -> str:
    return base64.b64encode(user_data.encode()).decode()


def _disks(
    image_id: str | None,
    volume_id: str | None,
    cdrom: types.Image | None,
    data_volumes: Sequence[str],
) -> list[dict[str, Any]] | None:
    """What Nova attaches; None leaves it to make a disk of the image."""
    if volume_id is not None:
        first = _boot_volume(volume_id) + _cdrom(cdrom)
    elif image_id is not None and data_volumes:
        first = _boot_image(image_id)
    else:
        return None
    return first + [_data_volume(each) for each in data_volumes]


def _boot_image(image_id: str) -> list[dict[str, Any]]:
    return [
        {
            'boot_index': 0,
            'uuid': image_id,
            'source_type': 'image',
            'destination_type': 'local',
            'delete_on_termination': True,
        }
    ]


def _data_volume(volume_id: str) -> dict[str, Any]:
    return {
        'boot_index': -1,
        'uuid': volume_id,
        'source_type': 'volume',
        'destination_type': 'volume',
        'delete_on_termination': False,
    }


def _boot_volume(volume_id: str) -> list[dict[str, Any]]:
    return [
        {
            'boot_index': 0,
            'uuid': volume_id,
            'source_type': 'volume',
            'destination_type': 'volume',
            'delete_on_termination': False,
        }
    ]


def _cdrom(image: types.Image | None) -> list[dict[str, Any]]:
    """A drive with an ISO image in it; it goes with the server."""
    if image is None:
        return []
    return [
        {
            'boot_index': 1,
            'uuid': image.id,
            'source_type': 'image',
            'destination_type': 'volume',
            'volume_size': max(1, math.ceil((image.size or 0) / 2**30)),
            'device_type': 'cdrom',
            'delete_on_termination': True,
        }
    ]


def _server(server: dict[str, Any]) -> types.Server:
    metadata = server.get('metadata') or {}
    return types.Server(
        id=server['id'],
        # Nova leaves out what it cannot read of a cell that is down.
        name=server.get('name', ''),
        status=server['status'],
        task_state=server.get('OS-EXT-STS:task_state'),
        power_state=server.get('OS-EXT-STS:power_state'),
        project_id=server.get('tenant_id'),
        fault_message=_fault(server.get('fault')),
        addresses=_addresses(server.get('addresses') or {}),
        desktop_id=metadata.get(naming.DESKTOP_KEY),
        order_id=metadata.get(naming.ORDER_KEY),
        created=server.get('created'),
        locked=bool(server.get('locked')),
        host=server.get('OS-EXT-SRV-ATTR:host'),
        availability_zone=server.get('OS-EXT-AZ:availability_zone'),
        ours=naming.has_marks(metadata),
        high_availability=metadata.get(_HA_KEY) == 'True',
    )


def _fault(fault: dict[str, Any] | None) -> str | None:
    return errors.shorten(fault.get('message')) if fault else None


def _addresses(networks: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [
        {
            'address': each['addr'],
            'version': each['version'],
            'type': each.get('OS-EXT-IPS:type', 'fixed'),
        }
        for addresses in networks.values()
        for each in addresses
    ]


def _flavor(flavor: Any) -> types.Flavor:
    return types.Flavor(
        id=flavor.id,
        name=flavor.name,
        vcpus=flavor.vcpus,
        ram=flavor.ram,
        disk=flavor.disk,
        extra_specs=dict(flavor.extra_specs or {}),
    )
