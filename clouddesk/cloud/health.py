"""Whether the other services are there, for the doctor."""

import time
from typing import Any

from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1 import session as ks_session
from openstack import connection

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import listing
from clouddesk.cloud import types
from clouddesk.conf import CONF

#: Seconds to connect and to wait: a doctor does not wait for a patient.
_TIMEOUT = (3.0, 8.0)

_SERVER_ERROR = 500


class Health:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn
        self._ks: ks_session.Session = conn.session

    def endpoint(self, service_type: str) -> str | None:
        """Where the catalogue says that a service is, if it knows it.

        :raises CloudForbidden: Keystone refuses the credentials
        """
        with errors.translated('Keystone'):
            try:
                found: str | None = self._ks.get_endpoint(
                    service_type=service_type,
                    interface=CONF.cloud.interface,
                    region_name=CONF.cloud.region_name,
                    # Only the catalogue is asked, not the service.
                    skip_discovery=True,
                )
            except ks_exceptions.EndpointNotFound:
                return None
        return found

    def answers(self, service_type: str) -> int | None:
        """How long a service takes to answer.

        :returns: milliseconds; None when it is not in the catalogue
        :raises CloudError: it does not answer, or with a failure
        """
        url = self.endpoint(service_type)
        if url is None:
            return None
        began = time.monotonic()
        with errors.translated(service_type):
            answer = self._ks.get(url, raise_exc=False, timeout=_TIMEOUT)
        if answer.status_code >= _SERVER_ERROR:
            raise exceptions.CloudError(
                service=service_type,
                reason='HTTP %d' % answer.status_code,
                transient=True,
            )
        return round((time.monotonic() - began) * 1000)

    def roles(self) -> set[str]:
        """The names of the roles that these credentials have.

        :raises CloudForbidden: they have none in the project
        """
        with errors.translated('Keystone'):
            auth: Any = self._ks.auth
            return set(auth.get_access(self._ks).role_names)

    def compute_hosts(self) -> list[types.ComputeHost]:
        """The hosts that servers run on.

        :raises CloudForbidden: only an administrator sees them
        """
        with errors.translated('Nova'):
            answer = listing.read(
                self._conn.compute, '/os-services', binary='nova-compute'
            )
        return [
            types.ComputeHost(
                name=row['host'],
                up=row['state'] == 'up',
                enabled=row['status'] == 'enabled',
            )
            for row in answer['services']
        ]
