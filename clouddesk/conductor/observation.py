"""From what Nova says of a server to the columns of a desktop."""

from typing import Any

from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import types
from clouddesk.db import models
from clouddesk.i18n import _


def values(server: types.Server) -> dict[str, Any]:
    """The columns that hold what Nova said last."""
    said: dict[str, Any] = {
        'server_status': server.status,
        'task_state': server.task_state,
    }
    # A server shows no address until it is built; its port has them before.
    if server.addresses or server.status != 'BUILD':
        said['addresses'] = server.addresses
    return said


def nothing() -> dict[str, Any]:
    """The same columns when there is no server."""
    return {'server_status': None, 'task_state': None, 'addresses': []}


def reason(server: types.Server) -> str:
    """What Nova says about a server in ERROR."""
    return server.fault_message or _('Nova gives no reason.')


def row(desktop: models.Desktop, server: types.Server) -> dict[str, Any]:
    """What :func:`clouddesk.db.api.desktops.observe` takes."""
    status = states.from_server(server.status, server.task_state)
    observed = {'id': desktop.id, 'status': status} | values(server)
    if status == states.FAULT:
        observed |= {
            'fault_code': 'server_error',
            'fault_message': _(
                'The server is in status %(status)s: %(reason)s'
            )
            % {'status': server.status, 'reason': reason(server)},
        }
    return observed


def gone(desktop: models.Desktop) -> dict[str, Any]:
    """The row of a desktop whose server vanished behind our back."""
    error = exceptions.ServerGone()
    return (
        {'id': desktop.id, 'status': states.FAULT}
        | nothing()
        | {'fault_code': error.code, 'fault_message': error.text}
    )


def stuck(server: types.Server) -> dict[str, Any]:
    """The columns of a desktop whose server does not come to rest."""
    text = _(
        'The server has been in status %(status)s (task: %(task)s) for very '
        'long.'
    ) % {'status': server.status, 'task': server.task_state}
    return fault('server_stuck', text)


def fault(code: str, text: str) -> dict[str, Any]:
    """The columns of a desktop in fault."""
    return {
        'status': states.FAULT,
        'fault_code': code,
        'fault_message': text,
    }


def at_rest(desktop: models.Desktop) -> dict[str, Any]:
    """The columns of a desktop that no order holds any longer."""
    status = states.from_server(
        desktop.server_status or 'UNKNOWN', desktop.task_state
    )
    if status == states.FAULT:
        return fault('server_error', _('The server is not usable.'))
    return {'status': status, 'fault_code': None, 'fault_message': None}
