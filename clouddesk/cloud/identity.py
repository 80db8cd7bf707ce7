"""Keystone: who is who."""

from typing import Any

from openstack import connection

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
