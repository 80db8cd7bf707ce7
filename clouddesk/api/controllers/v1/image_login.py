"""``/v1/images/{image_id}/login``, and the account of a desktop."""

from typing import Any

from clouddesk.api import access
from clouddesk.api import exposure
from clouddesk.api import image_logins
from clouddesk.api import listing
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import image_logins as schemas
from clouddesk.db.api import desktops as desktops_db
from clouddesk.db.api import images as db
from clouddesk.policies import desktops as desktop_policies
from clouddesk.policies import image_logins as policies


class ImageLogin(exposure.Controller):
    """``/v1/images/{image_id}/login``"""

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.SHOWN)
    def get(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        """Show the account that is in an image."""
        image = image_logins.changeable(req, policies.GET, image_id)
        return image_logins.of_image(db.find(image.id))

    @exposure.expose(policies.SET)
    @validation.query(common.EMPTY)
    @validation.body(schemas.SET)
    @validation.response(schemas.SHOWN)
    def put(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        """Record the account that is in an image."""
        image = image_logins.changeable(req, policies.SET, image_id)
        return image_logins.keep(
            image, req.input['user'], req.input['password']
        )

    @exposure.expose(policies.UNSET)
    @validation.query(common.EMPTY)
    @validation.response(common.NOTHING, 204)
    def delete(self, req: cd_request.Request, image_id: str) -> None:
        """Forget the account that is in an image."""
        image_logins.forget(
            image_logins.changeable(req, policies.UNSET, image_id)
        )


class DesktopLogin(exposure.Controller):
    """``/v1/desktops/{desktop_id}/actions/login``"""

    @exposure.expose(desktop_policies.LOGIN)
    @validation.query(common.EMPTY)
    @validation.body(schemas.ASKED)
    @validation.response(schemas.HANDED)
    def post(
        self, req: cd_request.Request, desktop_id: str
    ) -> dict[str, str | None]:
        """Hand over what to log in to a desktop with."""
        desktop = desktops_db.get(
            desktop_id, listing.scope(req), access.viewer(req)
        )
        wants_password = req.input.get('with_password', False)
        return image_logins.of_desktop(desktop, wants_password)
