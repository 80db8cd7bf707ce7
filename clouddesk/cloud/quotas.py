"""How much more a project may have in Nova, Cinder, Neutron and Glance."""

from typing import Any

from openstack import connection

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import listing
from clouddesk.cloud import types

#: What Nova calls a limit and its use.
_COMPUTE = {
    'instances': ('maxTotalInstances', 'totalInstancesUsed'),
    'cores': ('maxTotalCores', 'totalCoresUsed'),
    'ram': ('maxTotalRAMSize', 'totalRAMUsed'),
}

#: What we call a resource, and Neutron.
_NETWORK = {
    'ports': 'port',
    'floating_ips': 'floatingip',
    'security_groups': 'security_group',
}

#: Sizes are MiB.
_IMAGE = (
    'image_size_total',
    'image_stage_total',
    'image_count_total',
    'image_count_uploading',
)

_VOLUME = ('volumes', 'gigabytes', 'snapshots')
#: GiB that one volume may have.
PER_VOLUME = 'per_volume_gigabytes'

Limits = dict[str, types.Limit]


class Quotas:
    """The limits of the project that the session is scoped to."""

    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def compute(self) -> Limits:
        """``instances``, ``cores`` and ``ram`` (MiB)."""
        with errors.translated('Nova'):
            answer = listing.read(self._conn.compute, '/limits')
        absolute = answer['limits']['absolute']
        return {
            name: types.Limit(absolute[most], absolute[used])
            for name, (most, used) in _COMPUTE.items()
        }

    def volume(self, project_id: str, kind: str | None = None) -> Limits:
        """``volumes``, ``gigabytes`` and ``snapshots``, also those of a type.

        The latter are ``volumes_<type>`` and so on, and :data:`PER_VOLUME` is
        what one volume may have.

        :param kind: name of the volume type; the default one if it is known
        """
        with errors.translated('Cinder'):
            answer = listing.read(
                self._conn.block_storage,
                '/os-quota-sets/%s' % project_id,
                usage='true',
            )
        quota = answer['quota_set']
        kind = kind or self._default_type()
        wanted = [*_VOLUME, PER_VOLUME]
        wanted += ['%s_%s' % (name, kind) for name in _VOLUME if kind]
        return {
            name: _limit(quota[name], 'in_use')
            for name in wanted
            if name in quota
        }

    def _default_type(self) -> str | None:
        """The volume type of who names none; None where there is none."""
        try:
            with errors.translated('Cinder', 'volume type', 'default'):
                answer = listing.read(
                    self._conn.block_storage, '/types/default'
                )
        except (exceptions.CloudNotFound, exceptions.CloudForbidden):
            return None
        name: str = answer['volume_type']['name']
        return name

    def network(self, project_id: str) -> Limits:
        """``ports``, ``floating_ips`` and ``security_groups``."""
        with errors.translated('Neutron'):
            answer = listing.read(
                self._conn.network, '/quotas/%s/details' % project_id
            )
        return {
            name: _limit(answer['quota'][key], 'used')
            for name, key in _NETWORK.items()
            if key in answer['quota']
        }

    def image(self) -> Limits:
        """What images may take; empty where Glance has no limits.

        It has them only with unified limits, and tells from API 2.13 on.
        """
        try:
            with errors.translated('Glance', 'API', 'usage'):
                answer = listing.read(self._conn.image, '/info/usage')
        except exceptions.CloudNotFound:
            return {}
        said = answer['usage']
        return {
            name: types.Limit(said[name]['limit'], said[name]['usage'])
            for name in _IMAGE
            if name in said
        }

    def addresses(self, network_id: str) -> types.Limit | None:
        """The addresses of a network, for an administrator.

        A port takes one address of one of the IPv4 subnets, or of the others
        where there are none.

        :returns: None when Neutron does not tell
        """
        with errors.translated('Neutron'):
            answer = listing.read(
                self._conn.network,
                '/network-ip-availabilities',
                network_id=network_id,
            )
        # To others Neutron shows an empty list instead of an error.
        subnets = [
            subnet
            for row in answer['network_ip_availabilities']
            for subnet in row['subnet_ip_availability']
        ]
        fourth = [each for each in subnets if each['ip_version'] == 4]
        counted = [_addresses(subnet) for subnet in fourth or subnets]
        if not counted:
            return None
        return types.Limit(
            sum(each.limit for each in counted),
            sum(each.used for each in counted),
        )


def _limit(quota: dict[str, Any], used: str) -> types.Limit:
    return types.Limit(quota['limit'], quota[used] + quota['reserved'])


def _addresses(subnet: dict[str, Any]) -> types.Limit:
    # Older ones also count the gateway, which ports do not get anyway.
    details = subnet.get('ip_availability_details')
    if details:
        return types.Limit(
            details['total_ips_in_allocation_pool'],
            details['used_ips_in_allocation_pool'],
        )
    return types.Limit(subnet['total_ips'], subnet['used_ips'])
