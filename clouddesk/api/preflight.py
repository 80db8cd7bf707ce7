"""Whether a project may have what a request wants, before it is made (V23).

Four services and clouddesk itself have limits (H17). All of them are asked at
once, each need is compared with what is free, and what is too much is named.
What a service does not tell stops nothing but a dry run.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import concurrent.futures
import dataclasses
import functools
from typing import Any

from oslo_log import log

from clouddesk import cloud
from clouddesk import db
from clouddesk import exceptions
from clouddesk import limits
from clouddesk.api import exposure
from clouddesk.api import ordering
from clouddesk.api import request as cd_request
from clouddesk.cloud import quotas
from clouddesk.cloud import types
from clouddesk.conf import CONF
from clouddesk.db import models
from clouddesk.db import quotas as own_quotas
from clouddesk.i18n import _

LOG = log.getLogger(__name__)

#: Types of the services in the catalogue; ours is an option.
COMPUTE = 'compute'
VOLUME = 'block-storage'
NETWORK = 'network'
#: Desktops need no room in Glance; images do.
IMAGE = 'image'
OWN = 'desktop'

OVER = 'over_quota'
UNKNOWN = 'unknown'

#: What is needed, by service and resource.
Needs = dict[str, dict[str, int]]
Limits = Mapping[str, types.Limit | None]
Question = Callable[[], Limits]
#: Services, and parts of what they tell.
Part = tuple[str, str]
Told = Limits | exceptions.CloudError
Said = Mapping[Part, Told]

#: What Cinder limits for each volume type, too.
_OF_TYPES = ('volumes', 'gigabytes', 'snapshots')

_MIB_IN_GIB = 1024

#: The parts of what services tell that is no quota.
_ADDRESSES = 'addresses'
_FLOATING = 'floating_addresses'
_QUOTA = ''


@dataclasses.dataclass(frozen=True)
class Report:
    """What is needed, what there is, and what is too much.

    :ivar own: clouddesk's own limits, or why they are unknown
    """

    needs: dict[str, dict[str, dict[str, int | None]]]
    refusals: list[dict[str, Any]]
    own: dict[str, int] | exceptions.CloudError


def order(
    req: cd_request.Request,
    spec: Mapping[str, Any],
    count: int,
    make: Callable[[Mapping[str, int]], models.WorkOrder],
    pools: int = 0,
    project_id: str | None = None,
) -> exposure.Answer:
    """Make a work order that builds desktops, or say what it would be.

    With ``dry_run`` in the query nothing is made.

    :param spec: what the desktops are made from, checked already
    :param count: how many more there will be
    :param make: makes the order, keeping to clouddesk's own limits, which it
        is given
    :param project_id: whose they are; the caller's by default
    :raises OverQuota: names everything that is too much
    :raises ServiceUnavailable: clouddesk's own limits are unknown
    """
    project_id = project_id or str(req.caller.project_id)
    needed = needs(spec, count, pools)
    if req.query.get('dry_run', False):
        names = rehearsed(make)
        return answer(examine(project_id, needed, spec), names)
    asked = needed if CONF.quota.preflight else _own_only(needed)
    report = examine(project_id, asked, spec)
    _refuse(report)
    if isinstance(report.own, exceptions.CloudError):
        raise exceptions.ServiceUnavailable(report.own.text)
    return ordering.accepted(req, make(report.own))


def require_room(
    project_id: str,
    size: int | None,
    kind: str | None = None,
    further: Sequence[int] = (),
) -> None:
    """Refuse an image of a disk that the project has no room for (S45, H17).

    :param size: GiB of a disk in Cinder; None is one of a hypervisor
    :param kind: the volume type of the disk, if it is not the default one
    :param further: GiB of the other disks of a whole machine
    :raises OverQuota: names everything that is too much
    """
    if CONF.quota.preflight:
        needed = image_needs(size, further)
        _refuse(examine(project_id, needed, {'volume_type': kind}))


def _refuse(report: Report) -> None:
    refusals = [each for each in report.refusals if each['kind'] == OVER]
    if refusals:
        raise exceptions.OverQuota.naming(refusals)


def answer(report: Report, names: list[str]) -> exposure.Answer:
    """What a dry run is answered with.

    :param names: of the desktops that the real thing is about
    """
    body = {
        'accepted': not report.refusals,
        'needs': report.needs,
        'refusals': report.refusals,
        'names': names,
    }
    return exposure.Answer(body, status=200)


def rehearsed(
    make: Callable[[Mapping[str, int]], models.WorkOrder],
) -> list[str]:
    """The names of the desktops that an order would be about.

    Whatever the database has against it is found on the way.
    """
    with db.rehearsal():
        return [item.subject_name for item in make({}).items]


def needs(spec: Mapping[str, Any], count: int, pools: int = 0) -> Needs:
    """What some desktops need of each service.

    :param spec: the columns of a desktop or pool
    """
    if count <= 0:
        return {OWN: {'pools': pools}} if pools else {}
    wanted: Needs = {
        OWN: {'desktops': count} | ({'pools': pools} if pools else {}),
        COMPUTE: {
            'instances': count,
            'cores': count * spec['vcpus'],
            'ram': count * spec['ram'],
        },
        NETWORK: {'ports': count, 'addresses': count},
    }
    sizes = [each['size'] for each in spec.get('data_disks') or ()]
    if spec['boot_from'] == 'volume':
        sizes.append(spec['volume_size'])
    if sizes:
        wanted[VOLUME] = {
            'volumes': count * len(sizes),
            'gigabytes': count * sum(sizes),
            quotas.PER_VOLUME: max(sizes),
        }
    if spec.get('floating_network_id'):
        wanted[NETWORK] |= {'floating_ips': count, 'floating_addresses': count}
    if spec.get('remote_protocols'):
        # At most; those that are there already are taken off.
        protocols = len(spec['remote_protocols'])
        wanted[NETWORK]['security_groups'] = protocols
    return wanted


def image_needs(size: int | None, further: Sequence[int] = ()) -> Needs:
    """What an image of a disk needs while it is made, at the least.

    Uploads of others end meanwhile, so their number counts for nothing.

    :param size: as :func:`require_room` takes it, and so is ``further``
    """
    sizes = [*(() if size is None else (size,)), *further]
    count = 1 + len(further)
    # Nobody knows how small a disk becomes, but it becomes something.
    room = {'image_count_total': count, 'image_size_total': count}
    if not sizes:
        return {IMAGE: room}
    total = sum(sizes)
    if CONF.images.capture_format == 'raw':
        room['image_size_total'] += total * _MIB_IN_GIB - len(sizes)
    counted = (total if CONF.quota.snapshots_take_gigabytes else 0) + total
    return {
        IMAGE: room,
        VOLUME: {
            'snapshots': len(sizes),
            'volumes': len(sizes),
            'gigabytes': counted,
            quotas.PER_VOLUME: max(sizes),
        },
    }


def _own_only(needed: Needs) -> Needs:
    return {OWN: needed[OWN]} if OWN in needed else {}


def examine(
    project_id: str, needed: Needs, spec: Mapping[str, Any] | None = None
) -> Report:
    """Compare what is needed with what is free.

    :param needed: see :func:`needs`
    :param spec: tells the networks
    """
    said = ask(_questions(project_id, needed, spec or {}))
    report = Report({}, [], _own_limits(said))
    for service, resources in needed.items():
        known: dict[str, types.Limit | None] = {}
        for (of, part), told in said.items():
            if of != service:
                continue
            if isinstance(told, exceptions.CloudError):
                report.refusals.append(_unknown(service, part, told))
            else:
                known |= told
        _compare(report, service, resources, known)
    return report


def quotas_of(project_id: str, volumes: bool) -> dict[str, Told]:
    """What each service says that a project may have, and has.

    :param volumes: whether the cloud has them
    """
    services = [OWN, COMPUTE, NETWORK, *([VOLUME] if volumes else []), IMAGE]
    needed: Needs = {service: {} for service in services}
    said = ask(_questions(project_id, needed, {}))
    return {service: told for (service, _part), told in said.items()}


def ask(questions: Mapping[Part, Question]) -> Said:
    """Ask all services at once.

    :returns: the answer of each, or why there is none
    """
    asked = {
        part: _threads().submit(question)
        for part, question in questions.items()
    }
    concurrent.futures.wait(
        asked.values(), timeout=CONF.quota.preflight_timeout
    )
    return {part: _outcome(part[0], future) for part, future in asked.items()}


def _outcome(
    service: str, future: 'concurrent.futures.Future[Limits]'
) -> Told:
    try:
        return future.result(timeout=0)
    except exceptions.CloudError as error:
        failed = error
    except concurrent.futures.TimeoutError:
        future.cancel()
        failed = exceptions.CloudError(
            _('%(service)s did not answer in time.'), service=service
        )
    except exceptions.ClouddeskError as error:
        failed = exceptions.CloudError(error.text)
    LOG.warning(
        'The limits of %(service)s are unknown: %(error)s',
        {'service': service, 'error': failed.text},
    )
    return failed


@functools.cache
def _threads() -> concurrent.futures.ThreadPoolExecutor:
    """Made by the first request, because web servers fork before it."""
    return concurrent.futures.ThreadPoolExecutor(
        CONF.quota.preflight_threads, thread_name_prefix='preflight'
    )


def _questions(
    project_id: str, needed: Needs, spec: Mapping[str, Any]
) -> dict[Part, Question]:
    known: dict[Part, Question] = {
        (OWN, _QUOTA): lambda: own(project_id),
        (COMPUTE, _QUOTA): lambda: _tenant(project_id).quotas.compute(),
        (VOLUME, _QUOTA): lambda: _tenant(project_id).quotas.volume(
            project_id, spec.get('volume_type')
        ),
        (NETWORK, _QUOTA): lambda: _network(project_id, spec),
        (IMAGE, _QUOTA): lambda: _tenant(project_id).quotas.image(),
    }
    for part, key in (
        (_ADDRESSES, 'network_id'),
        (_FLOATING, 'floating_network_id'),
    ):
        if spec.get(key):
            known[NETWORK, part] = functools.partial(
                _addresses, part, spec[key]
            )
    return {part: known[part] for part in known if part[0] in needed}


def _tenant(project_id: str) -> cloud.Cloud:
    """As the conductor will see it."""
    return cloud.for_project(project_id)


def own(project_id: str) -> Limits:
    """clouddesk's own limits of a project."""
    most = limits.of_project(project_id)
    used = own_quotas.usage(project_id)
    return {name: types.Limit(most[name], used[name]) for name in used}


def _own_limits(said: Said) -> dict[str, int] | exceptions.CloudError:
    told = said.get((OWN, _QUOTA), {})
    if isinstance(told, exceptions.CloudError):
        return told
    return {name: limit.limit for name, limit in told.items() if limit}


def _network(project_id: str, spec: Mapping[str, Any]) -> Limits:
    tenant = _tenant(project_id)
    found: dict[str, types.Limit | None] = dict(
        tenant.quotas.network(project_id)
    )
    protocols = spec.get('remote_protocols') or ()
    quota = found.get('security_groups')
    if quota and protocols and quota.limit >= 0:
        # Those that are there need no room any more.
        there = len(protocols) - len(tenant.security_groups.missing(protocols))
        found['security_groups'] = dataclasses.replace(
            quota, used=quota.used - there
        )
    return found


def _addresses(resource: str, network_id: str) -> Limits:
    """Of a network; unknown where Neutron does not tell the service user."""
    try:
        return {resource: cloud.for_service().quotas.addresses(network_id)}
    except exceptions.CloudForbidden:
        return {resource: None}


def _compare(
    report: Report, service: str, resources: dict[str, int], said: Limits
) -> None:
    report.needs[service] = {}
    for resource, needed in _by_type(resources, said).items():
        limit = said.get(resource)
        shown = amount(limit)
        report.needs[service][resource] = {'needed': needed, **shown}
        free = shown['free']
        if free is not None and needed > free:
            report.refusals.append(
                exceptions.OverQuota.refusal(
                    service, resource, needed, free, shown['limit']
                )
            )


def _by_type(resources: dict[str, int], said: Limits) -> dict[str, int]:
    """The same volumes also count for the limits of their type."""
    more = {}
    for name in said:
        base, _underscore, kind = name.partition('_')
        if kind and name not in resources and base in _OF_TYPES:
            more[name] = resources.get(base, 0)
    return resources | more


def amount(limit: types.Limit | None) -> dict[str, int | None]:
    """A limit as the API shows it; what is unknown is None."""
    if limit is None:
        return {'used': None, 'limit': None, 'free': None}
    return {'used': limit.used, 'limit': limit.limit, 'free': limit.free}


def _unknown(
    service: str, part: str, error: exceptions.CloudError
) -> dict[str, Any]:
    return {
        'kind': UNKNOWN,
        'service': service,
        'resource': part or None,
        'needed': None,
        'free': None,
        'limit': None,
        'message': error.text,
    }
