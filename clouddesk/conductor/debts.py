"""Does to desktops what another order was in the way of.

When a course ends, an order may hold one of its desktops, and may be paused.
The course does not wait for it; what it wants of that desktop is written down
and done here as soon as the desktop is free.
"""

from oslo_log import log as logging

from clouddesk import flows
from clouddesk import states
from clouddesk.conductor import rounds
from clouddesk.db import models
from clouddesk.db.api import debts as debts_api
from clouddesk.db.api import desktop_orders

LOG = logging.getLogger(__name__)


#: What is ordered, where it has another name.
_ACTIONS = {'renew': 'rebuild'}


class Debts:
    def run(self) -> dict[str, int]:
        """Look for desktops that are free now."""
        return rounds.over_desktops(
            debts_api.due, self._pay, 'ordered', 'forgotten', 'later'
        )

    def _pay(self, desktop: models.Desktop) -> str:
        action = _ACTIONS.get(str(desktop.owed), str(desktop.owed))
        if desktop.status in states.DESKTOP_UNSTABLE:
            # Nobody's order, but on its way; the sync loop sees it arrive.
            return 'later'
        if desktop.status not in states.ACTION_FROM[action]:
            # It is off; there is nothing to stop.
            debts_api.forget(desktop)
            return 'forgotten'
        order = desktop_orders.act(
            {'project_id': desktop.project_id, 'user_id': desktop.user_id},
            action,
            [desktop.id],
            desktop.project_id,
            {flows.ANEW: True} if action == 'rebuild' else {},
            first=debts_api.still(desktop),
        )
        LOG.info(
            'What was owed to desktop %(desktop)s is work order %(order)s',
            {'desktop': desktop.id, 'order': order.id},
        )
        return 'ordered'
