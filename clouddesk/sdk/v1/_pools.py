"""The proxy's verbs for pools."""

from collections.abc import Generator
from typing import Any

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import pool as _pool
from clouddesk.sdk.v1 import work_order as _work_order


class PoolsMixin(_base.BaseProxy):
    def pools(self, **query: Any) -> Generator[_pool.Pool, None, None]:
        """Retrieve a generator of pools

        :param query: Optional query parameters: ``name``, ``limit``,
            ``marker``, ``sort_key``, ``sort_dir``, and for an admin
            ``all_projects`` and ``project_id``.

        :returns: A generator of :class:`~clouddesk.sdk.v1.pool.Pool`
            objects.
        """
        paginated = query.pop('paginated', True)
        return self._list(
            _pool.Pool, paginated=paginated, **_common.query(query)
        )

    def get_pool(self, pool: str | _pool.Pool) -> _pool.Pool:
        """Get a single pool

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.

        :returns: One :class:`~clouddesk.sdk.v1.pool.Pool`
        :raises: :class:`~openstack.exceptions.NotFoundException` when no
            pool matches.
        """
        return self._get(_pool.Pool, pool)

    def find_pool(
        self,
        name_or_id: str,
        ignore_missing: bool = True,
        *,
        all_projects: bool | None = None,
    ) -> _pool.Pool | None:
        """Find a single pool

        :param name_or_id: The name or id of a pool.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such pool.
        :param all_projects: (admin) Look in every project.

        :returns: One :class:`~clouddesk.sdk.v1.pool.Pool` or None
        """
        return self._find_one(
            _pool.Pool, name_or_id, ignore_missing, all_projects
        )

    def create_pool(self, **attrs: Any) -> _work_order.WorkOrder:
        """Create a pool of equal desktops

        :param attrs: Attributes of a :class:`~clouddesk.sdk.v1.pool.Pool`;
            ``name``, ``size``, ``image_id`` and ``flavor_id`` are needed.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            makes it; its ``subject`` is the pool.
        """
        pool = _pool.Pool.new(connection=self._get_connection(), **attrs)
        return pool.build(self)

    def update_pool(self, pool: str | _pool.Pool, **attrs: Any) -> _pool.Pool:
        """Update a pool

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.
        :param attrs: ``name`` and ``note``.

        :returns: The updated :class:`~clouddesk.sdk.v1.pool.Pool`
        """
        return self._update(_pool.Pool, pool, **attrs)

    def resize_pool(
        self, pool: str | _pool.Pool, size: int
    ) -> _work_order.WorkOrder:
        """Grow or shrink a pool

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.
        :param size: Number of desktops that the pool shall have.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        """
        return self._get_resource(_pool.Pool, pool).resize(self, size)

    def retry_pool(self, pool: str | _pool.Pool) -> _work_order.WorkOrder:
        """Build the desktops in fault again and fill the missing ones

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder`
        """
        return self._get_resource(_pool.Pool, pool).retry(self)

    def adopt_pool(self, pool: str | _pool.Pool) -> _pool.Pool:
        """Let a pool follow the newest revision of its template

        Its desktops change when they are made again.

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.

        :returns: The :class:`~clouddesk.sdk.v1.pool.Pool`
        """
        return self._get_resource(_pool.Pool, pool).adopt(self)

    def delete_pool(
        self, pool: str | _pool.Pool, ignore_missing: bool = True
    ) -> _work_order.WorkOrder | None:
        """Delete a pool and its desktops

        :param pool: The id of a pool or a
            :class:`~clouddesk.sdk.v1.pool.Pool` instance.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such pool.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            deletes it, or None.
        """
        found = self._get_resource(_pool.Pool, pool)
        return self._removed(found, ignore_missing)
