import datetime
from unittest import mock

from oslo_utils import timeutils

from clouddesk import conf
from clouddesk import exceptions
from clouddesk import states
from clouddesk.conductor.flows import build
from clouddesk.db.api import desktops
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base


class BuildTest(base.ConductorTestCase):
    def test_a_desktop_is_built(self):
        order = self.work(self.create())
        self.assertEqual(states.SUCCEEDED, order.status)
        desktop = self.desktop(order.items[0].desktop_id)
        self.assertEqual(states.RUNNING, desktop.status)
        self.assertIsNone(desktop.work_order_id)
        server = self.world.servers(desktop.id)[0]
        self.assertEqual(server.id, desktop.server_id)
        self.assertEqual('ACTIVE', desktop.server_status)
        self.assertEqual('10.0.0.9', desktop.addresses[0]['address'])
        self.assertEqual(5, order.items[0].steps_done)

    def test_twenty_desktops_cost_two_calls_each_and_shared_looks(self):
        order = self.work(self.create(20))
        self.assertEqual(states.SUCCEEDED, order.status)
        looks = self.world.verbs('list_servers')
        self.assertEqual(40, len(self.world.calls) - len(looks))
        self.assertLess(len(looks), 6)

    def test_a_desktop_boots_from_a_volume(self):
        order = self.work(self.create(spec=base.VOLUME_SPEC))
        self.assertEqual(states.SUCCEEDED, order.status)
        desktop = self.desktop(order.items[0].desktop_id)
        (volume,) = self.world.volumes(desktop.id)
        self.assertEqual(volume.id, desktop.volume_id)
        self.assertEqual('in-use', volume.status)

    def test_desktops_are_built_in_waves(self):
        self.config(group='conductor', max_builds_per_order=3)
        most = []

        def count():
            building = [s for s in self.world.servers() if s.status == 'BUILD']
            most.append(len(building))

        self.clock.between.append(count)
        order = self.work(self.create(10))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual(3, max(most))

    def test_a_pool_without_desktops_succeeds(self):
        pool_id, order_id = self.create_pool(0)
        self.assertEqual(states.SUCCEEDED, self.work(order_id).status)
        self.assertIsNone(self.pool(pool_id).work_order_id)


class FailureTest(base.ConductorTestCase):
    def test_one_failure_does_not_poison_the_batch(self):
        order_id = self.create(3)
        bad = self.ids_of(order_id)[1]
        self.world.doomed.add(bad)
        order = self.work(order_id)
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual(['done', 'failed', 'done'], self.statuses(order_id))
        desktop = self.desktop(bad)
        self.assertEqual(states.FAULT, desktop.status)
        self.assertEqual('build_failed', desktop.fault_code)
        self.assertIn('No valid host', desktop.fault_message)
        self.assertIn('1 of 3', order.fault_message)
        # What exists stays known, for retry and delete.
        self.assertIsNotNone(desktop.server_id)
        self.assertIsNotNone(desktop.port_id)

    def test_a_transient_error_is_tried_again(self):
        error = exceptions.CloudError(
            service='Nova', reason='busy', transient=True
        )
        self.world.fail('create_server', error, times=3)
        order = self.work(self.create())
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual(1, len(self.world.servers()))

    def test_a_lost_reply_makes_no_twin(self):
        error = exceptions.CloudError(
            service='any', reason='no answer', transient=True
        )
        for verb in ('create_port', 'create_server', 'create_from_image'):
            self.world.fail(verb, error, late=True)
        order = self.work(self.create(spec=base.VOLUME_SPEC))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual(1, len(self.world.servers()))
        self.assertEqual(1, len(self.world.ports()))
        self.assertEqual(1, len(self.world.volumes()))

    def test_a_call_that_nova_carries_out_late_is_used(self):
        """House rule 3: ours lost the port to the server of a lost call."""
        order_id = self.create()
        (desktop_id,) = self.ids_of(order_id)

        def late():
            self.clock.between.remove(late)
            (server,) = self.world.servers()
            self.world.change(server.id, status='ERROR')
            self.world.put(base.server(desktop_id, 'late'))

        self.clock.between.append(late)
        order = self.work(order_id)
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual('late', self.desktop(desktop_id).server_id)
        self.assertEqual(states.RUNNING, self.desktop(desktop_id).status)

    def test_transient_errors_end_at_last(self):
        error = exceptions.CloudError(
            service='Nova', reason='busy', transient=True
        )
        self.world.fail('create_server', error, times=10)
        order = self.work(self.create())
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual('cloud_error', order.fault_code)
        self.assertEqual(4, len(self.world.verbs('create_server')))

    def test_a_permanent_error_is_not_tried_again(self):
        error = exceptions.CloudQuotaExceeded(service='Nova', reason='cores')
        self.world.fail('create_server', error)
        order = self.work(self.create())
        self.assertEqual('cloud_quota_exceeded', order.fault_code)
        self.assertEqual(1, len(self.world.verbs('create_server')))

    def test_a_missing_role_is_explained(self):
        self.world.forbidden.add(base.PROJECT)
        order = self.work(self.create())
        self.assertEqual(states.FAILED, order.status)
        self.assertIn('clouddesk-manage project enable', order.fault_message)
        self.assertIn(base.PROJECT, order.fault_message)

    def test_too_many_failures_stop_the_rest(self):
        self.config(group='conductor', max_builds_per_order=2)
        self.config(group='conductor', consecutive_failure_limit=3)
        order_id = self.create(10)
        self.world.doomed.update(self.ids_of(order_id))
        order = self.work(order_id)
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual(['failed'] * 10, self.statuses(order_id))
        self.assertLess(len(self.world.verbs('create_server')), 6)
        self.assertEqual('too_many_failures', order.items[-1].fault_code)
        for each in self.ids_of(order_id):
            self.assertEqual(states.FAULT, self.desktop(each).status)

    def test_a_success_in_between_keeps_it_going(self):
        self.config(group='conductor', max_builds_per_order=1)
        self.config(group='conductor', consecutive_failure_limit=2)
        order_id = self.create(6)
        self.world.doomed.update(self.ids_of(order_id)[::2])
        self.work(order_id)
        self.assertEqual(['failed', 'done'] * 3, self.statuses(order_id))

    def test_a_build_that_never_ends_times_out(self):
        order_id = self.create()
        original = self.world.tick
        self.world.tick = lambda: None
        order = self.work(order_id)
        self.world.tick = original
        self.assertEqual('wait_timeout', order.fault_code)
        self.assertIn(
            str(conf.CONF.conductor.build_timeout), order.fault_message
        )

    def test_a_build_whose_tag_was_taken_off_times_out(self):
        """Every look asks for another run, and every run waits again."""
        order_id = self.create()
        self.world.tick = lambda: None

        def take_off():
            for server in self.world.servers():
                self.world.change(server.id, desktop_id=None)

        self.clock.between.append(take_off)
        self.end_of_time()
        order = self.work(order_id)
        self.assertEqual('wait_timeout', order.fault_code)
        self.assertIn('build of the server', order.fault_message)

    def test_a_server_that_vanishes_while_it_is_built(self):
        def vanish():
            for server in self.world.servers():
                self.world.vanish(server.id)

        self.clock.between.append(vanish)
        order = self.work(self.create())
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual('server_gone', order.fault_code)

    def test_an_unexpected_error_fails_the_item_only(self):
        self.world.fail('create_port', ValueError('surprise'))
        order_id = self.create(2)
        order = self.work(order_id)
        self.assertEqual(['failed', 'done'], self.statuses(order_id))
        self.assertEqual('internal_error', order.items[0].fault_code)
        self.assertNotIn('surprise', order.items[0].fault_message)

    def test_looks_that_fail_do_not_hurt(self):
        error = exceptions.CloudError(
            service='Nova', reason='busy', transient=True
        )
        self.world.fail('list_servers', error, times=3)
        self.assertEqual(states.SUCCEEDED, self.work(self.create(2)).status)

    def test_a_look_that_is_refused_once_does_not_hurt(self):
        error = exceptions.CloudForbidden(service='Nova', reason='no role')
        self.world.fail('list_servers', error)
        order_id = self.create(2)
        self.assertEqual(states.SUCCEEDED, self.work(order_id).status)

    def test_a_look_that_breaks_fails_its_item_only(self):
        order_id = self.create(3)
        bad = self.ids_of(order_id)[1]
        look = build.Active.look

        def broken(step, ctx, desktop, waited):
            if desktop.id == bad and waited:
                raise ValueError('surprise')
            return look(step, ctx, desktop, waited)

        with mock.patch.object(build.Active, 'look', broken):
            order = self.work(order_id)
        self.assertEqual(['done', 'failed', 'done'], self.statuses(order_id))
        self.assertEqual('internal_error', order.items[1].fault_code)

    def test_a_look_that_is_refused_fails_what_waits(self):
        error = exceptions.CloudForbidden(service='Nova', reason='no role')
        self.world.fail('list_servers', error, times=2)
        order = self.work(self.create(2))
        self.assertEqual('cloud_forbidden', order.fault_code)


class RetryTest(base.ConductorTestCase):
    def fail_one(self):
        order_id = self.create(2)
        bad = self.ids_of(order_id)[0]
        self.world.doomed.add(bad)
        self.work(order_id)
        self.world.doomed.clear()
        self.world.calls.clear()
        return order_id, bad

    def assertWhole(self, desktop_id):
        desktop = self.desktop(desktop_id)
        self.assertEqual(states.RUNNING, desktop.status)
        self.assertIsNone(desktop.fault_code)
        (server,) = self.world.servers(desktop_id)
        self.assertEqual(server.id, desktop.server_id)
        (port,) = self.world.ports(desktop_id)
        self.assertEqual(port.id, desktop.port_id)

    def test_a_desktop_in_fault_is_built_again(self):
        _order_id, bad = self.fail_one()
        order = self.work(self.act('retry', [bad]))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertWhole(bad)

    def test_s14_a_failed_order_is_retried_from_the_failed_step(self):
        order_id, bad = self.fail_one()
        work_orders.act('retry', [order_id], base.PROJECT)
        order = self.work(order_id)
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertWhole(bad)
        # The port is used again and the good desktop is left alone.
        self.assertEqual([], self.world.verbs('create_port'))
        self.assertEqual(
            [('create_server', bad)], self.world.verbs('create_server')
        )

    def test_a_desktop_whose_server_vanished_is_built_anew(self):
        (desktop_id,) = self.built()
        self.world.vanish(self.desktop(desktop_id).server_id)
        self.fault(desktop_id)
        order = self.work(self.act('retry', [desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertWhole(desktop_id)

    def test_a_server_without_our_tag_is_not_doubled(self):
        (desktop_id,) = self.built()
        self.world.change(self.desktop(desktop_id).server_id, desktop_id=None)
        self.fault(desktop_id)
        order = self.work(self.act('retry', [desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual([], self.world.verbs('create_server'))

    def test_twins_beyond_the_first_are_removed(self):
        (desktop_id,) = self.built()
        self.fault(desktop_id)
        self.world.put(base.server(desktop_id, 'twin'))
        self.work(self.act('retry', [desktop_id]))
        self.world.tick()
        self.assertWhole(desktop_id)

    def fault(self, desktop_id):
        desktops.observe([{'id': desktop_id, 'status': states.FAULT}])


class StuckVolumeTest(base.ConductorTestCase):
    """Rule 4: Cinder died at a volume, which it then refuses to delete."""

    def setUp(self):
        super().setUp()
        self.order_id = self.create(spec=base.VOLUME_SPEC)
        (self.desktop_id,) = self.ids_of(self.order_id)
        original = self.world.tick
        self.world.tick = lambda: None
        order = self.work(self.order_id)
        self.world.tick = original
        self.assertEqual('wait_timeout', order.fault_code)
        (self.volume,) = self.world.volumes()
        self.world.things[self.volume.id].ticks = 0

    def grow_old(self, seconds):
        since = timeutils.utcnow() - datetime.timedelta(seconds=seconds)
        self.world.change(self.volume.id, status='downloading', since=since)

    def test_the_desktop_can_be_deleted(self):
        self.grow_old(1 + 2 * conf.CONF.conductor.build_timeout)
        order = self.work(self.act('delete', [self.desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual([], self.world.volumes())

    def test_a_retry_makes_another(self):
        self.grow_old(1 + 2 * conf.CONF.conductor.build_timeout)
        order = self.work(self.act('retry', [self.desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.world.tick()
        (volume,) = self.world.volumes()
        self.assertNotEqual(self.volume.id, volume.id)

    def test_not_as_long_as_cinder_may_be_at_work(self):
        self.grow_old(conf.CONF.conductor.build_timeout)
        order = self.work(self.act('delete', [self.desktop_id]))
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual([], self.world.verbs('give_up'))
