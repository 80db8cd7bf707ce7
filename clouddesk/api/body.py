"""Refuses bodies that are too large or too deep, before they are parsed."""

from collections.abc import Iterable
import io
import json
from typing import Any

from webob import exc

from clouddesk import exceptions
from clouddesk.conf import CONF
from clouddesk.i18n import _

try:
    # Only there inside a uWSGI worker, which does not put chunked bodies
    # into wsgi.input.
    import uwsgi
except ImportError:
    uwsgi = None


#: Longer numbers are no lengths.
_DIGITS = 20


class BodyTooLarge(exceptions.ClouddeskError):
    status = 413
    code = 'body_too_large'
    message = _('The request body has more than %(limit)s bytes.')


class Guard:
    """Reads the body once, whether its length was told or not.

    A chunked body tells no length; a limit that only looks at
    Content-Length does not see it.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        chunked = 'HTTP_TRANSFER_ENCODING' in environ
        if chunked or environ.get('CONTENT_LENGTH'):
            body = _read_chunks(environ) if chunked else _read(environ)
            _check_depth(body)
            environ['wsgi.input'] = io.BytesIO(body)
            environ['CONTENT_LENGTH'] = str(len(body))
            environ.pop('HTTP_TRANSFER_ENCODING', None)
        return self.app(environ, start_response)


def _read(environ: dict[str, Any]) -> bytes:
    limit = CONF.api.max_request_body_size
    told = environ['CONTENT_LENGTH']
    # Python takes +5 and 1_0 for numbers, a proxy does not.
    if not (told.isascii() and told.isdecimal()):
        raise _unreadable()
    length = int(told) if len(told) < _DIGITS else limit + 1
    if length > limit:
        raise _too_large(limit)
    try:
        body: bytes = environ['wsgi.input'].read(length)
    except OSError:
        raise _unreadable() from None
    if len(body) < length:
        raise _unreadable()
    return body


def _read_chunks(environ: dict[str, Any]) -> bytes:
    # Who tells a length besides means a server that believes that one.
    alone = not environ.get('CONTENT_LENGTH')
    encoding = environ['HTTP_TRANSFER_ENCODING'].strip().lower()
    if encoding != 'chunked' or not alone:
        raise _unreadable()
    limit = CONF.api.max_request_body_size
    body = b''
    try:
        for chunk in _chunks(environ, limit + 1):
            body += chunk
            if len(body) > limit:
                raise _too_large(limit)
    except OSError:
        raise _unreadable() from None
    return body


def _chunks(environ: dict[str, Any], length: int) -> Iterable[bytes]:
    """The body as the server hands it over, at least ``length`` bytes."""
    if environ.get('wsgi.input_terminated'):
        return [environ['wsgi.input'].read(length)]
    if uwsgi is not None:
        return iter(uwsgi.chunked_read, b'')
    # The server does not know the end of the body, nor do we.
    raise exc.HTTPLengthRequired()


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(details={'field': 'body', 'limit': limit}, limit=limit)


def _unreadable() -> exceptions.Invalid:
    return exceptions.Invalid(
        _('The body is not as long as the headers of the request say.'),
        {'field': 'body'},
    )


def _check_depth(body: bytes) -> None:
    """Refuse deep nesting; needs a parser only when there are many brackets.

    :raises Invalid: deeper than ``[api] max_json_depth``
    """
    limit = CONF.api.max_json_depth
    if body.count(b'{') + body.count(b'[') <= limit:
        return
    try:
        too_deep = _deeper_than(limit, json.loads(body))
    except RecursionError:
        too_deep = True
    except ValueError:
        return  # whoever wants JSON will say that it is none
    if too_deep:
        raise exceptions.Invalid(
            _('The JSON body is nested deeper than %(limit)s levels.'),
            {'field': 'body', 'limit': limit},
            limit=limit,
        )


def _deeper_than(limit: int, value: Any) -> bool:
    level = [value]
    for _depth in range(limit):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return any(isinstance(each, dict | list) for each in level)
