from typing import Any
from typing import Self

from openstack import resource

from clouddesk.sdk.v1 import _common


class Limits(_common.DesktopResource):
    """How much a project may have, and has."""

    base_path = '/limits'

    # capabilities
    allow_fetch = True

    _query_mapping = resource.QueryParameters(
        'project_id', include_pagination_defaults=False
    )

    #: By service and resource: ``used``, ``limit`` (-1 is none), ``free``.
    limits = resource.Body('limits', type=dict)
    #: Limits of single requests by name.
    options = resource.Body('options', type=dict)
    #: The project.
    project_id = resource.Body('project_id')
    #: Services that did not tell: ``service``, ``message``.
    unknown = resource.Body('unknown', type=list, list_type=dict)


class Capabilities(_common.DesktopResource):
    """What the cloud offers to desktops."""

    base_path = '/capabilities'

    # capabilities
    allow_fetch = True

    #: ``image``, and ``volume`` where there are volumes.
    boot_from = resource.Body('boot_from', type=list)
    #: Names of what can be set up at the first boot.
    components = resource.Body('components', type=list)
    #: Kinds of consoles.
    console_types = resource.Body('console_types', type=list)
    #: The kind of who names none.
    default_console_type = resource.Body('default_console_type')
    #: Formats of exported lists.
    export_formats = resource.Body('export_formats', type=list)
    #: How images come into the cloud, beside an upload.
    image_import_methods = resource.Body('image_import_methods', type=list)
    #: ``version`` and ``reason`` of each microversion, oldest first.
    microversions = resource.Body('microversions', type=list, list_type=dict)
    #: Limits of single requests by name.
    options = resource.Body('options', type=dict)
    #: The region of the service.
    region = resource.Body('region')
    #: Protocols that security groups can let in.
    remote_protocols = resource.Body('remote_protocols', type=list)
    #: Whether there is a service, by its name.
    services = resource.Body('services', type=dict)


class Preview(_common.DesktopResource):
    """What a request would do, and what stands against it."""

    #: Whether nothing stands against it.
    is_accepted = resource.Body('accepted', type=bool)
    #: Names of the desktops that it is about.
    names = resource.Body('names', type=list)
    #: By service and resource: ``needed``, ``used``, ``limit``, ``free``.
    needs = resource.Body('needs', type=dict)
    #: What there is too little of, or not known: ``kind``, ``service``,
    #: ``resource``, ``needed``, ``free``, ``limit``, ``message``.
    refusals = resource.Body('refusals', type=list, list_type=dict)

    @classmethod
    def of(cls, session: Any, url: str, body: dict[str, Any]) -> Self:
        """Ask for a dry run of a POST."""
        response = cls._post(session, '%s?dry_run=true' % url, body)
        return cls.existing(**response.json())
