"""The proxy's verbs for limits, dry runs and capabilities."""

from typing import Any

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import course as _course
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import image_build as _image_build
from clouddesk.sdk.v1 import limits as _limits
from clouddesk.sdk.v1 import pool as _pool
from clouddesk.sdk.v1 import template as _template


class LimitsMixin(_base.BaseProxy):
    def get_limits(self, project_id: str | None = None) -> _limits.Limits:
        """Get how much a project may have of all services, and has

        :param project_id: (admin) Another project.

        :returns: :class:`~clouddesk.sdk.v1.limits.Limits`
        """
        query: dict[str, Any] = (
            {'project_id': project_id} if project_id else {}
        )
        limits = _limits.Limits.new(connection=self._get_connection())
        return limits.fetch(self, requires_id=False, **query)

    def get_capabilities(self) -> _limits.Capabilities:
        """Get what the cloud offers to desktops

        :returns: :class:`~clouddesk.sdk.v1.limits.Capabilities`
        """
        found = _limits.Capabilities.new(connection=self._get_connection())
        return found.fetch(self, requires_id=False)

    def preview_desktop(self, **attrs: Any) -> _limits.Preview:
        """See whether a desktop, or several, could be made

        :param attrs: The same as of :meth:`create_desktop`.

        :returns: A :class:`~clouddesk.sdk.v1.limits.Preview`; nothing is
            made.
        :raises: what :meth:`create_desktop` raises, but for limits
        """
        wanted = _desktop.Desktop.new(**attrs)
        return self._preview(wanted)

    def preview_course(self, **attrs: Any) -> _limits.Preview:
        """Tell what the first lesson of a course would need

        :param attrs: As of :meth:`create_course`.

        :returns: A :class:`~clouddesk.sdk.v1.limits.Preview`
        """
        return self._preview(_course.Course.new(**attrs))

    def preview_template(self, **attrs: Any) -> _limits.Preview:
        """See whether a template could be made

        :param attrs: As of :meth:`create_template`.

        :returns: A :class:`~clouddesk.sdk.v1.limits.Preview`
        """
        return self._preview(_template.Template.new(**attrs))

    def preview_image_build(self, **attrs: Any) -> _limits.Preview:
        """See whether an image build could begin

        :param attrs: As of :meth:`create_image_build`.

        :returns: A :class:`~clouddesk.sdk.v1.limits.Preview`
        """
        return self._preview(_image_build.ImageBuild.new(**attrs))

    def preview_pool(self, **attrs: Any) -> _limits.Preview:
        """See whether a pool could be made

        :param attrs: The same as of :meth:`create_pool`.

        :returns: A :class:`~clouddesk.sdk.v1.limits.Preview`
        """
        return self._preview(_pool.Pool.new(**attrs))

    def preview_resize_pool(
        self, pool: str | _pool.Pool, size: int
    ) -> _limits.Preview:
        """See whether a pool could get a size, and which desktops would go

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.
        :param size: Number of desktops that the pool shall have.

        :returns: A :class:`~clouddesk.sdk.v1.limits.Preview`
        """
        found = self._get_resource(_pool.Pool, pool)
        url = f'{found.base_path}/{found.id}/actions/resize'
        return _limits.Preview.of(self, url, {'size': size})

    def _preview(
        self,
        wanted: _course.Course
        | _desktop.Desktop
        | _image_build.ImageBuild
        | _pool.Pool
        | _template.Template,
    ) -> _limits.Preview:
        request = wanted._prepare_request(requires_id=False)
        body: Any = request.body
        return _limits.Preview.of(self, request.url, body)
