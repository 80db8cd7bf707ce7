"""Who asks, where clouddesk has no service user.

Keystone's middleware, except that each token proves itself; and a fence,
because the conductor can work in one project only.
"""

from collections.abc import Iterable
import hashlib
import time
from typing import Any

from keystonemiddleware import auth_token
import webob.exc

from clouddesk import exceptions
from clouddesk.api import memory
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
        self._proved: memory.Memory[dict[str, Any]] = memory.Memory(
            _BELIEVED, _MAX_TOKENS
        )

    def fetch_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """What Keystone says of a token.

        :raises InvalidToken: it is not valid
        """
        key = hashlib.sha256(token.encode()).hexdigest()
        known = self._proved.get(key)
        if known is None:
            now = time.monotonic()
            known = _asked(token)
            self._proved.put(key, known, now)
        return known


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
