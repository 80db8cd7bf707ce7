"""``/v1/images/export``: the list as a file (M18)."""

from collections.abc import Iterator
from collections.abc import Sequence
import itertools
from typing import Any

from oslo_utils import timeutils

from clouddesk.api import export
from clouddesk.api import exposure
from clouddesk.api import image_query
from clouddesk.api import limits
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import images as schemas
from clouddesk.api.views import images as view
from clouddesk.conf import CONF
from clouddesk.policies import images as policies


class Export(exposure.Controller):
    """``/v1/images/export``"""

    @exposure.expose(policies.LIST)
    @validation.query(schemas.EXPORT)
    @validation.response(schemas.FILE, media=export.MEDIA.values())
    def get(self, req: cd_request.Request) -> exposure.Answer:
        """Get the list of images as a file for spreadsheets."""
        format_ = req.query.pop('format', export.CSV)
        columns = req.query.pop('columns', schemas.EXPORT_COLUMNS)
        rows = list(_rows(req, columns))
        limits.export_size(len(rows))
        day = timeutils.utcnow().strftime('%Y%m%d')
        return exposure.Answer(
            stream=export.stream(format_, columns, iter(rows), 'images'),
            content_type=export.MEDIA[format_],
            file_name='images-%s.%s' % (day, format_),
        )


def _rows(
    req: cd_request.Request, columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """What the list of the same query shows, all pages of it.

    Glance does not count, so the cells of all rows are read before the
    answer begins.
    """
    most = CONF.api.max_export_rows + 1
    for found in itertools.islice(image_query.asked(req, most), most):
        shown = view.image(found, None, req.application_url)
        yield {column: shown[column] for column in columns}
