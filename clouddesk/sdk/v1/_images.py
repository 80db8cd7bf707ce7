"""The proxy's verbs for images."""

from collections.abc import Generator
from collections.abc import Iterable
import itertools
from typing import Any
from typing import BinaryIO

from openstack import exceptions

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import image as _image


class ImagesMixin(_base.BaseProxy):
    def images(self, **query: Any) -> Generator[_image.Image, None, None]:
        """Retrieve a generator of images

        :param query: Optional query parameters:

            * ``container_format``, ``disk_format``: what it is like.
            * ``hidden``: those that are hidden, instead of the others.
            * ``kind``: ``system``, ``data`` or ``whole``.
            * ``limit``, ``marker``: page size and the last id of the page
              before.
            * ``member_status``: of shared images, what the project said to
              them.
            * ``min_size``, ``max_size``: bytes.
            * ``name``: the exact name.
            * ``origin``: how it came to be.
            * ``owner``: the project that it belongs to.
            * ``properties``: a dict of properties that it must have all.
            * ``search``: part of the name or of the note.
            * ``sort_key``, ``sort_dir``: the order of the answer; one each,
              or lists of them.
            * ``status``: one status or a list of them, or ``all``; active
              ones when absent.
            * ``tags``: tags that it must have all.
            * ``visibility``: ``public``, ``private``, ``shared``,
              ``community`` or ``all``.

        :returns: A generator of :class:`~clouddesk.sdk.v1.image.Image`
            objects.
        """
        paginated = query.pop('paginated', True)
        return self._list(
            _image.Image, paginated=paginated, **_image.query(query)
        )

    def get_image(self, image: str | _image.Image) -> _image.Image:
        """Get a single image

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.

        :returns: One :class:`~clouddesk.sdk.v1.image.Image`
        :raises: :class:`~openstack.exceptions.NotFoundException` when no
            image matches.
        """
        return self._get(_image.Image, image)

    def find_image(
        self, name_or_id: str, ignore_missing: bool = True
    ) -> _image.Image | None:
        """Find a single image, whatever its status

        :param name_or_id: The name or id of an image.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such image.

        :returns: One :class:`~clouddesk.sdk.v1.image.Image` or None
        :raises: :class:`~openstack.exceptions.DuplicateResource` when
            several images have the name.
        """
        try:
            return self.get_image(name_or_id)
        except exceptions.NotFoundException:
            pass
        # Lists leave out what is not active, or hidden.
        found = itertools.chain.from_iterable(
            self.images(name=name_or_id, status='all', hidden=hidden)
            for hidden in (False, True)
        )
        match = _image.Image._get_one_match(name_or_id, found)
        if match is None and not ignore_missing:
            raise exceptions.NotFoundException(
                f'No {_image.Image.__name__} found for {name_or_id}'
            )
        return match

    def update_image(
        self, image: str | _image.Image, **attrs: Any
    ) -> _image.Image:
        """Edit an image

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.
        :param attrs: What changes. ``tags`` replaces all tags; of
            ``properties`` those that are named change, and None takes one
            out.

        :returns: The updated :class:`~clouddesk.sdk.v1.image.Image`
        """
        return self._update(_image.Image, image, **attrs)

    def activate_image(self, image: str | _image.Image) -> _image.Image:
        """Let a deactivated image be used again

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.

        :returns: The :class:`~clouddesk.sdk.v1.image.Image` as it is now
        """
        return self._get_resource(_image.Image, image).activate(self)

    def deactivate_image(self, image: str | _image.Image) -> _image.Image:
        """Let nobody make anything of an image

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.

        :returns: The :class:`~clouddesk.sdk.v1.image.Image` as it is now
        """
        return self._get_resource(_image.Image, image).deactivate(self)

    def respond_to_image(
        self, image: str | _image.Image, status: str
    ) -> _image.Image:
        """Accept or reject an image that another project shares

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.
        :param status: ``accepted``, ``rejected`` or ``pending``.

        :returns: The :class:`~clouddesk.sdk.v1.image.Image`
        """
        found = self._get_resource(_image.Image, image)
        return found.respond(self, status)

    def get_image_usage(self) -> _image.ImageUsage:
        """Get how much room the images of the project take

        :returns: A :class:`~clouddesk.sdk.v1.image.ImageUsage`
        """
        usage = _image.ImageUsage.new(connection=self._get_connection())
        return usage.fetch(self, requires_id=False)

    def export_images(
        self,
        output: BinaryIO,
        file_format: str = 'csv',
        columns: Iterable[str] | None = None,
        **query: Any,
    ) -> None:
        """Write the images of a query to a file for spreadsheets

        :param output: A file that takes bytes; it is written as they come.
        :param file_format: ``csv`` or ``xlsx``.
        :param columns: Names of the columns in their order; all when None.
        :param query: The same as of :meth:`images`, without paging.
        """
        asked = _common.query({'columns': columns and list(columns)})
        _image.Image.export(
            self, output, format=file_format, **asked, **_image.query(query)
        )
