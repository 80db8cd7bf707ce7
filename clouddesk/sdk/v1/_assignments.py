"""The proxy's verbs for whose a desktop is."""

from collections.abc import Iterable

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import pool as _pool
from clouddesk.sdk.v1 import work_order as _work_order


class AssignmentsMixin(_base.BaseProxy):
    def assign_desktop(
        self,
        desktop: str | _desktop.Desktop,
        *,
        user: str | None = None,
        group: str | None = None,
    ) -> _desktop.Desktop:
        """Give a desktop to a user or to a group

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.
        :param user: The id of a user.
        :param group: The id of a group, instead of a user.

        :returns: The :class:`~clouddesk.sdk.v1.desktop.Desktop`
        :raises: :class:`~openstack.exceptions.ConflictException` when
            somebody else has it and it is not off, or the person has
            another desktop of its pool.
        """
        found = self._get_resource(_desktop.Desktop, desktop)
        return found.assign(self, user=user, group=group)

    def unassign_desktop(
        self, desktop: str | _desktop.Desktop
    ) -> _desktop.Desktop:
        """Let a desktop belong to nobody

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.

        :returns: The :class:`~clouddesk.sdk.v1.desktop.Desktop`
        """
        return self._get_resource(_desktop.Desktop, desktop).unassign(self)

    def release_desktop(
        self, desktop: str | _desktop.Desktop
    ) -> _desktop.Desktop | _work_order.WorkOrder:
        """Let a desktop go back to its pool

        :param desktop: The id of a desktop or a
            :class:`~clouddesk.sdk.v1.desktop.Desktop` instance.

        :returns: The :class:`~clouddesk.sdk.v1.desktop.Desktop`, or the
            :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that makes it
            again for the next user.
        """
        return self._get_resource(_desktop.Desktop, desktop).release(self)

    def take_desktop(self, pool: str | _pool.Pool) -> _desktop.Desktop:
        """Take a desktop of a pool

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.

        :returns: The :class:`~clouddesk.sdk.v1.desktop.Desktop` that the
            caller has in the pool already, or else a free one, hers from now
            on.
        :raises: :class:`~openstack.exceptions.ConflictException` when none is
            free, or the pool's desktops are assigned by hand.
        """
        return self._get_resource(_pool.Pool, pool).take(self)

    def add_pool_members(
        self,
        pool: str | _pool.Pool,
        *,
        users: Iterable[str] = (),
        groups: Iterable[str] = (),
    ) -> _pool.Pool:
        """Let people take desktops of a pool

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.
        :param users: Ids of users.
        :param groups: Ids of groups.

        :returns: The :class:`~clouddesk.sdk.v1.pool.Pool`
        """
        found = self._get_resource(_pool.Pool, pool)
        return found.change_members(self, 'add', users, groups)

    def remove_pool_members(
        self,
        pool: str | _pool.Pool,
        *,
        users: Iterable[str] = (),
        groups: Iterable[str] = (),
    ) -> _pool.Pool:
        """Let people take no more desktops of a pool

        They keep those that they have.

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.
        :param users: Ids of users.
        :param groups: Ids of groups.

        :returns: The :class:`~clouddesk.sdk.v1.pool.Pool`
        """
        found = self._get_resource(_pool.Pool, pool)
        return found.change_members(self, 'remove', users, groups)
