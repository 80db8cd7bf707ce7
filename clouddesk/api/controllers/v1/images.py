"""``/v1/images``."""

from typing import Any

from clouddesk import cloud
from clouddesk import flows
from clouddesk.api import exposure
from clouddesk.api import image_fields
from clouddesk.api import image_query
from clouddesk.api import listing
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api import whole_machines
from clouddesk.api import whom
from clouddesk.api.controllers.v1 import events
from clouddesk.api.controllers.v1 import image_actions
from clouddesk.api.controllers.v1 import image_export
from clouddesk.api.controllers.v1 import image_import
from clouddesk.api.controllers.v1 import image_login
from clouddesk.api.controllers.v1 import image_removal
from clouddesk.api.controllers.v1 import image_usage
from clouddesk.api.schemas import common
from clouddesk.api.schemas import images as schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.db.api import images as db
from clouddesk.policies import images as policies

#: What an image needs, and what it takes.
_RAM = frozenset({'min_ram', 'max_ram'})


class _Image(exposure.Controller):
    """``/v1/images/{image_id}``"""

    below = {
        'actions': image_actions.Actions(),
        'history': events.ImageHistory(),
        'imports': image_import.Imports(),
        'login': image_login.ImageLogin(),
    }

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.IMAGE)
    def get(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        with image_fields.refused(image_id):
            found = cloud.for_user(req.caller).image.get(image_id)
        return image_fields.shown(req, [found])[0]

    @exposure.expose(policies.UPDATE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.UPDATE)
    @validation.response(schemas.IMAGE)
    def patch(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        image_fields.check(req.input)
        if 'owner' in req.input:
            _check_new_owner(req, image_id)
        with image_fields.changing(req, image_id, req.input):
            user = cloud.for_user(req.caller)
            whole_machines.check(user, image_id, req.input)
            images = user.image
            if not _RAM.isdisjoint(req.input):
                image_fields.check_ram(req.input, images.get(image_id))
            changed = images.change(image_id, req.input)
        if 'owner' in req.input:
            db.hand_over(image_id, req.input['owner'])
        if 'name' in req.input:
            db.rename(image_id, req.input['name'])
        return image_fields.shown(req, [changed])[0]

    @exposure.expose(policies.DELETE)
    @validation.query(common.EMPTY)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def delete(
        self, req: cd_request.Request, image_id: str
    ) -> exposure.Answer:
        return image_removal.one(req, flows.IMAGE_DELETE, image_id)


def _check_new_owner(req: cd_request.Request, image_id: str) -> None:
    """Refuse what would leave an image with nobody (S45).

    :raises Invalid: there is no such project
    :raises ImageBusy: an order works on the image for its project
    """
    whom.check_project(req.caller, 'owner', req.input['owner'])
    with image_fields.refused(image_id):
        cloud.for_user(req.caller).image.get(image_id)
    db.check_free(image_id)


class Images(image_import.Creation):
    """``/v1/images``"""

    below = {
        'actions': image_removal.BatchActions(),
        'export': image_export.Export(),
        'usage': image_usage.Usage(),
    }
    each = _Image()
    kind = 'image'

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        # One more tells whether another page follows.
        count = listing.page_size(req) + 1
        rows, links = listing.cut(req, list(image_query.asked(req, count)))
        return {'images': image_fields.shown(req, rows), 'links': links}
