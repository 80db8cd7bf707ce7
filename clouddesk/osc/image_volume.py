"""An image out of a volume: Cinder copies it, Glance keeps it."""

from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import text
from clouddesk.osc.i18n import _

#: What Cinder is told at once; all else is said of the image afterwards.
_AT_ONCE = {
    'disk_format': 'raw',
    'container_format': 'bare',
    'visibility': 'private',
    'protected': False,
}
_NOT_THEN = ('id', 'owner')


def begin(
    connection: Any, name: str, attrs: dict[str, Any], force: bool
) -> str:
    """Let Cinder begin to copy a volume.

    :param name: of the volume, or its id
    :param attrs: of the image
    :returns: the id of the image
    :raises: CommandError when there is no such volume
    """
    for attribute in _NOT_THEN:
        if attribute in attrs:
            raise osc_exceptions.CommandError(
                _('An image of a volume gets its ID and project from Cinder.')
            )
    cinder = connection.block_storage
    volume = cinder.find_volume(name)
    if volume is None:
        raise osc_exceptions.CommandError(
            _('No volume has the name or ID %s.') % text.one_line(name)
        )
    made = cinder.upload_volume_to_image(
        volume,
        attrs['name'],
        force=force,
        **{key: attrs.get(key, usual) for key, usual in _AT_ONCE.items()},
    )
    image_id: str = made['image_id']
    return image_id


def rest(attrs: dict[str, Any]) -> dict[str, Any]:
    """What Cinder was not told of an image."""
    told = (*_AT_ONCE, 'name')
    return {key: value for key, value in attrs.items() if key not in told}
