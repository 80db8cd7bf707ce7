"""The conductor's ears on the message bus.

Opened by a thread of its own: without a broker the conductor works all the
same, and its loops find what messages would have told.
"""

import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
import oslo_messaging as messaging

from clouddesk import rpc
from clouddesk.cloud import notifications

LOG = logging.getLogger(__name__)

#: Conductors share the notifications of Nova and take none from others.
_POOL = 'clouddesk'

#: Seconds between two tries to reach the broker.
_RETRY = 5.0


class Bus:
    def __init__(
        self,
        host: str,
        endpoints: list[Any],
        hint: notifications.Callback,
        conf: cfg.ConfigOpts,
    ) -> None:
        self._host = host
        self._endpoints = endpoints
        self._hint = hint
        self._conf = conf.conductor
        self._servers: list[Any] = []
        self._stopped = threading.Event()
        #: ``calls`` and ``notifications``, as soon as they are listened to.
        self.listening: set[str] = set()
        #: Set when everything is listened to.
        self.opened = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._open, name='bus', daemon=True).start()

    def stop(self) -> None:
        """Take no more messages; returns at once.

        Nothing has to wait for a broker that may be dead.
        """
        self._stopped.set()
        for server in self._servers:
            threading.Thread(target=server.stop, daemon=True).start()

    def _open(self) -> None:
        openers = {'calls': self._open_rpc}
        if self._conf.listen_to_nova:
            openers['notifications'] = self._open_notifications
        for what, opener in openers.items():
            while not self._stopped.is_set():
                try:
                    server = opener()
                    server.start()
                    self._servers.append(server)
                    self.listening.add(what)
                    if self._stopped.is_set():
                        # stop() may have missed it.
                        server.stop()
                    LOG.info('The message bus is open for %s', what)
                    break
                except Exception as error:
                    LOG.warning(
                        'No message bus for %(what)s yet: %(error)s',
                        {'what': what, 'error': error},
                    )
                    self._stopped.wait(_RETRY)
        self.opened.set()

    def _open_rpc(self) -> Any:
        target = messaging.Target(topic=rpc.CONDUCTOR_TOPIC, server=self._host)
        return rpc.server(target, self._endpoints)

    def _open_notifications(self) -> Any:
        targets = [
            messaging.Target(
                topic=topic, exchange=self._conf.notification_exchange
            )
            for topic in self._conf.notification_topics
        ]
        return messaging.get_notification_listener(
            rpc.notification_transport(),
            targets,
            [notifications.ServerEvents(self._hint)],
            executor='threading',
            pool=_POOL,
        )
