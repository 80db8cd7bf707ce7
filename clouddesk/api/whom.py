"""Users and groups that a request names, proved to exist.

The service user asks Keystone: teachers may not look at other people there.
"""

from collections.abc import Iterator
from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db.api import assignments
from clouddesk.i18n import _

#: Fields that name one, and those that name several.
_ONE = {'user_id': states.USER, 'group_id': states.GROUP}
_SOME = {'users': states.USER, 'groups': states.GROUP}


def one(wanted: dict[str, Any]) -> assignments.Person:
    """The user or the group of a body.

    :raises Invalid: both are named, or there is no such user or group
    """
    if len(wanted) > 1:
        raise exceptions.Invalid(
            _('Give user_id or group_id, not both.'), {'field': 'group_id'}
        )
    ((field, id_),) = wanted.items()
    person = (_ONE[field], id_)
    _require(person, field)
    return person


def some(wanted: dict[str, Any]) -> list[assignments.Person]:
    """The users and groups of a body, as they were given."""
    return [
        (kind, id_)
        for field, kind in _SOME.items()
        for id_ in wanted.get(field, ())
    ]


def require(people: list[assignments.Person]) -> None:
    """:raises Invalid: one of them does not exist"""
    for person, field in _with_fields(people):
        _require(person, field)


def _with_fields(
    people: list[assignments.Person],
) -> Iterator[tuple[assignments.Person, str]]:
    fields = {kind: field for field, kind in _SOME.items()}
    return ((person, fields[person[0]]) for person in people)


def _require(person: assignments.Person, field: str) -> None:
    kind, id_ = person
    identity = cloud.for_service().identity
    ask = (
        identity.require_user
        if kind == states.USER
        else identity.require_group
    )
    try:
        ask(id_)
    except exceptions.CloudNotFound as error:
        raise exceptions.Invalid(
            _('%(field)s: there is no %(kind)s %(id)s.'),
            {'field': field, 'id': id_},
            field=field,
            kind=kind,
            id=id_,
        ) from error
    except exceptions.CloudError as error:
        raise exceptions.ServiceUnavailable(error.text) from error
