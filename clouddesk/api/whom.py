"""Users, groups and projects that a request names, proved to exist.

The service user asks Keystone: teachers may not look at other people there.
They may give names instead of ids, which are looked for in the domain that
they are of.
"""

from collections.abc import Collection
import re
from typing import Any

from clouddesk import cloud
from clouddesk import context as cd_context
from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import own
from clouddesk.db.api import assignments
from clouddesk.i18n import _

#: What Keystone makes; directories of others have longer ones.
_ID = re.compile('[0-9a-f]{32}|[0-9a-f]{64}')

#: Fields that name one, and those that name several.
_ONE = {'user_id': states.USER, 'group_id': states.GROUP}
_SOME = {'users': states.USER, 'groups': states.GROUP}


def one(
    context: cd_context.RequestContext, wanted: dict[str, Any]
) -> assignments.Person:
    """The user or the group of a body.

    :raises Invalid: both are named, or there is no such user or group
    """
    if len(wanted) > 1:
        raise exceptions.Invalid(
            _('Give user_id or group_id, not both.'), {'field': 'group_id'}
        )
    ((field, name),) = wanted.items()
    return _find(context, field, _ONE[field], name)


def some(
    context: cd_context.RequestContext,
    wanted: dict[str, Any],
    known: Collection[assignments.Person] = (),
) -> list[assignments.Person]:
    """The users and groups of a body.

    :param known: those whose ids need no proof
    :raises Invalid: one of them does not exist
    """
    return [
        (kind, name)
        if (kind, name) in known
        else _find(context, field, kind, name)
        for field, kind in _SOME.items()
        for name in wanted.get(field, ())
    ]


def check_project(
    context: cd_context.RequestContext, field: str, project_id: str
) -> None:
    """Look a project up with the token of the caller.

    Whoever may not look is told nothing here: it is for the service that gets
    the id to refuse it.

    :raises Invalid: there is no such project
    """
    try:
        cloud.for_user(context).identity.project_name(project_id)
    except exceptions.CloudNotFound as error:
        raise _unknown(field, 'project', project_id) from error
    except exceptions.CloudForbidden:
        return
    except exceptions.CloudError as error:
        raise exceptions.ServiceUnavailable(error.text) from error


def _find(
    context: cd_context.RequestContext, field: str, kind: str, name: str
) -> assignments.Person:
    identity = cloud.for_service().identity
    find = identity.user_id if kind == states.USER else identity.group_id
    try:
        return kind, find(name, context.user_domain_id)
    except exceptions.CloudNotFound as error:
        raise _unknown(field, kind, name) from error
    except exceptions.CloudForbidden as error:
        if own.is_used():
            return kind, _unproved(field, name)
        raise exceptions.ServiceUnavailable(error.text) from error
    except exceptions.CloudError as error:
        raise exceptions.ServiceUnavailable(error.text) from error


def _unknown(field: str, kind: str, name: str) -> exceptions.Invalid:
    return exceptions.Invalid(
        _('%(field)s: there is no %(kind)s %(id)s.'),
        {'field': field, 'id': name},
        field=field,
        kind=kind,
        id=name,
    )


def _unproved(field: str, name: str) -> str:
    """An id, where only administrators could prove it.

    One that nobody has gives nothing to anybody.

    :raises Forbidden: it is no id
    """
    if _ID.fullmatch(name):
        return name
    raise exceptions.Forbidden(
        _(
            '%(field)s: Keystone lets only administrators look people up; '
            'give an id.'
        ),
        {'field': field},
        field=field,
    )
