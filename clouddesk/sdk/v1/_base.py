"""What the parts of the proxy share."""

from typing import Any
from typing import TypeVar

from openstack import exceptions
from openstack import proxy
from openstack import resource

from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import pool as _pool
from clouddesk.sdk.v1 import work_order as _work_order

_T = TypeVar('_T', bound=resource.Resource)


#: Of a body: what others must not read.
_SECRET = frozenset({'import', 'login', 'uri', 'user_data'})


#: Whose answers, or bodies, they must not read.
_TELLING = ('/actions/console', '/actions/login', '/login')


class BaseProxy(proxy.Proxy):
    def request(self, url: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """The same, with what must not be read kept out of debug logs.

        People paste the output of ``--debug`` where all can see it.
        """
        body = kwargs.get('json')
        named = _SECRET & set(body) if isinstance(body, dict) else ()
        if named or url.endswith(_TELLING):
            kwargs['log'] = False
        return super().request(url, method, *args, **kwargs)

    def _find_one(
        self,
        resource_type: type[_T],
        name_or_id: str,
        ignore_missing: bool,
        all_projects: bool | None,
    ) -> _T | None:
        query = _common.query({'all_projects': all_projects})
        try:
            return self._find(
                resource_type, name_or_id, ignore_missing=False, **query
            )
        except exceptions.NotFoundException:
            if ignore_missing:
                return None
            raise

    def _removed(
        self, found: _desktop.Desktop | _pool.Pool, ignore_missing: bool
    ) -> _work_order.WorkOrder | None:
        try:
            return found.remove(self)
        except exceptions.NotFoundException:
            if ignore_missing:
                return None
            raise
