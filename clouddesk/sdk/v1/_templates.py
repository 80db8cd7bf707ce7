"""The proxy's verbs for templates."""

from collections.abc import Generator
from typing import Any

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import template as _template


class TemplatesMixin(_base.BaseProxy):
    def templates(
        self, **query: Any
    ) -> Generator[_template.Template, None, None]:
        """Retrieve a generator of the templates that may be used

        :param query: Optional query parameters: ``name``, ``visibility``,
            ``department``, ``limit``, ``marker``, ``sort_key``,
            ``sort_dir``, and for an admin ``all_projects`` and
            ``project_id``.

        :returns: A generator of
            :class:`~clouddesk.sdk.v1.template.Template` objects.
        """
        paginated = query.pop('paginated', True)
        return self._list(
            _template.Template, paginated=paginated, **_common.query(query)
        )

    def get_template(
        self, template: str | _template.Template
    ) -> _template.Template:
        """Get a single template

        :param template: The id of a template or a
            :class:`~clouddesk.sdk.v1.template.Template` instance.

        :returns: One :class:`~clouddesk.sdk.v1.template.Template`
        :raises: :class:`~openstack.exceptions.NotFoundException` when no
            template matches.
        """
        return self._get(_template.Template, template)

    def find_template(
        self,
        name_or_id: str,
        ignore_missing: bool = True,
        *,
        all_projects: bool | None = None,
    ) -> _template.Template | None:
        """Find a single template

        :param name_or_id: The name or id of a template.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such template.
        :param all_projects: (admin) Look in every project.

        :returns: One :class:`~clouddesk.sdk.v1.template.Template` or None
        """
        return self._find_one(
            _template.Template, name_or_id, ignore_missing, all_projects
        )

    def create_template(self, **attrs: Any) -> _template.Template:
        """Create a template

        :param attrs: Attributes of a
            :class:`~clouddesk.sdk.v1.template.Template`; ``name``,
            ``image_id`` and ``flavor_id`` are needed.

        :returns: The created :class:`~clouddesk.sdk.v1.template.Template`
        """
        return self._create(_template.Template, **attrs)

    def update_template(
        self, template: str | _template.Template, **attrs: Any
    ) -> _template.Template:
        """Edit a template

        A change of what desktops are made from makes a new revision.

        :param template: The id of a template or a
            :class:`~clouddesk.sdk.v1.template.Template` instance.
        :param attrs: What changes; ``revision`` lets the edit fail when
            somebody else was faster.

        :returns: The updated :class:`~clouddesk.sdk.v1.template.Template`
        """
        return self._update(_template.Template, template, **attrs)

    def template_revisions(
        self, template: str | _template.Template
    ) -> list[dict[str, Any]]:
        """Tell what a template was, the newest first"""
        return self._get_resource(_template.Template, template).revisions(self)

    def delete_template(
        self, template: str | _template.Template, ignore_missing: bool = True
    ) -> None:
        """Delete a template that nobody uses

        :param template: The id of a template or a
            :class:`~clouddesk.sdk.v1.template.Template` instance.
        :param ignore_missing: Whether to say nothing, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such template.
        """
        self._delete(
            _template.Template, template, ignore_missing=ignore_missing
        )
