"""``/v1/images``."""

from collections.abc import Sequence
from typing import Any

from clouddesk import cloud
from clouddesk.api import exposure
from clouddesk.api import image_fields
from clouddesk.api import image_query
from clouddesk.api import listing
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.controllers.v1 import image_actions
from clouddesk.api.schemas import common
from clouddesk.api.schemas import images as schemas
from clouddesk.api.views import images as view
from clouddesk.cloud import types
from clouddesk.policies import images as policies


class _Image(exposure.Controller):
    """``/v1/images/{image_id}``"""

    below = {'actions': image_actions.Actions()}

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.IMAGE)
    def get(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        with image_fields.refused(image_id):
            found = cloud.for_user(req.caller).image.get(image_id)
        return _shown(req, [found])[0]

    @exposure.expose(policies.UPDATE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.UPDATE)
    @validation.response(schemas.IMAGE)
    def patch(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        image_fields.check(req.input)
        with image_fields.refused(image_id, req.input):
            images = cloud.for_user(req.caller).image
            changed = images.change(image_id, req.input)
        return _shown(req, [changed])[0]


class Images(exposure.Controller):
    """``/v1/images``"""

    each = _Image()
    kind = 'image'

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        # One more tells whether another page follows.
        count = listing.page_size(req) + 1
        rows, links = listing.cut(req, list(image_query.asked(req, count)))
        return {'images': _shown(req, rows), 'links': links}


def _shown(
    req: cd_request.Request, found: Sequence[types.Image]
) -> list[dict[str, Any]]:
    base = req.application_url
    return [view.image(each, None, base) for each in found]
