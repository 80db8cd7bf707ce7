from typing import Any
from typing import Self

from openstack import exceptions
from openstack import resource

from clouddesk.sdk.v1 import _spec
from clouddesk.sdk.v1 import work_order as _work_order


class Course(_spec.SpecResource):
    resource_key = None
    resources_key = 'courses'
    base_path = '/courses'

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
        'status',
        'template_id',
        'drift',
        'pool_id',
        'image_id',
        'all_projects',
        'project_id',
    )

    #: Minutes before the bell at which desktops begin to start.
    ahead = resource.Body('ahead', type=int)
    #: What the end does to desktops: ``stop``, ``rebuild`` or ``delete``.
    at_end = resource.Body('at_end')
    #: When the course was made. *Type: str, ISO 8601, UTC*
    created_at = resource.Body('created_at')
    #: What went wrong last: ``code`` and ``message``.
    fault = resource.Body('fault', type=dict)
    #: The links of the course.
    links = resource.Body('links', type=list)
    #: How the desktops are named.
    name_template = resource.Body('name_template')
    #: When the timetable asks for something next. *Type: str, UTC*
    next_at = resource.Body('next_at')
    #: What it asks for then: ``start`` or ``end``.
    next_event = resource.Body('next_event')
    #: A remark for people.
    note = resource.Body('note')
    #: The pool of the course, once it was started.
    pool_id = resource.Body('pool_id')
    #: The project that owns the course.
    project_id = resource.Body('project_id')
    #: Whether Glance protects the image because of the course.
    protects_image = resource.Body('protects_image', type=bool)
    #: Who takes part: ``users`` and ``groups``, ids of Keystone.
    roster = resource.Body('roster', type=dict)
    #: Number of desktops that a lesson needs.
    size = resource.Body('size', type=int)
    #: ``idle``, ``starting``, ``in_session`` or ``ending``.
    status = resource.Body('status')
    #: The template that desktops are made from.
    template = resource.Body('template', type=dict)
    #: The template to make desktops from. Only sent.
    template_id = resource.Body('template_id')
    #: ``timezone``, ``from``, ``until`` and ``lessons``.
    timetable = resource.Body('timetable', type=dict)
    #: When the course last changed.
    updated_at = resource.Body('updated_at')
    #: The user who made the course.
    user_id = resource.Body('user_id')
    #: Desktops that start at the same time.
    wave = resource.Body('wave', type=int)
    #: The last work order of the course.
    work_order_id = resource.Body('work_order_id')

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is under way."""
        return self.status in ('idle', 'in_session')

    def act(self, session: Any, action: str) -> Self:
        """Start or end the course beside its timetable."""
        self._translate_response(self._act(session, action, {}))
        return self

    def remove(
        self, session: Any, with_pool: bool = False
    ) -> _work_order.WorkOrder | None:
        """Delete the course.

        :returns: the work order that deletes its pool, if it does
        """
        session = self._get_session(session)
        url = f'{self.base_path}/{self.id}'
        if with_pool:
            url += '?with_pool=true'
        response = session.delete(
            url, microversion=self._get_microversion(session)
        )
        exceptions.raise_from_response(response)
        if response.status_code == 204:
            return None
        return _work_order.WorkOrder.from_response(session, response)
