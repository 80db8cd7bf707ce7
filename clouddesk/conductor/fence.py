"""Puts the lease between a worker and the cloud."""

from collections.abc import Callable
import functools
from typing import Any

_ROOMS = frozenset(
    {
        'captures',
        'compute',
        'floating_ips',
        'identity',
        'image',
        'network',
        'security_groups',
        'service',
        'volume',
    }
)


class Fenced:
    """A cloud every call of which is preceded by a look at the lease.

    >>> cloud = Fenced(clouddesk.cloud.for_project(project_id), lease.check)
    >>> cloud.compute.delete_server(server_id)  # raises LeaseLost
    """

    def __init__(self, target: Any, check: Callable[[], None]) -> None:
        self._target = target
        self._check = check

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if name in _ROOMS:
            return Fenced(value, self._check)
        return functools.partial(self._call, value)

    def _call(
        self, verb: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        self._check()
        return verb(*args, **kwargs)
