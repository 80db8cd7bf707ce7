from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import Self

from openstack import exceptions
from openstack import resource

from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import work_order as _work_order

#: A work order was made.
_ACCEPTED = 202


#: Parameters of an export that a list does not have.
_EXPORT = ('format', 'columns')
#: Bytes of a file that are taken at once.
_PIECE = 65536


#: Ids or instances, or a dict of what a list is filtered by.
Choice = Iterable[str | resource.Resource] | Mapping[str, Any]

#: What the API calls filters that are called otherwise here.
_SPELLED = {'search': 'q', 'any_tags': 'tags-any'}


def _chosen(desktops: Choice) -> dict[str, Any]:
    """The part of a body that says which desktops are meant."""
    if not isinstance(desktops, Mapping):
        return {'desktop_ids': _common.ids(desktops)}
    given = {_SPELLED.get(key, key): value for key, value in desktops.items()}
    if isinstance(given.get('status'), str):
        given['status'] = [given['status']]
    return {'filter': given}


class Desktop(_common.DesktopResource):
    resources_key = 'desktops'
    base_path = '/desktops'

    # capabilities
    allow_fetch = True
    allow_commit = True
    allow_delete = True
    allow_list = True

    _query_mapping = resource.QueryParameters(
        'sort_key',
        'sort_dir',
        'name',
        'status',
        'pool_id',
        'image_id',
        'template_id',
        'drift',
        'flavor_id',
        'network_id',
        'server_id',
        'work_order_id',
        'assignee_id',
        'mine',
        'all_projects',
        'project_id',
        'tags',
        any_tags='tags-any',
        search='q',
    )

    #: Addresses: ``address``, ``version``, ``type`` (fixed or floating).
    addresses = resource.Body('addresses', type=list, list_type=dict)
    #: Who may use it: ``type`` (user or group), ``id``, ``assigned_at``; or
    #: None.
    assignee = resource.Body('assignee', type=dict)
    #: The availability zone that was asked for.
    availability_zone = resource.Body('availability_zone')
    #: ``image`` or ``volume``.
    boot_from = resource.Body('boot_from')
    #: Names of what the operator sets up at the first boot.
    components = resource.Body('components', type=list, list_type=str)
    #: How many desktops to create. Only used when creating.
    count = resource.Body('count', type=int)
    #: When the desktop was made. *Type: str, ISO 8601, UTC*
    created_at = resource.Body('created_at')
    #: The images of its further disks, in the order of the devices.
    data_images = resource.Body('data_images', type=list, list_type=str)
    #: Its further disks: ids of Cinder, in the same order.
    data_volumes = resource.Body('data_volumes', type=list, list_type=str)
    #: Size of the root disk of the flavor, in GiB.
    disk = resource.Body('disk', type=int)
    #: What went wrong: ``code``, ``message``, ``created_at``; or None.
    fault = resource.Body('fault', type=dict)
    #: The flavor.
    flavor_id = resource.Body('flavor_id')
    #: The external network of the floating IP, if there is one.
    floating_network_id = resource.Body('floating_network_id')
    #: Whether user data was given; it is never shown.
    has_user_data = resource.Body('has_user_data', type=bool)
    #: The image.
    image_id = resource.Body('image_id')
    #: Whether it is started again when it shuts down by itself.
    keep_running = resource.Body('keep_running', type=bool)
    #: The links of the desktop.
    links = resource.Body('links', type=list)
    #: The account: ``user`` and ``method`` (password or key). When creating,
    #: ``user`` and one of ``password``, ``public_key`` and ``key_name``.
    login = resource.Body('login', type=dict)
    #: How the desktops of a batch are named. Only used when creating.
    name_template = resource.Body('name_template')
    #: The network.
    network_id = resource.Body('network_id')
    #: A remark for people.
    note = resource.Body('note')
    #: The pool that the desktop belongs to, if any.
    pool_id = resource.Body('pool_id')
    #: The Neutron port.
    port_id = resource.Body('port_id')
    #: The project that owns the desktop.
    project_id = resource.Body('project_id')
    #: Memory, in MiB.
    ram = resource.Body('ram', type=int)
    #: What may reach it from outside: ``rdp``, ``ssh``, ``vnc``.
    remote_protocols = resource.Body(
        'remote_protocols', type=list, list_type=str
    )
    #: The Nova server that is now below the desktop.
    server_id = resource.Body('server_id')
    #: What Nova last said of the server.
    server_status = resource.Body('server_status')
    #: The place in the pool, from 1.
    slot = resource.Body('slot', type=int)
    #: ``building``, ``starting``, ``running``, ``stopping``, ``off``,
    #: ``rebooting``, ``migrating``, ``deleting`` or ``fault``.
    status = resource.Body('status')
    #: The template that the desktop was made from: ``id``, ``name``,
    #: ``revision``, ``current_revision`` and ``drift``.
    template = resource.Body('template', type=dict)
    #: The template to make the desktop from. Only sent.
    template_id = resource.Body('template_id')
    #: Words that the desktop can be found by.
    tags = resource.Body('tags', type=list, list_type=str)
    #: What people are told who may not use it.
    lock_reason = resource.Body('lock_reason')
    #: Nobody may use it.
    locked = resource.Body('locked', type=bool)
    #: Nobody may delete it.
    protected = resource.Body('protected', type=bool)
    #: When the desktop last changed.
    updated_at = resource.Body('updated_at')
    #: What to run at the first boot. Only used when creating.
    user_data = resource.Body('user_data')
    #: The user who made the desktop.
    user_id = resource.Body('user_id')
    #: Number of virtual CPUs.
    vcpus = resource.Body('vcpus', type=int)
    #: The Cinder volume that the desktop boots from, if any.
    volume_id = resource.Body('volume_id')
    #: Size of that volume, in GiB.
    volume_size = resource.Body('volume_size', type=int)
    #: The work order that holds the desktop now.
    work_order_id = resource.Body('work_order_id')

    def build(self, session: Any) -> _work_order.WorkOrder:
        """Ask for the desktop, or for ``count`` of them.

        :returns: the work order that makes it
        """
        request = self._prepare_request(requires_id=False)
        response = self._post(session, request.url, request.body)
        return _work_order.WorkOrder.from_response(session, response)

    def act(
        self, session: Any, action: str, **body: Any
    ) -> _work_order.WorkOrder:
        """Start, stop, reboot, retry, rebuild or delete the desktop.

        :raises: :class:`~openstack.exceptions.ConflictException` when the
            desktop is not in a state for it, or is held by another order
        """
        response = self._act(session, action, body)
        return _work_order.WorkOrder.from_response(session, response)

    @classmethod
    def act_on_all(
        cls, session: Any, action: str, desktops: Choice, **body: Any
    ) -> _work_order.WorkOrder:
        """Do the same to several desktops in one work order."""
        body |= _chosen(desktops)
        response = cls._act_on_all(session, action, body)
        return _work_order.WorkOrder.from_response(session, response)

    def change(self, session: Any, action: str, **body: Any) -> Self:
        """Lock, unlock, protect or unprotect the desktop, at once."""
        self._translate_response(self._act(session, action, body))
        return self

    @classmethod
    def change_all(
        cls, session: Any, action: str, desktops: Choice, **body: Any
    ) -> list[Self]:
        """Lock or unlock several desktops, at once."""
        body |= _chosen(desktops)
        answer = cls._act_on_all(session, action, body).json()
        conn = session._get_connection()
        return [
            cls.existing(connection=conn, **desktop)
            for desktop in answer[cls.resources_key]
        ]

    def assign(
        self,
        session: Any,
        user: str | None = None,
        group: str | None = None,
    ) -> Self:
        """Give the desktop to a user or to a group."""
        wanted = {'user_id': user, 'group_id': group}
        body = {key: value for key, value in wanted.items() if value}
        self._translate_response(self._act(session, 'assign', body))
        return self

    def unassign(self, session: Any) -> Self:
        """Let the desktop belong to nobody."""
        self._translate_response(self._act(session, 'unassign', {}))
        return self

    def release(self, session: Any) -> Self | _work_order.WorkOrder:
        """Let the desktop go back to its pool.

        :returns: the desktop, or the work order that makes it again
        """
        response = self._act(session, 'release', {})
        if response.status_code == _ACCEPTED:
            return _work_order.WorkOrder.from_response(session, response)
        self._translate_response(response)
        return self

    @classmethod
    def export(cls, session: Any, output: Any, **query: Any) -> None:
        """Write the list of desktops to a file, as it comes.

        :param query: of a list, and ``format`` and ``columns``
        """
        own = {key: query.pop(key) for key in _EXPORT if key in query}
        params = cls._query_mapping._transpose(query, cls) | own
        session = cls._get_session(session)
        response = session.get(
            f'{cls.base_path}/export',
            params=params,
            stream=True,
            microversion=cls._get_microversion(session),
        )
        exceptions.raise_from_response(response)
        for piece in response.iter_content(_PIECE):
            output.write(piece)

    def remove(self, session: Any) -> _work_order.WorkOrder:
        """Delete the desktop and all that belongs to it in the cloud."""
        response = self._raw_delete(session)
        exceptions.raise_from_response(response)
        return _work_order.WorkOrder.from_response(session, response)

    def get_console(
        self,
        session: Any,
        console_type: str | None = None,
        login: bool = False,
    ) -> dict[str, Any]:
        """Open a console.

        :param console_type: ``novnc``, ``spice-html5`` or ``serial``; the
            service chooses when it is None
        :param login: whether to tell what to log in with, too
        :returns: ``type``, ``protocol``, ``url`` and perhaps ``login``
        """
        body: dict[str, Any] = {'type': console_type} if console_type else {}
        if login:
            body['login'] = True
        console: dict[str, Any] = self._act(session, 'console', body).json()
        return console

    def get_login(
        self, session: Any, with_password: bool = False
    ) -> dict[str, str | None]:
        """What to log in with.

        :returns: ``user``, ``password`` and ``source``
        """
        # What is asked for is in the history.
        body = {'with_password': True} if with_password else {}
        login: dict[str, str | None]
        login = self._act(session, 'login', body).json()
        return login


class DesktopSummary(_common.DesktopResource):
    """What all desktops of a query use together."""

    resource_key = 'summary'
    base_path = '/desktops'

    # capabilities
    allow_fetch = True

    #: Number of desktops.
    count = resource.Body('count', type=int)
    #: Root disks together, in GiB.
    disk = resource.Body('disk', type=int)
    #: Memory together, in MiB.
    ram = resource.Body('ram', type=int)
    #: Virtual CPUs together.
    vcpus = resource.Body('vcpus', type=int)

    @classmethod
    def of(cls, session: Any, **query: Any) -> Self:
        """The summary of the desktops that match a query."""
        params = Desktop._query_mapping._transpose(query, Desktop)
        params.update(summary='true', limit=1)
        return cls.new().fetch(session, requires_id=False, **params)
