"""Neutron: addresses under which desktops are reached from outside (T7)."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from openstack import connection

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import listing
from clouddesk.cloud import naming
from clouddesk.cloud import types

_SERVICE = 'Neutron'

#: Desktops in one query; longer addresses are refused by web servers.
_CHUNK = 40

_FIELDS = (
    'id',
    'description',
    'floating_ip_address',
    'floating_network_id',
    'port_id',
)


class FloatingIPs:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def find(self, desktop_ids: Sequence[str]) -> list[types.FloatingIP]:
        """The floating IPs that were made for these desktops."""
        found: list[types.FloatingIP] = []
        with errors.translated(_SERVICE):
            for chunk in listing.chunks(desktop_ids, _CHUNK):
                marks = [_mark(each) for each in chunk]
                found += map(_floating_ip, self._rows(description=marks))
        return found

    def of_project(self) -> list[types.FloatingIP]:
        """The floating IPs that clouddesk made in the project."""
        with errors.translated(_SERVICE):
            found = [_floating_ip(row) for row in self._rows()]
        return [each for each in found if each.desktop_id]

    def _rows(self, **filters: Any) -> Iterator[dict[str, Any]]:
        return listing.pages(
            self._conn.network,
            '/floatingips',
            'floatingips',
            fields=_FIELDS,
            **filters,
        )

    def get(self, floating_ip_id: str) -> types.FloatingIP | None:
        """A floating IP under whatever mark, or None when there is none."""
        try:
            with errors.translated(_SERVICE, 'floating IP', floating_ip_id):
                path = '/floatingips/%s' % floating_ip_id
                answer = listing.read(self._conn.network, path)
                return _floating_ip(answer['floatingip'])
        except exceptions.CloudNotFound:
            return None

    def create(
        self, desktop_id: str, network_id: str, port_id: str
    ) -> types.FloatingIP:
        """Take an address of an external network for the port of a desktop.

        :raises CloudConflict: the network has no free address
        :raises CloudQuotaExceeded: the project may have no further one
        :raises CloudError: no router leads from the port to the network
        """
        # A name is what floating IPs do not have.
        with errors.translated(_SERVICE):
            created = self._conn.network.create_ip(
                description=_mark(desktop_id),
                floating_network_id=network_id,
                port_id=port_id,
            )
        return _floating_ip(created.to_dict(original_names=True))

    def attach(self, floating_ip_id: str, port_id: str) -> types.FloatingIP:
        """Let a floating IP lead to another port."""
        with errors.translated(_SERVICE, 'floating IP', floating_ip_id):
            changed = self._conn.network.update_ip(
                floating_ip_id, port_id=port_id
            )
        return _floating_ip(changed.to_dict(original_names=True))

    def delete(self, floating_ip_id: str) -> bool:
        """Give an address back.

        :returns: False when it was gone already
        """
        try:
            with errors.translated(_SERVICE, 'floating IP', floating_ip_id):
                self._conn.network.delete_ip(
                    floating_ip_id, ignore_missing=False
                )
        except exceptions.CloudNotFound:
            return False
        return True


def _floating_ip(row: dict[str, Any]) -> types.FloatingIP:
    return types.FloatingIP(
        id=row['id'],
        address=row['floating_ip_address'],
        network_id=row['floating_network_id'],
        port_id=row['port_id'],
        desktop_id=naming.desktop_of(row['description']),
        ours=naming.is_signed(row['description']),
    )


def _mark(desktop_id: str) -> str:
    return naming.signed(naming.resource_name(desktop_id))
