import threading
from unittest import mock

from clouddesk import conf
from clouddesk import exceptions
from clouddesk.cloud import health
from clouddesk.cloud import quotas
from clouddesk.cloud import types
from clouddesk.conductor import checkup
from clouddesk.conductor import hints
from clouddesk.tests.unit.conductor import base

UP = types.ComputeHost('one', up=True, enabled=True)
DOWN = types.ComputeHost('two', up=False, enabled=True)
OFF = types.ComputeHost('three', up=True, enabled=False)


class CheckupTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.cloud = mock.Mock()
        self.health = mock.create_autospec(health.Health, instance=True)
        self.health.roles.return_value = {'member', 'reader'}
        self.health.answers.return_value = 7
        self.health.compute_hosts.return_value = [UP]
        self.cloud.health = self.cloud.service.health = self.health
        self.quotas = mock.create_autospec(quotas.Quotas, instance=True)
        self.quotas.compute.return_value = {'cores': types.Limit(20, 2)}
        self.quotas.network.return_value = {'ports': types.Limit(-1, 2)}
        self.quotas.volume.return_value = {'volumes': types.Limit(0, 0)}
        self.cloud.quotas = self.quotas
        self.hints = hints.Hints(mock.Mock())
        self.checkup = checkup.Checkup(
            lambda project_id: self.cloud,
            conf.CONF,
            self.hints,
            lambda: self.clock.now,
        )

    def found(self):
        told = self.checkup.run(base.PROJECT)
        return {each['name']: each for each in told}

    def code(self, name):
        found = self.found()[name]
        return found['status'], found['code']

    def test_all_is_well(self):
        self.checkup.listening.add('notifications')
        self.hints.heard_at = self.clock.now - 5
        statuses = {each['status'] for each in self.found().values()}
        self.assertEqual({'ok'}, statuses)

    def test_a_service_that_is_missing(self):
        self.health.answers.side_effect = lambda kind: (
            None if kind in ('compute', 'instance-ha') else 7
        )
        self.assertEqual(('error', 'missing'), self.code('compute'))
        self.assertEqual(('warning', 'missing'), self.code('instance_ha'))
        self.assertEqual(('ok', 'answers'), self.code('network'))

    def test_a_service_that_does_not_answer_holds_no_other(self):
        def answers(kind):
            if kind == 'network':
                raise exceptions.CloudError(service='x', reason='refused')
            if kind == 'image':
                raise ValueError('surprise')
            return 7

        self.health.answers.side_effect = answers
        self.assertEqual(('error', 'failed'), self.code('network'))
        self.assertIn('refused', self.found()['network']['values']['reason'])
        self.assertEqual(('error', 'failed'), self.code('image'))
        self.assertEqual(('ok', 'answers'), self.code('compute'))

    def test_a_service_that_hangs_is_not_waited_for(self):
        self.patch(checkup, '_PATIENCE', 0.05)
        hanging = threading.Event()
        self.addCleanup(hanging.set)

        def answers(kind):
            if kind == 'compute':
                hanging.wait(30)
            return 7

        self.health.answers.side_effect = answers
        self.assertEqual(('error', 'late'), self.code('compute'))

    def test_credentials_that_are_refused(self):
        self.health.roles.side_effect = exceptions.CloudForbidden(
            service='Keystone', reason='no role'
        )
        self.assertEqual({'credentials'}, set(self.found()))
        self.assertEqual(('error', 'refused'), self.code('credentials'))

    def test_credentials_without_the_role(self):
        self.health.roles.return_value = {'reader'}
        self.assertEqual(('error', 'too_little'), self.code('credentials'))

    def test_hypervisors(self):
        for hosts, expected in (
            ([UP, OFF], ('ok', 'up')),
            ([UP, DOWN], ('warning', 'down')),
            ([DOWN, OFF], ('error', 'none')),
            ([], ('error', 'none')),
        ):
            self.health.compute_hosts.return_value = hosts
            self.assertEqual(expected, self.code('hypervisors'))

    def test_hypervisors_are_for_administrators(self):
        self.health.compute_hosts.side_effect = exceptions.CloudForbidden(
            service='Nova', reason='policy'
        )
        self.assertEqual(('warning', 'hidden'), self.code('hypervisors'))

    def test_notifications(self):
        self.assertEqual(('warning', 'deaf'), self.code('notifications'))
        self.checkup.listening.add('notifications')
        self.assertEqual(('warning', 'silent'), self.code('notifications'))
        self.hints.heard_at = self.clock.now - 5
        found = self.found()['notifications']
        self.assertEqual('ok', found['status'])
        self.assertEqual(5, found['values']['seconds'])
        self.config(group='conductor', listen_to_nova=False)
        self.assertEqual(('warning', 'off'), self.code('notifications'))

    def test_what_is_heard_is_noted(self):
        self.hints.hint('s', None, 'instance.update', 'active', 'spawning')
        self.assertIsNotNone(self.hints.heard_at)

    def test_the_image_cache_is_judged_by_what_runs(self):
        self.assertEqual(('ok', 'unused'), self.code('image_cache'))
        _pool_id, order_id = self.create_pool(1)
        self.assertEqual(('warning', 'cold'), self.code('image_cache'))
        values = self.found()['image_cache']['values']
        self.assertEqual('image', values['images'])
        self.work(order_id)
        self.assertEqual(('ok', 'warm'), self.code('image_cache'))

    def test_quota_of_what_no_desktop_needs(self):
        self.quotas.volume.return_value = {
            'snapshots': types.Limit(1, 1),
            'snapshots_fast': types.Limit(1, 1),
        }
        self.assertEqual(('ok', 'enough'), self.code('quota'))

    def test_quota(self):
        for used, expected in (
            (17, ('ok', 'enough')),
            (18, ('warning', 'scarce')),
            (20, ('error', 'used_up')),
        ):
            self.quotas.compute.return_value = {'cores': types.Limit(20, used)}
            self.assertEqual(expected, self.code('quota'))
        self.assertEqual(
            'cores 20/20', self.found()['quota']['values']['resources']
        )

    def test_our_own_quota(self):
        self.built(2)
        self.config(group='quota', desktops=2)
        self.assertEqual(('error', 'used_up'), self.code('quota'))

    def test_a_cloud_without_volumes(self):
        self.cloud.volume.is_offered.return_value = False
        self.assertEqual(('ok', 'enough'), self.code('quota'))
        self.quotas.volume.assert_not_called()
