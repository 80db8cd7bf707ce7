"""What the cloud has beside the services that desktops need."""

from keystoneauth1 import exceptions as ks_exceptions
from openstack import connection

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import listing
from clouddesk.conf import CONF

#: Our word for a service, and its type.
_SERVICES = {
    'volume': 'block-storage',
    'key_manager': 'key-manager',
    'instance_ha': 'instance-ha',
    'object_store': 'object-store',
    'load_balancer': 'load-balancer',
    'dns': 'dns',
}


class Catalogue:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def services(self) -> dict[str, bool]:
        """Which of the optional services there are; answers without a call."""
        with errors.translated('Keystone'):
            return {name: self._has(kind) for name, kind in _SERVICES.items()}

    def _has(self, kind: str) -> bool:
        try:
            found = self._conn.session.get_endpoint(
                service_type=kind,
                interface=CONF.cloud.interface,
                region_name=CONF.cloud.region_name,
            )
        except ks_exceptions.EndpointNotFound:
            return False
        return found is not None

    def import_methods(self) -> list[str]:
        """How Glance takes images beside an upload; none if it is silent."""
        try:
            with errors.translated('Glance'):
                answer = listing.read(self._conn.image, '/info/import')
        except exceptions.CloudError:
            return []
        return sorted(answer['import-methods']['value'])
