"""How images go: ``/v1/images/…`` delete, retire and restore."""

from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.api import exposure
from clouddesk.api import image_fields
from clouddesk.api import limits
from clouddesk.api import ordering
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import images as schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.cloud import image_list
from clouddesk.cloud import types
from clouddesk.db.api import image_orders
from clouddesk.db.api import image_users
from clouddesk.db.api import images as db
from clouddesk.policies import images as policies


def _batch(rule: str, kind: str) -> exposure.Controller:
    class Action(exposure.Controller):
        @exposure.expose(rule)
        @validation.query(common.EMPTY)
        @validation.body(schemas.BATCH)
        @validation.response(order_schemas.WORK_ORDER, 202)
        def post(self, req: cd_request.Request) -> exposure.Answer:
            ids = req.input['image_ids']
            limits.action_size('image_ids', ids)
            with image_fields.refused():
                found = cloud.for_user(req.caller).image.get_many(ids)
            return _order(req, kind, ids, found)

    return Action()


class _Retire(exposure.Controller):
    """``/v1/images/{image_id}/actions/retire``"""

    @exposure.expose(policies.RETIRE)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(self, req: cd_request.Request, image_id: str) -> exposure.Answer:
        return one(req, flows.IMAGE_RETIRE, image_id)


class _Restore(exposure.Controller):
    """``/v1/images/{image_id}/actions/restore``"""

    @exposure.expose(policies.RESTORE)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(schemas.IMAGE)
    def post(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        images = cloud.for_user(req.caller).image
        with image_fields.refused(image_id):
            found = images.get(image_id)
            _check_restorable(req, found)
            # First of all, so that no loop deletes it meanwhile.
            db.unretire(image_id)
            images.change(image_id, {'hidden': False})
            if found.status == 'deactivated':
                images.set_active(image_id, True)
            found = images.get(image_id)
        return image_fields.shown(req, [found])[0]


ACTIONS = {'retire': _Retire(), 'restore': _Restore()}


class BatchActions(exposure.Controller):
    """``/v1/images/actions``; one controller per verb."""

    below = {
        'delete': _batch(policies.DELETE, flows.IMAGE_DELETE),
        'retire': _batch(policies.RETIRE, flows.IMAGE_RETIRE),
    }


def one(req: cd_request.Request, kind: str, image_id: str) -> exposure.Answer:
    """Order it for one image, or say why not."""
    with image_fields.refused(image_id):
        found = cloud.for_user(req.caller).image.get(image_id)
    return _order(req, kind, [image_id], {image_id: found})


def _order(
    req: cd_request.Request,
    kind: str,
    ids: list[str],
    found: dict[str, types.Image],
) -> exposure.Answer:
    known = [_known(req, each, found.get(each)) for each in ids]
    verdicts = {each: _judge(req, kind, each, found.get(each)) for each in ids}
    if kind == flows.IMAGE_DELETE:
        verdicts |= _parts(req, verdicts, found)
    refusals = {id_: error for id_, error in verdicts.items() if error}
    order = image_orders.act(ordering.of(req), kind, known, refusals)
    return ordering.accepted(req, order)


def _parts(
    req: cd_request.Request,
    verdicts: dict[str, exceptions.ClouddeskError | None],
    found: dict[str, types.Image],
) -> dict[str, exceptions.ClouddeskError | None]:
    """Refusals of what images of whole machines refer to (M2)."""
    asked = [
        found[each]
        for each, refusal in verdicts.items()
        if refusal is None and found[each].kind == states.DATA
    ]
    if not asked:
        return {}
    with image_fields.refused():
        wholes = cloud.for_user(req.caller).image.wholes()
    users = [(each, image_users.wholes(each.id, wholes)) for each in asked]
    project_id = str(req.caller.project_id)
    return {
        each.id: image_users.in_use(each, some, project_id)
        for each, some in users
        if some
    }


def _known(
    req: cd_request.Request, image_id: str, found: types.Image | None
) -> db.Known:
    if found is None:
        return db.Known(image_id, str(req.caller.project_id), image_id)
    return db.Known.of(found)


def _judge(
    req: cd_request.Request,
    kind: str,
    image_id: str,
    image: types.Image | None,
) -> exceptions.ClouddeskError | None:
    """What is in the way, as far as Glance knows (S4)."""
    if image is None:
        return exceptions.NotFound(kind='image', id=image_id)
    if image.owner != req.caller.project_id:
        return exceptions.ImageForeign(name=_name(image))
    if image.visibility == 'public':
        return exceptions.ImagePublic(name=_name(image))
    if kind == flows.IMAGE_DELETE:
        protected = exceptions.ImageProtected(name=_name(image))
        return protected if image.protected else None
    if image.status not in image_list.WITH_DATA:
        return image_fields.wrong_state(image, 'retire', image_list.WITH_DATA)
    return None


def _check_restorable(req: cd_request.Request, image: types.Image) -> None:
    if image.owner != req.caller.project_id:
        raise exceptions.ImageForeign(name=_name(image))
    if not image.hidden and image.status != 'deactivated':
        raise image_fields.wrong_state(image, 'restore', ('deactivated',))


def _name(image: types.Image) -> str:
    return image.name or image.id
