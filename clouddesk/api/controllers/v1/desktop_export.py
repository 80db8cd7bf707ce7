"""``/v1/desktops/export``: the list as a file (V29)."""

from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
from typing import Any

from oslo_utils import timeutils

from clouddesk.api import access
from clouddesk.api import export
from clouddesk.api import exposure
from clouddesk.api import limits
from clouddesk.api import listing
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import desktops as schemas
from clouddesk.api.views import desktops as view
from clouddesk.db import models
from clouddesk.db.api import desktops as db
from clouddesk.policies import desktops as policies

#: Rows that are in memory at a time.
_PAGE = 500


class Export(exposure.Controller):
    """``/v1/desktops/export``"""

    @exposure.expose(policies.LIST)
    @validation.query(schemas.EXPORT)
    @validation.response(schemas.FILE, media=export.MEDIA.values())
    def get(self, req: cd_request.Request) -> exposure.Answer:
        """Get the list of desktops as a file for spreadsheets."""
        format_ = req.query.pop('format', export.CSV)
        columns = req.query.pop('columns', schemas.EXPORT_COLUMNS)
        rows = _rows(req)
        day = timeutils.utcnow().strftime('%Y%m%d')
        return exposure.Answer(
            stream=export.stream(format_, columns, rows),
            content_type=export.MEDIA[format_],
            file_name='desktops-%s.%s' % (day, format_),
        )


def _rows(req: cd_request.Request) -> Iterator[dict[str, Any]]:
    """What the list of the same query shows, all pages of it."""
    project_id, filters = listing.project(req), access.filters(req)
    viewer = access.viewer(req)
    limits.export_size(db.summary(project_id, filters, viewer)['count'])
    page = dataclasses.replace(listing.page(req), limit=_PAGE)
    base = req.application_url

    def fetch(last: models.Desktop | None) -> Sequence[models.Desktop]:
        wanted = dataclasses.replace(page, after=last)
        return db.list_(project_id, filters, wanted, viewer)

    return (view.desktop(row, base) for row in export.pages(fetch, _PAGE))
