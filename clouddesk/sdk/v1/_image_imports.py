"""The proxy's verbs that bring images in."""

from typing import Any

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import image as _image


class ImageImportsMixin(_base.BaseProxy):
    def create_image(self, **attrs: Any) -> _image.Image:
        """Create an image that waits for its bytes, or is fetched

        :param attrs: Attributes of an
            :class:`~clouddesk.sdk.v1.image.Image`; ``name`` is needed.
            ``id`` is the id that it shall have, ``size`` the bytes that will
            come, ``source`` a dict of ``method`` and ``uri`` when Glance
            fetches it.

        :returns: The created :class:`~clouddesk.sdk.v1.image.Image`; its
            links ``upload`` and ``stage`` tell where its bytes go.
        """
        return self._create(_image.Image, **attrs)

    def import_image(
        self, image: str | _image.Image, method: str, uri: str | None = None
    ) -> _image.Image:
        """Let Glance fill an image that waits for its bytes

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.
        :param method: ``glance-direct`` for what was staged, or
            ``web-download``.
        :param uri: Where it is fetched from.

        :returns: The :class:`~clouddesk.sdk.v1.image.Image` as it is now
        """
        found = self._get_resource(_image.Image, image)
        return found.import_from(self, method, uri)

    def image_imports(self, image: str | _image.Image) -> list[dict[str, Any]]:
        """Tell what Glance did to fill an image, the newest first"""
        return self._get_resource(_image.Image, image).imports(self)

    def check_image(self, image: str | _image.Image) -> dict[str, Any]:
        """Compare the content of an image with what it is called

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.

        :returns: What was found: ``status``, ``format``, ``problems``,
            ``deactivated``, ``message`` and others
        """
        return self._get_resource(_image.Image, image).check(self)
