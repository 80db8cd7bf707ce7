from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.cloud import security_groups
from clouddesk.tests.unit.cloud import base

ANYWHERE = ['0.0.0.0/0', '::/0']


class SecurityGroupsTest(base.CloudTestCase):
    """T8: the chosen remote protocol is let in."""

    def setUp(self):
        super().setUp()
        self.groups = self.emulator.neutron.groups
        self.rooms = self.cloud.security_groups

    def ingress(self, group_id):
        return [
            rule
            for rule in self.groups[group_id]['security_group_rules']
            if rule['direction'] == 'ingress'
        ]

    def shown(self, group_id):
        return sorted(
            (
                rule['ethertype'],
                rule['protocol'],
                rule['port_range_min'],
                rule['port_range_max'],
                rule['remote_ip_prefix'],
            )
            for rule in self.ingress(group_id)
        )

    def test_remote_desktop(self):
        found = self.rooms.ensure(['rdp'], ANYWHERE)
        self.assertEqual({'default', 'clouddesk-rdp'}, set(found))
        self.assertEqual(
            [
                (kind, protocol, 3389, 3389, None)
                for kind in ('IPv4', 'IPv6')
                for protocol in ('tcp', 'udp')
            ],
            self.shown(found['clouddesk-rdp']),
        )
        group = self.groups[found['clouddesk-rdp']]
        self.assertEqual(self.school.project_id, group['project_id'])

    def test_from_where(self):
        found = self.rooms.ensure(['ssh', 'vnc'], ['192.0.2.0/24'])
        self.assertEqual(
            [('IPv4', 'tcp', 22, 22, '192.0.2.0/24')],
            self.shown(found['clouddesk-ssh']),
        )
        self.assertEqual(
            [('IPv4', 'tcp', 5900, 5900, '192.0.2.0/24')],
            self.shown(found['clouddesk-vnc']),
        )

    def test_what_is_there_is_used(self):
        found = self.rooms.ensure(['rdp'], ANYWHERE)
        with self.emulator.recorded() as calls:
            self.assertEqual(found, self.rooms.ensure(['rdp'], ANYWHERE))
        self.assertCalls(['GET /v2.0/security-groups'], calls)

    def test_rules_that_were_never_made_follow(self):
        """Rule 3: a worker may have died before the rules."""
        self.emulator.fault(
            'network', 'POST', 'security-group-rules', times=1, drop='before'
        )
        self.assertRaises(
            exceptions.CloudError, self.rooms.ensure, ['rdp'], ANYWHERE
        )
        found = self.rooms.ensure(['rdp'], ANYWHERE)
        self.assertEqual(4, len(self.ingress(found['clouddesk-rdp'])))
        self.assertEqual(2, len(self.groups))

    def test_the_operator_lets_in_fewer(self):
        """Only our rules go; those of the project's people stay."""
        found = self.rooms.ensure(['ssh'], ANYWHERE)
        rules = self.groups[found['clouddesk-ssh']]['security_group_rules']
        rules.append(
            rules[-1] | {'id': 'own', 'description': 'mine', 'protocol': None}
        )
        self.rooms.ensure(['ssh'], ['10.0.0.0/8'])
        self.assertEqual(
            {'10.0.0.0/8', None},
            {
                r['remote_ip_prefix']
                for r in self.ingress(found['clouddesk-ssh'])
            },
        )
        ids = [rule['id'] for rule in self.ingress(found['clouddesk-ssh'])]
        self.assertIn('own', ids)
        self.assertEqual(2, len(ids))

    def test_two_at_once(self):
        """The elder group stays when two workers make one."""
        first = self.rooms.ensure(['rdp'], ANYWHERE)
        listed = self.rooms._all()
        listed.pop('clouddesk-rdp')
        made = self.rooms._make('clouddesk-rdp')
        self.assertEqual(first['clouddesk-rdp'], made['id'])
        self.assertEqual(2, len(self.groups))

    def test_a_rule_that_another_made_meanwhile(self):
        found = self.rooms.ensure(['ssh'], ANYWHERE)
        rule = ('IPv4', 'tcp', 22, 22, '0.0.0.0/0')
        self.rooms._add(found['clouddesk-ssh'], rule)
        self.assertEqual(2, len(self.ingress(found['clouddesk-ssh'])))

    def test_groups_of_other_projects_are_not_ours(self):
        """An administrator sees them, too."""
        other = cloud.for_project(self.school.other_project_id)
        theirs = other.security_groups.ensure(['rdp'], ANYWHERE)
        for roles in self.emulator.keystone.assignments.values():
            roles.add('admin')
        cloud.reset()
        ours = cloud.for_project(self.school.project_id)
        found = ours.security_groups.ensure(['rdp'], ANYWHERE)
        self.assertFalse(set(theirs.values()) & set(found.values()))

    def test_names(self):
        names = security_groups.names(['rdp', 'ssh'])
        self.assertEqual(['default', 'clouddesk-rdp', 'clouddesk-ssh'], names)
        self.assertEqual(
            [False, True, True], [security_groups.is_ours(n) for n in names]
        )
