"""Differences, in words."""

from collections.abc import Mapping
from typing import Any

from clouddesk.i18n import _

_MESSAGES = {
    'vanished_server': _(
        'The server of the desktop is gone from Nova. Repair builds another.'
    ),
    'vanished_port': _(
        'The port of the desktop is gone from Neutron. Repair gives its '
        'server another one, with the same address if that is free; the '
        'disk stays.'
    ),
    'unplugged_port': _(
        'The port of the desktop is not in its server. Repair plugs it in '
        'again.'
    ),
    'vanished_floating_ip': _(
        'The floating IP of the desktop is gone from Neutron. Repair takes '
        'another one.'
    ),
    'unplugged_floating_ip': _(
        'The floating IP of the desktop does not lead to it. Repair lets it '
        'lead there again.'
    ),
    'retry': _(
        '%(resource_type)s %(resource_id)s of the desktop is lost, and its '
        'server is broken, too. Repair builds both again; what is on a '
        'system disk that is not a volume is lost.'
    ),
    'vanished_volume': _(
        'The disk of the desktop is gone from Cinder. Repair makes the '
        'desktop again.'
    ),
    'orphan': _(
        '%(resource_type)s %(resource_id)s carries the id of desktop '
        '%(desktop_id)s, which this clouddesk does not have, and was made by '
        'this clouddesk. Repair deletes it.'
    ),
    'twin': _(
        'The desktop has another %(resource_type)s and does not use this '
        'one. Repair deletes it.'
    ),
    'remains': _(
        '%(resource_type)s %(resource_id)s was made for image build '
        '%(image_build_id)s, and nobody goes on with it. Repair deletes it.'
    ),
    'status_drift': _(
        'The server is %(cloud)s, the desktop says %(ours)s. Repair believes '
        'the server.'
    ),
    'name_drift': _(
        'The server is called %(cloud)s, the desktop %(ours)s. Repair '
        'renames the server.'
    ),
    'lock_drift': _(
        'The server is %(cloud)s and should be %(ours)s. Repair changes the '
        'server.'
    ),
}

_SHOWN = (
    'id',
    'kind',
    'resource_type',
    'resource_id',
    'project_id',
    'desktop_id',
    'desktop_name',
    'image_build_id',
    'repair',
)


def difference(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a conductor told, with words for people."""
    return {key: told.get(key) for key in _SHOWN} | {'message': _message(told)}


def verdict(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same after the repair; a difference that is gone has no more."""
    return difference(told) | {
        'verdict': told['verdict'],
        'reason': told.get('reason'),
        'work_order_id': told.get('work_order_id'),
    }


def _message(told: Mapping[str, Any]) -> str | None:
    kind = told.get('kind')
    if kind is None:
        return None
    why = kind.split('_')[0]
    if told['repair'] == 'retry' and kind != 'vanished_server':
        why = kind = 'retry'
    return (_MESSAGES.get(kind) or _MESSAGES[why]) % told
