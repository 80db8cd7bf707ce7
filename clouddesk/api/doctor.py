"""Checks what the API can see by itself, and lets a conductor do the rest."""

from typing import Any

import oslo_messaging as messaging

from clouddesk import exceptions
from clouddesk.conductor import rpcapi
from clouddesk.conf import CONF
from clouddesk.db import errors
from clouddesk.db import migration
from clouddesk.db.api import leases

#: Seconds after which a conductor should long have taken an order.
_OVERDUE = 60

Finding = dict[str, Any]


def examine(project_id: str) -> list[Finding]:
    """``{"name", "status", "code", "values"}`` of each check.

    What works is told even when the rest does not answer.
    """
    database = _database()
    found = [database, *_conductor(project_id)]
    if database['status'] == 'ok':
        found.insert(1, _work_orders())
    return found


def _finding(name: str, status: str, code: str, **values: Any) -> Finding:
    return {'name': name, 'status': status, 'code': code, 'values': values}


def _database() -> Finding:
    try:
        revision, head = migration.version(), migration.head()
    except errors.ERRORS as error:
        return _finding(
            'database', 'error', 'failed', reason=errors.explain(error)
        )
    values = {'revision': revision, 'head': head}
    if revision != head:
        return _finding('database', 'error', 'old', **values)
    return _finding('database', 'ok', 'current', **values)


def _work_orders() -> Finding:
    count = leases.overdue(_OVERDUE)
    values = {'count': count, 'seconds': _OVERDUE}
    if count:
        return _finding('work_orders', 'error', 'waiting', **values)
    return _finding('work_orders', 'ok', 'taken', **values)


def _conductor(project_id: str) -> list[Finding]:
    """Bus and conductor, and what the conductor sees."""
    conductor = rpcapi.ConductorAPI()
    try:
        conductor.reach_broker()
    except exceptions.ServiceUnavailable:
        return [
            _finding('message_bus', 'error', 'away'),
            _finding('conductor', 'warning', 'unheard'),
        ]
    bus = _finding('message_bus', 'ok', 'reached')
    try:
        seen = conductor.checks(project_id)
    except exceptions.ServiceUnavailable:
        return [bus, _finding('conductor', 'error', 'silent')]
    except (exceptions.ClouddeskError, messaging.RemoteError) as error:
        return [
            bus,
            _finding('conductor', 'error', 'failed', reason=str(error)),
        ]
    interval = round(CONF.conductor.claim_interval)
    alive = _finding('conductor', 'ok', 'answers', interval=interval)
    return [bus, alive, *seen]
