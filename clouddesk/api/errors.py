"""Every failure leaves the API as the same JSON document.

``{"error": {"status", "code", "title", "message", "details", "request_id"}}``
"""

from collections.abc import Iterable
import http
import json
from typing import Any

from oslo_db import exception as db_exc
from oslo_log import log
from sqlalchemy import exc as sa_exc
from webob import exc

from clouddesk import exceptions
from clouddesk import i18n
from clouddesk.api import language
from clouddesk.i18n import _

LOG = log.getLogger(__name__)

#: Seconds after which a client may try again, when nothing better is known.
RETRY_AFTER = 10

#: What is said of answers that are not made by an error of ours.
_MESSAGES = {
    400: _('The request is not valid.'),
    401: _('A valid token is required.'),
    403: _('You are not allowed to do this.'),
    404: _('Nothing is found under this URL.'),
    405: _('This URL does not know the method.'),
    406: _('The answer is only offered as application/json.'),
    411: _('The request must tell the length of its body.'),
    413: _('The request body is too large.'),
    415: _('The request body must be application/json.'),
    503: _('The service cannot answer now; try again later.'),
}

#: The names of the statuses, for people.
_TITLES = {
    400: _('Bad Request'),
    401: _('Unauthorized'),
    403: _('Forbidden'),
    404: _('Not Found'),
    405: _('Method Not Allowed'),
    406: _('Not Acceptable'),
    409: _('Conflict'),
    411: _('Length Required'),
    413: _('Request Entity Too Large'),
    415: _('Unsupported Media Type'),
    429: _('Too Many Requests'),
    500: _('Internal Server Error'),
    503: _('Service Unavailable'),
}

#: Headers of the original answer that tell about its body.
_ENTITY_HEADERS = frozenset({'content-length', 'content-type'})

_DATABASE_AWAY = (db_exc.DBConnectionError, sa_exc.TimeoutError)

Headers = list[tuple[str, str]]


def document(
    status: int,
    code: str,
    message: str,
    details: dict[str, Any],
    request_id: str | None,
    wanted: str = i18n.ENGLISH,
) -> bytes:
    """The error document, encoded, in the wanted language."""
    error = {
        'status': status,
        'code': code,
        'title': _TITLES.get(status, http.HTTPStatus(status).phrase),
        'message': message,
        'details': details,
        'request_id': request_id,
    }
    return json.dumps({'error': i18n.translate(error, wanted)}).encode()


def code_of(status: int) -> str:
    """The code of an error that has no better one: ``not_found``."""
    phrase = http.HTTPStatus(status).phrase
    return phrase.lower().replace(' ', '_').replace('-', '_')


class Formatter:
    """Turns exceptions, and error answers of others, into the document.

    Stands in the onion twice: once around the application, so that the
    microversion layer decorates errors like any answer; and once around the
    layers that may refuse a request themselves.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        failed: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            if status < '4' or environ.get('clouddesk.error'):
                return start_response(status, headers, exc_info)
            failed.append((status, headers))
            return lambda data: None

        try:
            answer = self.app(environ, start)
        except Exception as error:
            return _of_exception(error, environ, start_response)
        if not failed:
            return answer
        _close(answer)
        return _of_answer(*failed[-1], environ, start_response)


def _of_answer(
    status_line: str,
    headers: Headers,
    environ: dict[str, Any],
    start_response: Any,
) -> Iterable[bytes]:
    """The document for an answer that a library made."""
    status = int(status_line[:3])
    kept = [pair for pair in headers if pair[0].lower() not in _ENTITY_HEADERS]
    message = _MESSAGES.get(status, http.HTTPStatus(status).phrase)
    return _respond(
        environ, start_response, status, code_of(status), message, {}, kept
    )


def _of_exception(
    error: Exception, environ: dict[str, Any], start_response: Any
) -> Iterable[bytes]:
    if isinstance(error, exc.HTTPException):
        # Libraries raise answers; ask this one what it looks like.
        seen: list[tuple[str, Headers]] = []
        _close(error(environ, lambda *args: seen.append(args[:2])))
        return _of_answer(*seen[-1], environ, start_response)
    known = _known(error)
    return _respond(
        environ,
        start_response,
        known.status,
        known.code,
        known.text,
        known.details,
        _extra_headers(known),
    )


def _known(error: Exception) -> exceptions.ClouddeskError:
    """The error as one of ours; what nobody expected shows no internals."""
    if isinstance(error, exceptions.ClouddeskError):
        if error.status >= 500:
            LOG.warning('Answering %s: %s', error.status, error.text)
        return error
    if isinstance(error, UnicodeDecodeError):
        return exceptions.Invalid(_('The URL is not UTF-8.'), {'field': 'url'})
    if isinstance(error, _DATABASE_AWAY):
        LOG.error('The database does not answer: %s', error)
        return exceptions.ServiceUnavailable(service=_('The database'))
    LOG.error('Unexpected error', exc_info=error)
    return exceptions.ClouddeskError()


def _extra_headers(error: exceptions.ClouddeskError) -> Headers:
    seconds = error.details.get('seconds')
    return [('Retry-After', str(seconds))] if seconds else []


def _respond(
    environ: dict[str, Any],
    start_response: Any,
    status: int,
    code: str,
    message: str,
    details: dict[str, Any],
    headers: Headers,
) -> Iterable[bytes]:
    wanted = language.of(environ)
    body = document(
        status,
        code,
        message,
        details,
        environ.get('openstack.request_id'),
        wanted,
    )
    environ['clouddesk.error'] = code
    headers = [
        *headers,
        ('Content-Type', 'application/json'),
        ('Content-Language', language.tag(wanted)),
        ('Content-Length', str(len(body))),
        language.VARY,
    ]
    if status in (429, 503) and not _has(headers, 'retry-after'):
        headers.append(('Retry-After', str(RETRY_AFTER)))
    phrase = http.HTTPStatus(status).phrase
    start_response('%d %s' % (status, phrase), headers)
    return [] if environ['REQUEST_METHOD'] == 'HEAD' else [body]


def _has(headers: Headers, name: str) -> bool:
    return any(key.lower() == name for key, _value in headers)


def _close(answer: Any) -> None:
    if hasattr(answer, 'close'):
        answer.close()
