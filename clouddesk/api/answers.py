"""Turns what other services say into what is wrong with a request."""

from collections.abc import Callable
from collections.abc import Iterator
from concurrent import futures
import contextlib
import functools
from typing import Any

from clouddesk import exceptions
from clouddesk.i18n import _

#: Questions of all requests of a process; more wait for their turn.
_AT_ONCE = 16


@contextlib.contextmanager
def answering(field: str) -> Iterator[None]:
    """Blame a field for what a service says inside the block.

    :raises Invalid: what the field names is not there
    :raises ServiceUnavailable: the service does not answer
    """
    try:
        yield
    except exceptions.CloudNotFound as error:
        message = _('%(field)s: %(reason)s')
        said = {'field': field, 'reason': error.text}
        raise bad(field, message % said) from error
    except exceptions.CloudForbidden as error:
        raise exceptions.Forbidden(error.text, {'field': field}) from error
    except exceptions.CloudError as error:
        if error.transient:
            raise exceptions.ServiceUnavailable(error.text) from error
        raise


def together(*questions: Callable[[], Any]) -> list[Any]:
    """Ask several services at once.

    :returns: the answers, in the order of the questions
    :raises ClouddeskError: the first of them that has one
    """
    asked = [_threads().submit(question) for question in questions]
    # None may go on when the request is over.
    futures.wait(asked)
    return [each.result() for each in asked]


@functools.cache
def _threads() -> futures.ThreadPoolExecutor:
    """Made by the first request, because web servers fork before it."""
    return futures.ThreadPoolExecutor(
        _AT_ONCE, thread_name_prefix='references'
    )


def bad(field: str, message: str) -> exceptions.Invalid:
    """An error that names its field."""
    return exceptions.Invalid(message, {'field': field})
