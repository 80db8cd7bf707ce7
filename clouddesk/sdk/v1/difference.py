from collections.abc import Iterable
from typing import Any
from typing import Self

from openstack import resource

from clouddesk.sdk.v1 import _common


class Difference(_common.DesktopResource):
    """Something that clouddesk and the cloud disagree about."""

    #: The desktop that is meant, or whose id something carries, if any.
    desktop_id = resource.Body('desktop_id')
    #: Its name; None when there is no such desktop.
    desktop_name = resource.Body('desktop_name')
    #: The image build that something was made for, if any.
    image_build_id = resource.Body('image_build_id')
    #: E.g. ``vanished_server``, ``orphan_port`` or ``name_drift``.
    kind = resource.Body('kind')
    #: What is different, for people.
    message = resource.Body('message')
    #: The project that it was found in.
    project_id = resource.Body('project_id')
    #: Why a repair was refused or failed.
    reason = resource.Body('reason')
    #: ``retry``, ``rebuild``, ``reattach``, ``delete`` or ``synchronise``.
    repair = resource.Body('repair')
    #: What is there too much, or no more.
    resource_id = resource.Body('resource_id')
    #: ``desktop``, ``server``, ``port``, ``volume``, ``floating_ip``,
    #: ``snapshot`` or ``image``.
    resource_type = resource.Body('resource_type')
    #: After a repair: ``repaired``, ``ordered``, ``gone``, ``refused``,
    #: ``failed`` or ``later``.
    verdict = resource.Body('verdict')
    #: The work order that repairs it.
    work_order_id = resource.Body('work_order_id')


class Differences(_common.DesktopResource):
    """All of them at one moment."""

    base_path = '/differences'

    # capabilities
    allow_fetch = True

    _query_mapping = resource.QueryParameters(
        'all_projects', 'project_id', include_pagination_defaults=False
    )

    #: *Type: list of* :class:`Difference`
    differences = resource.Body('differences', type=list, list_type=Difference)
    #: Projects that could not be looked at: ``project_id``, ``message``.
    unread = resource.Body('unread', type=list, list_type=dict)

    @classmethod
    def find_all(cls, session: Any, **query: Any) -> Self:
        """Look for differences now."""
        found = cls.new(connection=session._get_connection())
        return found.fetch(session, requires_id=False, **query)

    @classmethod
    def repair(
        cls, session: Any, ids: Iterable[str] | None, **query: Any
    ) -> Self:
        """Repair some, or (None) all of them."""
        body: dict[str, Any] = {'all': True}
        if ids is not None:
            body = {'ids': list(ids)}
        response = cls._post(
            session, cls.base_path + '/actions/repair', body, params=query
        )
        repaired = cls.new(connection=session._get_connection())
        repaired._translate_response(response)
        return repaired
