"""Cinder: the disks of desktops that boot from a volume."""

from collections.abc import Mapping
import datetime
from typing import Any

from openstack import connection
from oslo_utils import timeutils

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import listing
from clouddesk.cloud import marked
from clouddesk.cloud import naming
from clouddesk.cloud import types

_SERVICE = 'Cinder'


class Volume:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def is_offered(self) -> bool:
        """Whether the cloud has Cinder at all; answers without a call."""
        return marked.is_offered(self._conn)

    def find_volumes(self, desktop_id: str) -> list[types.Volume]:
        """The volumes that were made for a desktop."""
        return marked_with(self._conn, naming.DESKTOP_KEY, desktop_id)

    def list_volumes(self) -> list[types.Volume]:
        """The volumes that clouddesk made in the project."""
        return marked_with(self._conn, naming.DESKTOP_KEY)

    def attached_to(self, server_id: str) -> list[types.Volume]:
        """Whoever made them, in the order of the devices."""
        with errors.translated(_SERVICE):
            rows = listing.pages(
                self._conn.block_storage, '/volumes/detail', 'volumes'
            )
            found = [volume(row) for row in rows]
        return sorted(
            (each for each in found if server_id in each.server_ids),
            # /dev/vdb, …, /dev/vdz, /dev/vdaa
            key=lambda each: (len(each.device or ''), each.device or ''),
        )

    def create_from_image(
        self,
        desktop_id: str,
        name: str,
        size: int,
        image_id: str | None,
        availability_zone: str | None = None,
        disk: int = 0,
    ) -> types.Volume:
        """Ask for a bootable volume; does not wait for it.

        :param size: GiB
        :param image_id: None is an empty one, see :meth:`set_bootable`
        :param availability_zone: that of the server; Cinder chooses when it
            has none of this name
        :param disk: which further disk of the desktop it is; 0 is none
        :raises CloudQuotaExceeded: the project has no room for it
        """
        with errors.translated(_SERVICE):
            made = self._conn.block_storage.create_volume(
                name=name,
                size=size,
                image_id=image_id,
                availability_zone=self._zone(availability_zone),
                metadata={naming.DESKTOP_KEY: desktop_id}
                | naming.disk_marks(disk, image_id)
                | naming.marks(),
            )
        return volume(made.to_dict(original_names=True))

    def _zone(self, name: str | None) -> str | None:
        # Whether a server may use a volume of another zone is an option of
        # Nova's that it does not tell; it may by default, and its zones need
        # not be Cinder's. Where it may not, Nova refuses, and says so.
        if name is None:
            return None
        path = '/os-availability-zone'
        answer = listing.read(self._conn.block_storage, path)
        known = {
            zone['zoneName']
            for zone in answer['availabilityZoneInfo']
            if zone['zoneState']['available']
        }
        return name if name in known else None

    def get(self, volume_id: str) -> types.Volume | None:
        """A volume, or None when there is none."""
        try:
            with errors.translated(_SERVICE, 'volume', volume_id):
                path = '/volumes/%s' % volume_id
                answer = listing.read(self._conn.block_storage, path)
                return volume(answer['volume'])
        except exceptions.CloudNotFound:
            return None

    def delete(self, volume_id: str) -> bool:
        """Ask for the removal of a volume.

        :returns: False when it was gone already
        :raises CloudConflict: it is in use
        """
        try:
            with errors.translated(_SERVICE, 'volume', volume_id):
                self._conn.block_storage.delete_volume(
                    volume_id, ignore_missing=False
                )
        except exceptions.CloudNotFound:
            return False
        return True

    def attachments(self, volume_id: str) -> list[types.Attachment]:
        """What holds a volume, also where it is not yet attached."""
        with errors.translated(_SERVICE):
            # openstacksdk still knows of version 2, which had none.
            cinder: Any = self._conn.block_storage
            found = cinder.attachments(details=False, volume_id=volume_id)
            return [types.Attachment(each.id, each.instance) for each in found]

    def detach(self, attachment_id: str) -> None:
        """Forget an attachment.

        :raises CloudConflict: Nova still uses it
        """
        with errors.translated(_SERVICE):
            cinder: Any = self._conn.block_storage
            cinder.delete_attachment(attachment_id)

    def set_bootable(self, volume_id: str) -> None:
        """Let servers boot from a volume that is not made from an image."""
        with errors.translated(_SERVICE, 'volume', volume_id):
            self._conn.block_storage.set_volume_bootable_status(
                volume_id, True
            )

    def give_up(self, volume_id: str) -> None:
        """Call a volume broken that nobody works on; for admins.

        Cinder deletes only what is ready or broken.
        """
        with errors.translated(_SERVICE, 'volume', volume_id):
            self._conn.block_storage.reset_volume_status(
                volume_id,
                status='error',
                attach_status='detached',
                migration_status=None,
            )


def marked_with(
    conn: connection.Connection, key: str, value: str | None = None
) -> list[types.Volume]:
    """The volumes of the project that carry a mark; None is any value."""
    return [volume(row) for row in marked.rows(conn, 'volumes', key, value)]


def volume(said: Mapping[str, Any]) -> types.Volume:
    """A volume as Cinder's API shows it."""
    metadata = said['metadata'] or {}
    attachments = said.get('attachments') or ()
    return types.Volume(
        id=said['id'],
        status=said['status'],
        # Cinder writes a string, openstacksdk a boolean.
        bootable=str(said['bootable']).lower() == 'true',
        size=said['size'] or 0,
        desktop_id=metadata.get(naming.DESKTOP_KEY),
        ours=naming.has_marks(metadata),
        since=_since(said),
        build_id=metadata.get(naming.BUILD_KEY),
        disk=naming.disk_of(metadata),
        image_id=metadata.get(naming.IMAGE_KEY),
        device=next((each.get('device') for each in attachments), None),
        server_ids=tuple(each['server_id'] for each in attachments),
        type=said.get('volume_type'),
    )


def _since(volume: Mapping[str, Any]) -> datetime.datetime | None:
    text = volume.get('updated_at') or volume.get('created_at')
    return (
        timeutils.normalize_time(timeutils.parse_isotime(text))
        if (text)
        else None
    )
