"""The proxy's verbs for images that go, and come back."""

from collections.abc import Iterable

from openstack import exceptions

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import image as _image
from clouddesk.sdk.v1 import work_order as _work_order

_Images = Iterable[str | _image.Image]


class ImageRemovalMixin(_base.BaseProxy):
    def delete_image(
        self, image: str | _image.Image, ignore_missing: bool = True
    ) -> _work_order.WorkOrder | None:
        """Delete an image that nothing refers to

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such image.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            deletes it, or None.
        :raises: :class:`~openstack.exceptions.ConflictException` when
            something refers to the image, naming it, or the image is public
            or protected.
        """
        try:
            return self._get_resource(_image.Image, image).remove(self)
        except exceptions.NotFoundException:
            if ignore_missing:
                return None
            raise

    def delete_images(self, images: _Images) -> _work_order.WorkOrder:
        """Delete several images in one work order

        Those that are in use, public, protected or not there become items
        whose status is ``refused`` and whose fault tells why.

        :param images: Ids or instances.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        :raises: :class:`~openstack.exceptions.ConflictException` when none
            of them can be deleted.
        """
        ids = _common.ids(images)
        return _image.Image.act_on_all(self, 'delete', ids)

    def retire_image(self, image: str | _image.Image) -> _work_order.WorkOrder:
        """Let an image go when its last user is gone

        It is deactivated and hidden, so that nothing new is made of it.

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            deactivates and hides it.
        """
        return self._get_resource(_image.Image, image).retire(self)

    def retire_images(self, images: _Images) -> _work_order.WorkOrder:
        """Retire several images in one work order

        See :meth:`delete_images`.
        """
        ids = _common.ids(images)
        return _image.Image.act_on_all(self, 'retire', ids)

    def restore_image(self, image: str | _image.Image) -> _image.Image:
        """Take a retired image back into use

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.

        :returns: The :class:`~clouddesk.sdk.v1.image.Image` as it is now
        """
        return self._get_resource(_image.Image, image).restore(self)
