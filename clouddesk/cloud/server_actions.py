"""Nova's server actions through python-novaclient.

The only module that knows novaclient.
"""

from collections.abc import Iterator
import contextlib
from typing import Any

from novaclient import client
from novaclient import exceptions as nova_exceptions
from openstack import connection

from clouddesk.cloud import errors
from clouddesk.cloud import types
from clouddesk.conf import CONF

_SERVICE = 'Nova'

#: Nova's API as of Yoga; nothing that is used here has changed since 2.6.
MICROVERSION = '2.90'


class ServerActions:
    """What can be done to a server that exists."""

    def __init__(self, conn: connection.Connection) -> None:
        nova = client.Client(
            MICROVERSION,
            session=conn.session,
            region_name=CONF.cloud.region_name,
            endpoint_type=CONF.cloud.interface,
            global_request_id=conn._global_request_id,
        )
        self._servers = nova.servers
        self._history = nova.instance_action

    def start(self, server_id: str) -> None:
        with _translated(server_id):
            self._servers.start(server_id)

    def stop(self, server_id: str) -> None:
        with _translated(server_id):
            self._servers.stop(server_id)

    def reboot(self, server_id: str, hard: bool) -> None:
        with _translated(server_id):
            self._servers.reboot(server_id, 'HARD' if hard else 'SOFT')

    def lock(self, server_id: str, reason: str | None) -> None:
        with _translated(server_id):
            self._servers.lock(server_id, reason=reason)

    def unlock(self, server_id: str) -> None:
        with _translated(server_id):
            self._servers.unlock(server_id)

    def live_migrate(self, server_id: str, host: str | None) -> None:
        with _translated(server_id):
            self._servers.live_migrate(server_id, host, 'auto')

    def create_image(
        self, server_id: str, name: str, properties: dict[str, str]
    ) -> str:
        with _translated(server_id):
            id_ = self._servers.create_image(server_id, name, properties)
        return str(id_)

    def last_fault(self, server_id: str, action: str) -> str | None:
        """What the newest such action of a server ended with."""
        with _translated(server_id):
            found = [
                each
                for each in self._history.list(server_id)
                if each.action == action
            ]
            if not found:
                return None
            newest = max(found, key=lambda each: each.start_time)
            told = self._history.get(server_id, newest.request_id)
        details = [event.get('details') for event in told.events or ()]
        return errors.shorten(next(filter(None, details), '')) or None

    def console(self, server_id: str, console_type: str) -> types.Console:
        with _translated(server_id):
            answer = self._servers.get_console_url(server_id, console_type)
        return _console(answer['remote_console'])


def _console(console: dict[str, Any]) -> types.Console:
    return types.Console(
        type=console['type'], protocol=console['protocol'], url=console['url']
    )


@contextlib.contextmanager
def _translated(server_id: str) -> Iterator[None]:
    with errors.translated(_SERVICE, 'server', server_id):
        try:
            yield
        except nova_exceptions.ClientException as error:
            raise errors.from_status(
                _SERVICE, error.code, error.message, 'server', server_id
            ) from error
