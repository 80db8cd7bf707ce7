"""The API as one WSGI application: an onion around pecan."""

from collections.abc import Iterable
from typing import Any

from oslo_config import cfg
from oslo_middleware import cors
from oslo_middleware import healthcheck
from oslo_middleware import http_proxy_to_wsgi
from oslo_middleware import request_id
import pecan
import webob

from clouddesk.api import audit
from clouddesk.api import auth
from clouddesk.api import body
from clouddesk.api import errors
from clouddesk.api import microversion
from clouddesk.api import request as cd_request
from clouddesk.api import request_log
from clouddesk.api.controllers import root

HEALTHCHECK_PATH = '/healthcheck'
_NO_SNIFFING = ('X-Content-Type-Options', 'nosniff')


def build(conf: cfg.ConfigOpts, authenticate: Any = None) -> Any:
    """The application with all its layers.

    :param conf: the loaded configuration
    :param authenticate: takes an application and puts authentication around
        it; for tests
    """
    answering = _layered(
        _pecan(),
        # Inside the microversion layer, so that errors tell the version too.
        errors.Formatter,
        microversion.Layer,
        # The microversion layer may refuse a version.
        errors.Formatter,
    )
    protected = _layered(
        answering,
        auth.Context,
        # Knows who asks, and sees also who has no project.
        *([audit.layer(conf)] if conf.audit.enabled else []),
        authenticate or auth.auth_token_layer,
    )
    return _layered(
        auth.PublicRoutes(answering, protected),
        # Nothing reads a body before its size is known to be sane.
        body.Guard,
        # Whatever the layers above refuse gets the same form.
        errors.Formatter,
        # Load balancers have no token and want no document.
        lambda app: _with_healthcheck(app, conf),
        # Browsers must be able to read errors, too.
        *_cors(conf),
        # Browsers take an answer for what it says it is, not for a page.
        NoSniffing,
        # Links, and the log, want the client's idea of host and address.
        *_proxy_headers(conf),
        # Sees every answer, and the time of everything else.
        request_log.RequestLog,
        # Before the log, which tells the id.
        request_id.RequestId,
    )


class NoSniffing:
    """Texts of tenants in an answer must not become a page of this site."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            return start_response(status, [*headers, _NO_SNIFFING], exc_info)

        return self.app(environ, start)


def _layered(app: Any, *layers: Any) -> Any:
    """The layers around an application, innermost first."""
    for layer in layers:
        app = layer(app)
    return app


def _pecan() -> Any:
    return pecan.Pecan(
        root.Root(),
        hooks=[],
        force_canonical=False,
        guess_content_type_from_ext=False,
        use_context_locals=False,
        request_cls=cd_request.Request,
        response_cls=webob.Response,
    )


def _cors(conf: cfg.ConfigOpts) -> Iterable[Any]:
    cors.set_defaults(
        allow_headers=[
            'X-Auth-Token',
            'X-OpenStack-Request-ID',
            'OpenStack-API-Version',
        ],
        expose_headers=[
            'Location',
            'X-OpenStack-Request-ID',
            'OpenStack-API-Version',
        ],
        allow_methods=['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    )
    conf.register_opts(cors.OPTS, group='cors')
    return (
        [lambda app: cors.CORS(app, conf)] if conf.cors.allowed_origin else []
    )


def _proxy_headers(conf: cfg.ConfigOpts) -> Iterable[Any]:
    conf.register_opts(http_proxy_to_wsgi.OPTS, group='oslo_middleware')
    if conf.api.enable_proxy_headers_parsing:
        conf.set_override(
            'enable_proxy_headers_parsing', True, group='oslo_middleware'
        )
    if not conf.oslo_middleware.enable_proxy_headers_parsing:
        return []
    return [lambda app: http_proxy_to_wsgi.HTTPProxyToWSGI(app, conf)]


def _with_healthcheck(app: Any, conf: cfg.ConfigOpts) -> Any:
    # Those who may not ask for the health meet the application.
    health = healthcheck.Healthcheck(app, conf)

    def choose(environ: dict[str, Any], start_response: Any) -> Any:
        asked = environ.get('PATH_INFO') == HEALTHCHECK_PATH
        return (health if asked else app)(environ, start_response)

    return choose
