"""What answers the calls of :mod:`clouddesk.conductor.rpcapi`.

Every method may be called twice with the same arguments without harm.
"""

from typing import Any

import oslo_messaging as messaging

from clouddesk import exceptions
from clouddesk.conductor import audit
from clouddesk.conductor import checkup
from clouddesk.conductor import hints
from clouddesk.conductor import manager as managers
from clouddesk.conductor import rpcapi


class Endpoint:
    target = messaging.Target(version=rpcapi.VERSION)

    def __init__(
        self,
        manager: managers.Manager,
        hints_: hints.Hints,
        audit_: audit.Audit,
        checkup_: checkup.Checkup,
    ) -> None:
        self._manager = manager
        self._hints = hints_
        self._audit = audit_
        self._checkup = checkup_

    def run_order(self, ctxt: Any, order_id: str) -> None:
        """A work order waits, or somebody wants something of it."""
        self._manager.run_order(order_id)

    def look_at(self, ctxt: Any, desktop_id: str) -> None:
        """A desktop was edited; its server should know."""
        self._hints.look_at(desktop_id)

    @messaging.expected_exceptions(exceptions.ClouddeskError)
    def checks(self, ctxt: Any, project_id: str) -> list[dict[str, Any]]:
        """See :meth:`clouddesk.conductor.checkup.Checkup.run`."""
        return self._checkup.run(project_id)

    @messaging.expected_exceptions(exceptions.ClouddeskError)
    def differences(self, ctxt: Any, project_id: str) -> list[dict[str, Any]]:
        """See :class:`clouddesk.conductor.audit.Difference`."""
        found = self._audit.differences(project_id)
        return [each.primitive() for each in found]

    @messaging.expected_exceptions(exceptions.ClouddeskError)
    def repair(
        self, ctxt: Any, project_id: str, ids: list[str] | None
    ) -> list[dict[str, Any]]:
        """See :meth:`clouddesk.conductor.audit.Audit.repair`."""
        order = {
            'user_id': getattr(ctxt, 'user_id', None),
            'request_id': getattr(ctxt, 'request_id', None),
        }
        return self._audit.repair(project_id, ids, order)

    def ping(self, ctxt: Any) -> str:
        return 'pong'
