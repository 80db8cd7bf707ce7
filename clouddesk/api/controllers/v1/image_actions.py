"""What can be done to images: ``/v1/images/{image_id}/actions``."""

from typing import Any

from clouddesk import cloud
from clouddesk.api import exposure
from clouddesk.api import image_fields
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.controllers.v1 import image_import
from clouddesk.api.controllers.v1 import image_removal
from clouddesk.api.schemas import common
from clouddesk.api.schemas import images as schemas
from clouddesk.cloud import image_list
from clouddesk.cloud import types
from clouddesk.db import models
from clouddesk.db.api import images as db
from clouddesk.policies import images as policies


class _Activate(exposure.Controller):
    """``/v1/images/{image_id}/actions/activate``"""

    @exposure.expose(policies.ACTIVATE)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(schemas.IMAGE)
    def post(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        return _set_active(req, image_id, True)


class _Deactivate(exposure.Controller):
    """``/v1/images/{image_id}/actions/deactivate``"""

    @exposure.expose(policies.DEACTIVATE)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(schemas.IMAGE)
    def post(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        return _set_active(req, image_id, False)


class _Respond(exposure.Controller):
    """``/v1/images/{image_id}/actions/respond``"""

    @exposure.expose(policies.RESPOND)
    @validation.query(common.EMPTY)
    @validation.body(schemas.RESPOND)
    @validation.response(schemas.IMAGE)
    def post(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        with image_fields.refused(image_id):
            images = cloud.for_user(req.caller).image
            images.respond(
                image_id, str(req.caller.project_id), req.input['status']
            )
            found = images.get(image_id)
        return image_fields.shown(req, [found])[0]


class Actions(exposure.Controller):
    """``/v1/images/{image_id}/actions``; one controller per verb."""

    below = {
        'activate': _Activate(),
        'deactivate': _Deactivate(),
        'respond': _Respond(),
        **image_import.ACTIONS,
        **image_removal.ACTIONS,
    }


def _set_active(
    req: cd_request.Request, image_id: str, active: bool
) -> dict[str, Any]:
    with image_fields.changing(req, image_id):
        images = cloud.for_user(req.caller).image
        row = _check(images.get(image_id), active)
        images.set_active(image_id, active)
        if active and row is not None and row.fault_code:
            # Somebody wants it as it is.
            db.forgive(image_id)
        found = images.get(image_id)
    return image_fields.shown(req, [found])[0]


def _check(image: types.Image, active: bool) -> models.Image | None:
    """
    :returns: what only clouddesk knows of it
    :raises ImageBusy: an order holds it, and may want the contrary
    :raises ImageWrongState: Glance has no data of it, or it is retired, and
        that is more than not being active
    """
    row = db.check_free(image.id)
    is_retired = active and row is not None and row.retired_at is not None
    if is_retired or image.status not in image_list.WITH_DATA:
        raise image_fields.wrong_state(
            image,
            'activate' if active else 'deactivate',
            image_list.WITH_DATA,
            'retired' if is_retired else None,
        )
    return row
