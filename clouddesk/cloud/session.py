"""Whom clouddesk is when it calls another service.

Three identities: the service user in its own project, the service user in a
tenant's project, and the caller of a request. Without a service user, the
person of :mod:`clouddesk.cloud.own` stands in for it, in her project only.
"""

import collections
import functools
import json
import threading
import time
from typing import Any
from typing import cast
from urllib import parse

from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1 import identity
from keystoneauth1 import loading as ks_loading
from keystoneauth1 import plugin
from keystoneauth1 import service_token
from keystoneauth1 import session as ks_session
from keystoneauth1.identity import access
from openstack import connection as sdk_connection
from oslo_log import log as logging
import requests
from urllib3.util import retry

from clouddesk import context as cd_context
from clouddesk import exceptions
from clouddesk import version
from clouddesk.cloud import errors
from clouddesk.cloud import own
from clouddesk.conf import CONF
from clouddesk.conf import service_auth
from clouddesk.i18n import _

LOG = logging.getLogger(__name__)

Connection = sdk_connection.Connection

#: Projects whose token and connection are kept.
MAX_PROJECTS = 1024

#: Nova's API as of Yoga: the hostname of a server may be given.
COMPUTE_MICROVERSION = '2.90'

#: Seconds until a connection must stand, at most.
_CONNECT_TIMEOUT = 5.0

#: Connections kept open to one service.
_POOL_SIZE = 64

#: Bytes of an answer; those that are longer are lists, which we decode.
_MAX_CHECKED = 1 << 16

_lock = threading.Lock()


class Calls:
    """How many calls were made, by service and method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: collections.Counter[tuple[str, str]] = (
            collections.Counter()
        )

    def add(self, service: str, method: str) -> None:
        with self._lock:
            self._counts[service, method] += 1

    def counts(self) -> dict[tuple[str, str], int]:
        """``{('compute', 'POST'): 3}`` since the process began."""
        with self._lock:
            return dict(self._counts)


#: The calls of this process.
CALLS = Calls()


class Session(ks_session.Session):
    """A session that counts its calls and logs no body.

    Bodies hold passwords of servers and addresses of consoles.
    """

    def request(  # type: ignore[override]
        self, url: str, method: str, **kwargs: Any
    ) -> requests.Response:
        kwargs['log'] = False
        kwargs.setdefault('timeout', _timeouts())
        began = time.monotonic()
        outcome: Any = 'no answer'
        try:
            response = super().request(url, method, **kwargs)
            outcome = response.status_code
            if not kwargs.get('stream') and _service_of(url, kwargs):
                _check(response)
            return response
        except Exception as error:
            outcome = getattr(error, 'http_status', None) or outcome
            raise
        finally:
            _note(url, method, kwargs, outcome, time.monotonic() - began)


def _note(
    url: str, method: str, kwargs: dict[str, Any], outcome: Any, seconds: float
) -> None:
    path = parse.urlsplit(url).path
    service = _service_of(url, kwargs) or 'discovery'
    CALLS.add(service, method)
    LOG.debug(
        '%(service)s %(method)s %(path)s: %(outcome)s in %(seconds).3f s',
        {
            'service': service,
            'method': method,
            'path': path,
            'outcome': outcome,
            'seconds': seconds,
        },
    )


def _service_of(url: str, kwargs: dict[str, Any]) -> str | None:
    """Whom a call is for; None when it looks for versions."""
    service: str | None = (kwargs.get('endpoint_filter') or {}).get(
        'service_type'
    )
    return service or ('identity' if '/auth/' in url else None)


def _check(response: requests.Response) -> None:
    """Refuse the page of a proxy, and an answer that was cut off.

    Libraries take them for an object without attributes.
    """
    body = response.content
    if response.status_code >= 400 or not body:
        return
    kind = response.headers.get('Content-Type', '')
    if 'html' in kind:
        raise ks_exceptions.InvalidResponse(response)
    if 'json' in kind and len(body) <= _MAX_CHECKED:
        try:
            json.loads(body)
        except ValueError:
            raise ks_exceptions.InvalidResponse(response) from None


def _timeouts() -> tuple[float, float]:
    """Seconds to connect and to wait for the answer.

    Together, with all attempts to connect, no longer than [cloud] timeout.
    """
    attempts = CONF.cloud.connect_retries + 1
    connect = min(_CONNECT_TIMEOUT, CONF.cloud.timeout / (2 * attempts))
    return connect, CONF.cloud.timeout - attempts * connect


@functools.cache
def _http() -> requests.Session:
    """The connections to the services, shared by all identities.

    Only opening a connection is tried again: whatever was sent may have been
    done, and a repeated POST makes a second server. keystoneauth's own
    connect_retries counts a lost answer as a failure to connect, hence it
    stays at zero.
    """
    attempts = retry.Retry(
        total=None,
        connect=CONF.cloud.connect_retries,
        read=0,
        redirect=0,
        status=0,
        other=0,
        backoff_factor=0.2,
    )
    adapter = ks_session.TCPKeepAliveAdapter(
        max_retries=attempts, pool_maxsize=_POOL_SIZE
    )
    http = requests.Session()
    http.mount('http://', adapter)
    http.mount('https://', adapter)
    return http


@functools.cache
def _discovered() -> dict[str, Any]:
    """The versions of the services, found once for all identities."""
    return {}


def _session(auth: plugin.BaseAuthPlugin) -> Session:
    options = CONF[service_auth.GROUP.name]
    cert = options.certfile
    if cert and options.keyfile:
        cert = (cert, options.keyfile)
    verify = False if options.insecure else options.cafile or True
    if own.is_used():
        verify, cert = own.region().get_requests_verify_args()
    return Session(
        auth=auth,
        session=_http(),
        verify=verify,
        cert=cert,
        app_name='clouddesk',
        app_version=version.version_string(),
        discovery_cache=_discovered(),
    )


def own_project() -> str | None:
    """The only project that clouddesk may work in; None: in all of them.

    :raises CloudError: Keystone refuses the credentials, or is away
    """
    if not own.is_used():
        return None
    with errors.translated('Keystone'):
        return service_session().get_project_id()


def service_session() -> ks_session.Session:
    """The service user in its own project."""
    with _lock:
        return _service_session()


def project_session(project_id: str) -> ks_session.Session:
    """The service user in the project of a tenant."""
    with _lock:
        return _project_session(project_id)


def user_session(context: cd_context.RequestContext) -> ks_session.Session:
    """The caller of a request, with our service token alongside."""
    auth = getattr(context, 'user_auth_plugin', None) or _token_auth(context)
    known = getattr(auth, 'user', None)
    if own.is_used() and known:
        # The middleware's plugin would look for a service token.
        auth = access.AccessInfoPlugin(known)
    if own.has_service_user():
        auth = service_token.ServiceTokenAuthWrapper(
            user_auth=auth, service_auth=_service_auth()
        )
    return _session(auth)


def _token_auth(context: cd_context.RequestContext) -> plugin.BaseAuthPlugin:
    options = CONF[service_auth.GROUP.name]
    return identity.V3Token(
        auth_url=own.auth_url() if own.is_used() else options.auth_url,
        token=context.auth_token or '',
        project_id=context.project_id,
    )


def _load_auth(**scope: Any) -> plugin.BaseAuthPlugin:
    if not own.has_service_user():
        LOG.error('[service_auth] holds no credentials of the service user')
        raise exceptions.ServiceUnavailable(service=_('The service user'))
    auth = ks_loading.load_auth_from_conf_options(
        CONF, service_auth.GROUP.name, **scope
    )
    return cast(plugin.BaseAuthPlugin, auth)


@functools.cache
def _service_auth() -> plugin.BaseAuthPlugin:
    return own.auth() if own.is_used() else _load_auth()


@functools.cache
def _service_session() -> Session:
    return _session(_service_auth())


@functools.lru_cache(maxsize=MAX_PROJECTS)
def _project_session(project_id: str) -> Session:
    if own.is_used():
        own.require(project_id, _service_session().get_project_id())
        return _service_session()
    return _session(
        _load_auth(
            project_id=project_id,
            project_name=None,
            project_domain_id=None,
            project_domain_name=None,
            system_scope=None,
            domain_id=None,
            domain_name=None,
        )
    )


def connection(
    ks: ks_session.Session, request_id: str | None = None
) -> Connection:
    """openstacksdk's view of a session.

    :param request_id: sent along with every call, so that one request can be
        followed through the logs of all services
    """
    return Connection(
        session=ks,
        region_name=CONF.cloud.region_name,
        interface=CONF.cloud.interface,
        compute_default_microversion=COMPUTE_MICROVERSION,
        # openstacksdk repeats image calls after a 503 unless told otherwise.
        image_status_code_retries=0,
        global_request_id=request_id,
    )


def reset() -> None:
    """Forget every session; for tests and after a change of options."""
    with _lock:
        for cached in (
            own.region,
            _http,
            _discovered,
            _service_auth,
            _service_session,
            _project_session,
        ):
            cached.cache_clear()
