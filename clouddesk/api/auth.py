"""Who asks: Keystone's middleware, and what we make of its answer."""

from collections.abc import Iterable
from typing import Any

from keystoneauth1 import exceptions as ksa_exceptions
from keystonemiddleware import auth_token

from clouddesk import context
from clouddesk import exceptions
from clouddesk.conf import CONF
from clouddesk.i18n import _

#: Answered without a token.
PUBLIC_PATHS = frozenset({'', '/', '/v1', '/v1/', '/v1/openapi.json'})

#: Defaults of ``[keystone_authtoken]``, in seconds and tries. Keystone answers
#: soon or not at all, and a thread that waits for it serves nobody else.
_PATIENCE = {'http_connect_timeout': 10, 'http_request_max_retries': 1}

#: What the middleware does not take for a failure of Keystone.
_NO_ANSWERS = (
    ksa_exceptions.ConnectionError,
    LookupError,
    TypeError,
    ValueError,
)

#: Where the context of a request is kept.
CONTEXT = 'clouddesk.context'


class _AuthProtocol(auth_token.AuthProtocol):
    """Keystone's middleware, which trusts that Keystone's answer is one.

    A proxy may answer with a page, a connection may break in the middle, and
    there may be no answer at all.
    """

    def fetch_token(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().fetch_token(*args, **kwargs)
        except _NO_ANSWERS as error:
            raise exceptions.ServiceUnavailable(service='Keystone') from error


def auth_token_layer(app: Any) -> Any:
    """Keystone's middleware, configured by ``[keystone_authtoken]``."""
    for name, value in _PATIENCE.items():
        CONF.set_default(name, value, group='keystone_authtoken')
    return _AuthProtocol(app, {'oslo_config_config': CONF})


class PublicRoutes:
    """Leads requests for :data:`PUBLIC_PATHS` past the authentication.

    Nothing behind a public path looks at identity headers, so forged ones
    do no harm there; everywhere else auth_token removes them.
    """

    def __init__(self, public: Any, protected: Any) -> None:
        self.public = public
        self.protected = protected

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        # WSGI lets servers leave an empty path out, and pecan does not.
        if environ.setdefault('PATH_INFO', '') in PUBLIC_PATHS:
            return self.public(environ, start_response)
        return self.protected(environ, start_response)


class Context:
    """Makes the request's context from what auth_token found out.

    :raises Forbidden: the token is not scoped to a project
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        found = context.RequestContext.from_environ(environ)
        if not found.project_id:
            raise exceptions.Forbidden(
                _('The token must be scoped to a project.'),
                {'scope': 'project'},
            )
        environ[CONTEXT] = found
        return self.app(environ, start_response)
