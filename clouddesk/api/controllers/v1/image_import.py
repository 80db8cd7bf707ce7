"""How images come in: ``POST /v1/images`` and what follows it.

The bytes never pass here. They go straight to Glance with the token of their
owner, or Glance fetches them.
"""

import math
from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk import image_sources
from clouddesk.api import answers
from clouddesk.api import exposure
from clouddesk.api import image_checks
from clouddesk.api import image_fields
from clouddesk.api import listing
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api import whom
from clouddesk.api.schemas import common
from clouddesk.api.schemas import image_import as schemas
from clouddesk.api.schemas import images as image_schemas
from clouddesk.api.views import image_import as view
from clouddesk.api.views import links
from clouddesk.cloud import image_data
from clouddesk.cloud import types
from clouddesk.conf import CONF
from clouddesk.i18n import _
from clouddesk.policies import image_import as policies

_MIB = 1 << 20


class Creation(exposure.Controller):
    """The part of ``/v1/images`` that makes images."""

    @exposure.expose(policies.CREATE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.CREATE)
    @validation.response(image_schemas.IMAGE, 201)
    def post(self, req: cd_request.Request) -> exposure.Answer:
        """Make an image that waits for its bytes, or is fetched."""
        fields = dict(req.input)
        image_id, source = fields.pop('id', None), fields.pop('import', None)
        size = fields.pop('size', 0)
        image_fields.check(fields)
        if 'owner' in fields:
            whom.check_project(req.caller, 'owner', fields['owner'])
        if source is not None:
            _check_source(source['uri'], fields)
        user = cloud.for_user(req.caller)
        _check_room(user, size)
        origin = 'upload' if source is None else 'import'
        fields = {'container_format': 'bare'} | fields | {'origin': origin}
        # Asked before: an image whose maker gets an error is lost to her.
        glance = user.image_data.address()
        with image_fields.refused(image_id, fields):
            made = user.image_data.make(fields, image_id)
        if source is not None:
            made = _fetched(user, made, source)
        return _answer(req, glance, made)


class Imports(exposure.Controller):
    """``/v1/images/{image_id}/imports``"""

    @exposure.expose(policies.IMPORTS)
    @validation.query(common.EMPTY)
    @validation.response(schemas.IMPORTS)
    def get(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        """Show what Glance did to fill an image, the newest first."""
        user = cloud.for_user(req.caller)
        with image_fields.refused(image_id):
            _require_own(req, user.image.get(image_id))
            return view.imports(user.image_data.imports(image_id))


class Import(exposure.Controller):
    """``/v1/images/{image_id}/actions/import``"""

    @exposure.expose(policies.IMPORT)
    @validation.query(common.EMPTY)
    @validation.body(schemas.IMPORT)
    @validation.response(image_schemas.IMAGE, 202)
    def post(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        """Let Glance take what was staged, or fetch it."""
        method, uri = req.input['method'], req.input.get('uri')
        if (uri is None) == (method == image_data.DOWNLOAD):
            raise answers.bad(
                'uri', _('uri belongs to the method web-download.')
            )
        if uri is not None:
            image_sources.check(uri, CONF)
        user = cloud.for_user(req.caller)
        with image_fields.refused(image_id):
            user.image_data.begin_import(image_id, method, uri)
            found = user.image.get(image_id)
        return image_fields.shown(req, [found])[0]


class Check(exposure.Controller):
    """``/v1/images/{image_id}/actions/check``"""

    @exposure.expose(policies.CHECK)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(schemas.CHECKED)
    def post(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        """Compare the content of an image with what it is called."""
        return image_checks.check(req, image_id)


#: For :class:`image_actions.Actions`.
ACTIONS: dict[str, exposure.Controller] = {
    'check': Check(),
    'import': Import(),
}


def _check_source(uri: str, fields: dict[str, Any]) -> None:
    if 'disk_format' not in fields:
        raise answers.bad(
            'disk_format',
            _('disk_format is needed: Glance wants to know before it looks.'),
        )
    image_sources.check(uri, CONF)


def _check_room(user: cloud.Cloud, size: int) -> None:
    """Refuse what Glance would refuse after the last byte (H17).

    :param size: bytes; 0 is unknown
    :raises OverQuota: names what there is too little of
    """
    if not CONF.quota.preflight:
        return
    try:
        limits = user.quotas.image()
    except exceptions.CloudError:
        # It is asked for again by Glance.
        return
    needed = {
        'image_count_total': 1,
        'image_size_total': math.ceil(size / _MIB),
    }
    refusals = [
        exceptions.OverQuota.refusal('image', name, count, free, most)
        for name, count in needed.items()
        if (limit := limits.get(name)) is not None
        and (free := limit.free) is not None
        and (most := limit.limit) is not None
        and count > free
    ]
    if refusals:
        raise exceptions.OverQuota.naming(refusals)


def _fetched(
    user: cloud.Cloud, made: types.Image, source: dict[str, str]
) -> types.Image:
    """Let Glance begin; an image that it does not begin with must not stay."""
    try:
        with image_fields.refused(made.id):
            user.image_data.begin_import(
                made.id, source['method'], source['uri']
            )
            return user.image.get(made.id)
    except exceptions.ClouddeskError as error:
        try:
            user.image.delete(made.id)
        except exceptions.CloudError:
            # Whoever asked must know that it is there.
            error.details['image_id'] = made.id
        raise


def _answer(
    req: cd_request.Request, glance: str, made: types.Image
) -> exposure.Answer:
    body = image_fields.shown(req, [made])[0]
    if made.status == 'queued':
        places = view.places(made.id, glance)
        body['links'] = [*body['links'], *places]
    return exposure.Answer(
        body, location=links.href(req.application_url, 'images', made.id)
    )


def _require_own(req: cd_request.Request, image: types.Image) -> None:
    if listing.scope(req) not in (None, image.owner):
        raise exceptions.ImageForeign(name=image.name or image.id)
