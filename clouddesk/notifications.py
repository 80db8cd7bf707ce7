"""Tells others on the message bus what was done.

A notification is sent after the transaction that it tells about. Nobody waits
for it, and the history does not depend on it: it is lost when the broker does
not take it in some tries, and comes twice when the broker took it and could
not say so.
"""

from collections.abc import Callable
from collections.abc import Sequence
import functools
import socket
from typing import Any

from oslo_config import cfg
from oslo_log import log

from clouddesk import cadf
from clouddesk import context
from clouddesk import events
from clouddesk import rpc
from clouddesk import sending
from clouddesk.conf import notifications as options

LOG = log.getLogger(__name__)

#: Grows at the end when a field is added, at the beginning when one goes.
VERSION = '1.0'

_PHASES = {
    events.PENDING: 'start',
    events.SUCCESS: 'end',
    events.FAILURE: 'error',
}


class _Outlet:
    """Where the notifications of a process go."""

    def __init__(self, conf: cfg.ConfigOpts, program: str) -> None:
        self._conf = conf
        self._publisher = 'clouddesk-%s.%s' % (
            program,
            conf.conductor.host or socket.gethostname(),
        )
        #: By topics; only the thread of the sender uses them.
        self._notifiers: dict[tuple[str, ...], Any] = {}
        # Its thread starts with the first notification. A large pool tells of
        # all its desktops at nearly the same time.
        self.sender = sending.Sender(
            'notifications',
            'The message broker hangs. Notifications are dropped until those '
            'that wait are sent; the history has them all.',
            size=10_000,
        )

    def told(self, rows: Sequence[events.Values]) -> None:
        for row in rows:
            self.sender.put(functools.partial(self._send, row))

    def _send(self, row: events.Values) -> None:
        for form, (topics, payload) in _FORMS.items():
            try:
                if form in self._conf.notifications.formats:
                    self._notify(row, topics(self._conf), payload(row))
            except Exception:
                LOG.exception('No notification of %s', row['action'])

    def _notify(
        self, row: events.Values, topics: tuple[str, ...], payload: Any
    ) -> None:
        who = context.RequestContext(
            request_id=row['request_id'],
            user_id=row['user_id'],
            project_id=row['project_id'],
            overwrite=False,
        )
        notifier = self._notifier(topics)
        is_error = row['outcome'] == events.FAILURE
        send = notifier.error if is_error else notifier.info
        send(who, event_type(row), payload)

    def _notifier(self, topics: tuple[str, ...]) -> Any:
        if topics not in self._notifiers:
            self._notifiers[topics] = rpc.notifier(self._publisher, topics)
        return self._notifiers[topics]


def event_type(row: events.Values) -> str:
    """``desktop.start.end``"""
    return '%s.%s' % (row['action'], _PHASES[row['outcome']])


def versioned(row: events.Values) -> dict[str, Any]:
    """The payload of a versioned notification."""
    return {
        'clouddesk_object.name': 'EventPayload',
        'clouddesk_object.namespace': 'clouddesk',
        'clouddesk_object.version': VERSION,
        'clouddesk_object.data': events.document(row),
    }


def init(conf: cfg.ConfigOpts, program: str) -> None:
    """Have this process tell of what it does, in place of an earlier way.

    :param program: ``api`` or ``conductor``
    """
    cleanup()
    outlet = _Outlet(conf, program)
    _outlets.append(outlet)
    events.listen(outlet.told)


def cleanup() -> None:
    """Tell nothing any more; what still waits for the broker may be lost."""
    while _outlets:
        events.forget(_outlets.pop().told)


def flush() -> None:
    """Wait until the notifications of this process are sent, or lost."""
    for outlet in _outlets:
        outlet.sender.flush()


def _versioned_topics(conf: cfg.ConfigOpts) -> tuple[str, ...]:
    return tuple(conf.notifications.versioned_topics)


def _common_topics(conf: cfg.ConfigOpts) -> tuple[str, ...]:
    """Those of oslo.messaging's own option."""
    return ()


_Form = tuple[
    Callable[[cfg.ConfigOpts], tuple[str, ...]],
    Callable[[events.Values], dict[str, Any]],
]
_FORMS: dict[str, _Form] = {
    options.VERSIONED: (_versioned_topics, versioned),
    options.CADF: (_common_topics, cadf.record),
}

#: That of this process, if it tells anything.
_outlets: list[_Outlet] = []
