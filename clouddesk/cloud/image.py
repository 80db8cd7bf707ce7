"""Glance: what desktops are made from."""

from typing import Any

from openstack import connection
from oslo_utils import uuidutils

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import types
from clouddesk.i18n import _

_SERVICE = 'Glance'


#: Properties that openstacksdk has attributes for, as far as we read them.
_NAMED = ('os_type', 'os_distro')


class Image:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def get(self, ref: str) -> types.Image:
        """An image by its id or by its name.

        :raises CloudNotFound: the caller sees none
        :raises CloudConflict: several have this name
        """
        with errors.translated(_SERVICE, 'image', ref):
            if uuidutils.is_uuid_like(ref):
                return _image(self._conn.image.get_image(ref))
            found = list(self._conn.image.images(name=ref))
        return _image(only(found, 'image', ref))

    def why_unusable(self, image_id: str) -> str | None:
        """What keeps servers from being made of an image; None is nothing.

        :raises CloudError: Glance does not answer
        """
        try:
            status = self.get(image_id).status
        except exceptions.CloudNotFound:
            return _('is gone')
        return None if status == 'active' else _('is %s') % status

    def protect(self, image_id: str, protected: bool) -> None:
        """Let nobody delete an image, or let people do so again.

        :raises CloudNotFound: the caller sees none
        :raises CloudForbidden: the caller may not change it
        """
        with errors.translated(_SERVICE, 'image', image_id):
            self._conn.image.update_image(image_id, is_protected=protected)


def only(found: list[Any], kind: str, ref: str) -> Any:
    """The one element of a search by name."""
    if not found:
        raise exceptions.CloudNotFound(kind=kind, id=ref)
    if len(found) > 1:
        raise exceptions.CloudConflict(
            _('Several have the name %(id)s; give the id of the %(kind)s.'),
            kind=kind,
            id=ref,
        )
    return found[0]


def _image(image: Any) -> types.Image:
    return types.Image(
        id=image.id,
        name=image.name,
        status=image.status,
        size=image.size,
        min_disk=image.min_disk or 0,
        min_ram=image.min_ram or 0,
        visibility=image.visibility,
        disk_format=image.disk_format,
        properties=_properties(image),
        protected=bool(image.is_protected),
        owner=image.owner_id,
    )


def _properties(image: Any) -> dict[str, Any]:
    """What Glance says beside its own fields.

    openstacksdk knows some of it by name and takes it out.
    """
    named = {key: getattr(image, key, None) for key in _NAMED}
    given = {key: value for key, value in named.items() if value is not None}
    return dict(image.properties or {}) | given
