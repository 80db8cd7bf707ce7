"""The proxy's verbs for the accounts that are in images."""

from openstack import resource

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import image as _image
from clouddesk.sdk.v1 import image_login as _image_login


class ImageLoginsMixin(_base.BaseProxy):
    def get_image_login(
        self, image: str | _image.Image
    ) -> _image_login.ImageLogin:
        """Get the account that is in an image, without its password

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.

        :returns: One :class:`~clouddesk.sdk.v1.image_login.ImageLogin`
        """
        return self._get(
            _image_login.ImageLogin,
            requires_id=False,
            image_id=resource.Resource._get_id(image),
        )

    def set_image_login(
        self, image: str | _image.Image, user: str, password: str
    ) -> _image_login.ImageLogin:
        """Record the account that is in an image

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.
        :param user: The name of the account.
        :param password: Its password; the service keeps it in its secret
            store and hands it to whoever may open a desktop of the image.

        :returns: One :class:`~clouddesk.sdk.v1.image_login.ImageLogin`
        """
        image_id = resource.Resource._get_id(image)
        return _image_login.ImageLogin.keep(self, image_id, user, password)

    def delete_image_login(self, image: str | _image.Image) -> None:
        """Forget the account that is in an image

        :param image: The id of an image or an
            :class:`~clouddesk.sdk.v1.image.Image` instance.
        """
        _image_login.ImageLogin.forget(self, resource.Resource._get_id(image))

    def get_desktop_login(
        self, desktop: str | _desktop.Desktop, with_password: bool = False
    ) -> dict[str, str | None]:
        """Tell what to log in to a desktop with

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.
        :param with_password: Whether to tell the password, too.

        :returns: A dict of ``user``, ``password`` and ``source``:
            ``desktop``, ``image`` or ``default``. Of the password of a
            desktop's own account the service keeps nothing.
        """
        found = self._get_resource(_desktop.Desktop, desktop)
        return found.get_login(self, with_password)
