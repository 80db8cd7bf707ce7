"""Which desktops a batch is about: a list of ids, or a filter."""

from typing import Any

from clouddesk import exceptions
from clouddesk.api import access
from clouddesk.api import limits
from clouddesk.api import request as cd_request
from clouddesk.conf import CONF
from clouddesk.db import paging
from clouddesk.db.api import desktops as db
from clouddesk.i18n import _


def desktop_ids(req: cd_request.Request) -> list[str]:
    """The ids that the body names, or those that its filter finds.

    A filter looks in the caller's own project only.

    :raises Invalid: both or none is given, too many, or a filter that finds
        nothing
    """
    wanted = req.input
    if ('desktop_ids' in wanted) == ('filter' in wanted):
        raise exceptions.Invalid(
            _('Give desktop_ids or filter, one of them.'),
            {'field': 'desktop_ids'},
        )
    if 'desktop_ids' in wanted:
        limits.action_size('desktop_ids', wanted['desktop_ids'])
        return list(wanted['desktop_ids'])
    return _found(req, access.whose(req, wanted['filter']))


def _found(req: cd_request.Request, filters: dict[str, Any]) -> list[str]:
    limit = CONF.desktop.max_action_size
    page = paging.Page(limit + 1, None, ['name'], ['asc'])
    rows = db.list_(req.caller.project_id, filters, page, access.viewer(req))
    if not rows:
        raise exceptions.Invalid(
            _('filter finds no desktop.'), {'field': 'filter'}
        )
    if len(rows) > limit:
        raise exceptions.Invalid(
            _('filter finds more than %(limit)s desktops, the limit.'),
            {'field': 'filter', 'limit': limit},
            limit=limit,
        )
    return [row.id for row in rows]
