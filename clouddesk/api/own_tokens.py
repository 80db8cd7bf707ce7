"""Who asks, where clouddesk has no service user.

Keystone's middleware, except that each token proves itself; and a fence,
because the conductor can work in one project only.
"""

from collections.abc import Iterable
import hashlib
import threading
import time
from typing import Any

from keystonemiddleware import auth_token
import webob.exc

from clouddesk import exceptions
from clouddesk.cloud import own
from clouddesk.cloud import session
from clouddesk.cloud import tokens
from clouddesk.conf import CONF

#: Seconds in which a token is believed without asking again.
_BELIEVED = 60.0
#: Tokens that are remembered.
_MAX_TOKENS = 1024


def layer(app: Any) -> Any:
    """The layers that stand in for ``auth.auth_token_layer``."""
    return SelfProving(OnlyOwnProject(app))


class SelfProving(auth_token.AuthProtocol):
    """Asks Keystone about a token with this token."""

    def __init__(self, app: Any) -> None:
        options = {
            'oslo_config_config': CONF,
            'www_authenticate_uri': own.auth_url(),
            'service_token_roles_required': True,
        }
        super().__init__(app, options)
        self._lock = threading.Lock()
        self._proved: dict[str, tuple[float, dict[str, Any]]] = {}

    def fetch_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """What Keystone says of a token.

        :raises InvalidToken: it is not valid
        """
        key = hashlib.sha256(token.encode()).hexdigest()
        known = self._known(key)
        if known is None:
            known = _asked(token)
            self._remember(key, known)
        return known

    def _known(self, key: str) -> dict[str, Any] | None:
        with self._lock:
            since, data = self._proved.get(key, (0.0, None))
        fresh = data is not None and time.monotonic() - since < _BELIEVED
        return data if fresh else None

    def _remember(self, key: str, data: dict[str, Any]) -> None:
        with self._lock:
            if len(self._proved) >= _MAX_TOKENS:
                self._proved.clear()
            self._proved[key] = (time.monotonic(), data)


def _asked(token: str) -> dict[str, Any]:
    try:
        data = tokens.describe(token)
    except exceptions.CloudError as error:
        raise webob.exc.HTTPServiceUnavailable(error.text) from error
    if data is None:
        raise auth_token.InvalidToken()
    return data


class OnlyOwnProject:
    """Refuses tokens of projects that the conductor cannot work in.

    :raises Forbidden: names the project that it can
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        caller = environ.get('HTTP_X_PROJECT_ID')
        own.require(caller, session.own_project())
        return self.app(environ, start_response)
