"""The proxy's verbs for what keeps people from desktops, and for hosts."""

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import work_order as _work_order


class LocksMixin(_base.BaseProxy):
    def lock_desktop(
        self, desktop: str | _desktop.Desktop, reason: str | None = None
    ) -> _desktop.Desktop:
        """Let nobody use a desktop

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.
        :param reason: What people are told.

        :returns: The locked :class:`~clouddesk.sdk.v1.desktop.Desktop`
        """
        body = {'reason': reason} if reason else {}
        found = self._get_resource(_desktop.Desktop, desktop)
        return found.change(self, 'lock', **body)

    def lock_desktops(
        self, desktops: _desktop.Choice, reason: str | None = None
    ) -> list[_desktop.Desktop]:
        """Let nobody use several desktops

        :param desktops: Ids or instances, or a dict of the query of
            :meth:`desktops`.
        :param reason: What people are told.
        """
        body = {'reason': reason} if reason else {}
        return _desktop.Desktop.change_all(self, 'lock', desktops, **body)

    def unlock_desktop(
        self, desktop: str | _desktop.Desktop
    ) -> _desktop.Desktop:
        """Let a desktop be used again"""
        found = self._get_resource(_desktop.Desktop, desktop)
        return found.change(self, 'unlock')

    def unlock_desktops(
        self, desktops: _desktop.Choice
    ) -> list[_desktop.Desktop]:
        """Let several desktops be used again"""
        return _desktop.Desktop.change_all(self, 'unlock', desktops)

    def protect_desktop(
        self, desktop: str | _desktop.Desktop
    ) -> _desktop.Desktop:
        """Let nobody delete a desktop (admin)"""
        found = self._get_resource(_desktop.Desktop, desktop)
        return found.change(self, 'protect')

    def unprotect_desktop(
        self, desktop: str | _desktop.Desktop
    ) -> _desktop.Desktop:
        """Let a protected desktop be deleted (admin)"""
        found = self._get_resource(_desktop.Desktop, desktop)
        return found.change(self, 'unprotect')

    def migrate_desktop(
        self, desktop: str | _desktop.Desktop, host: str | None = None
    ) -> _work_order.WorkOrder:
        """Move a running desktop to another host (admin)

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.
        :param host: Where to; the scheduler chooses when it is None.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        :raises: :class:`~openstack.exceptions.ConflictException` when there
            is no other host.
        """
        body = {'host': host} if host else {}
        found = self._get_resource(_desktop.Desktop, desktop)
        return found.act(self, 'migrate', **body)
