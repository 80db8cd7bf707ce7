"""Forgets images that somebody deleted in Glance, and with them passwords.

A row goes only when all of this is true: Glance has a list, and the image is
not in it; Glance says 404 to who asks for the image itself, from its project
and as an admin; nothing was made from it, for that may need its account; and
no order holds the row.
"""

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk.db import models
from clouddesk.db.api import image_users
from clouddesk.db.api import images as images_api

LOG = logging.getLogger(__name__)

#: Seconds between two rounds. The secret goes with the next purge, an hour
#: later at most.
INTERVAL = 1800.0

#: Rows that one round looks at; the next one goes on behind them.
_ROUND = 2000

#: Images in one list.
_CHUNK = 50


class Vanished:
    def __init__(self, cloud_of: Callable[[str], Any]) -> None:
        """
        :param cloud_of: gives the cloud as seen from a project
        """
        self._cloud_of = cloud_of
        self._after: str | None = None

    def run(self) -> dict[str, int]:
        """Ask Glance for the images that have rows."""
        counts = {'forgotten': 0, 'failed': 0}
        for _each in range(_ROUND // _CHUNK):
            rows = images_api.free(_CHUNK, self._after)
            is_last = len(rows) < _CHUNK
            self._after = None if is_last else rows[-1].id
            if rows:
                self._some(rows, counts)
            if is_last:
                break
        return counts

    def _some(self, rows: list[models.Image], counts: dict[str, int]) -> None:
        admin = self._cloud_of(rows[0].project_id).service
        try:
            there = admin.image.get_many([row.id for row in rows])
        except exceptions.ClouddeskError as error:
            counts['failed'] += len(rows)
            LOG.warning('Images were not looked for: %s', error)
            return
        missing = [row for row in rows if row.id not in there]
        for row in _unused(missing):
            try:
                counts['forgotten'] += self._forget(row, admin)
            except exceptions.ClouddeskError as error:
                counts['failed'] += 1
                LOG.warning(
                    'Whether image %(image)s is gone is unknown: %(error)s',
                    {'image': row.id, 'error': error},
                )

    def _forget(self, row: models.Image, admin: Any) -> bool:
        for cloud in (admin, self._cloud_of(row.project_id)):
            try:
                cloud.image.get(row.id)
            except exceptions.CloudNotFound:
                continue
            return False
        LOG.info('Image %s is gone from Glance and forgotten', row.id)
        images_api.remove(row.id)
        return True


def _unused(rows: list[models.Image]) -> Iterable[models.Image]:
    users = image_users.of([row.id for row in rows])
    return [row for row in rows if not users[row.id]]
