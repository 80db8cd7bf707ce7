from typing import Any

from openstack import exceptions
from openstack import resource

from clouddesk.sdk.v1 import _spec
from clouddesk.sdk.v1 import work_order as _work_order


class ImageBuild(_spec.SpecResource):
    """Of what it is made on, flavor, network and disk are told, while it is.

    The rest is only sent; see ``desktop_id`` then.
    """

    resource_key = None
    resources_key = 'image_builds'
    base_path = '/image-builds'

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
        'kind',
        'source_id',
        'desktop_id',
        'image_id',
        'all_projects',
        'project_id',
    )

    #: When the image could be used. *Type: str, ISO 8601, UTC*
    activated_at = resource.Body('activated_at')
    #: When the build was begun. *Type: str, ISO 8601, UTC*
    created_at = resource.Body('created_at')
    #: The desktop on which the image is made.
    desktop_id = resource.Body('desktop_id')
    #: What went wrong: ``code`` and ``message``.
    fault = resource.Body('fault', type=dict)
    #: The finished image; when creating, the base image.
    image_id = resource.Body('image_id')
    #: ``system``, ``data`` or ``whole``.
    kind = resource.Body('kind')
    #: The links of the build.
    links = resource.Body('links', type=list)
    #: Most memory of desktops of the image, in MiB.
    max_ram = resource.Body('max_ram', type=int)
    #: Smallest disk of desktops of the image, in GiB.
    min_disk = resource.Body('min_disk', type=int)
    #: Least memory of desktops of the image, in MiB.
    min_ram = resource.Body('min_ram', type=int)
    #: Least virtual CPUs of desktops of the image.
    min_vcpus = resource.Body('min_vcpus', type=int)
    #: A remark for people.
    note = resource.Body('note')
    #: The project that owns the build.
    project_id = resource.Body('project_id')
    #: What the image is made from: ``type`` and ``id``.
    source = resource.Body('source', type=dict)
    #: ``preparing``, ``configurable``, ``generating``, ``activated``,
    #: ``discarding`` or ``fault``.
    status = resource.Body('status')
    #: The template to make the builder from. Only sent.
    template_id = resource.Body('template_id')
    #: When the build last changed.
    updated_at = resource.Body('updated_at')
    #: The user who began the build.
    user_id = resource.Body('user_id')
    #: The last work order of the build.
    work_order_id = resource.Body('work_order_id')

    def begin(self, session: Any) -> _work_order.WorkOrder:
        """Begin the build."""
        request = self._prepare_request(requires_id=False)
        response = self._post(session, request.url, request.body)
        return _work_order.WorkOrder.from_response(session, response)

    def act(
        self, session: Any, action: str, body: dict[str, Any]
    ) -> _work_order.WorkOrder:
        """Finish, cancel or retry the build."""
        response = self._act(session, action, body)
        return _work_order.WorkOrder.from_response(session, response)

    def remove(self, session: Any) -> _work_order.WorkOrder | None:
        """Delete the build.

        :returns: the work order that removes its builder, if there is one
        """
        response = self._raw_delete(self._get_session(session))
        exceptions.raise_from_response(response)
        if response.status_code == 204:
            return None
        return _work_order.WorkOrder.from_response(session, response)
