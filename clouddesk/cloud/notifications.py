"""What Nova tells without being asked.

A notification is a hint that a server changed; whoever gets it looks at the
server itself. Losing one costs time and nothing else.
"""

from collections.abc import Callable
from typing import Any

from oslo_log import log as logging
import oslo_messaging

from clouddesk.cloud import naming

LOG = logging.getLogger(__name__)

#: ``(server_id, desktop_id | None, event_type, state, task_state)``; state
#: and task_state are Nova's vm_state and task_state after the event.
Callback = Callable[[str, str | None, str, str | None, str | None], None]


class ServerEvents:
    """Endpoint for the versioned ``instance.*`` notifications of Nova."""

    filter_rule = oslo_messaging.NotificationFilter(event_type=r'^instance\.')

    def __init__(self, callback: Callback) -> None:
        self._callback = callback

    def info(
        self,
        ctxt: dict[str, Any],
        publisher_id: str,
        event_type: str,
        payload: dict[str, Any],
        metadata: dict[str, Any],
    ) -> None:
        try:
            self._tell(event_type, payload['nova_object.data'])
        except Exception:
            # An endpoint that raises would get the same message for ever.
            LOG.exception(
                'Notification %(event)s of %(publisher)s was not understood',
                {'event': event_type, 'publisher': publisher_id},
            )

    error = info

    def _tell(self, event_type: str, data: dict[str, Any]) -> None:
        self._callback(
            data['uuid'],
            (data.get('metadata') or {}).get(naming.DESKTOP_KEY),
            event_type,
            data.get('state'),
            data.get('task_state'),
        )
