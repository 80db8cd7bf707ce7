"""``/v1/differences``: what clouddesk and the cloud disagree about."""

from typing import Any

from clouddesk import exceptions
from clouddesk.api import audits
from clouddesk.api import exposure
from clouddesk.api import listing
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import differences as schemas
from clouddesk.api.views import differences as view
from clouddesk.conductor import rpcapi
from clouddesk.db.api import traces
from clouddesk.i18n import _
from clouddesk.policies import differences as policies


class _Repair(exposure.Controller):
    """``/v1/differences/actions/repair``"""

    @exposure.expose(policies.REPAIR)
    @validation.query(schemas.LIST)
    @validation.body(schemas.REPAIR)
    @validation.response(schemas.REPAIRED)
    def post(self, req: cd_request.Request) -> dict[str, Any]:
        """Repair differences; a verdict for each."""
        ids = _wanted(req.input)
        conductor = rpcapi.ConductorAPI()
        told, unread = audits.ask(
            _projects(req), lambda project: conductor.repair(project, ids)
        )
        return {
            'differences': [view.verdict(each) for each in _once(told)],
            'unread': unread,
        }


class _Actions(exposure.Controller):
    """``/v1/differences/actions``"""

    below = {'repair': _Repair()}


class Differences(exposure.Controller):
    """``/v1/differences``"""

    below = {'actions': _Actions()}

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        """List differences, as they are now."""
        conductor = rpcapi.ConductorAPI()
        told, unread = audits.ask(_projects(req), conductor.differences)
        return {
            'differences': [view.difference(each) for each in told],
            'unread': unread,
        }


def _projects(req: cd_request.Request) -> list[str]:
    wanted = listing.project(req)
    return traces.projects() if wanted is None else [wanted]


def _wanted(body: dict[str, Any]) -> list[str] | None:
    """The ids that were given; None for all.

    :raises Invalid: neither, or both
    """
    if ('ids' in body) == body.get('all', False):
        raise exceptions.Invalid(
            _('Give either ids, or all.'), {'field': 'ids'}
        )
    return body.get('ids')


def _once(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A difference of one project is unknown in all the others."""
    known = {each['id'] for each in told if each['verdict'] != 'gone'}
    kept: dict[str, dict[str, Any]] = {}
    for each in told:
        if each['verdict'] != 'gone' or each['id'] not in known:
            kept.setdefault(each['id'], each)
    return list(kept.values())
