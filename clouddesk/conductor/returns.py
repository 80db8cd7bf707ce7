"""Lets floating desktops go back to their pools when they are left off.

What is off because of a work order, or was touched since, is not left: the
statement that lets it go repeats everything that was found.
"""

import functools

from oslo_config import cfg
from oslo_log import log as logging

from clouddesk import flows
from clouddesk import states
from clouddesk.conductor import rounds
from clouddesk.db import models
from clouddesk.db.api import assignments
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import pools

LOG = logging.getLogger(__name__)


class Returns:
    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf

    def run(self) -> dict[str, int]:
        """Look through all floating pools once."""
        seconds = self._conf.desktop.return_after
        if not seconds:
            return {'returned': 0, 'failed': 0}
        return rounds.over_desktops(
            functools.partial(assignments.abandoned, seconds),
            functools.partial(self._return, seconds),
            'returned',
        )

    def _return(self, seconds: float, desktop: models.Desktop) -> str:
        still = assignments.idle(seconds)
        pool = pools.get(str(desktop.pool_id))
        if pool.on_return == states.REBUILD:
            desktop_orders.act(
                {'project_id': desktop.project_id, 'user_id': desktop.user_id},
                'rebuild',
                [desktop.id],
                desktop.project_id,
                {flows.ANEW: True},
                first=assignments.giving_back(desktop, *still),
            )
        else:
            assignments.release(desktop, *still)
        LOG.info(
            'Desktop %(desktop)s of %(type)s %(person)s goes back to pool '
            '%(pool)s',
            {
                'desktop': desktop.id,
                'type': desktop.assignee_type,
                'person': desktop.assignee_id,
                'pool': desktop.pool_id,
            },
        )
        return 'returned'
