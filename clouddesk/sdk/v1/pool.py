from collections.abc import Iterable
from typing import Any
from typing import Self

from openstack import exceptions
from openstack import resource

from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import work_order as _work_order


class Pool(_common.DesktopResource):
    resources_key = 'pools'
    base_path = '/pools'

    # capabilities
    allow_fetch = True
    allow_commit = True
    allow_delete = True
    allow_list = True

    _query_mapping = resource.QueryParameters(
        'sort_key',
        'sort_dir',
        'name',
        'template_id',
        'drift',
        'all_projects',
        'project_id',
    )

    #: How people come to desktops: ``by_hand`` or ``first_come``.
    assignment = resource.Body('assignment')
    #: The availability zone of the desktops.
    availability_zone = resource.Body('availability_zone')
    #: ``image`` or ``volume``.
    boot_from = resource.Body('boot_from')
    #: Names of what the operator sets up at the first boot.
    components = resource.Body('components', type=list, list_type=str)
    #: Number of desktops by their status.
    counts = resource.Body('counts', type=dict)
    #: When the pool was made. *Type: str, ISO 8601, UTC*
    created_at = resource.Body('created_at')
    #: The images of its further disks, in the order of the devices.
    data_images = resource.Body('data_images', type=list, list_type=str)
    #: Size of the root disk of one desktop, in GiB.
    disk = resource.Body('disk', type=int)
    #: Desktops in fault: ``desktop_id``, ``name``, ``code``, ``message``.
    #: Absent in lists.
    faults = resource.Body('faults', type=list, list_type=dict)
    #: The flavor of the desktops.
    flavor_id = resource.Body('flavor_id')
    #: The external network of the floating IPs, if there are any.
    floating_network_id = resource.Body('floating_network_id')
    #: Whether user data was given; it is never shown.
    has_user_data = resource.Body('has_user_data', type=bool)
    #: The image of the desktops.
    image_id = resource.Body('image_id')
    #: Whether desktops that shut down by themselves are started again.
    keep_running = resource.Body('keep_running', type=bool)
    #: The links of the pool.
    links = resource.Body('links', type=list)
    #: Who may take desktops: ids of ``users`` and ``groups``. Absent in
    #: lists.
    members = resource.Body('members', type=dict)
    #: The account: ``user`` and ``method`` (password or key). When creating,
    #: ``user`` and one of ``password``, ``public_key`` and ``key_name``.
    login = resource.Body('login', type=dict)
    #: How the desktops are named.
    name_template = resource.Body('name_template')
    #: The network of the desktops.
    network_id = resource.Body('network_id')
    #: A remark for people.
    note = resource.Body('note')
    #: What happens to floating desktops that go back: ``keep``, ``rebuild``.
    on_return = resource.Body('on_return')
    #: ``persistent``, or ``floating``: desktops go back after use.
    persistence = resource.Body('persistence')
    #: The project that owns the pool.
    project_id = resource.Body('project_id')
    #: Memory of one desktop, in MiB.
    ram = resource.Body('ram', type=int)
    #: What may reach the desktops from outside: ``rdp``, ``ssh``, ``vnc``.
    remote_protocols = resource.Body(
        'remote_protocols', type=list, list_type=str
    )
    #: Number of desktops that the pool is meant to have.
    size = resource.Body('size', type=int)
    #: ``building``, ``resizing``, ``deleting``, ``active`` or ``degraded``.
    status = resource.Body('status')
    #: Why the pool is as it is.
    status_reason = resource.Body('status_reason')
    #: The template that the pool was made from: ``id``, ``name``,
    #: ``revision``, ``current_revision`` and ``drift``.
    template = resource.Body('template', type=dict)
    #: The template to make the pool from. Only sent.
    template_id = resource.Body('template_id')
    #: When the pool last changed.
    updated_at = resource.Body('updated_at')
    #: What to run at the first boot. Only used when creating.
    user_data = resource.Body('user_data')
    #: The user who made the pool.
    user_id = resource.Body('user_id')
    #: Number of virtual CPUs of one desktop.
    vcpus = resource.Body('vcpus', type=int)
    #: Size of the volume of one desktop, in GiB.
    volume_size = resource.Body('volume_size', type=int)
    #: The work order that holds the pool now.
    work_order_id = resource.Body('work_order_id')

    def build(self, session: Any) -> _work_order.WorkOrder:
        """Ask for the pool and its desktops.

        :returns: the work order that makes them
        """
        request = self._prepare_request(requires_id=False)
        response = self._post(session, request.url, request.body)
        return _work_order.WorkOrder.from_response(session, response)

    def resize(self, session: Any, size: int) -> _work_order.WorkOrder:
        """Grow or shrink the pool to a number of desktops."""
        response = self._act(session, 'resize', {'size': size})
        return _work_order.WorkOrder.from_response(session, response)

    def retry(self, session: Any) -> _work_order.WorkOrder:
        """Build the desktops in fault again and fill the missing ones."""
        response = self._act(session, 'retry', {})
        return _work_order.WorkOrder.from_response(session, response)

    def adopt(self, session: Any) -> Self:
        """Follow the newest revision of the template."""
        response = self._act(session, 'adopt', {})
        self._translate_response(response)
        return self

    def take(self, session: Any) -> _desktop.Desktop:
        """The caller's desktop of the pool, or a free one from now on."""
        response = self._act(session, 'take', {})
        desktop = _desktop.Desktop.new(connection=session._get_connection())
        desktop._translate_response(response)
        return desktop

    def change_members(
        self,
        session: Any,
        verb: str,
        users: Iterable[str],
        groups: Iterable[str],
    ) -> Self:
        """Change who may take desktops of the pool.

        :param verb: ``add`` or ``remove``
        """
        named = {'users': list(users), 'groups': list(groups)}
        body = {key: ids for key, ids in named.items() if ids}
        response = self._act(session, '%s_members' % verb, body)
        self._translate_response(response)
        return self

    def remove(self, session: Any) -> _work_order.WorkOrder:
        """Delete the desktops and then the pool."""
        response = self._raw_delete(session)
        exceptions.raise_from_response(response)
        return _work_order.WorkOrder.from_response(session, response)
