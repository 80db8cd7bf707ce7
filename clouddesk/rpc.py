"""The message bus, as this service uses it.

A process opens its transport with the first message that it sends or waits
for, never at import: a connection that exists before a worker is forked
would be shared by two processes.
"""

from collections.abc import Sequence
import threading
from typing import Any

from oslo_config import cfg
from oslo_context import context as oslo_context

from clouddesk import threads

threads.choose()

import oslo_messaging as messaging  # noqa: E402

from clouddesk import context  # noqa: E402

#: Where the conductors listen.
CONDUCTOR_TOPIC = 'clouddesk-conductor'
#: How often a notification is sent again that the broker did not take: some
#: seconds, in which a broker starts anew.
NOTIFY_RETRIES = 3
_NOTIFICATIONS = 'oslo_messaging_notifications'
#: Remote errors of these modules are raised as themselves.
_OUR_ERRORS = ['clouddesk.exceptions']
#: What of a request goes along with a message: enough for the logs, never
#: the token.
_SENT = ('request_id', 'global_request_id', 'user_id', 'project_id')

_lock = threading.Lock()
_transports: dict[str, Any] = {}


class RequestSerializer(messaging.JsonPayloadSerializer):
    """Arguments are JSON primitives; the context is sent without secrets."""

    @staticmethod
    def serialize_context(ctxt: Any) -> dict[str, str]:
        values = {name: getattr(ctxt, name, None) for name in _SENT}
        return {name: value for name, value in values.items() if value}

    @staticmethod
    def deserialize_context(ctxt: dict[str, Any]) -> context.RequestContext:
        values = {name: ctxt[name] for name in _SENT if name in ctxt}
        return context.RequestContext(**values)


def init(conf: cfg.ConfigOpts = cfg.CONF, url: str | None = None) -> None:
    """Forget the transports and make new ones of this configuration.

    :param url: of the broker; by default the configured one
    """
    cleanup()
    messaging.set_transport_defaults('clouddesk')
    _transports['conf'] = conf
    _transports['url'] = url


def cleanup() -> None:
    """Close what is open; the next use opens it again."""
    with _lock:
        for name in ('rpc', 'notification'):
            transport = _transports.pop(name, None)
            if transport is not None:
                transport.cleanup()


def transport() -> messaging.Transport:
    """The transport for calls between our own processes."""
    return _transport('rpc', messaging.get_rpc_transport)


def notification_transport() -> messaging.Transport:
    """The transport of notifications, of other services and of ours."""
    return _transport('notification', messaging.get_notification_transport)


def client(
    target: messaging.Target, timeout: int | None = None
) -> messaging.RPCClient:
    """A client that gives up at once when the broker cannot be reached."""
    return messaging.get_rpc_client(
        transport(),
        target,
        serializer=RequestSerializer(),
        timeout=timeout,
        retry=0,
    )


def server(
    target: messaging.Target, endpoints: list[Any]
) -> messaging.MessageHandlingServer:
    """A server that only exposes the public methods of the endpoints.

    Needs the threading backend of oslo.service to be chosen before.
    """
    return messaging.get_rpc_server(
        transport(),
        target,
        endpoints,
        executor='threading',
        serializer=RequestSerializer(),
        access_policy=messaging.DefaultRPCAccessPolicy,
    )


def notifier(publisher: str, topics: Sequence[str]) -> messaging.Notifier:
    """What tells others of what was done.

    :param publisher: who tells
    :param topics: none are those of ``[oslo_messaging_notifications]``
    """
    transport = notification_transport()
    # oslo.messaging tries for ever, and the first message that the broker
    # does not take holds up all others until it does. Not to try again would
    # lose a message to every connection that broke while nobody used it.
    # What an operator sets comes before this default.
    transport.conf.set_default('retry', NOTIFY_RETRIES, group=_NOTIFICATIONS)
    return messaging.Notifier(
        transport,
        publisher_id=publisher,
        serializer=RequestSerializer(),
        topics=list(topics) or None,
    )


def current_context() -> Any:
    """The request that this thread works for; an empty one if none."""
    return oslo_context.get_current() or context.RequestContext(
        overwrite=False
    )


def _transport(name: str, factory: Any) -> messaging.Transport:
    with _lock:
        if name not in _transports:
            _transports[name] = factory(
                _transports.get('conf', cfg.CONF),
                url=_transports.get('url'),
                allowed_remote_exmods=_OUR_ERRORS,
            )
        return _transports[name]
