from typing import Any

from openstack import resource

from clouddesk.sdk.v1 import _common


class Event(_common.DesktopResource):
    """Something that was done, or that somebody tried to do."""

    resources_key = 'events'
    base_path = '/events'

    # capabilities
    allow_list = True

    _query_mapping = resource.QueryParameters(
        'sort_key',
        'sort_dir',
        'action',
        'all_projects',
        'outcome',
        'project_id',
        'request_id',
        'since',
        'subject_id',
        'subject_type',
        'until',
        'user_id',
        'work_order_id',
    )

    #: What was done, e.g. ``image.retire``.
    action = resource.Body('action')
    #: Why it failed: the code of an error or of a fault.
    code = resource.Body('code')
    #: When it was done. *Type: str, ISO 8601, UTC*
    created_at = resource.Body('created_at')
    #: What else is known, such as the ``fields`` of the request.
    details = resource.Body('details', type=dict)
    #: ``pending``, ``success`` or ``failure``.
    outcome = resource.Body('outcome')
    #: The project whose thing it was done to.
    project_id = resource.Body('project_id')
    #: The request that did it.
    request_id = resource.Body('request_id')
    #: What it was done to: ``type``, ``id`` and the ``name`` that it had.
    subject = resource.Body('subject', type=dict)
    #: Who did it.
    user_id = resource.Body('user_id')
    #: The project that she did it from.
    user_project_id = resource.Body('user_project_id')
    #: The work order that it began, or ended with.
    work_order_id = resource.Body('work_order_id')


class ImageEvent(Event):
    """Something that was done to an image."""

    base_path = '/images/%(image_id)s/history'

    #: The image. *Type: str*
    image_id: Any = resource.URI('image_id')
