"""What the doctor asks a conductor: how the cloud looks with its credentials.

Every finding is a status and a code with values; people get the words for
them from :mod:`clouddesk.api.views.checks`.
"""

from collections.abc import Callable
from collections.abc import Iterable
from concurrent import futures
import dataclasses
import time
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk import limits
from clouddesk import states
from clouddesk.conductor import hints
from clouddesk.db import paging
from clouddesk.db.api import desktops
from clouddesk.db.api import pools

LOG = logging.getLogger(__name__)

OK, WARNING, ERROR = 'ok', 'warning', 'error'

#: Seconds for all checks together; less than an RPC call waits.
_PATIENCE = 20.0
_THREADS = 16

#: Check → type in the catalogue, and what it means if there is none.
SERVICES = {
    'identity': ('identity', ERROR),
    'compute': ('compute', ERROR),
    'network': ('network', ERROR),
    'image': ('image', ERROR),
    'volume': ('block-storage', WARNING),
    'placement': ('placement', WARNING),
    'key_manager': ('key-manager', WARNING),
    'instance_ha': ('instance-ha', WARNING),
    'load_balancer': ('load-balancer', WARNING),
    'dns': ('dns', WARNING),
}

#: The role that the conductor needs in a project.
_ROLE = 'member'

#: A tenth left is little.
_SCARCE = 10

_ALL = paging.Page(
    limit=None, marker=None, sort_keys=['id'], sort_dirs=['asc']
)


@dataclasses.dataclass(frozen=True)
class Finding:
    name: str
    status: str
    code: str
    values: dict[str, Any] = dataclasses.field(default_factory=dict)


class Checkup:
    def __init__(
        self,
        cloud_of: Callable[[str], Any],
        conf: cfg.ConfigOpts,
        hints_: hints.Hints,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cloud_of = cloud_of
        self._conf = conf
        self._hints = hints_
        self._now = now
        self._began = now()
        #: What the bus listens to, see :class:`clouddesk.conductor.bus.Bus`.
        self.listening: set[str] = set()

    def run(self, project_id: str) -> list[dict[str, Any]]:
        """All checks at once, for as long as somebody waits.

        :returns: ``{"name", "status", "code", "values"}`` of each
        """
        try:
            cloud = self._cloud_of(project_id)
            roles = cloud.health.roles()
        except exceptions.ClouddeskError as error:
            # Without credentials nothing else can be asked.
            reason = {'reason': str(error.text)}
            found = [Finding('credentials', ERROR, 'refused', reason)]
        else:
            found = [_credentials(roles), *self._all(cloud, project_id)]
        return [dataclasses.asdict(each) for each in found]

    def _all(self, cloud: Any, project_id: str) -> list[Finding]:
        checks: list[tuple[str, Callable[[], Finding]]] = [
            (name, lambda name=name: _service(cloud, name))  # type: ignore[misc]
            for name in SERVICES
        ]
        checks += [
            ('hypervisors', lambda: _hypervisors(cloud)),
            ('notifications', self._notifications),
            ('image_cache', lambda: _image_cache(project_id)),
            ('quota', lambda: _quota(cloud, project_id)),
        ]
        return _at_once(checks)

    def _notifications(self) -> Finding:
        name = 'notifications'
        values = {'sync': round(self._conf.conductor.sync_interval)}
        if not self._conf.conductor.listen_to_nova:
            return Finding(name, WARNING, 'off', values)
        if 'notifications' not in self.listening:
            return Finding(name, WARNING, 'deaf', values)
        heard = self._hints.heard_at
        if heard is None:
            values['seconds'] = round(self._now() - self._began)
            return Finding(name, WARNING, 'silent', values)
        values['seconds'] = round(self._now() - heard)
        return Finding(name, OK, 'heard', values)


def _at_once(
    checks: Iterable[tuple[str, Callable[[], Finding]]],
) -> list[Finding]:
    """One that fails or hangs holds no other."""
    pool = futures.ThreadPoolExecutor(_THREADS)
    running = [(name, pool.submit(check)) for name, check in checks]
    futures.wait([future for _name, future in running], _PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    return [_result(name, future) for name, future in running]


def _result(name: str, future: 'futures.Future[Finding]') -> Finding:
    worst = SERVICES.get(name, ('', WARNING))[1]
    if not future.done():
        return Finding(name, worst, 'late', {'seconds': round(_PATIENCE)})
    try:
        return future.result()
    except exceptions.ClouddeskError as error:
        return Finding(name, worst, 'failed', {'reason': str(error.text)})
    except Exception as error:
        LOG.exception('The check %s failed', name)
        return Finding(name, worst, 'failed', {'reason': str(error)})


def _credentials(roles: set[str]) -> Finding:
    values = {'role': _ROLE, 'roles': ', '.join(sorted(roles))}
    if {_ROLE, 'admin'} & roles:
        return Finding('credentials', OK, 'accepted', values)
    return Finding('credentials', ERROR, 'too_little', values)


def _service(cloud: Any, name: str) -> Finding:
    kind, worst = SERVICES[name]
    took = cloud.health.answers(kind)
    if took is None:
        return Finding(name, worst, 'missing', {'service': kind})
    return Finding(name, OK, 'answers', {'service': kind, 'took': took})


def _hypervisors(cloud: Any) -> Finding:
    name = 'hypervisors'
    try:
        hosts = cloud.service.health.compute_hosts()
    except exceptions.CloudForbidden:
        return Finding(name, WARNING, 'hidden')
    usable = [host for host in hosts if host.up and host.enabled]
    down = sorted(host.name for host in hosts if not host.up)
    values = {
        'usable': len(usable),
        'total': len(hosts),
        'down': ', '.join(down),
    }
    if not usable:
        return Finding(name, ERROR, 'none', values)
    if down:
        return Finding(name, WARNING, 'down', values)
    return Finding(name, OK, 'up', values)


def _image_cache(project_id: str) -> Finding:
    """Nova does not tell what its hosts keep; what runs from it is there."""
    used = {pool.image_id for pool in pools.list_(project_id, {}, _ALL)}
    running = {'status': [states.RUNNING]}
    warm = {
        desktop.image_id
        for desktop in desktops.list_(project_id, running, _ALL)
    }
    cold = sorted(used - warm)
    values = {'images': ', '.join(cold), 'count': len(cold)}
    if cold:
        return Finding('image_cache', WARNING, 'cold', values)
    code = 'warm' if used else 'unused'
    return Finding('image_cache', OK, code, {'count': len(used)})


def _quota(cloud: Any, project_id: str) -> Finding:
    found = {**cloud.quotas.compute(), **cloud.quotas.network(project_id)}
    if cloud.volume.is_offered():
        found |= {
            name: limit
            for name, limit in cloud.quotas.volume(project_id).items()
            # No desktop needs one.
            if not name.startswith('snapshots')
        }
    left = {name: (each.limit, each.used) for name, each in found.items()}
    own = limits.of_project(project_id)
    left['desktops'] = (
        own['desktops'],
        desktops.summary(project_id, {})['count'],
    )
    return _judge_quota(left)


def _judge_quota(left: dict[str, tuple[int, int]]) -> Finding:
    """:param left: limit and use of each resource; -1 is no limit"""
    limited = {k: pair for k, pair in left.items() if pair[0] > 0}
    scarce = {
        name: pair
        for name, pair in limited.items()
        if (pair[0] - pair[1]) * _SCARCE <= pair[0]
    }
    words = ['%s %d/%d' % (k, u, most) for k, (most, u) in scarce.items()]
    values = {'resources': ', '.join(sorted(words))}
    if any(used >= limit for limit, used in scarce.values()):
        return Finding('quota', ERROR, 'used_up', values)
    if scarce:
        return Finding('quota', WARNING, 'scarce', values)
    return Finding('quota', OK, 'enough')
