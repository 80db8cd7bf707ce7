"""How the things in the cloud carry the identity of their desktop.

A worker that died after a call and before it noted the answer left something
behind. Whoever continues finds it by these marks instead of making a twin, so
each mark is set by the very call that creates the thing.
"""

import re

#: Tag of every server that clouddesk made.
SERVER_TAG = 'clouddesk'

#: Keys of the metadata of servers and volumes.
DESKTOP_KEY = 'clouddesk_desktop_id'
ORDER_KEY = 'clouddesk_order_id'

_NAME_PREFIX = 'clouddesk-'

#: A DNS label; Nova refuses a hostname with dots.
_MAX_HOSTNAME = 63


def desktop_tag(desktop_id: str) -> str:
    """Tag of the server of a desktop.

    54 characters; Nova allows 60 and neither commas nor slashes.
    """
    return '%s:desktop:%s' % (SERVER_TAG, desktop_id)


def resource_name(desktop_id: str) -> str:
    """Name of the port and of the volume of a desktop."""
    return _NAME_PREFIX + desktop_id


def desktop_of(name: str | None) -> str | None:
    """The desktop that a port or volume of this name belongs to."""
    if name and name.startswith(_NAME_PREFIX):
        return name.removeprefix(_NAME_PREFIX)
    return None


def hostname(name: str, desktop_id: str) -> str:
    """A hostname that resembles the name of the desktop.

    A name that is not ASCII would leave a few meaningless letters, so it
    gives ``desktop-`` and the first eight digits of the id.
    """
    slug = ''
    if name.isascii():
        slug = re.sub(r'[^a-z0-9]+', '-', name.lower())[:_MAX_HOSTNAME]
    return slug.strip('-') or 'desktop-%s' % desktop_id[:8]
