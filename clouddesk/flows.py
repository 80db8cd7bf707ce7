"""What each kind of work order does to each of its desktops, or images.

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
#: Among the inputs of a rebuild: for somebody else, so that further disks do
#: not stay either.
ANEW = 'anew'
#: Moved to another host while it runs.
MIGRATE = 'desktop.migrate'
#: Connected again, with the server and disk that it has; a repair.
REATTACH = 'desktop.reattach'
POOL_CREATE = 'pool.create'
POOL_RETRY = 'pool.retry'
POOL_RESIZE = 'pool.resize'
POOL_DELETE = 'pool.delete'

#: Of images that nothing refers to.
IMAGE_DELETE = 'image.delete'
#: Nothing new is made of them; they go when nothing refers to them.
IMAGE_RETIRE = 'image.retire'

#: What the items of an order are about.
DESKTOP = 'desktop'
IMAGE = 'image'

#: Of image builds: the desktop on which an image is made,
PREPARE = 'image.prepare'
#: its disk, which becomes the image before the desktop goes,
GENERATE = 'image.generate'
#: or nothing of it.
DISCARD = 'image.discard'
#: The disk of a desktop that stays becomes an image.
CAPTURE = 'image.capture'

#: Kinds that are about an image build as a whole.
OF_BUILDS = frozenset({PREPARE, GENERATE, DISCARD, CAPTURE})

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

# ``snapshot`` and ``copy`` are for disks in Cinder: Nova would only point at
# them.
_CAPTURE = ('snapshot', 'copy', 'image', 'ready', 'tidy')
_GENERATE = (*_POWER, *_CAPTURE, *_DESTROY)

#: Kinds whose items are about images, with their steps.
_IMAGES = {
    IMAGE_DELETE: ('unused', 'image', 'row'),
    IMAGE_RETIRE: ('deactivate', 'hide'),
}

_BUILD_KINDS = frozenset({CREATE, RETRY, POOL_CREATE, POOL_RETRY, PREPARE})
_POWER_KINDS = frozenset({START, STOP, REBOOT})
_DESTROY_KINDS = frozenset({DELETE, POOL_DELETE, DISCARD})

KINDS = (
    _BUILD_KINDS
    | _POWER_KINDS
    | _DESTROY_KINDS
    | {POOL_RESIZE, REBUILD, MIGRATE, REATTACH, CAPTURE, GENERATE}
    | _IMAGES.keys()
)


def subject_of(kind: str) -> str:
    """What each item of an order of this kind is about."""
    return IMAGE if kind in _IMAGES else DESKTOP


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


def captures(kind: str) -> bool:
    """Whether an order of this kind makes an image of a disk."""
    return kind in (CAPTURE, GENERATE)


def removes(kind: str, inputs: Mapping[str, Any]) -> bool:
    """Whether what its items are about is gone at the end."""
    return destroys(kind, inputs) or kind == IMAGE_DELETE


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
    others = {
        REBUILD: _RENEW,
        REATTACH: _REATTACH,
        CAPTURE: _CAPTURE,
        GENERATE: _GENERATE,
        **_IMAGES,
    }
    return others.get(kind, _POWER)
