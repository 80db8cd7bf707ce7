from collections.abc import Mapping
from typing import Any
from typing import Self

from openstack import exceptions
from openstack import resource

from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import work_order as _work_order

#: Parameters of an export that a list does not have.
_EXPORT = ('format', 'columns')
#: Bytes of a file that are taken at once.
_PIECE = 65536


def query(given: Mapping[str, Any]) -> dict[str, Any]:
    """Spell the query of a list as the API reads it.

    Tags and properties may have commas in them, so each is a parameter of
    its own.
    """
    rest = dict(given)
    tags = rest.pop('tags', None)
    properties = rest.pop('properties', None)
    asked = _common.query(rest)
    if tags:
        asked['tag'] = list(tags)
    if properties:
        asked['property'] = ['%s=%s' % pair for pair in properties.items()]
    return asked


class Image(_common.DesktopResource):
    resources_key = 'images'
    base_path = '/images'

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
        'visibility',
        'member_status',
        'tag',
        'property',
        'owner',
        'kind',
        'origin',
        'hidden',
        'min_size',
        'max_size',
        'disk_format',
        'container_format',
        search='q',
    )

    #: Of the processor, e.g. ``x86_64``.
    architecture = resource.Body('architecture')
    #: Of the data: ``algorithm`` and ``value``; or None.
    checksum = resource.Body('checksum', type=dict)
    #: How data and metadata are put together; ``bare`` is without.
    container_format = resource.Body('container_format')
    #: When the image was made. *Type: str, ISO 8601, UTC*
    created_at = resource.Body('created_at')
    #: Of a whole machine: the images of its further disks, in the order of
    #: the devices. *Type: list*
    data_images = resource.Body('data_images', type=list, list_type=str)
    #: E.g. ``qcow2`` or ``raw``.
    disk_format = resource.Body('disk_format')
    #: What the last work order came to grief on: ``code``, ``message``.
    fault = resource.Body('fault', type=dict)
    #: Whether lists leave it out. *Type: bool*
    hidden = resource.Body('hidden', type=bool)
    #: ``system``, ``data`` or ``whole``.
    kind = resource.Body('kind')
    #: The links of the image.
    links = resource.Body('links', type=list)
    #: Most memory that a desktop may have, in MiB.
    max_ram = resource.Body('max_ram', type=int)
    #: Smallest root disk, in GiB.
    min_disk = resource.Body('min_disk', type=int)
    #: Least memory, in MiB.
    min_ram = resource.Body('min_ram', type=int)
    #: Fewest virtual CPUs.
    min_vcpus = resource.Body('min_vcpus', type=int)
    #: Whether network cards have a queue for each CPU. *Type: bool*
    multiqueue = resource.Body('multiqueue', type=bool)
    #: A remark for people.
    note = resource.Body('note')
    #: How it came to be: ``upload``, ``import``, ``build``, ``desktop``,
    #: ``iso`` or ``seed``; None is unknown.
    origin = resource.Body('origin')
    #: E.g. ``debian``.
    os_distro = resource.Body('os_distro')
    #: E.g. ``linux`` or ``windows``.
    os_type = resource.Body('os_type')
    #: E.g. ``13``.
    os_version = resource.Body('os_version')
    #: The project that it belongs to.
    owner = resource.Body('owner')
    #: What has no field of its own. When updating, those that are named
    #: change; None takes one out.
    properties = resource.Body('properties', type=dict)
    #: Whether nobody may delete it. *Type: bool*
    protected = resource.Body('protected', type=bool)
    #: Since when nothing new is made of it.
    retired_at = resource.Body('retired_at')
    #: Bytes; None until the data is there.
    size = resource.Body('size', type=int)
    #: Of a new image that Glance fetches: ``method`` and ``uri``.
    source = resource.Body('import', type=dict)
    #: Glance's: ``queued``, ``saving``, ``active``, ``deactivated``, …
    status = resource.Body('status')
    #: Words for finding it.
    tags = resource.Body('tags', type=list, list_type=str)
    #: When the image last changed.
    updated_at = resource.Body('updated_at')
    #: Bytes of the disk that is in it; None is unknown.
    virtual_size = resource.Body('virtual_size', type=int)
    #: ``public``, ``private``, ``shared`` or ``community``.
    visibility = resource.Body('visibility')
    #: The work order that holds it, if any.
    work_order_id = resource.Body('work_order_id')

    def activate(self, session: Any) -> Self:
        """Let the image be used again."""
        self._translate_response(self._act(session, 'activate', {}))
        return self

    def respond(self, session: Any, status: str) -> Self:
        """Accept or reject an image that another project shares."""
        response = self._act(session, 'respond', {'status': status})
        self._translate_response(response)
        return self

    def deactivate(self, session: Any) -> Self:
        """Let nobody make anything of the image."""
        self._translate_response(self._act(session, 'deactivate', {}))
        return self

    def import_from(
        self, session: Any, method: str, uri: str | None = None
    ) -> Self:
        """Let Glance fill the image."""
        body = {'method': method} | ({'uri': uri} if uri else {})
        self._translate_response(self._act(session, 'import', body))
        return self

    def check(self, session: Any) -> dict[str, Any]:
        """Compare its content with what it is called."""
        found: dict[str, Any] = self._act(session, 'check', {}).json()
        return found

    def imports(self, session: Any) -> list[dict[str, Any]]:
        """What Glance did to fill the image, the newest first."""
        session = self._get_session(session)
        response = session.get(
            f'{self.base_path}/{self.id}/imports',
            microversion=self._get_microversion(session),
        )
        exceptions.raise_from_response(response)
        found: list[dict[str, Any]] = response.json()['imports']
        return found

    def restore(self, session: Any) -> Self:
        """Take it back into use that was retired."""
        self._translate_response(self._act(session, 'restore', {}))
        return self

    def remove(self, session: Any) -> _work_order.WorkOrder:
        """Delete the image, which nothing may refer to."""
        response = self._raw_delete(session)
        exceptions.raise_from_response(response)
        return _work_order.WorkOrder.from_response(session, response)

    def retire(self, session: Any) -> _work_order.WorkOrder:
        """Let the image go when its last user is gone."""
        response = self._act(session, 'retire', {})
        return _work_order.WorkOrder.from_response(session, response)

    @classmethod
    def act_on_all(
        cls, session: Any, action: str, image_ids: list[str]
    ) -> _work_order.WorkOrder:
        """Delete or retire several images in one work order."""
        body = {'image_ids': image_ids}
        response = cls._act_on_all(session, action, body)
        return _work_order.WorkOrder.from_response(session, response)

    @classmethod
    def export(cls, session: Any, output: Any, **query: Any) -> None:
        """Write the list of images to a file, as it comes.

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


class ImageUsage(_common.DesktopResource):
    """How much room the images of the project take."""

    base_path = '/images/usage'

    # capabilities
    allow_fetch = True

    #: ``ok``, ``warning`` or ``critical``.
    level = resource.Body('level')
    #: How full it is; None where ``total`` is.
    percent = resource.Body('percent', type=int)
    #: What says so: ``limits`` of Glance, or the ``sum`` of the images.
    source = resource.Body('source')
    #: Bytes; None is unknown, or no limit.
    total = resource.Body('total', type=int)
    #: Bytes.
    used = resource.Body('used', type=int)
