"""Limits of all services, seen before anything is made."""

from oslo_config import fixture as config_fixture

from clouddesk.conf import CONF
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base


class LimitsTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.project_id = self.school.project_id

    def dry_run(self, path='/pools', **body):
        body = self.spec(**{'name': 'lab', 'size': 3, **body})
        with self.cloud.recorded() as calls:
            answer = self.api.post(path + '?dry_run=true', **body)
        self.assertEqual([], [c for c in calls if c.method != 'GET'])
        self.assertNothingLeft()
        return answer

    def refused(self, **body):
        return [
            (each['service'], each['resource'], each['needed'], each['free'])
            for each in self.dry_run(**body)['refusals']
        ]

    def test_a_dry_run_makes_nothing(self):
        """V23"""
        answer = self.dry_run(boot_from='volume')
        self.assertIs(True, answer['accepted'], answer)
        self.assertEqual(
            {'desktop', 'compute', 'network', 'block-storage'},
            set(answer['needs']),
        )
        self.assertEqual(3, len(answer['names']))
        self.assertEqual([], self.api.get('/work-orders')['work_orders'])

    def test_refused_by_nova(self):
        """H17: four services, four limits."""
        self.nova.core_quota[self.project_id] = 2
        self.assertEqual([('compute', 'cores', 3, 2)], self.refused())

    def test_refused_by_neutron(self):
        """H17"""
        self.neutron.port_quota[self.project_id] = 1
        self.assertEqual([('network', 'ports', 3, 1)], self.refused())

    def test_refused_for_lack_of_addresses(self):
        """H17"""
        self.needs_more_than_one_person(standalone.NO_ADMIN)
        small = self.neutron.create_network(
            self.project_id, 'small', '10.9.0.0/30'
        )
        self.assertEqual(
            [('network', 'addresses', 3, 1)], self.refused(network_id=small)
        )

    def test_refused_by_cinder(self):
        """H17"""
        self.cinder.gigabytes_quota = 2
        self.assertEqual(
            [
                ('block-storage', 'gigabytes', 3, 2),
                ('block-storage', 'gigabytes_fast', 3, 2),
            ],
            self.refused(boot_from='volume'),
        )

    def test_a_real_create_is_refused_before_the_first_call(self):
        """H17"""
        self.neutron.port_quota[self.project_id] = 2
        refusal = self.assertRaises(service.Refusal, self.create_pool, 3)
        self.assertEqual((403, 'over_quota'), (refusal.status, refusal.code))
        (reason,) = refusal.error['details']['refusals']
        self.assertEqual('ports', reason['resource'])
        self.assertNothingLeft()
        self.finish(self.create_pool(2))

    def test_what_is_there_counts(self):
        self.nova.core_quota[self.project_id] = 4
        pool_id = self.build_pool(3)
        refusal = self.assertRaises(
            service.Refusal, self.act, 'pools', pool_id, 'resize', size=5
        )
        (reason,) = refusal.error['details']['refusals']
        self.assertEqual(
            (2, 1, 4),
            tuple(reason[key] for key in ('needed', 'free', 'limit')),
        )
        self.finish(self.act('pools', pool_id, 'resize', size=4))

    def test_who_does_not_answer(self):
        """V23: unknown in a dry run, no obstacle to the real thing."""
        self.cloud.fault('compute', 'GET', '/limits', times=2, status=503)
        (refusal,) = self.dry_run()['refusals']
        self.assertEqual('unknown', refusal['kind'])
        self.finish(self.create_pool(1))

    def test_own_limits(self):
        """H17"""
        self.needs_more_than_one_person(standalone.OTHER_OPTIONS)
        config = self.useFixture(config_fixture.Config(CONF)).config
        config(group='quota', desktops=2)
        self.build_pool(2)
        refusal = self.assertRaises(service.Refusal, self.create_desktop)
        self.assertEqual('over_quota', refusal.code)
