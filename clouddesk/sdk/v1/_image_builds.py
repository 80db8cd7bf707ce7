"""The proxy's verbs for making images."""

from collections.abc import Generator
from typing import Any

from openstack import exceptions

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import image_build as _image_build
from clouddesk.sdk.v1 import work_order as _work_order

_Build = str | _image_build.ImageBuild


class ImageBuildsMixin(_base.BaseProxy):
    def image_builds(
        self, **query: Any
    ) -> Generator[_image_build.ImageBuild, None, None]:
        """Retrieve a generator of image builds

        :param query: Optional query parameters: ``name``, ``status`` (one or
            a list), ``kind``, ``source_id``, ``desktop_id``, ``image_id``,
            ``limit``, ``marker``, ``sort_key``, ``sort_dir``, and for an
            admin ``all_projects`` and ``project_id``.

        :returns: A generator of
            :class:`~clouddesk.sdk.v1.image_build.ImageBuild` objects.
        """
        paginated = query.pop('paginated', True)
        return self._list(
            _image_build.ImageBuild,
            paginated=paginated,
            **_common.query(query),
        )

    def get_image_build(self, image_build: _Build) -> _image_build.ImageBuild:
        """Get a single image build

        :param image_build: The id of an image build or a
            :class:`~clouddesk.sdk.v1.image_build.ImageBuild` instance.

        :returns: One :class:`~clouddesk.sdk.v1.image_build.ImageBuild`
        :raises: :class:`~openstack.exceptions.NotFoundException` when no
            image build matches.
        """
        return self._get(_image_build.ImageBuild, image_build)

    def find_image_build(
        self,
        name_or_id: str,
        ignore_missing: bool = True,
        *,
        all_projects: bool | None = None,
    ) -> _image_build.ImageBuild | None:
        """Find a single image build

        :param name_or_id: The name or id of an image build.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such image build.
        :param all_projects: (admin) Look in every project.

        :returns: One :class:`~clouddesk.sdk.v1.image_build.ImageBuild` or
            None
        """
        return self._find_one(
            _image_build.ImageBuild, name_or_id, ignore_missing, all_projects
        )

    def create_image_build(self, **attrs: Any) -> _work_order.WorkOrder:
        """Begin to build an image on a desktop of its own

        :param attrs: Attributes of a
            :class:`~clouddesk.sdk.v1.image_build.ImageBuild`; ``name`` and
            either ``template_id`` or ``image_id`` and ``flavor_id`` are
            needed.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            makes the desktop; its ``subject`` is the image build.
        """
        build = _image_build.ImageBuild.new(
            connection=self._get_connection(), **attrs
        )
        return build.begin(self)

    def update_image_build(
        self, image_build: _Build, **attrs: Any
    ) -> _image_build.ImageBuild:
        """Change the name or note that an image will get

        :param image_build: The id of an image build or a
            :class:`~clouddesk.sdk.v1.image_build.ImageBuild` instance.
        :param attrs: ``name`` and ``note``.

        :returns: The updated
            :class:`~clouddesk.sdk.v1.image_build.ImageBuild`
        """
        return self._update(_image_build.ImageBuild, image_build, **attrs)

    def finish_image_build(
        self, image_build: _Build, **attrs: Any
    ) -> _work_order.WorkOrder:
        """Let the disk of the desktop become the image

        :param attrs: ``name`` and ``note``, when they change; ``whole`` says
            whether data disks become images, too, as they do by themselves
            when the desktop was made with some.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        """
        return self._act_on_build(image_build, 'finish', attrs)

    def cancel_image_build(self, image_build: _Build) -> _work_order.WorkOrder:
        """Call off what is done for an image build just now

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            is called off
        """
        return self._act_on_build(image_build, 'cancel', {})

    def retry_image_build(self, image_build: _Build) -> _work_order.WorkOrder:
        """Try again what failed for an image build

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        """
        return self._act_on_build(image_build, 'retry', {})

    def delete_image_build(
        self, image_build: _Build, ignore_missing: bool = True
    ) -> _work_order.WorkOrder | None:
        """Delete an image build with its desktop; a finished image stays

        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such image build.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            removes the desktop, or None when there is none.
        """
        found = self._get_resource(_image_build.ImageBuild, image_build)
        try:
            return found.remove(self)
        except exceptions.NotFoundException:
            if ignore_missing:
                return None
            raise

    def create_desktop_image(
        self, desktop: str | _desktop.Desktop, name: str, **attrs: Any
    ) -> _work_order.WorkOrder:
        """Make an image of a desktop that is off

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.
        :param name: Name of the image.
        :param attrs: ``note``, ``min_disk``, ``min_ram``, ``max_ram``,
            ``min_vcpus``; and ``volume_id`` for a data disk that is attached
            to it, of which volumes are made, or ``whole`` for all disks.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`; its
            ``subject`` is the image build.
        """
        found = self._get_resource(_desktop.Desktop, desktop)
        body = {'name': name} | attrs
        response = found._act(self, 'create_image', body)
        return _work_order.WorkOrder.from_response(self, response)

    def _act_on_build(
        self, image_build: _Build, action: str, body: dict[str, Any]
    ) -> _work_order.WorkOrder:
        found = self._get_resource(_image_build.ImageBuild, image_build)
        return found.act(self, action, body)
