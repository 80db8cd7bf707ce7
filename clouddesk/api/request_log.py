"""One line in the log for every request."""

from collections.abc import Iterable
import time
from typing import Any

from oslo_log import log

from clouddesk import context

LOG = log.getLogger(__name__)


class RequestLog:
    """Logs who asked for what, the answer's status and the time it took.

    Starts each request with a fresh context, so that no line carries the
    ids of the request that the thread served before.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        began = time.monotonic()
        context.RequestContext(
            request_id=environ.get('openstack.request_id'),
            global_request_id=environ.get('openstack.global_request_id'),
        )

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Any:
            _write(environ, status, headers, time.monotonic() - began)
            return start_response(status, headers, exc_info)

        return self.app(environ, start)


def _write(
    environ: dict[str, Any],
    status: str,
    headers: list[tuple[str, str]],
    seconds: float,
) -> None:
    LOG.info(
        '%(remote)s "%(method)s %(path)s" status: %(status)s len: %(length)s '
        'time: %(seconds).3f%(error)s',
        {
            'remote': environ.get('REMOTE_ADDR', '-'),
            'method': environ['REQUEST_METHOD'],
            'path': _path(environ),
            'status': status[:3],
            'length': _length(headers),
            'seconds': seconds,
            'error': _error(environ),
        },
    )


def _path(environ: dict[str, Any]) -> str:
    path = environ.get('SCRIPT_NAME', '') + environ.get('PATH_INFO', '')
    query = environ.get('QUERY_STRING')
    whole = '%s?%s' % (path, query) if query else path
    # A line break in a path must not become a line of the log.
    return ascii(whole)[1:-1]


def _length(headers: list[tuple[str, str]]) -> str:
    for name, value in headers:
        if name.lower() == 'content-length':
            return value
    return '-'


def _error(environ: dict[str, Any]) -> str:
    code = environ.get('clouddesk.error')
    return ' error: %s' % code if code else ''
