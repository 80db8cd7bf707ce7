"""What all lists have in common: whose rows, which page, the next link."""

from collections.abc import Sequence
from typing import Any

from clouddesk import exceptions
from clouddesk import policy
from clouddesk.api import limits
from clouddesk.api import request as cd_request
from clouddesk.api.views import links
from clouddesk.conf import CONF
from clouddesk.db import paging
from clouddesk.i18n import _
from clouddesk.policies import base as base_policies

_PAGING = frozenset(
    {'limit', 'marker', 'sort_key', 'sort_dir', 'all_projects', 'project_id'}
)

#: What people want to see the newest of first.
_TIMES = frozenset({'created_at', 'updated_at'})


def scope(req: cd_request.Request) -> str | None:
    """The project whose things the caller may name by id; None for all."""
    if policy.check(req.caller, base_policies.ALL_PROJECTS):
        return None
    return req.caller.project_id


def project(req: cd_request.Request) -> str | None:
    """The project that a list is about; None for all of them.

    :raises Forbidden: another project's, and the caller is no admin
    """
    wanted = req.query.get('project_id')
    everywhere = req.query.get('all_projects', False)
    if wanted is None and not everywhere:
        return req.caller.project_id
    policy.authorize(req.caller, base_policies.ALL_PROJECTS)
    if wanted is not None and not everywhere:
        raise exceptions.Invalid(
            _('project_id needs all_projects.'), {'field': 'project_id'}
        )
    return wanted


def filters(req: cd_request.Request) -> dict[str, Any]:
    """The query parameters that are not about paging."""
    return {
        key: value for key, value in req.query.items() if key not in _PAGING
    }


def page(req: cd_request.Request, default_key: str = 'created_at') -> Any:
    """The wanted page and one row more, which tells whether another follows.

    :raises Invalid: the page is larger than ``[api] max_limit``
    """
    key = req.query.get('sort_key', default_key)
    direction = 'desc' if key in _TIMES else 'asc'
    return paging.Page(
        limit=page_size(req) + 1,
        marker=req.query.get('marker'),
        sort_keys=[key],
        sort_dirs=[req.query.get('sort_dir', direction)],
    )


def cut(
    req: cd_request.Request, rows: Sequence[Any]
) -> tuple[Sequence[Any], list[links.Link]]:
    """The rows of the page, and the link to the next if there is one."""
    limit = page_size(req)
    if len(rows) <= limit:
        return rows, []
    rows = rows[:limit]
    query = list(req.GET.items())
    return rows, [links.following(req.path_url, query, rows[-1].id)]


def page_size(req: cd_request.Request) -> int:
    """How many rows the wanted page has at most.

    :raises Invalid: more than ``[api] max_limit``
    """
    limit = req.query.get('limit')
    if limit is None:
        return CONF.api.max_limit
    limits.page_size(limit)
    return limit
