"""What other processes may ask of a conductor.

This is the only module of the conductor that the API imports.
"""

import functools
from typing import Any

from oslo_log import log
import oslo_messaging as messaging

from clouddesk import exceptions
from clouddesk import rpc
from clouddesk import sending

LOG = log.getLogger(__name__)

#: Grows when a method or an argument is added; its first number, when one
#: is taken away.
VERSION = '2.0'
#: Seconds that somebody at a screen waits for an answer.
_TIMEOUT = 30
#: The same for a look at all of a project, and for repairs.
_AUDIT_TIMEOUT = 90

#: Of this process; its thread starts with the first hint.
_sender = sending.Sender(
    'rpc hints',
    'The message broker hangs. Hints are dropped until those that wait are '
    'sent; conductors look by themselves.',
)


def flush() -> None:
    """Wait until the hints of this process are sent, or lost."""
    _sender.flush()


class ConductorAPI:
    """The calls; primitive arguments only.

    History of :data:`VERSION`: 1.0 ``run_order``, ``look_at``, ``console``,
    ``checks``, ``differences``, ``repair``, ``ping``; 2.0 without
    ``console``: the addresses of screens do not travel by bus.
    """

    def run_order(self, order_id: str) -> None:
        """Hint that a work order waits. Never fails, and waits for nobody.

        The row is the order: a conductor finds it by itself when the hint
        is lost.
        """
        self._hint('run_order', order_id=order_id)

    def look_at(self, desktop_id: str) -> None:
        """Hint that a desktop was edited. Never fails, and waits for nobody.

        The next comparison of all desktops with Nova does the same.
        """
        self._hint('look_at', desktop_id=desktop_id)

    def checks(self, project_id: str) -> list[dict[str, Any]]:
        """How the cloud looks from a conductor, for a project.

        :raises ServiceUnavailable: when no conductor answers in time
        """
        return self._call('checks', timeout=_TIMEOUT, project_id=project_id)

    def differences(self, project_id: str) -> list[dict[str, Any]]:
        """What the tables and the cloud disagree about.

        :raises ServiceUnavailable: when no conductor answers in time
        :raises CloudError: a service does not tell
        """
        return self._call(
            'differences', timeout=_AUDIT_TIMEOUT, project_id=project_id
        )

    def repair(
        self, project_id: str, ids: list[str] | None
    ) -> list[dict[str, Any]]:
        """Repair differences; a verdict for each.

        :param ids: None for all
        :raises ServiceUnavailable: when no conductor answers in time; what
            was begun goes on
        :raises CloudError: a service does not tell
        """
        return self._call(
            'repair', timeout=_AUDIT_TIMEOUT, project_id=project_id, ids=ids
        )

    def reach_broker(self) -> None:
        """:raises ServiceUnavailable: the message broker is away"""
        self._reach_broker(self._client(), rpc.current_context())

    def ping(self) -> str:
        """``pong`` of any conductor.

        :raises ServiceUnavailable: when none answers in time
        """
        return self._call('ping')

    def _hint(self, method: str, **kwargs: str) -> None:
        ctxt = rpc.current_context()
        _sender.put(functools.partial(self._send, ctxt, method, kwargs))

    def _send(self, ctxt: Any, method: str, kwargs: dict[str, str]) -> None:
        try:
            self._client().cast(ctxt, method, **kwargs)
        except Exception as error:
            LOG.warning(
                'A conductor finds it at its next look, the hint '
                '%(method)s %(about)s was not sent: %(error)s',
                {'method': method, 'about': kwargs, 'error': error},
                context=ctxt,
            )

    def _call(
        self, method: str, timeout: int | None = None, **kwargs: Any
    ) -> Any:
        client = self._client()
        if timeout is not None:
            client = client.prepare(timeout=timeout)
        ctxt = rpc.current_context()
        self._reach_broker(client, ctxt)
        try:
            return client.call(ctxt, method, **kwargs)
        except messaging.MessagingTimeout as error:
            LOG.warning('No conductor answered %s.', method)
            raise exceptions.ServiceUnavailable(
                service='clouddesk-conductor'
            ) from error

    def _reach_broker(self, client: messaging.RPCClient, ctxt: Any) -> None:
        """Send a message that needs no answer before one that does.

        A call opens its reply queue whatever ``retry`` says, and would wait
        for a lost broker for ever; a cast fails at once, with the errors of
        whatever library the driver uses.
        """
        try:
            client.cast(ctxt, 'ping')
        except Exception as error:
            LOG.warning('The message broker is away: %s', error)
            raise exceptions.ServiceUnavailable(
                service='clouddesk-conductor'
            ) from error

    def _client(self) -> messaging.RPCClient:
        target = messaging.Target(topic=rpc.CONDUCTOR_TOPIC, version=VERSION)
        return rpc.client(target, timeout=_TIMEOUT)
