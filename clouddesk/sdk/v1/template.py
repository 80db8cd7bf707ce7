from typing import Any

from openstack import exceptions
from openstack import resource

from clouddesk.sdk.v1 import _spec


class Template(_spec.SpecResource):
    resource_key = None
    resources_key = 'templates'
    base_path = '/templates'

    # capabilities
    allow_create = True
    allow_fetch = True
    allow_commit = True
    allow_delete = True
    allow_list = True

    _query_mapping = resource.QueryParameters(
        'sort_key',
        'sort_dir',
        'name',
        'visibility',
        'department',
        'all_projects',
        'project_id',
    )

    #: When the template was made. *Type: str, ISO 8601, UTC*
    created_at = resource.Body('created_at')
    #: Keystone tag of the projects or domains that may use it, too.
    department = resource.Body('department')
    #: The links of the template.
    links = resource.Body('links', type=list)
    #: A remark for people.
    note = resource.Body('note')
    #: The project that owns the template.
    project_id = resource.Body('project_id')
    #: The region that desktops can be made in.
    region = resource.Body('region')
    #: Grows with every change of what desktops are made from.
    revision = resource.Body('revision', type=int)
    #: When the template last changed.
    updated_at = resource.Body('updated_at')
    #: The user who made the template.
    user_id = resource.Body('user_id')
    #: ``exclusive`` or ``shared``.
    visibility = resource.Body('visibility')

    def revisions(self, session: Any) -> list[dict[str, Any]]:
        """What the template was, the newest first."""
        session = self._get_session(session)
        url = f'{self.base_path}/{self.id}/revisions'
        response = session.get(
            url, microversion=self._get_microversion(session)
        )
        exceptions.raise_from_response(response)
        found: list[dict[str, Any]] = response.json()['revisions']
        return found
