"""How the things in the cloud carry the identity of their desktop.

A worker that died after a call and before it noted the answer left something
behind. Whoever continues finds it by these marks instead of making a twin, so
each mark is set by the very call that creates the thing.
"""

from collections.abc import Mapping
import re
from typing import Any

from clouddesk.conf import CONF

#: Tag of every server that clouddesk made.
SERVER_TAG = 'clouddesk'

#: Keys of the metadata of servers and volumes.
DESKTOP_KEY = 'clouddesk_desktop_id'
ORDER_KEY = 'clouddesk_order_id'
INSTALLATION_KEY = 'clouddesk_installation'
#: Which further disk of a desktop it is, or belongs to, from 1.
DISK_KEY = 'clouddesk_disk'
#: The image that such a disk was made from.
IMAGE_KEY = 'clouddesk_image_id'
#: Of snapshots, volumes and images that are there for an image build.
BUILD_KEY = 'clouddesk_build_id'

_NAME_PREFIX = 'clouddesk-'

#: Before what tells the installation, in a description.
_SIGNATURE = ' [clouddesk '

#: Characters of a description that Neutron takes.
_MAX_DESCRIPTION = 255

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
    """The desktop that something of this name or description is for."""
    if name and name.startswith(_NAME_PREFIX):
        return name.partition(_SIGNATURE)[0].removeprefix(_NAME_PREFIX)
    return None


def marks() -> dict[str, str]:
    """Metadata that tell that this installation made something."""
    name = CONF.cloud.installation
    return {INSTALLATION_KEY: name} if name else {}


def build_marks(build_id: str, disk: int = 0) -> dict[str, str]:
    """Metadata of what is there only until an image is finished.

    :param disk: which further disk of a whole machine it is for
    """
    return {BUILD_KEY: build_id} | disk_marks(disk) | marks()


def disk_marks(disk: int, image_id: str | None = None) -> dict[str, str]:
    """Metadata that tell disks of one machine apart.

    :param disk: 0 is that of the system, which needs none
    :param image_id: what it was made from
    """
    if not disk:
        return {}
    said = {DISK_KEY: str(disk)}
    return said | ({IMAGE_KEY: image_id} if image_id else {})


def disk_of(metadata: Mapping[str, Any]) -> int:
    """Which disk something is, or belongs to; 0 is that of the system."""
    text = str(metadata.get(DISK_KEY, ''))
    return int(text) if text.isascii() and text.isdecimal() else 0


def has_marks(metadata: Mapping[str, str]) -> bool:
    """Whether this installation made what has these metadata."""
    return metadata.get(INSTALLATION_KEY) == CONF.cloud.installation


def signed(text: str) -> str:
    """A description that tells that this installation made something.

    It is for what has no metadata. A long text loses its end, not the
    signature.
    """
    name = CONF.cloud.installation
    signature = '%s%s]' % (_SIGNATURE, name) if name else ''
    return text[: _MAX_DESCRIPTION - len(signature)] + signature


def is_signed(description: str | None) -> bool:
    """Whether this installation made what is described like this."""
    text = description or ''
    return text == signed(text.rpartition(_SIGNATURE)[0] or text)


def hostname(name: str, desktop_id: str) -> str:
    """A hostname that resembles the name of the desktop.

    A name that is not ASCII would leave a few meaningless letters, so it
    gives ``desktop-`` and the first eight digits of the id.
    """
    slug = ''
    if name.isascii():
        slug = re.sub(r'[^a-z0-9]+', '-', name.lower())[:_MAX_HOSTNAME]
    return slug.strip('-') or 'desktop-%s' % desktop_id[:8]
