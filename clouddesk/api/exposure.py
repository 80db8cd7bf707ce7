"""How a controller becomes a route.

A controller is an object with methods named after the HTTP verbs; what lies
below its URL is declared in ``below`` (fixed names) and ``each`` (any id).
:func:`expose` surrounds a method with everything that all routes share, so
that a method only does what is its own.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import functools
import json
import re
from typing import Any

import pecan
import webob
from webob import exc

from clouddesk import exceptions
from clouddesk import i18n
from clouddesk import policy
from clouddesk.api import history
from clouddesk.api import language
from clouddesk.api import microversion
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.i18n import _

METHODS = ('get', 'post', 'put', 'patch', 'delete')

_NO_CONTENT = 204

#: Anybody may use the route, even without a token.
PUBLIC = 'public'

_ID = re.compile('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


class Controller:
    """One URL of the API."""

    #: Fixed names directly below this URL.
    below: Mapping[str, 'Controller'] = {}
    #: Any id directly below this URL; it becomes an argument.
    each: 'Controller | None' = None
    #: What such an id is the id of.
    kind = ''

    @pecan.expose()
    def _route(
        self, args: list[str], request: webob.Request
    ) -> tuple[Callable[..., Any], list[str]]:
        """Find the method for a path; what pecan calls to do so."""
        names = args[:-1] if args and not args[-1] else args
        controller, ids = self._descend(names)
        verb = request.method.lower()
        verb = 'get' if verb == 'head' else verb
        allowed = [each for each in METHODS if hasattr(controller, each)]
        if not allowed:
            raise exc.HTTPNotFound()
        if verb not in allowed:
            raise exc.HTTPMethodNotAllowed(
                headers=[('Allow', ', '.join(allowed).upper())]
            )
        _check_content_type(request)
        return getattr(controller, verb), ids

    def _descend(self, names: list[str]) -> tuple['Controller', list[str]]:
        controller, ids = self, []
        for name in names:
            if name in controller.below:
                controller = controller.below[name]
            elif controller.each is None:
                raise exc.HTTPNotFound()
            elif _ID.fullmatch(name):
                ids.append(name)
                controller = controller.each
            else:
                raise exceptions.NotFound(kind=controller.kind, id=name[:64])
        return controller, ids


def _check_content_type(request: webob.Request) -> None:
    if request.content_length and request.content_type != 'application/json':
        raise exc.HTTPUnsupportedMediaType()


def walk(
    controller: Controller, path: str = ''
) -> Iterator[tuple[str, str, Any]]:
    """Every route below a controller: method, path, function.

    For the tests and for the OpenAPI document.
    """
    for method in METHODS:
        if hasattr(controller, method):
            yield method.upper(), path or '/', getattr(controller, method)
    for name, child in controller.below.items():
        yield from walk(child, '%s/%s' % (path, name))
    if controller.each is not None:
        name = controller.kind.replace(' ', '_')
        yield from walk(controller.each, '%s/{%s_id}' % (path, name))


@dataclasses.dataclass
class Answer:
    """An answer that is more than its body.

    :ivar body: encoded as JSON; not looked at when there is a stream
    :ivar status: one of those that the route declares; the first by default
    :ivar stream: the pieces of an answer that is no JSON, or too long to be
        held in memory; closed when the client has it all or goes away
    :ivar content_type: of the stream; one of those that the route declares
    :ivar file_name: what a browser may call it; ASCII
    """

    body: Any = None
    location: str | None = None
    status: int | None = None
    stream: Iterable[bytes] | None = None
    content_type: str = validation.JSON
    file_name: str | None = None


@dataclasses.dataclass(frozen=True)
class Route:
    """What is known of a route before it is called."""

    method: Callable[..., Any]
    rule: str
    since: microversion.Version
    until: microversion.Version | None
    query: tuple[validation.Check, ...]
    body: tuple[validation.Check, ...]
    response: tuple[validation.Check, ...]

    def answer(
        self, controller: Controller, req: cd_request.Request, *ids: str
    ) -> webob.Response:
        """Check, call, check, encode."""
        if self.since > req.version or (
            self.until is not None and req.version > self.until
        ):
            raise exc.HTTPNotFound()
        if self.rule == PUBLIC:
            self._read(req)
            result = self.method(controller, req, *ids)
        else:
            with history.kept(req, self.rule, ids) as told:
                policy.authorize(req.caller, self.rule)
                self._read(req)
                told.read()
                result = self.method(controller, req, *ids)
                told.answered(result)
        if not isinstance(result, Answer):
            result = Answer(result)
        return self._respond(req, result)

    def _read(self, req: cd_request.Request) -> None:
        query = validation.choose(self.query, req.version)
        if query is not None:
            req.query = validation.check_query(query, req.GET)
        body = validation.choose(self.body, req.version)
        if body is not None:
            req.input = validation.check_body(body, _parsed(req))
        elif req.content_length:
            raise exceptions.Invalid(
                _('This request takes no body.'), {'field': 'body'}
            )

    def _respond(
        self, req: cd_request.Request, result: Answer
    ) -> webob.Response:
        check = validation.choose(self.response, req.version, result.status)
        head = {
            'status': check.status if check else 200,
            'content_type': result.content_type,
        }
        response: webob.Response
        if result.stream is not None:
            response = _Stream(result.stream, **head)
        elif head['status'] == _NO_CONTENT:
            response = webob.Response(status=_NO_CONTENT)
        else:
            if check is not None:
                validation.check_response(check, result.body)
            response = _document(result.body, language.of(req.environ), head)
        _add_headers(response, result)
        return response


def _document(body: Any, wanted: str, head: dict[str, Any]) -> webob.Response:
    if wanted != i18n.ENGLISH:
        body = i18n.translate(body, wanted)
    response = webob.Response(json.dumps(body).encode(), **head)
    response.headers.extend(
        [('Content-Language', language.tag(wanted)), language.VARY]
    )
    return response


class _Stream(webob.Response):
    """An answer that comes piece by piece.

    Pecan looks whether an answer is empty, and reads all of it to find out;
    so the pieces appear when the web server asks for them.
    """

    def __init__(self, stream: Iterable[bytes], **head: Any) -> None:
        super().__init__(b'-', **head)
        self._stream = stream

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        self.app_iter = self._stream
        return super().__call__(environ, start_response)


def _add_headers(response: webob.Response, result: Answer) -> None:
    if result.location:
        response.headers['Location'] = result.location
    if result.file_name:
        response.content_disposition = (
            'attachment; filename="%s"' % result.file_name
        )


def _parsed(req: cd_request.Request) -> Any:
    if not req.content_length:
        return {}
    try:
        return req.json
    except (ValueError, RecursionError):
        raise exceptions.Invalid(
            _('The body is not valid JSON.'), {'field': 'body'}
        ) from None


def expose(
    rule: str, since: str = microversion.VERSIONS[0][0], until: str = ''
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a method of a controller a route.

    :param rule: the policy rule that guards it, or :data:`PUBLIC`
    :param since: first microversion that has the route
    :param until: last one, if it went away
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        route = Route(
            method,
            rule,
            microversion.parse(since),
            microversion.parse(until) if until else None,
            getattr(method, 'query_checks', ()),
            getattr(method, 'body_checks', ()),
            getattr(method, 'response_checks', ()),
        )

        # Pecan reads the signature: it passes the response, and takes no
        # argument out of query or body, because none is named here.
        @functools.wraps(method)
        def answer(
            self: Controller, req: cd_request.Request, resp: Any, *ids: str
        ) -> webob.Response:
            return route.answer(self, req, *ids)

        answer.route = route  # type: ignore[attr-defined]
        for check in route.response:
            for media in check.media:
                # What a client's Accept header may ask for.
                pecan.expose(content_type=media)(answer)
        return pecan.expose('json')(answer)

    return decorate
