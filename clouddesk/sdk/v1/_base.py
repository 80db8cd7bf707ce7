"""What the parts of the proxy share."""

import copy
from typing import Any
from typing import Self
from typing import TypeVar

from openstack import exceptions
from openstack import proxy
from openstack import resource

from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import pool as _pool
from clouddesk.sdk.v1 import work_order as _work_order

_T = TypeVar('_T', bound=resource.Resource)

# While somebody waits, a restart of the service should pass unnoticed: the
# pause between two attempts doubles from half a second, so seven of them
# bridge about a minute.
_RETRIES = 7
_RETRIABLE = [429, 502, 503, 504]

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

    def patient(self) -> Self:
        """The same proxy, but one that bridges short failures

        For calls only that may be made twice.
        """
        patient = copy.copy(self)
        patient.connect_retries = _RETRIES
        patient.status_code_retries = _RETRIES
        patient.retriable_status_codes = _RETRIABLE
        return patient

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
