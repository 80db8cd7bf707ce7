"""What it takes to turn a disk in Cinder into an image with bytes of its own.

Nova would only write down which snapshot to start from: an image that cannot
be saved, nor used by another project. So the disk is snapshot, the snapshot
becomes a volume, and that is uploaded. Each of these carries the id of the
image build from the call on that makes it.
"""

from collections.abc import Mapping
from typing import Any

from openstack import connection
from openstack import exceptions as sdk_exceptions

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import image_list
from clouddesk.cloud import marked
from clouddesk.cloud import naming
from clouddesk.cloud import types
from clouddesk.cloud import volume as volumes

_SERVICE = 'Cinder'

#: More images in the making than one project ever has.
_MANY = 1000


class Captures:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    # -- snapshots ---------------------------------------------------------

    def find_snapshots(self, build_id: str) -> list[types.Snapshot]:
        """The snapshots that were made for an image build."""
        return self._snapshots(build_id)

    def list_snapshots(self) -> list[types.Snapshot]:
        """The snapshots that clouddesk made in the project."""
        return self._snapshots()

    def _snapshots(self, build_id: str | None = None) -> list[types.Snapshot]:
        key = naming.BUILD_KEY
        found = marked.rows(self._conn, 'snapshots', key, build_id)
        return [_snapshot(row) for row in found]

    def create_snapshot(
        self, build_id: str, volume_id: str, name: str, disk: int = 0
    ) -> types.Snapshot:
        """Ask for a snapshot of a volume, also of one in use.

        :param disk: which further disk of a whole machine; 0 is none
        :raises CloudQuotaExceeded: the project has no room for it
        """
        wanted = {
            'volume_id': volume_id,
            'name': name,
            # Cinder is told so before microversion 3.66, and may be after.
            'force': True,
            'metadata': naming.build_marks(build_id, disk),
        }
        answer = self._post('/snapshots', {'snapshot': wanted}, volume_id)
        return _snapshot(answer['snapshot'])

    def delete_snapshot(self, snapshot_id: str) -> bool:
        """Ask for the removal of a snapshot.

        :returns: False when it was gone already
        :raises CloudConflict: it is in use, or being made
        """
        try:
            with errors.translated(_SERVICE, 'snapshot', snapshot_id):
                self._conn.block_storage.delete_snapshot(
                    snapshot_id, ignore_missing=False
                )
        except exceptions.CloudNotFound:
            return False
        return True

    # -- volumes that images are read from ---------------------------------

    def find_copies(self, build_id: str) -> list[types.Volume]:
        """The volumes that an image build reads its image from."""
        return volumes.marked_with(self._conn, naming.BUILD_KEY, build_id)

    def list_copies(self) -> list[types.Volume]:
        """Such volumes of all image builds of the project."""
        return volumes.marked_with(self._conn, naming.BUILD_KEY)

    def create_copy(
        self,
        build_id: str,
        snapshot_id: str,
        size: int,
        name: str,
        disk: int = 0,
    ) -> types.Volume:
        """Ask for a volume that holds what a snapshot does.

        :param size: GiB
        :param disk: which further disk of a whole machine; 0 is none
        :raises CloudQuotaExceeded: the project has no room for it
        """
        wanted = {
            'snapshot_id': snapshot_id,
            'size': size,
            'name': name,
            'metadata': naming.build_marks(build_id, disk),
        }
        answer = self._post('/volumes', {'volume': wanted}, snapshot_id)
        return volumes.volume(answer['volume'])

    def upload(
        self,
        volume_id: str,
        name: str,
        disk_format: str,
        properties: Mapping[str, str],
    ) -> str:
        """Ask for an image with the bytes of a volume.

        :param properties: what it is to be found by from the beginning
        :returns: its id
        :raises CloudConflict: the volume is not available
        """
        path = '/volumes/%s/action' % volume_id
        # An image inherits what its volume says of images.
        said = {'metadata': dict(properties)}
        self._post(path, {'os-set_image_metadata': said}, volume_id)
        wanted = {
            'image_name': name,
            'disk_format': disk_format,
            'container_format': 'bare',
            'force': False,
        }
        body = {'os-volume_upload_image': wanted}
        answer = self._post(path, body, volume_id)
        return str(answer['os-volume_upload_image']['image_id'])

    def _post(self, path: str, body: Any, id_: str) -> dict[str, Any]:
        with errors.translated(_SERVICE, 'volume', id_):
            answer = self._conn.block_storage.post(path, json=body)
            sdk_exceptions.raise_from_response(answer)
            said: dict[str, Any] = answer.json() if answer.content else {}
        return said

    # -- images ------------------------------------------------------------

    def find_images(self, build_id: str) -> list[types.Image]:
        """The images that were asked for and have not been finished."""
        return self._images(naming.build_marks(build_id))

    def list_images(self) -> list[types.Image]:
        """Such images of all image builds of this installation."""
        found = self._images(naming.marks())
        return [each for each in found if naming.BUILD_KEY in each.properties]

    def _images(self, properties: Mapping[str, str]) -> list[types.Image]:
        wanted = image_list.Wanted(properties=properties)
        with errors.translated('Glance'):
            found = image_list.images(self._conn.image, wanted, _MANY)
            # Some of them may be deleted: Glance's filter is not trusted.
            return [
                each
                for each in found
                if properties.items() <= each.properties.items()
            ]


def _snapshot(said: Mapping[str, Any]) -> types.Snapshot:
    metadata = said.get('metadata') or {}
    return types.Snapshot(
        id=said['id'],
        status=said['status'],
        volume_id=said['volume_id'],
        size=said.get('size') or 0,
        build_id=metadata.get(naming.BUILD_KEY),
        ours=naming.has_marks(metadata),
        disk=naming.disk_of(metadata),
    )
