"""Glance: how the bytes of images get in, and what is looked at of them."""

from collections.abc import Iterator
from collections.abc import Mapping
import re
from typing import Any
from typing import BinaryIO

from glanceclient import client as glance
from glanceclient import exc as glance_exceptions
from openstack import connection
from openstack import exceptions as sdk_exceptions

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import image_facts
from clouddesk.cloud import listing
from clouddesk.cloud import types
from clouddesk.conf import CONF
from clouddesk.i18n import _

_SERVICE = 'Glance'

#: Import methods, as Glance calls them.
DIRECT = 'glance-direct'
DOWNLOAD = 'web-download'

#: Bytes that are read at once.
_CHUNK = 1 << 16
#: Where the store cannot give a part of an image.
_NO_RANGES = 400
_PARTIAL = 206

#: For answers that glanceclient has no number of; proxies give them.
_UNKNOWN = 504

#: The part of an address that may be secret.
_QUERY = re.compile(r'\?[^\s\'">]*')


class ImageData:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def make(
        self, fields: Mapping[str, Any], image_id: str | None = None
    ) -> types.Image:
        """An image without bytes, which waits for them.

        :param fields: as :func:`clouddesk.cloud.image_facts.said_of` takes
            them
        :param image_id: that it shall have; Glance chooses one by default
        :raises CloudConflict: the id was used already
        :raises CloudQuotaExceeded: the project has enough images
        """
        said = image_facts.said_of(fields)
        if image_id is not None:
            said['id'] = image_id
        with errors.translated(_SERVICE):
            answer = self._conn.image.post('/images', json=said)
            sdk_exceptions.raise_from_response(answer)
            return image_facts.image(answer.json())

    def upload(self, image_id: str, source: BinaryIO, size: int) -> None:
        """Give an image the bytes of a file; takes as long as it takes.

        :param size: of the file
        :raises CloudQuotaExceeded: there is no room for it
        """
        client = glance.Client(
            '2',
            session=self._conn.session,
            interface=self._conn.config.get_interface('image'),
            region_name=self._conn.config.get_region_name('image'),
        )
        try:
            client.images.upload(image_id, source, image_size=size)
        except glance_exceptions.HTTPException as error:
            known = isinstance(error.code, int)
            raise errors.from_status(
                _SERVICE,
                error.code if known else _UNKNOWN,
                str(error.details),
            ) from error
        except glance_exceptions.BaseException as error:
            raise exceptions.CloudError(
                service=_SERVICE,
                reason=errors.shorten(str(error)),
                transient=True,
            ) from error

    def begin_import(
        self, image_id: str, method: str, uri: str | None = None
    ) -> None:
        """Let Glance fill an image; does not wait for it.

        :param method: one of those that Glance offers
        :param uri: where it fetches from; checked by the caller
        :raises CloudConflict: the image does not wait for bytes
        """
        wanted = {'name': method} | ({'uri': uri} if uri else {})
        with errors.translated(_SERVICE, 'image', image_id):
            answer = self._conn.image.post(
                '/images/%s/import' % image_id, json={'method': wanted}
            )
            sdk_exceptions.raise_from_response(answer)

    def imports(self, image_id: str) -> list[types.ImageImport]:
        """What Glance did to fill an image, the newest first."""
        with errors.translated(_SERVICE, 'image', image_id):
            answer = listing.read(
                self._conn.image, '/images/%s/tasks' % image_id
            )
        found = [_import(each) for each in answer['tasks']]
        return sorted(found, key=lambda each: each.created_at or '')[::-1]

    def address(self) -> str:
        """Where people find Glance, with its version, such as …/v2."""
        with errors.translated('Keystone'):
            found = str(
                self._conn.session.get_endpoint(
                    service_type='image',
                    interface='public',
                    region_name=CONF.cloud.region_name,
                    # Only the catalogue is asked, not the service.
                    skip_discovery=True,
                )
            )
        return re.sub(r'/v2$', '', found.rstrip('/')) + '/v2'

    def read(self, image_id: str, offset: int, length: int) -> Iterator[bytes]:
        """A part of an image, in pieces; no more than is taken is fetched.

        :param length: bytes that there are, from the offset on
        :raises CloudError: some of them are missing
        """
        with errors.translated(_SERVICE, 'image', image_id):
            answer = self._open(image_id, offset, length)
            try:
                yield from _exactly(answer, length)
            finally:
                answer.close()

    def _open(self, image_id: str, offset: int, length: int) -> Any:
        path = '/images/%s/file' % image_id
        wanted = {'Range': 'bytes=%d-%d' % (offset, offset + length - 1)}
        answer = self._conn.image.get(path, headers=wanted, stream=True)
        if answer.status_code == _NO_RANGES and not offset:
            answer.close()
            answer = self._conn.image.get(path, stream=True)
        sdk_exceptions.raise_from_response(answer)
        if answer.status_code != _PARTIAL and offset:
            answer.close()
            raise exceptions.CloudError(
                service=_SERVICE,
                reason=_('its store gives no parts of images.'),
            )
        return answer


def _exactly(answer: Any, length: int) -> Iterator[bytes]:
    for piece in answer.iter_content(_CHUNK):
        yield piece[:length]
        length -= len(piece)
        if length <= 0:
            return
    raise exceptions.CloudError(
        service=_SERVICE,
        reason=_('the image is shorter than it should be.'),
        transient=True,
    )


def _import(task: Mapping[str, Any]) -> types.ImageImport:
    wanted = (task.get('input') or {}).get('import_req') or {}
    return types.ImageImport(
        id=task['id'],
        status=task['status'],
        method=(wanted.get('method') or {}).get('name'),
        message=errors.shorten(_QUERY.sub('?…', task.get('message') or '')),
        created_at=task.get('created_at'),
        updated_at=task.get('updated_at'),
    )
