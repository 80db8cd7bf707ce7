"""The only room that talks to other OpenStack services.

>>> from clouddesk import cloud
>>> cloud.for_project(project_id).compute.get_server(server_id)

Verbs are narrow and answer with the frozen dataclasses of
:mod:`clouddesk.cloud.types`. Every failure is one of the ``Cloud*`` errors of
:mod:`clouddesk.exceptions`; its ``transient`` tells whether the call may
succeed later. No call that creates something is ever repeated behind the
caller's back.
"""

import functools

from keystoneauth1 import session as ks_session

from clouddesk import context as cd_context
from clouddesk.cloud import captures
from clouddesk.cloud import catalogue
from clouddesk.cloud import compute
from clouddesk.cloud import floating_ips
from clouddesk.cloud import health
from clouddesk.cloud import identity
from clouddesk.cloud import image
from clouddesk.cloud import image_data
from clouddesk.cloud import network
from clouddesk.cloud import own
from clouddesk.cloud import quotas
from clouddesk.cloud import security_groups
from clouddesk.cloud import session
from clouddesk.cloud import volume


class Cloud:
    """The services of the cloud as one caller sees them."""

    def __init__(
        self, ks: ks_session.Session, request_id: str | None = None
    ) -> None:
        self._ks = ks
        self._request_id = request_id

    @functools.cached_property
    def _connection(self) -> session.Connection:
        return session.connection(self._ks, self._request_id)

    @property
    def service(self) -> 'Cloud':
        """The cloud as :func:`for_service` sees it, for admin verbs."""
        return for_service()

    @property
    def passes_locks(self) -> bool:
        """Whether :attr:`service` reaches servers that are locked.

        A person does not, not even when the lock is hers.
        """
        return not own.is_used()

    @functools.cached_property
    def compute(self) -> compute.Compute:
        return compute.Compute(self._connection)

    @functools.cached_property
    def network(self) -> network.Network:
        return network.Network(self._connection)

    @functools.cached_property
    def floating_ips(self) -> floating_ips.FloatingIPs:
        return floating_ips.FloatingIPs(self._connection)

    @functools.cached_property
    def security_groups(self) -> security_groups.SecurityGroups:
        return security_groups.SecurityGroups(self._connection)

    @functools.cached_property
    def volume(self) -> volume.Volume:
        return volume.Volume(self._connection)

    @functools.cached_property
    def image(self) -> image.Image:
        return image.Image(self._connection)

    @functools.cached_property
    def image_data(self) -> image_data.ImageData:
        return image_data.ImageData(self._connection)

    @functools.cached_property
    def captures(self) -> captures.Captures:
        return captures.Captures(self._connection)

    @functools.cached_property
    def catalogue(self) -> catalogue.Catalogue:
        return catalogue.Catalogue(self._connection)

    @functools.cached_property
    def quotas(self) -> quotas.Quotas:
        return quotas.Quotas(self._connection)

    @functools.cached_property
    def health(self) -> health.Health:
        return health.Health(self._connection)

    @functools.cached_property
    def identity(self) -> identity.Identity:
        return identity.Identity(self._connection)


def for_service() -> Cloud:
    """The cloud as the service user sees it from its own project."""
    return _for_service(session.service_session())


def for_project(project_id: str) -> Cloud:
    """The cloud as the service user sees it from a tenant's project."""
    return _for_project(session.project_session(project_id))


def for_user(context: cd_context.RequestContext) -> Cloud:
    """The cloud as the caller of a request sees it."""
    request_id = context.global_request_id or context.request_id
    return Cloud(session.user_session(context), request_id)


# A connection knows the versions of the services and takes some milliseconds
# to make, so it lives as long as the session that it is made from.
@functools.lru_cache(maxsize=1)
def _for_service(ks: ks_session.Session) -> Cloud:
    return Cloud(ks)


@functools.lru_cache(maxsize=session.MAX_PROJECTS)
def _for_project(ks: ks_session.Session) -> Cloud:
    return Cloud(ks)


def reset() -> None:
    """Forget every session; for tests and after a change of options."""
    _for_service.cache_clear()
    _for_project.cache_clear()
    session.reset()
