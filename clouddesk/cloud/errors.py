"""Turns the errors of the client libraries into those of clouddesk."""

from collections.abc import Iterator
import contextlib
import html

from keystoneauth1 import exceptions as ks_exceptions
from openstack import exceptions as sdk_exceptions
import requests

from clouddesk import exceptions
from clouddesk.i18n import _

#: Answers after which the same call may succeed later.
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})

#: Longest text of a service that is kept, in characters.
MAX_TEXT = 400

#: What Nova says when something else comes first: a task of the server, or a
#: server that is about to let go of its port.
_BUSY = ('task_state', 'still in use')

#: What Cinder says when the state of a thing forbids the call.
_STATES = ('Invalid volume', 'Invalid snapshot')

_QUOTA_STATUSES = frozenset({403, 409, 413})

# Requests raises its own errors only where a body is read or parsed after
# the answer's head was good.
_LIBRARY_ERRORS = (
    sdk_exceptions.SDKException,
    ks_exceptions.ClientException,
    requests.RequestException,
)

# The catalogue lacks the service.
_NOT_OFFERED = (
    ks_exceptions.CatalogException,
    sdk_exceptions.ServiceDisabledException,
)


@contextlib.contextmanager
def translated(
    service: str, kind: str | None = None, id_: str | None = None
) -> Iterator[None]:
    """Let only ``Cloud*`` errors out of the block.

    :param service: name of the service for people, e.g. ``Nova``
    :param kind: what is missing when the service answers 404
    :param id_: its id or name
    """
    try:
        yield
    except _LIBRARY_ERRORS as error:
        raise _translate(error, service, kind, id_) from error


def _translate(
    error: Exception, service: str, kind: str | None, id_: str | None
) -> exceptions.CloudError:
    # SDKException keeps the status in status_code, keystoneauth in
    # http_status; both are None or missing when no answer came.
    status = getattr(error, 'status_code', None) or getattr(
        error, 'http_status', None
    )
    if status:
        return from_status(service, status, _text(error), kind, id_)
    return exceptions.CloudError(
        service=service,
        reason=shorten(str(error)),
        transient=not isinstance(error, _NOT_OFFERED),
    )


def from_status(
    service: str,
    status: int,
    text: str,
    kind: str | None = None,
    id_: str | None = None,
) -> exceptions.CloudError:
    """The error for an HTTP answer.

    :param text: what the service says about it
    """
    reason = shorten(text) or 'HTTP %s' % status
    if status == 404 and kind:
        return exceptions.CloudNotFound(
            service=service, reason=reason, kind=kind, id=id_
        )
    if status in _QUOTA_STATUSES and _is_quota(status, text):
        return exceptions.CloudQuotaExceeded(service=service, reason=reason)
    if status == 401:
        return _unauthorized(service)
    if status == 403:
        return exceptions.CloudForbidden(service=service, reason=reason)
    if _is_conflict(status, text):
        busy = any(word in text for word in _BUSY)
        return exceptions.CloudConflict(
            service=service, reason=reason, transient=busy
        )
    return exceptions.CloudError(
        service=service,
        reason=reason,
        transient=status in TRANSIENT,
        answered=status,
    )


def _is_quota(status: int, text: str) -> bool:
    return status == 413 or 'quota' in text.lower()


def _is_conflict(status: int, text: str) -> bool:
    # Cinder answers 400 to that.
    return status == 409 or (
        status == 400 and any(word in text for word in _STATES)
    )


def _unauthorized(service: str) -> exceptions.CloudForbidden:
    return exceptions.CloudForbidden(
        _(
            '%(service)s does not accept the credentials. The service user '
            'may have no role in the project; "clouddesk-manage project '
            'enable" gives it one.'
        ),
        service=service,
    )


def _text(error: Exception) -> str:
    details = getattr(error, 'details', None)
    message = getattr(error, 'message', None)
    # Glance's errors are pages for browsers.
    return html.unescape(str(details or message or error))


def shorten(text: str | None) -> str:
    """One line of at most :data:`MAX_TEXT` characters that all can be seen.

    Services repeat what guests and tenants told them, and logs and terminals
    obey control characters.
    """
    line = ' '.join((text or '').split())
    line = ''.join(
        each
        if each.isprintable()
        else each.encode('unicode_escape').decode('ascii')
        for each in line
    )
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + '…'
