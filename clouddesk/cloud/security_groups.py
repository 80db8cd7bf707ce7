"""Neutron: security groups that let remote protocols in (T8).

A project has one group for each protocol, made when it is first needed. A
group belongs to the project: its people may change it, so only rules that
carry our mark are ever taken away again.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import ipaddress
from typing import Any

from openstack import connection

from clouddesk import exceptions
from clouddesk import remote
from clouddesk.cloud import errors
from clouddesk.cloud import listing

_SERVICE = 'Neutron'

_PREFIX = 'clouddesk-'
_DEFAULT = 'default'
#: Description of the groups and rules that are ours.
_MARK = 'clouddesk'

#: Ethernet type, IP protocol, first and last port, prefix.
_Rule = tuple[str, str, int, int, str]
_Group = dict[str, Any]


class SecurityGroups:
    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def ensure(
        self, protocols: Iterable[str], sources: Sequence[str]
    ) -> dict[str, str]:
        """Find or make the groups of some protocols.

        :param protocols: of :data:`clouddesk.remote.PORTS`
        :param sources: prefixes that are let in, such as ``10.0.0.0/8``
        :returns: the ids of the groups by name, ``default`` among them, and
            of groups of other protocols that are there
        :raises CloudQuotaExceeded: the project may have no further group
        """
        groups = self._all()
        for protocol in protocols:
            name = _PREFIX + protocol
            if name not in groups:
                groups[name] = self._make(name)
            self._set_rules(groups[name], _rules(protocol, sources))
        return {name: group['id'] for name, group in groups.items()}

    def missing(self, protocols: Iterable[str]) -> list[str]:
        """The protocols whose group the project does not have yet."""
        groups = self._all()
        return [each for each in protocols if _PREFIX + each not in groups]

    def _all(self) -> dict[str, _Group]:
        """The groups that clouddesk cares for; of twins the eldest."""
        names = [_DEFAULT, *(_PREFIX + each for each in remote.PORTS)]
        with errors.translated(_SERVICE):
            rows = listing.pages(
                self._conn.network,
                '/security-groups',
                'security_groups',
                name=names,
                # An administrator would see those of all projects.
                project_id=self._conn.current_project_id,
            )
            found = sorted(rows, key=_age, reverse=True)
        return {group['name']: group for group in found}

    def _make(self, name: str) -> _Group:
        """Make a group; the eldest stays when others do the same."""
        with errors.translated(_SERVICE):
            created = self._conn.network.create_security_group(
                name=name, description=_MARK
            )
        eldest = self._all()[name]
        if eldest['id'] != created.id:
            with errors.translated(_SERVICE):
                self._conn.network.delete_security_group(created.id)
        return eldest

    def _set_rules(self, group: _Group, wanted: set[_Rule]) -> None:
        present = {
            _rule(row): row
            for row in group['security_group_rules']
            if row['direction'] == 'ingress'
        }
        for rule in sorted(wanted - set(present)):
            self._add(group['id'], rule)
        for rule in set(present) - wanted:
            if present[rule].get('description') == _MARK:
                self._remove(present[rule]['id'])

    def _add(self, group_id: str, rule: _Rule) -> None:
        ethertype, protocol, first, last, prefix = rule
        try:
            with errors.translated(_SERVICE):
                self._conn.network.create_security_group_rule(
                    security_group_id=group_id,
                    direction='ingress',
                    ethertype=ethertype,
                    protocol=protocol,
                    port_range_min=first,
                    port_range_max=last,
                    remote_ip_prefix=prefix,
                    description=_MARK,
                )
        except exceptions.CloudConflict:
            # Another worker was faster.
            return

    def _remove(self, rule_id: str) -> None:
        with errors.translated(_SERVICE):
            self._conn.network.delete_security_group_rule(rule_id)


def is_ours(name: str) -> bool:
    """Whether a group of this name was made for a protocol."""
    return name != _DEFAULT


def names(protocols: Iterable[str]) -> list[str]:
    """The groups that the port of a desktop needs."""
    return [_DEFAULT, *(_PREFIX + each for each in protocols)]


def _rules(protocol: str, sources: Sequence[str]) -> set[_Rule]:
    return {
        (
            'IPv%d' % ipaddress.ip_network(source).version,
            kind,
            port,
            port,
            source,
        )
        for source in sources
        for kind, port in remote.PORTS[protocol]
    }


def _rule(row: dict[str, Any]) -> _Rule:
    # Neutron shows a prefix of everything as none at all.
    anywhere = {'IPv4': '0.0.0.0/0', 'IPv6': '::/0'}[row['ethertype']]
    return (
        row['ethertype'],
        row['protocol'] or '',
        row['port_range_min'] or 0,
        row['port_range_max'] or 0,
        row['remote_ip_prefix'] or anywhere,
    )


def _age(group: _Group) -> tuple[str, str]:
    return group.get('created_at') or '', group['id']
