"""What each kind of work order does to each of its desktops.

The steps are declared here, apart from the code that runs them, because the
API shows them too and must not import the conductor. A step's name is part
of the API.
"""

from collections.abc import Mapping
from typing import Any

CREATE = 'desktop.create'
RETRY = 'desktop.retry'
START = 'desktop.start'
STOP = 'desktop.stop'
REBOOT = 'desktop.reboot'
DELETE = 'desktop.delete'
#: Made again from its image or template, under the same id and on the same
#: port; what was on its disk is lost.
REBUILD = 'desktop.rebuild'
#: Moved to another host while it runs.
MIGRATE = 'desktop.migrate'
#: Connected again, with the server and disk that it has; a repair.
REATTACH = 'desktop.reattach'
POOL_CREATE = 'pool.create'
POOL_RETRY = 'pool.retry'
POOL_RESIZE = 'pool.resize'
POOL_DELETE = 'pool.delete'

#: Values of ``inputs['direction']`` of a resize.
GROW = 'grow'
SHRINK = 'shrink'

# ``volume`` and ``floating_ip`` have nothing to do for many desktops; they
# stay in the list, so that the desktops of one order may differ.
_BUILD = ('volume', 'port', 'floating_ip', 'server', 'active')
#: What was there goes first; the port stays.
_RENEW = ('remove', 'gone', 'clear', *_BUILD)
_POWER = ('request', 'settled')
_REATTACH = ('port', 'floating_ip', 'plug')
_DESTROY = ('server', 'gone', 'volume', 'floating_ip', 'port', 'row')

_BUILD_KINDS = frozenset({CREATE, RETRY, POOL_CREATE, POOL_RETRY})
_POWER_KINDS = frozenset({START, STOP, REBOOT})
_DESTROY_KINDS = frozenset({DELETE, POOL_DELETE})

KINDS = (
    _BUILD_KINDS
    | _POWER_KINDS
    | _DESTROY_KINDS
    | {POOL_RESIZE, REBUILD, MIGRATE, REATTACH}
)


def builds(kind: str, inputs: Mapping[str, Any]) -> bool:
    """Whether an order of this kind makes desktops."""
    return kind in _BUILD_KINDS or (
        kind == POOL_RESIZE and inputs.get('direction') == GROW
    )


def destroys(kind: str, inputs: Mapping[str, Any]) -> bool:
    """Whether an order of this kind removes desktops."""
    return kind in _DESTROY_KINDS or (
        kind == POOL_RESIZE and inputs.get('direction') == SHRINK
    )


def steps_for(kind: str, inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the steps of one item, in order.

    :param kind: one of :data:`KINDS`
    :param inputs: the inputs of the order; ``direction`` tells what a
        resize does
    """
    if builds(kind, inputs):
        return _BUILD
    if destroys(kind, inputs):
        return _DESTROY
    return {REBUILD: _RENEW, REATTACH: _REATTACH}.get(kind, _POWER)
