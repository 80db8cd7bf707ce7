"""The proxy's verbs for desktops."""

from collections.abc import Generator
from collections.abc import Iterable
from typing import Any
from typing import BinaryIO

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import work_order as _work_order


class DesktopsMixin(_base.BaseProxy):
    def desktops(
        self, **query: Any
    ) -> Generator[_desktop.Desktop, None, None]:
        """Retrieve a generator of desktops

        :param query: Optional query parameters:

            * ``all_projects``: (admin) desktops of every project.
            * ``assignee_id``: whose it is, a user or a group.
            * ``mine``: those that are assigned to the caller or to a group
              of hers.
            * ``flavor_id``, ``image_id``, ``network_id``, ``pool_id``,
              ``server_id``, ``work_order_id``: what the desktop has.
            * ``limit``, ``marker``: page size and the last id of the page
              before.
            * ``name``: the exact name.
            * ``project_id``: (admin) with ``all_projects``, of one project.
            * ``search``: part of the name, or an exact address or user id.
            * ``sort_key``, ``sort_dir``: the order of the answer.
            * ``status``: one status or a list of them.
            * ``tags``, ``any_tags``: tags that it must have all, or one of.

        :returns: A generator of
            :class:`~clouddesk.sdk.v1.desktop.Desktop` objects.
        """
        paginated = query.pop('paginated', True)
        return self._list(
            _desktop.Desktop, paginated=paginated, **_common.query(query)
        )

    def get_desktop(self, desktop: str | _desktop.Desktop) -> _desktop.Desktop:
        """Get a single desktop

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.

        :returns: One :class:`~clouddesk.sdk.v1.desktop.Desktop`
        :raises: :class:`~openstack.exceptions.NotFoundException` when no
            desktop matches.
        """
        return self._get(_desktop.Desktop, desktop)

    def find_desktop(
        self,
        name_or_id: str,
        ignore_missing: bool = True,
        *,
        all_projects: bool | None = None,
    ) -> _desktop.Desktop | None:
        """Find a single desktop

        :param name_or_id: The name or id of a desktop.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such desktop.
        :param all_projects: (admin) Look in every project.

        :returns: One :class:`~clouddesk.sdk.v1.desktop.Desktop` or None
        :raises: :class:`~openstack.exceptions.DuplicateResource` when
            several desktops have the name.
        """
        return self._find_one(
            _desktop.Desktop, name_or_id, ignore_missing, all_projects
        )

    def get_desktop_summary(self, **query: Any) -> _desktop.DesktopSummary:
        """Get what all desktops of a query use together

        :param query: The same as of :meth:`desktops`.

        :returns: A :class:`~clouddesk.sdk.v1.desktop.DesktopSummary`
        """
        return _desktop.DesktopSummary.of(self, **_common.query(query))

    def export_desktops(
        self,
        output: BinaryIO,
        file_format: str = 'csv',
        columns: Iterable[str] | None = None,
        **query: Any,
    ) -> None:
        """Write the desktops of a query to a file for spreadsheets

        :param output: A file that takes bytes; it is written as they come.
        :param file_format: ``csv`` or ``xlsx``.
        :param columns: Names of the columns in their order; all when None.
        :param query: The same as of :meth:`desktops`, without paging.
        """
        asked = _common.query({'columns': columns and list(columns)})
        _desktop.Desktop.export(
            self, output, format=file_format, **asked, **_common.query(query)
        )

    def create_desktop(self, **attrs: Any) -> _work_order.WorkOrder:
        """Create a desktop, or several

        :param attrs: Attributes of a
            :class:`~clouddesk.sdk.v1.desktop.Desktop`; ``name``,
            ``image_id`` and ``flavor_id`` are needed. With ``count``,
            that many are made and named after ``name``.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            makes them.
        """
        desktop = _desktop.Desktop.new(
            connection=self._get_connection(), **attrs
        )
        return desktop.build(self)

    def update_desktop(
        self, desktop: str | _desktop.Desktop, **attrs: Any
    ) -> _desktop.Desktop:
        """Update a desktop

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.
        :param attrs: ``name``, ``note``, ``keep_running``, and ``tags``, which
            replaces all.

        :returns: The updated :class:`~clouddesk.sdk.v1.desktop.Desktop`
        """
        return self._update(_desktop.Desktop, desktop, **attrs)

    def delete_desktop(
        self, desktop: str | _desktop.Desktop, ignore_missing: bool = True
    ) -> _work_order.WorkOrder | None:
        """Delete a desktop

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such desktop.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            deletes it, or None.
        """
        found = self._get_resource(_desktop.Desktop, desktop)
        return self._removed(found, ignore_missing)

    def delete_desktops(
        self, desktops: _desktop.Choice, wave: int | None = None
    ) -> _work_order.WorkOrder:
        """Delete several desktops in one work order

        See :meth:`start_desktops`.
        """
        return self._act_on_desktops(desktops, 'delete', wave=wave)

    def start_desktop(
        self, desktop: str | _desktop.Desktop
    ) -> _work_order.WorkOrder:
        """Start a desktop that is off

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        :raises: :class:`~openstack.exceptions.ConflictException` when the
            desktop is in another state or held by another order.
        """
        return self._act_on_desktop(desktop, 'start')

    def start_desktops(
        self, desktops: _desktop.Choice, wave: int | None = None
    ) -> _work_order.WorkOrder:
        """Start several desktops in one work order

        Those that are in a wrong state, busy or locked become items whose
        status is ``refused`` and whose fault tells why.

        :param desktops: Ids or instances, or a dict of the query of
            :meth:`desktops` without paging: all desktops that match. An
            empty dict is all desktops of the project.
        :param wave: So many at once.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        :raises: :class:`~openstack.exceptions.ConflictException` when none
            of them can be started.
        """
        return self._act_on_desktops(desktops, 'start', wave=wave)

    def stop_desktop(
        self, desktop: str | _desktop.Desktop
    ) -> _work_order.WorkOrder:
        """Stop a running desktop

        The guest is asked to shut down; Nova cuts the power when it does
        not within its time limit.

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        """
        return self._act_on_desktop(desktop, 'stop')

    def stop_desktops(
        self, desktops: _desktop.Choice, wave: int | None = None
    ) -> _work_order.WorkOrder:
        """Stop several desktops in one work order

        See :meth:`start_desktops`.
        """
        return self._act_on_desktops(desktops, 'stop', wave=wave)

    def reboot_desktop(
        self, desktop: str | _desktop.Desktop, force: bool = False
    ) -> _work_order.WorkOrder:
        """Reboot a running desktop

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.
        :param force: Cut the power at once; data may be lost.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        """
        return self._act_on_desktop(desktop, 'reboot', **_forced(force))

    def reboot_desktops(
        self,
        desktops: _desktop.Choice,
        force: bool = False,
        wave: int | None = None,
    ) -> _work_order.WorkOrder:
        """Reboot several desktops in one work order

        See :meth:`start_desktops`.
        """
        return self._act_on_desktops(
            desktops, 'reboot', wave=wave, **_forced(force)
        )

    def retry_desktop(
        self, desktop: str | _desktop.Desktop
    ) -> _work_order.WorkOrder:
        """Build a desktop in fault again

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        """
        return self._act_on_desktop(desktop, 'retry')

    def retry_desktops(
        self, desktops: _desktop.Choice, wave: int | None = None
    ) -> _work_order.WorkOrder:
        """Build several desktops in fault again in one work order

        See :meth:`start_desktops`.
        """
        return self._act_on_desktops(desktops, 'retry', wave=wave)

    def rebuild_desktop(
        self, desktop: str | _desktop.Desktop
    ) -> _work_order.WorkOrder:
        """Make a desktop again, under the same id and on the same port

        What was on its system disk is lost. A desktop of a pool is made from
        what the pool says now.

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        """
        return self._act_on_desktop(desktop, 'rebuild')

    def rebuild_desktops(
        self, desktops: _desktop.Choice, wave: int | None = None
    ) -> _work_order.WorkOrder:
        """Make several desktops again in one work order

        See :meth:`start_desktops`.
        """
        return self._act_on_desktops(desktops, 'rebuild', wave=wave)

    def get_desktop_console(
        self,
        desktop: str | _desktop.Desktop,
        console_type: str | None = None,
        login: bool = False,
    ) -> dict[str, Any]:
        """Open the console of a running desktop

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.
        :param console_type: ``novnc``, ``spice-html5`` or ``serial``; the
            service chooses when it is None.
        :param login: Whether to tell what to log in with, too.

        :returns: A dict of ``type``, ``protocol`` and ``url``, and of
            ``login`` when it is asked for. The URL works for anybody who has
            it until it expires.
        """
        found = self._get_resource(_desktop.Desktop, desktop)
        return found.get_console(self, console_type, login)

    def _act_on_desktop(
        self, desktop: str | _desktop.Desktop, action: str, **body: Any
    ) -> _work_order.WorkOrder:
        found = self._get_resource(_desktop.Desktop, desktop)
        return found.act(self, action, **body)

    def _act_on_desktops(
        self,
        desktops: _desktop.Choice,
        action: str,
        wave: int | None = None,
        **body: Any,
    ) -> _work_order.WorkOrder:
        if wave is not None:
            body['wave'] = wave
        return _desktop.Desktop.act_on_all(self, action, desktops, **body)


def _forced(force: bool) -> dict[str, bool]:
    return {'force': True} if force else {}
