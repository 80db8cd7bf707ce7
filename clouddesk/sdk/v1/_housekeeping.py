"""The proxy's verbs for looking after a project."""

from collections.abc import Generator
from collections.abc import Iterable
from typing import Any

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import check as _check
from clouddesk.sdk.v1 import difference as _difference


class HousekeepingMixin(_base.BaseProxy):
    def checks(self) -> Generator[_check.Check, None, None]:
        """Check whether everything is there that desktops need

        :returns: A generator of :class:`~clouddesk.sdk.v1.check.Check`
            objects.
        """
        return self._list(_check.Check, paginated=False)

    def differences(self, **query: Any) -> _difference.Differences:
        """Find what the service and the cloud disagree about

        :param query: Optional query parameters for an admin:
            ``all_projects``, ``project_id``.

        :returns: :class:`~clouddesk.sdk.v1.difference.Differences`
        """
        return _difference.Differences.find_all(self, **_common.query(query))

    def repair_differences(
        self,
        differences: Iterable[_common.Value] | None = None,
        **query: Any,
    ) -> _difference.Differences:
        """Repair differences

        :param differences: Ids of differences, or
            :class:`~clouddesk.sdk.v1.difference.Difference` instances. None
            repairs all of them.
        :param query: As of :meth:`differences`.

        :returns: :class:`~clouddesk.sdk.v1.difference.Differences`, each
            with its ``verdict``
        """
        ids = None if differences is None else _common.ids(differences)
        return _difference.Differences.repair(
            self, ids, **_common.query(query)
        )
