"""Starts desktops again that shut down and shall keep running (V20, V45).

What was shut down through clouddesk stays off. A desktop that falls again and
again stays off, too, and its fault tells so, until somebody starts it.
"""

from oslo_config import cfg
from oslo_log import log as logging

from clouddesk.conductor import rounds
from clouddesk.db import models
from clouddesk.db.api import keeping

LOG = logging.getLogger(__name__)


class Keeper:
    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf.conductor

    def run(self) -> dict[str, int]:
        """Look for desktops that are off and should not be."""
        return rounds.over_desktops(
            keeping.fallen, self._raise, 'restarted', 'given_up'
        )

    def _raise(self, desktop: models.Desktop) -> str:
        limit, window = self._conf.max_restarts, self._conf.restart_window
        order = keeping.restart(desktop, limit, window)
        if order is None:
            keeping.give_up(desktop, limit, window)
            LOG.warning('Desktop %s stays off', desktop.id)
            return 'given_up'
        LOG.info(
            'Desktop %(desktop)s is started again by work order %(order)s',
            {'desktop': desktop.id, 'order': order.id},
        )
        return 'restarted'
