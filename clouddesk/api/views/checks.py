"""What the doctor found, in words: what it is, and what it costs."""

from collections.abc import Mapping
from typing import Any

from clouddesk.i18n import _

_OFFERED = {
    'answers': _('It answers in %(took)s ms.'),
    'missing': _('The catalogue of Keystone has no %(service)s service.'),
}

#: What every check may say.
_ANY = {
    'failed': _('It could not be checked: %(reason)s'),
    'late': _('It did not answer within %(seconds)s seconds.'),
}

_MESSAGES = {
    'database': {
        'current': _('Its tables are at revision %(revision)s.'),
        'old': _(
            'Its tables are at revision %(revision)s, this release needs '
            '%(head)s: run "clouddesk-manage db sync".'
        ),
    },
    'work_orders': {
        'taken': _('None waits longer than %(seconds)s seconds.'),
        'waiting': _('%(count)s wait longer than %(seconds)s seconds.'),
    },
    'message_bus': {
        'reached': _('It takes messages.'),
        'away': _('The message broker cannot be reached.'),
    },
    'conductor': {
        'answers': _('One answers.'),
        'silent': _('None answers. What only a conductor sees is missing.'),
        'unheard': _('Nobody can be asked without a message bus.'),
    },
    'credentials': {
        'accepted': _('They have the roles %(roles)s in the project.'),
        'too_little': _(
            'They have the roles %(roles)s in the project, and not '
            '%(role)s: run "clouddesk-manage project enable".'
        ),
        'refused': _('%(reason)s'),
    },
    'hypervisors': {
        'up': _('%(usable)s of %(total)s hosts take servers.'),
        'down': _(
            '%(usable)s of %(total)s hosts take servers; down: %(down)s.'
        ),
        'none': _('None of %(total)s hosts takes servers.'),
        'hidden': _('Only an administrator sees the hosts.'),
    },
    'notifications': {
        'heard': _('Nova was heard %(seconds)s seconds ago.'),
        'silent': _(
            'This conductor listens and has heard nothing for %(seconds)s '
            'seconds, since it started.'
        ),
        'deaf': _('The queue of the notifications cannot be opened.'),
        'off': _('Nobody listens to them: [conductor] listen_to_nova.'),
    },
    'image_cache': {
        'warm': _(
            'Desktops run from all %(count)s images of pools, so hosts keep '
            'them. (Nova does not tell what is cached.)'
        ),
        'unused': _('No pool needs an image.'),
        'cold': _(
            'No desktop runs from %(count)s images of pools: %(images)s. '
            '(Nova does not tell what is cached.)'
        ),
    },
    'quota': {
        'enough': _('More than a tenth of every quota is left.'),
        'scarce': _('Little is left of: %(resources)s.'),
        'used_up': _('Nothing is left of: %(resources)s.'),
    },
}

#: What it costs the user while it is not well.
_COSTS = {
    'database': _('Requests fail, and work orders stand still.'),
    'work_orders': _('What was asked for is not begun.'),
    'message_bus': _(
        'Work begins seconds later, and consoles cannot be opened.'
    ),
    'conductor': _('Work orders wait, and consoles cannot be opened.'),
    'credentials': _('No desktop of the project can be made or changed.'),
    'identity': _('Nobody can sign in.'),
    'compute': _('Desktops cannot be made, started, stopped or opened.'),
    'network': _('Desktops cannot be made.'),
    'image': _('Desktops cannot be made.'),
    'volume': _('Desktops cannot boot from a volume.'),
    'placement': _('Nova may not find hosts for new desktops.'),
    'hypervisors': _(
        'Desktops on a host that is down are away, and new ones may find no '
        'room.'
    ),
    'notifications': _(
        'What happens outside of work orders is seen only every %(sync)s '
        'seconds.'
    ),
    'image_cache': _(
        'The first desktop on each host waits until the image is copied.'
    ),
    'quota': _('New desktops are refused.'),
    'key_manager': _(
        'Passwords are kept, encrypted, in the database of clouddesk.'
    ),
    'instance_ha': _('Desktops of a host that dies wait for the host.'),
    'load_balancer': _('The API needs a load balancer of your own.'),
    'dns': _('Desktops are reached by their addresses, not by names.'),
}


def check(found: Mapping[str, Any]) -> dict[str, Any]:
    """A finding of the API or of a conductor, with words for people."""
    name, code = found['name'], found['code']
    messages = _MESSAGES.get(name, _OFFERED) | _ANY
    well = found['status'] == 'ok'
    return {
        'name': name,
        'status': found['status'],
        'message': messages[code] % found['values'],
        'cost': None if well else _cost(name, found['values']),
    }


def _cost(name: str, values: Mapping[str, Any]) -> str:
    text = _COSTS[name]
    return text % values if '%(' in text and 'sync' in values else text
