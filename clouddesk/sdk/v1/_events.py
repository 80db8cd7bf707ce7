"""The proxy's verbs for the history."""

from collections.abc import Generator
from typing import Any

from openstack import resource

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import event as _event
from clouddesk.sdk.v1 import image as _image


class EventsMixin(_base.BaseProxy):
    def events(self, **query: Any) -> Generator[_event.Event, None, None]:
        """Retrieve a generator of what was done, the newest first

        :param query: Optional query parameters: ``action``, ``outcome``,
            ``subject_type``, ``subject_id``, ``user_id``, ``request_id``,
            ``work_order_id``, ``since`` and ``until`` (times in UTC),
            ``limit``, ``marker``, ``sort_key``, ``sort_dir``, and for an
            admin ``all_projects`` and ``project_id``.

        :returns: A generator of :class:`~clouddesk.sdk.v1.event.Event`
            objects.
        """
        paginated = query.pop('paginated', True)
        return self._list(
            _event.Event, paginated=paginated, **_common.query(query)
        )

    def image_history(
        self, image: str | _image.Image, **query: Any
    ) -> Generator[_event.ImageEvent, None, None]:
        """Retrieve a generator of what was done to an image

        :param image: The id of an image, which may be gone by now, or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.
        :param query: Optional query parameters: ``action``, ``outcome``,
            ``user_id``, ``since``, ``until``, ``limit``, ``marker``,
            ``sort_key`` and ``sort_dir``.

        :returns: A generator of :class:`~clouddesk.sdk.v1.event.ImageEvent`
            objects.
        """
        paginated = query.pop('paginated', True)
        return self._list(
            _event.ImageEvent,
            paginated=paginated,
            image_id=resource.Resource._get_id(image),
            **_common.query(query),
        )
