"""Locking and protecting: actions below ``/v1/desktops``, done at once."""

from collections.abc import Callable
from typing import Any

from clouddesk.api import exposure
from clouddesk.api import listing
from clouddesk.api import request as cd_request
from clouddesk.api import selection
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import desktops as schemas
from clouddesk.api.views import desktops as view
from clouddesk.conductor import rpcapi
from clouddesk.db import models
from clouddesk.db.api import locks as db
from clouddesk.policies import desktops as policies

_Done = list[models.Desktop]
_Do = Callable[[cd_request.Request, list[str]], _Done]


def _lock(req: cd_request.Request, ids: list[str]) -> _Done:
    return db.lock(ids, listing.scope(req), req.input.get('reason') or None)


def _unlock(req: cd_request.Request, ids: list[str]) -> _Done:
    return db.unlock(ids, listing.scope(req))


def _protect(req: cd_request.Request, ids: list[str]) -> _Done:
    return db.protect(ids, listing.scope(req), True)


def _unprotect(req: cd_request.Request, ids: list[str]) -> _Done:
    return db.protect(ids, listing.scope(req), False)


def _shown(req: cd_request.Request, rows: _Done) -> list[dict[str, Any]]:
    """The desktops; their servers follow soon."""
    for row in rows:
        rpcapi.ConductorAPI().look_at(row.id)
    return [view.desktop(row, req.application_url) for row in rows]


def _action(verb: str, do: _Do) -> exposure.Controller:
    class Action(exposure.Controller):
        @exposure.expose(policies.action(verb))
        @validation.query(common.EMPTY)
        @validation.body(schemas.flag(verb))
        @validation.response(schemas.DESKTOP)
        def post(
            self, req: cd_request.Request, desktop_id: str
        ) -> dict[str, Any]:
            return _shown(req, do(req, [desktop_id]))[0]

    return Action()


def _batch_action(verb: str, do: _Do) -> exposure.Controller:
    class Action(exposure.Controller):
        @exposure.expose(policies.action(verb))
        @validation.query(common.EMPTY)
        @validation.body(schemas.flags(verb))
        @validation.response(schemas.DESKTOPS)
        def post(self, req: cd_request.Request) -> dict[str, Any]:
            rows = do(req, selection.desktop_ids(req))
            return {'desktops': _shown(req, rows)}

    return Action()


_LOCKS: dict[str, _Do] = {'lock': _lock, 'unlock': _unlock}
_ALL: dict[str, _Do] = _LOCKS | {
    'protect': _protect,
    'unprotect': _unprotect,
}

#: One controller for each verb.
ACTIONS = {verb: _action(verb, do) for verb, do in _ALL.items()}
BATCH = {verb: _batch_action(verb, do) for verb, do in _LOCKS.items()}
