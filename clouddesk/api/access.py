"""Which rows of a project the caller may see and act on.

The policy is asked first and says what a role may do at all; then the rows
are narrowed down, in the database, to those that are the caller's.
"""

import time
from typing import Any

from oslo_log import log

from clouddesk import cloud
from clouddesk import context as cd_context
from clouddesk import exceptions
from clouddesk import policy
from clouddesk.api import listing
from clouddesk.api import memory
from clouddesk.api import request as cd_request
from clouddesk.db import people
from clouddesk.policies import base as policies

LOG = log.getLogger(__name__)

#: Seconds after which it is noticed that somebody joined or left a group.
_FRESH = 60.0

#: People whose groups are kept.
_MOST = 4096


def viewer(req: cd_request.Request) -> people.Viewer | None:
    """Whose eyes to look through; None for who sees all of the project.

    :raises ServiceUnavailable: Keystone does not answer
    """
    if policy.check(req.caller, policies.WHOLE_PROJECT):
        return None
    return myself(req)


def myself(req: cd_request.Request) -> people.Viewer:
    """The caller and her groups.

    :raises ServiceUnavailable: Keystone does not answer
    """
    return people.Viewer(str(req.caller.user_id), _groups(req.caller))


def filters(req: cd_request.Request) -> dict[str, Any]:
    """The filters of a list of desktops, for the database."""
    return whose(req, listing.filters(req))


def whose(req: cd_request.Request, given: dict[str, Any]) -> dict[str, Any]:
    """The same filters, where ``mine`` has become the caller."""
    mine = {'mine': myself(req)} if given.get('mine') else {}
    others = {key: given[key] for key in given if key != 'mine'}
    return others | mine


def _groups(caller: cd_context.RequestContext) -> tuple[str, ...]:
    """The ids of the caller's groups, asked with her own token."""
    user_id = str(caller.user_id)
    known = _GROUPS.get(user_id)
    if known is None:
        now = time.monotonic()
        known = _ask(caller, user_id)
        _GROUPS.put(user_id, known, now)
    return known


def _ask(caller: cd_context.RequestContext, user_id: str) -> tuple[str, ...]:
    try:
        return cloud.for_user(caller).identity.group_ids(user_id)
    except exceptions.CloudError as error:
        if error.transient:
            raise exceptions.ServiceUnavailable(error.text) from error
        # Nobody is locked out of her own desktop because of her groups.
        LOG.warning(
            'Keystone does not tell the groups of user %(user)s: %(error)s',
            {'user': user_id, 'error': error},
        )
        return ()


_GROUPS: memory.Memory[tuple[str, ...]] = memory.Memory(_FRESH, _MOST)
forget = _GROUPS.forget
