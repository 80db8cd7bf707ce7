"""Neutron: the ports of desktops and the networks they are on."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from openstack import connection
from openstack import exceptions as sdk_exceptions
from oslo_log import log as logging
from oslo_utils import uuidutils

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import image
from clouddesk.cloud import listing
from clouddesk.cloud import naming
from clouddesk.cloud import session
from clouddesk.cloud import types
from clouddesk.i18n import _

LOG = logging.getLogger(__name__)

_SERVICE = 'Neutron'

#: Ids or names in one query; longer addresses are refused by web servers.
_CHUNK = 40

_PORT_FIELDS = (
    'id',
    'name',
    'description',
    'network_id',
    'mac_address',
    'fixed_ips',
    'device_id',
    'security_groups',
)
_NETWORK_FIELDS = (
    'id',
    'name',
    'router:external',
    'subnets',
    'shared',
    'project_id',
)


class Network:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def find_ports(self, desktop_ids: Sequence[str]) -> list[types.Port]:
        """The ports that were made for these desktops."""
        ports: list[types.Port] = []
        with errors.translated(_SERVICE):
            for chunk in listing.chunks(desktop_ids, _CHUNK):
                names = [naming.resource_name(each) for each in chunk]
                ports += [_port(row) for row in self._ports(name=names)]
        return ports

    def list_ports(self) -> list[types.Port]:
        """The ports that clouddesk made in the project."""
        with errors.translated(_SERVICE):
            ports = [_port(row) for row in self._ports()]
        return [port for port in ports if port.desktop_id]

    def _ports(self, **filters: Any) -> Iterator[dict[str, Any]]:
        return listing.pages(
            self._conn.network,
            '/ports',
            'ports',
            fields=_PORT_FIELDS,
            **filters,
        )

    def create_port(
        self,
        desktop_id: str,
        name: str,
        network_id: str,
        security_groups: Sequence[str] | None = None,
        mac: str | None = None,
        addresses: Sequence[str] = (),
        project_id: str | None = None,
    ) -> types.Port:
        """Make the port of a desktop.

        :param name: of the desktop, for people; the port's own name is the
            mark that :meth:`find_ports` looks for
        :param security_groups: their ids; None is the project's default one
        :param mac: and addresses that it shall have; by default Neutron
            chooses
        :param project_id: whose port it is; for admins
        :raises CloudConflict: the network has no free address, or not this
        :raises CloudQuotaExceeded: the project may have no further port
        """
        groups = None if security_groups is None else tuple(security_groups)
        wanted = _body(types.NewPort(desktop_id, name, network_id, groups))
        if mac:
            wanted['mac_address'] = mac
        if addresses:
            wanted['fixed_ips'] = [{'ip_address': each} for each in addresses]
        if project_id:
            wanted['project_id'] = project_id
        with errors.translated(_SERVICE, 'network', network_id):
            created = self._conn.network.create_port(**wanted)
        return _port(created.to_dict(original_names=True))

    def create_ports(
        self, wanted: Sequence[types.NewPort]
    ) -> list[types.Port]:
        """Make ports with one call: all of them or none.

        :returns: them in the same order
        :raises CloudError: as :meth:`create_port` does
        """
        body = {'ports': [_body(each) for each in wanted]}
        with errors.translated(_SERVICE, 'network', wanted[0].network_id):
            response = self._conn.network.post('/ports', json=body)
            sdk_exceptions.raise_from_response(response)
            rows = response.json().get('ports', ())
        made = {port.desktop_id: port for port in map(_port, rows)}
        if not made.keys() >= {each.desktop_id for each in wanted}:
            # There may be some, and a look finds them.
            raise exceptions.CloudError(
                service=_SERVICE, reason='too few ports', transient=True
            )
        return [made[each.desktop_id] for each in wanted]

    def set_security_groups(
        self, port_id: str, security_groups: Sequence[str]
    ) -> None:
        """Let a port have exactly these security groups."""
        with errors.translated(_SERVICE, 'port', port_id):
            self._conn.network.update_port(
                port_id, security_groups=list(security_groups)
            )

    def get_port(self, port_id: str) -> types.Port | None:
        """A port under whatever name, or None when there is none."""
        try:
            with errors.translated(_SERVICE, 'port', port_id):
                path = '/ports/%s' % port_id
                answer = listing.read(self._conn.network, path)
                return _port(answer['port'])
        except exceptions.CloudNotFound:
            return None

    def delete_port(self, port_id: str) -> bool:
        """Remove a port.

        :returns: False when it was gone already
        """
        try:
            with errors.translated(_SERVICE, 'port', port_id):
                self._conn.network.delete_port(port_id, ignore_missing=False)
        except exceptions.CloudNotFound:
            return False
        return True

    def get_network(self, ref: str) -> types.Network:
        """A network by its id or by its name.

        :raises CloudNotFound: the caller sees none
        :raises CloudConflict: several have this name
        """
        with errors.translated(_SERVICE, 'network', ref):
            if uuidutils.is_uuid_like(ref):
                return _network(self._conn.network.get_network(ref))
            found = list(
                self._conn.network.networks(name=ref, fields=_NETWORK_FIELDS)
            )
        return _network(image.only(found, 'network', ref))

    def pick_network(self, project_id: str) -> types.Network:
        """The network of a project with the most free IPv4 addresses.

        Only the project's own and shared networks count, and only those that
        do not lead outside. Where Neutron does not tell the service user how
        many addresses are free, the project's own come first, by name.

        :raises CloudNotFound: the project has none with a free address
        """
        usable = self._usable(project_id)
        free = _free_addresses([network.id for network in usable])
        if free is None:
            usable.sort(key=lambda n: (n.project_id != project_id, n.name))
        else:
            usable = [n for n in usable if free.get(n.id, 0) > 0]
            usable.sort(key=lambda n: (-free[n.id], n.name, n.id))
        if not usable:
            raise exceptions.CloudNotFound(
                _('Project %(id)s has no network with a free address.'),
                id=project_id,
            )
        best = usable[0]
        return _network(best, None if free is None else free[best.id])

    def _usable(self, project_id: str) -> list[Any]:
        with errors.translated(_SERVICE):
            visible = list(
                self._conn.network.networks(
                    is_router_external=False,
                    is_admin_state_up=True,
                    fields=_NETWORK_FIELDS,
                )
            )
        # An administrator sees the networks of all projects.
        return [
            network
            for network in visible
            if network.subnet_ids
            and (network.project_id == project_id or network.is_shared)
        ]


def _free_addresses(network_ids: Sequence[str]) -> dict[str, int] | None:
    """Free IPv4 addresses by network; None when Neutron does not tell.

    The list is for administrators only, so the service user asks.
    """
    try:
        with errors.translated(_SERVICE):
            conn = session.connection(session.service_session())
            free = {
                row.network_id: row.total_ips - row.used_ips
                for chunk in listing.chunks(network_ids, _CHUNK)
                for row in conn.network.network_ip_availabilities(
                    network_id=list(chunk), ip_version=4
                )
            }
        # To others Neutron shows an empty list instead of an error.
        return free or None
    except exceptions.CloudForbidden as error:
        LOG.warning('Free addresses are unknown: %(error)s', {'error': error})
        return None


def _body(port: types.NewPort) -> dict[str, Any]:
    body: dict[str, Any] = {
        'name': naming.resource_name(port.desktop_id),
        'description': naming.signed(port.name),
        'network_id': port.network_id,
    }
    if port.security_groups is not None:
        body['security_groups'] = list(port.security_groups)
    return body


def _port(port: dict[str, Any]) -> types.Port:
    return types.Port(
        id=port['id'],
        name=port['name'],
        mac=port['mac_address'],
        addresses=[
            {
                'address': fixed['ip_address'],
                'version': 6 if ':' in fixed['ip_address'] else 4,
                'type': 'fixed',
            }
            for fixed in port['fixed_ips'] or ()
        ],
        device_id=port['device_id'] or None,
        desktop_id=naming.desktop_of(port['name']),
        network_id=port['network_id'],
        security_groups=tuple(port['security_groups'] or ()),
        ours=naming.is_signed(port.get('description')),
    )


def _network(network: Any, free: int | None = None) -> types.Network:
    return types.Network(
        id=network.id,
        name=network.name,
        external=bool(network.is_router_external),
        subnets=tuple(network.subnet_ids or ()),
        free_addresses=free,
    )
