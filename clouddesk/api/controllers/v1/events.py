"""``/v1/events`` and the history of one thing."""

import datetime
from typing import Any

from clouddesk import cloud
from clouddesk import events
from clouddesk import exceptions
from clouddesk.api import access
from clouddesk.api import exposure
from clouddesk.api import image_fields
from clouddesk.api import listing
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import events as schemas
from clouddesk.db.api import events as db
from clouddesk.i18n import _
from clouddesk.policies import events as policies


class Events(exposure.Controller):
    """``/v1/events``"""

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        """List what was done to the things of the project."""
        return _page(req, listing.project(req), _filters(req))


class ImageHistory(exposure.Controller):
    """``/v1/images/{image_id}/history``"""

    @exposure.expose(policies.LIST)
    @validation.query(schemas.HISTORY)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request, image_id: str) -> dict[str, Any]:
        """List what was done to an image, which may be gone by now."""
        filters = _filters(req) | {'subject_id': image_id}
        found = _page(req, listing.scope(req), filters)
        if not found['events']:
            # Nobody is told of what is not hers to see.
            with image_fields.refused(image_id):
                cloud.for_user(req.caller).image.get(image_id)
        return found


def _page(
    req: cd_request.Request, project_id: str | None, filters: dict[str, Any]
) -> dict[str, Any]:
    found = db.list_(
        project_id, filters, listing.page(req), access.viewer(req)
    )
    rows, links = listing.cut(req, found)
    return {
        'events': [events.document(row.values) for row in rows],
        'links': links,
    }


def _filters(req: cd_request.Request) -> dict[str, Any]:
    given = listing.filters(req)
    times = {key: given[key] for key in ('since', 'until') if key in given}
    return given | {key: _time(key, text) for key, text in times.items()}


def _time(field: str, text: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(text.removesuffix('Z'))
    except ValueError:
        raise exceptions.Invalid(
            _('%(field)s is no time: there is no such day or hour.'),
            {'field': field},
            field=field,
        ) from None
