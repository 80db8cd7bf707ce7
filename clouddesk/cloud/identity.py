"""Keystone: who is who."""

from collections.abc import Callable
from collections.abc import Iterable
import contextlib
import re
from typing import Any

from openstack import connection
from openstack import exceptions as openstack_exceptions

from clouddesk import exceptions
from clouddesk.cloud import errors

_SERVICE = 'Keystone'

_ID = re.compile('[A-Za-z0-9_-]{1,64}')


class Identity:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def project_name(self, project_id: str) -> str:
        """The name of a project.

        :raises CloudNotFound: it does not exist
        """
        with errors.translated(_SERVICE, 'project', project_id):
            keystone: Any = self._conn.identity
            return keystone.get_project(project_id).name

    def user_id(self, name_or_id: str, domain_id: str | None) -> str:
        """The id of a user.

        :param domain_id: where to look for the name
        :raises CloudNotFound: there is no such user
        """
        keystone: Any = self._conn.identity
        return _id_of(
            'user', name_or_id, domain_id, keystone.get_user, keystone.users
        )

    def group_id(self, name_or_id: str, domain_id: str | None) -> str:
        """The id of a group, like :meth:`user_id`."""
        keystone: Any = self._conn.identity
        return _id_of(
            'group', name_or_id, domain_id, keystone.get_group, keystone.groups
        )

    def group_ids(self, user_id: str) -> tuple[str, ...]:
        """The groups that a user is in; everybody may ask for her own.

        :raises CloudNotFound: there is no such user
        """
        with errors.translated(_SERVICE, 'user', user_id):
            keystone: Any = self._conn.identity
            # openstacksdk has a verb for it only since 2024.
            answer = keystone.get('/users/%s/groups' % user_id)
            openstack_exceptions.raise_from_response(answer)
            groups = answer.json()['groups']
        return tuple(group['id'] for group in groups)

    def departments(self, project_id: str) -> frozenset[str]:
        """The tags of a project and of the domain that it is in.

        :raises CloudNotFound: it does not exist
        """
        with errors.translated(_SERVICE, 'project', project_id):
            keystone: Any = self._conn.identity
            project = keystone.get_project(project_id)
            # openstacksdk does not know the tags of domains.
            answer = keystone.get('/domains/%s' % project.domain_id)
            openstack_exceptions.raise_from_response(answer)
            domain = answer.json()['domain']
        return frozenset([*(project.tags or ()), *domain.get('tags', ())])


def _id_of(
    kind: str,
    name_or_id: str,
    domain_id: str | None,
    get: Callable[[str], Any],
    list_: Callable[..., Iterable[Any]],
) -> str:
    with errors.translated(_SERVICE, kind, name_or_id):
        # Nothing else may become a part of the path.
        if _ID.fullmatch(name_or_id):
            with contextlib.suppress(openstack_exceptions.NotFoundException):
                return str(get(name_or_id).id)
        found = list(list_(name=name_or_id, domain_id=domain_id))
    if len(found) != 1 or not domain_id:
        raise exceptions.CloudNotFound(
            service=_SERVICE, kind=kind, id=name_or_id, reason=''
        )
    return str(found[0].id)
