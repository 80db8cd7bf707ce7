"""How the conductor treats what an item is about, apart from its steps.

What a desktop is at rest follows from what Nova says; an image needs nothing
but to be let go of. A noun that orders work on gets a class here.
"""

from typing import Any

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.conductor import observation
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.i18n import _


class Care:
    def last_seen(self, ctx: steps.Context, row: Any) -> dict[str, Any]:
        """The columns that hold what the cloud said last."""
        return {}

    def rested(self, row: Any) -> dict[str, Any]:
        """The columns of a row whose item is done."""
        return {}

    def failed(
        self,
        ctx: steps.Context,
        row: Any,
        code: str,
        text: str,
        is_spoilt: bool,
    ) -> dict[str, Any]:
        """The columns of a row whose item failed.

        :param is_spoilt: the item failed where it makes or breaks the row
        """
        return {'fault_code': code, 'fault_message': text}

    def dropped(self, ctx: steps.Context, row: Any) -> dict[str, Any]:
        """The columns of a row that a cancelled order leaves as it is."""
        return {}


class Desktops(Care):
    def last_seen(
        self, ctx: steps.Context, row: models.Desktop
    ) -> dict[str, Any]:
        server = ctx.scene.server(row)
        return observation.values(server) if server else {}

    def rested(self, row: models.Desktop) -> dict[str, Any]:
        return observation.at_rest(row)

    def failed(
        self,
        ctx: steps.Context,
        row: models.Desktop,
        code: str,
        text: str,
        is_spoilt: bool,
    ) -> dict[str, Any]:
        # A desktop that would not stop is not broken: it is still running.
        at_rest = observation.at_rest(row)
        if (
            is_spoilt
            or code == exceptions.ServerGone.code
            or at_rest['status'] not in states.DESKTOP_STABLE - {states.FAULT}
        ):
            return observation.fault(code, text)
        return at_rest

    def dropped(
        self, ctx: steps.Context, row: models.Desktop
    ) -> dict[str, Any]:
        if flows.builds(ctx.order.kind, ctx.order.inputs):
            rest = observation.fault(
                'cancelled', _('The retry was cancelled.')
            )
        else:
            rest = observation.at_rest(row)
        if rest['status'] in states.POWERS:
            # Nobody wants any longer what was ordered.
            rest['wanted_power'] = rest['status']
        return rest


#: By :attr:`clouddesk.db.models.WorkItem.subject_type`.
_OF = {flows.DESKTOP: Desktops(), flows.IMAGE: Care()}


def of(item: models.WorkItem) -> Care:
    """What the row of an item needs."""
    return _OF[item.subject_type]
