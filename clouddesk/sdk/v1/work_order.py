from typing import Any
from typing import Self

from openstack import resource

from clouddesk.sdk.v1 import _common

#: A work order in one of these is not going to change by itself.
FINISHED = ('succeeded', 'failed', 'cancelled')


class WorkOrder(_common.DesktopResource):
    resources_key = 'work_orders'
    base_path = '/work-orders'

    # capabilities
    allow_fetch = True
    allow_list = True

    _query_mapping = resource.QueryParameters(
        'sort_key',
        'sort_dir',
        'status',
        'kind',
        'subject_id',
        'desktop_id',
        'image_id',
        'all_projects',
        'project_id',
    )

    #: Number of items by their status.
    counts = resource.Body('counts', type=dict)
    #: When the order was made. *Type: str, ISO 8601, UTC*
    created_at = resource.Body('created_at')
    #: Why the order as a whole failed: ``code`` and ``message``.
    fault = resource.Body('fault', type=dict)
    #: When the order ended, however it ended.
    finished_at = resource.Body('finished_at')
    #: What the order does, e.g. ``pool.create``.
    kind = resource.Body('kind')
    #: The links of the order.
    links = resource.Body('links', type=list)
    #: How much of all steps is done. *Type: int, 0 to 100*
    percent = resource.Body('percent', type=int)
    #: The project that owns the order.
    project_id = resource.Body('project_id')
    #: The request that made the order.
    request_id = resource.Body('request_id')
    #: When a conductor began.
    started_at = resource.Body('started_at')
    #: ``queued``, ``paused``, ``running``, ``succeeded``, ``failed``,
    #: ``cancelling`` or ``cancelled``.
    status = resource.Body('status')
    #: How many items have done each step: ``name``, ``done``, ``total``.
    steps = resource.Body('steps', type=list, list_type=dict)
    #: What the order is about: ``type``, ``id``, ``name``.
    subject = resource.Body('subject', type=dict)
    #: When the order last changed.
    updated_at = resource.Body('updated_at')
    #: The user who made the order.
    user_id = resource.Body('user_id')
    #: One per desktop or image: ``desktop_id``, ``image_id``, ``name``,
    #: ``status``, ``step``, ``steps_done``, ``steps_total``, ``fault``. Absent
    #: in lists. (The API
    #: calls it ``items``, which is a method here.)
    work_items = resource.Body('items', type=list, list_type=dict)

    @property
    def is_finished(self) -> bool:
        """Whether the order has ended, well or badly."""
        return self.status in FINISHED

    @classmethod
    def from_response(cls, session: Any, response: Any) -> Self:
        """The order that another resource's verb was answered with."""
        order = cls.new(connection=session._get_connection())
        order._translate_response(response)
        return order

    def act(self, session: Any, action: str) -> Self:
        """Retry, pause, resume or cancel the order.

        :raises: :class:`~openstack.exceptions.ConflictException` when the
            order is not in a state for it
        """
        self._translate_response(self._act(session, action, {}))
        return self

    @classmethod
    def act_on_all(
        cls, session: Any, action: str, order_ids: list[str]
    ) -> list[Self]:
        """Retry, pause, resume or cancel several orders, all or none."""
        body = {'work_order_ids': order_ids}
        answer = cls._act_on_all(session, action, body).json()
        conn = session._get_connection()
        return [
            cls.existing(connection=conn, **order)
            for order in answer[cls.resources_key]
        ]
