from typing import Any
from typing import Self

from openstack import exceptions
from openstack import resource

from clouddesk.sdk.v1 import _common


class ImageLogin(_common.DesktopResource):
    """The account that is in an image; its password is never shown."""

    base_path = '/images/%(image_id)s/login'
    requires_id = False

    # capabilities
    allow_fetch = True

    #: Whether the service knows the password.
    has_password = resource.Body('has_password', type=bool)
    #: The image. *Type: str*
    image_id = resource.URI('image_id')
    #: ``image``, or ``default`` where the image has no account of its own.
    source = resource.Body('source')
    #: The name of the account.
    user = resource.Body('user')

    @classmethod
    def keep(
        cls, session: Any, image_id: str, user: str, password: str
    ) -> Self:
        """Record an account.

        The password does not become part of the object, which people print.
        """
        session = cls._get_session(session)
        response = session.put(
            cls.base_path % {'image_id': image_id},
            json={'user': user, 'password': password},
            microversion=cls._get_microversion(session),
        )
        exceptions.raise_from_response(response)
        login = cls.new(image_id=image_id)
        login._translate_response(response)
        return login

    @classmethod
    def forget(cls, session: Any, image_id: str) -> None:
        """Let an image have the account of the system."""
        session = cls._get_session(session)
        response = session.delete(
            cls.base_path % {'image_id': image_id},
            microversion=cls._get_microversion(session),
        )
        exceptions.raise_from_response(response)
