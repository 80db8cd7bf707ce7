"""Removes retired images whose last user is gone (H14)."""

from collections.abc import Callable

from oslo_log import log as logging
from oslo_utils import timeutils

from clouddesk import exceptions
from clouddesk import flows
from clouddesk.conductor import rounds
from clouddesk.db import models
from clouddesk.db.api import image_orders
from clouddesk.db.api import image_users
from clouddesk.db.api import images as images_api

LOG = logging.getLogger(__name__)

#: Images whose users are looked up at a time.
_CHUNK = 100

#: Seconds after which it is tried again to remove what Glance keeps.
_PATIENCE = 3600


class Retirement:
    def __init__(self, hint: Callable[[str], object]) -> None:
        """
        :param hint: takes the id of an order that was made
        """
        self._hint = hint

    def run(self) -> dict[str, int]:
        """Look for retired images that nothing refers to any more."""
        counts = dict.fromkeys(('ordered', 'used', 'later', 'failed'), 0)
        waiting: list[models.Image] = []
        for image in rounds.pages(images_api.retired):
            waiting.append(image)
            if len(waiting) == _CHUNK:
                self._some(waiting, counts)
                waiting = []
        self._some(waiting, counts)
        return counts

    def _some(
        self, images: list[models.Image], counts: dict[str, int]
    ) -> None:
        users = image_users.of([image.id for image in images])
        for image in images:
            try:
                counts[self._one(image, bool(users[image.id]))] += 1
            except exceptions.Conflict as error:
                # Somebody, or another conductor, was quicker.
                LOG.debug('Image %s is left: %s', image.id, error)
            except exceptions.ClouddeskError as error:
                counts['failed'] += 1
                LOG.warning(
                    'Image %(image)s stays as it is: %(error)s',
                    {'image': image.id, 'error': error},
                )

    def _one(self, image: models.Image, is_used: bool) -> str:
        if is_used:
            return 'used'
        if image.faulted_at and not timeutils.is_older_than(
            image.faulted_at, _PATIENCE
        ):
            return 'later'
        order = image_orders.act(
            {'project_id': image.project_id, 'user_id': image.retired_by},
            flows.IMAGE_DELETE,
            [images_api.Known(image.id, image.project_id, image.name)],
            {},
            first=images_api.still_retired(image.id),
        )
        LOG.info(
            'Nothing refers to retired image %(image)s: work order %(order)s',
            {'image': image.id, 'order': order.id},
        )
        self._hint(order.id)
        return 'ordered'
