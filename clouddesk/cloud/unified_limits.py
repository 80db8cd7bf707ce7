"""Keystone's unified limits of clouddesk's own resources."""

from collections.abc import Iterator
import contextlib
import functools
from typing import Any

from oslo_limit import exception as limit_exc
from oslo_limit import limit

from clouddesk import exceptions
from clouddesk.cloud import errors

#: What is registered in Keystone; without it nothing may be made.
RESOURCES = ('desktops', 'pools')


def of_project(project_id: str) -> dict[str, int]:
    """The limits of a project; less than zero is none.

    :raises CloudError: Keystone does not answer, or [oslo_limit] is wrong
    """
    with _told():
        enforcer = _enforcer()
        # Asked for all at once: for single names that are not registered
        # oslo.limit 2.12 stumbles over its own log message.
        found = dict(enforcer.get_registered_limits(None))
        found |= dict(enforcer.get_project_limits(project_id, None))
    return {name: int(found.get(name, 0)) for name in RESOURCES}


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        with errors.translated('Keystone'):
            yield
    except (limit_exc.SessionInitError, ValueError) as error:
        raise exceptions.CloudError(
            service='Keystone', reason=errors.shorten(str(error))
        ) from error


@functools.cache
def _enforcer() -> Any:
    # Limits that an operator has just changed must count.
    return limit.Enforcer(lambda *_args: {}, cache=False)


def reset() -> None:
    """Forget the connection; for tests and after a change of options."""
    _enforcer.cache_clear()
    limit._SDK_CONNECTION = None
