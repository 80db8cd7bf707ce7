"""Keystone: who is who."""

from typing import Any

from openstack import connection
from openstack import exceptions as openstack_exceptions

from clouddesk.cloud import errors

_SERVICE = 'Keystone'


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

    def require_user(self, user_id: str) -> None:
        """:raises CloudNotFound: there is no such user"""
        with errors.translated(_SERVICE, 'user', user_id):
            keystone: Any = self._conn.identity
            keystone.get_user(user_id)

    def require_group(self, group_id: str) -> None:
        """:raises CloudNotFound: there is no such group"""
        with errors.translated(_SERVICE, 'group', group_id):
            keystone: Any = self._conn.identity
            keystone.get_group(group_id)

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
