"""Glance: what desktops are made from."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import itertools
import sys
from typing import Any

from openstack import connection
from openstack import exceptions as sdk_exceptions
from oslo_utils import uuidutils

from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import errors
from clouddesk.cloud import image_facts
from clouddesk.cloud import image_list
from clouddesk.cloud import listing
from clouddesk.cloud import types
from clouddesk.i18n import _

_SERVICE = 'Glance'

#: Ids in one query.
_CHUNK = 50

#: More images of whole machines than a project ever sees.
_WHOLES = 1000

_PATCH = 'application/openstack-images-v2.1-json-patch'


class Image:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def get(self, ref: str) -> types.Image:
        """An image by its id or by its name.

        :raises CloudNotFound: the caller sees none
        :raises CloudConflict: several have this name
        """
        if uuidutils.is_uuid_like(ref):
            return image_facts.image(self._read(ref))
        if not ref:
            # To Glance no name means any.
            raise exceptions.CloudNotFound(kind='image', id=ref)
        found = list(self.list_(image_list.Wanted(name=ref), 2))
        return only(found, 'image', ref)

    def get_many(self, ids: Sequence[str]) -> dict[str, types.Image]:
        """Those of the images that the caller sees, by id."""
        found: dict[str, types.Image] = {}
        for start in range(0, len(ids), _CHUNK):
            some = tuple(ids[start : start + _CHUNK])
            for hidden in (False, True):
                wanted = image_list.Wanted(
                    ids=some,
                    visibility='all',
                    member_status='all',
                    hidden=hidden,
                )
                found |= {each.id: each for each in self.list_(wanted, _CHUNK)}
        return found

    def list_(
        self, wanted: image_list.Wanted, count: int
    ) -> Iterator[types.Image]:
        """The first images of a list, read page by page.

        :param count: how many at most
        """
        with errors.translated(_SERVICE):
            found = image_list.images(self._conn.image, wanted, count)
            yield from itertools.islice(found, count)

    def wholes(self) -> list[types.Image]:
        """All that the caller sees of whole machines."""
        found: dict[str, types.Image] = {}
        for hidden in (False, True):
            wanted = image_list.Wanted(
                kind=states.WHOLE, visibility='all', hidden=hidden
            )
            found |= {each.id: each for each in self.list_(wanted, _WHOLES)}
        return list(found.values())

    def used(self, project_id: str) -> int:
        """Bytes of all images that a project has."""
        with errors.translated(_SERVICE):
            return sum(
                image_list.total_size(
                    image_list.images(
                        self._conn.image,
                        image_list.Wanted(owner=project_id, hidden=hidden),
                        sys.maxsize,
                    )
                )
                for hidden in (False, True)
            )

    def change(self, image_id: str, fields: Mapping[str, Any]) -> types.Image:
        """Let an image have these fields.

        :param fields: as :func:`clouddesk.cloud.image_facts.said_of` takes
            them; None takes one out
        :raises CloudNotFound: the caller sees none
        :raises CloudForbidden: the caller may not change it so
        """
        said = self._read(image_id)
        patch = image_facts.changes(said, fields)
        if not patch:
            return image_facts.image(said)
        with errors.translated(_SERVICE, 'image', image_id):
            answer = self._conn.image.patch(
                '/images/%s' % image_id,
                json=patch,
                headers={'Content-Type': _PATCH},
            )
            sdk_exceptions.raise_from_response(answer)
            return image_facts.image(answer.json())

    def set_active(self, image_id: str, active: bool) -> None:
        """Let nobody use the data of an image, or let people do so again.

        What is so already stays so.

        :raises CloudNotFound: the caller sees none
        :raises CloudForbidden: the caller may not do so
        """
        action = 'reactivate' if active else 'deactivate'
        with errors.translated(_SERVICE, 'image', image_id):
            answer = self._conn.image.post(
                '/images/%s/actions/%s' % (image_id, action)
            )
            sdk_exceptions.raise_from_response(answer)

    def delete(self, image_id: str) -> bool:
        """
        :returns: False when it was gone already
        :raises CloudConflict: its store needs it, such as for clones
        :raises CloudForbidden: it is protected, or the caller may not
        """
        try:
            with errors.translated(_SERVICE, 'image', image_id):
                answer = self._conn.image.delete('/images/%s' % image_id)
                sdk_exceptions.raise_from_response(answer)
        except exceptions.CloudNotFound:
            return False
        return True

    def respond(self, image_id: str, project_id: str, status: str) -> None:
        """Say to an image that is shared with a project what it thinks of it.

        :param project_id: that of the caller
        :param status: ``accepted``, ``rejected`` or ``pending``
        :raises CloudNotFound: it is not shared with the project
        :raises CloudForbidden: it is the project's own, or for everybody
        """
        with errors.translated(_SERVICE, 'image', image_id):
            answer = self._conn.image.put(
                '/images/%s/members/%s' % (image_id, project_id),
                json={'status': status},
            )
            sdk_exceptions.raise_from_response(answer)

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
        self.change(image_id, {'protected': protected})

    def _read(self, image_id: str) -> dict[str, Any]:
        with errors.translated(_SERVICE, 'image', image_id):
            said: dict[str, Any] = listing.read(
                self._conn.image, '/images/%s' % image_id
            )
        return said


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
