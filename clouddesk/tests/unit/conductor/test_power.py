from clouddesk import conf
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db.api import desktops
from clouddesk.db.api import pool_orders
from clouddesk.tests.unit.conductor import base


class PowerTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        (self.desktop_id,) = self.built()
        self.server_id = self.desktop(self.desktop_id).server_id

    def do(self, action, **inputs):
        self.world.calls.clear()
        return self.work(self.act(action, [self.desktop_id], **inputs))

    def status(self):
        return self.desktop(self.desktop_id).status

    def test_v24_stop_and_start(self):
        self.assertEqual(states.SUCCEEDED, self.do('stop').status)
        self.assertEqual(states.OFF, self.status())
        self.assertEqual(2, len(self.world.calls))
        self.assertEqual(states.SUCCEEDED, self.do('start').status)
        self.assertEqual(states.RUNNING, self.status())

    def test_v24_reboot_soft_and_hard(self):
        self.assertEqual(states.SUCCEEDED, self.do('reboot').status)
        self.assertEqual(
            states.SUCCEEDED, self.do('reboot', force=True).status
        )
        self.assertEqual(states.RUNNING, self.status())

    def test_stopping_what_is_off_is_success(self):
        self.world.change(self.server_id, status='SHUTOFF')
        order = self.do('stop')
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual(states.OFF, self.status())

    def test_starting_what_runs_is_success(self):
        self.do('stop')
        self.world.change(self.server_id, status='ACTIVE')
        self.assertEqual(states.SUCCEEDED, self.do('start').status)
        self.assertEqual(states.RUNNING, self.status())

    def test_a_server_in_error_is_started_by_a_hard_reboot(self):
        self.world.change(self.server_id, status='ERROR')
        desktops.observe([{'id': self.desktop_id, 'status': states.FAULT}])
        self.assertEqual(states.SUCCEEDED, self.do('start').status)
        self.assertEqual(1, len(self.world.verbs('reboot')))
        self.assertEqual(states.RUNNING, self.status())
        self.assertIsNone(self.desktop(self.desktop_id).fault_code)

    def test_another_task_of_the_server_is_waited_for(self):
        self.world.change(self.server_id, task_state='image_snapshot')
        thing = self.world.things[self.server_id]
        thing.ticks, thing.then = 2, {'task_state': None}
        self.assertEqual(states.SUCCEEDED, self.do('stop').status)
        self.assertEqual(states.OFF, self.status())

    def test_a_server_that_is_gone(self):
        self.world.vanish(self.server_id)
        order = self.do('stop')
        self.assertEqual('server_gone', order.fault_code)
        self.assertEqual(states.FAULT, self.status())

    def test_a_refused_stop_leaves_the_desktop_running(self):
        self.world.change(self.server_id, status='RESCUE')
        order = self.do('stop')
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual('cloud_conflict', order.fault_code)
        desktop = self.desktop(self.desktop_id)
        self.assertEqual(states.RUNNING, desktop.status)
        self.assertIsNone(desktop.fault_code)

    def test_a_start_that_ends_off_again(self):
        self.do('stop')
        order_id = self.act('start', [self.desktop_id])

        def fall_back(verb, when):
            if (verb, when) == ('start', 'after'):
                self.world.change(
                    self.server_id, task_state=None, fault_message='no boot'
                )
                self.world.things[self.server_id].ticks = 0

        self.world.watch = fall_back
        order = self.work(order_id)
        self.assertEqual('power_failed', order.fault_code)
        self.assertIn('no boot', order.fault_message)
        self.assertEqual(states.OFF, self.status())

    def test_a_stop_that_never_ends_times_out(self):
        order_id = self.act('stop', [self.desktop_id])
        self.world.tick = lambda: None
        order = self.work(order_id)
        self.assertEqual('wait_timeout', order.fault_code)
        self.assertEqual(states.FAULT, self.status())

    def test_old_news_do_not_end_a_reboot(self):
        """What was seen before the request proves nothing."""
        order_id = self.act('reboot', [self.desktop_id])
        engine = self.engine(order_id)
        stale = {self.desktop_id: self.world.servers(self.desktop_id)}
        asked_at = self.clock.now - 1
        seen = []

        def tell():
            seen.append(self.order(order_id).items[0].steps_done)
            if len(seen) == 1:
                engine.notice(stale, asked_at)

        self.clock.between.append(tell)
        engine.run()
        # It went on waiting after the request was recorded.
        self.assertEqual([1, 1], seen[:2])
        self.assertEqual(states.SUCCEEDED, self.order(order_id).status)

    def test_news_of_nova_save_looks(self):
        order_id = self.act('stop', [self.desktop_id])
        engine = self.engine(order_id)

        def tell():
            self.world.tick()
            seen = {self.desktop_id: self.world.servers(self.desktop_id)}
            engine.notice(seen, self.clock.now)

        self.clock.between.append(tell)
        engine.run()
        self.assertEqual([], self.world.verbs('list_servers'))
        self.assertEqual(states.OFF, self.status())

    def test_where_nova_tells_of_tasks_looks_are_rare(self):
        twice = 2 * conf.CONF.conductor.poll_interval
        self.assertEqual([twice], self.looks_of_a_stop(1))
        self.assertEqual(states.OFF, self.status())

    def test_the_longer_a_look_takes_the_rarer_they_are(self):
        twice = 2 * conf.CONF.conductor.poll_interval
        looks = self.looks_of_a_stop(3, seconds=10.0)
        self.assertEqual([twice, twice + 50, twice + 100], looks)

    def looks_of_a_stop(self, count, seconds=0.0):
        """When Nova was asked, though it told of the desktop all the time.

        :param count: of looks after which the desktop is off
        :param seconds: that each takes
        """
        order_id = self.act('stop', [self.desktop_id])
        engine = self.engine(order_id)
        move_on, self.world.tick = self.world.tick, lambda: None
        begun = self.clock.now
        looks = []

        def watch(verb, when):
            if (verb, when) == ('list_servers', 'before'):
                looks.append(self.clock.now - begun)
                self.clock.now += seconds
                if len(looks) == count:
                    move_on()

        self.world.watch = watch
        self.clock.between.append(lambda: engine.heard(self.desktop_id))
        engine.run()
        return looks

    def test_the_first_try_looks_at_nothing(self):
        self.do('reboot')
        self.assertEqual('reboot', self.world.calls[0][0])

    def test_a_transient_error_looks_before_the_second_try(self):
        error = exceptions.CloudError(
            service='Nova', reason='no answer', transient=True
        )
        self.world.fail('reboot', error, late=True)
        order = self.do('reboot')
        self.assertEqual(states.SUCCEEDED, order.status)

    def test_boots_come_in_waves(self):
        self.config(group='conductor', max_builds_per_order=2)
        ids = self.built(6)
        self.work(self.act('stop', ids))
        most = []

        def count():
            booting = [s for s in self.world.servers() if s.task_state]
            most.append(len(booting))

        self.clock.between.append(count)
        order = self.work(self.act('start', ids))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual(2, max(most))


class DestroyTest(base.ConductorTestCase):
    def test_everything_goes(self):
        ids = self.built(2, base.VOLUME_SPEC)
        order = self.work(self.act('delete', ids))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual({}, self.world.things)
        self.assertEqual([], desktops.get_many(ids))
        self.assertEqual([6, 6], [item.steps_done for item in order.items])

    def test_what_is_gone_already_is_success(self):
        ids = self.built(2)
        self.world.things.clear()
        order = self.work(self.act('delete', ids))
        self.assertEqual(states.SUCCEEDED, order.status)

    def test_what_was_never_recorded_goes_too(self):
        (desktop_id,) = self.built()
        self.world.put(base.server(desktop_id, 'twin'), base.PROJECT)
        order = self.work(self.act('delete', [desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual({}, self.world.things)

    def test_a_list_alone_is_not_believed(self):
        """The port of a server without our tag must wait, too."""
        (desktop_id,) = self.built()
        server_id = self.desktop(desktop_id).server_id
        self.world.change(server_id, desktop_id=None)
        there = []

        def watch(verb, when):
            if verb == 'delete_server' and when == 'after':
                self.world.things[server_id].ticks = 4
            if verb == 'delete_port':
                there.append(server_id in self.world.things)

        self.world.watch = watch
        order = self.work(self.act('delete', [desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual([False, False], there)
        self.assertEqual({}, self.world.things)

    def test_a_server_that_nova_keeps_for_a_while_is_gone(self):
        (desktop_id,) = self.built()
        server_id = self.desktop(desktop_id).server_id

        def watch(verb, when):
            if verb == 'delete_server' and when == 'after':
                self.world.things[server_id].ticks = 0
                self.world.change(
                    server_id, desktop_id=None, status='SOFT_DELETED'
                )

        self.world.watch = watch
        order = self.work(self.act('delete', [desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)

    def test_a_removal_that_was_seen_costs_no_further_call(self):
        ids = self.built(20)

        def watch(verb, when):
            if verb == 'delete_server' and when == 'after':
                for thing in self.world.things.values():
                    thing.ticks = thing.ticks and 3

        self.world.watch = watch
        self.work(self.act('delete', ids))
        self.assertEqual([], self.world.verbs('get_server'))

    def test_what_nova_does_not_know_is_not_asked_for_again(self):
        ids = self.built(2)
        self.world.things.clear()
        self.work(self.act('delete', ids))
        self.assertEqual([], self.world.verbs('get_server'))

    def test_the_port_waits_for_the_server(self):
        ids = self.built()
        self.work(self.act('delete', ids))
        verbs = [verb for verb, _id in self.world.calls]
        self.assertEqual(
            [
                'list_servers',
                'find_ports',
                'delete_server',
                'list_servers',
                'get_server',
                'delete_port',
            ],
            verbs,
        )

    def test_a_server_that_cannot_be_removed(self):
        (desktop_id,) = self.built()
        server_id = self.desktop(desktop_id).server_id

        def stick(verb, when):
            if (verb, when) == ('delete_server', 'after'):
                self.world.change(
                    server_id,
                    status='ERROR',
                    task_state=None,
                    fault_message='host is down',
                )
                self.world.things[server_id].ticks = 0

        self.world.watch = stick
        order = self.work(self.act('delete', [desktop_id]))
        self.assertEqual('removal_failed', order.fault_code)
        desktop = self.desktop(desktop_id)
        self.assertEqual(states.FAULT, desktop.status)
        self.assertIn('host is down', desktop.fault_message)
        self.world.watch = lambda verb, when: None
        order = self.work(self.act('delete', [desktop_id]))
        self.assertEqual(states.SUCCEEDED, order.status)

    def test_a_volume_that_stays_in_use_times_out(self):
        """Every look asks for another run, and every run waits again."""
        (desktop_id,) = self.built(1, base.VOLUME_SPEC)

        def hold(*args):
            for volume in self.world.volumes():
                self.world.change(volume.id, status='in-use')

        self.world.watch = hold
        self.end_of_time()
        order = self.work(self.act('delete', [desktop_id]))
        self.assertEqual('wait_timeout', order.fault_code)
        self.assertIn('removal of the volume', order.fault_message)
        self.assertGreater(len(self.world.verbs('delete_volume')), 1)
        self.assertEqual(states.FAULT, self.desktop(desktop_id).status)

    def test_a_pool_shrinks_and_goes(self):
        pool_id, order_id = self.create_pool(4)
        self.work(order_id)
        order = pool_orders.resize(
            base.ORDER, pool_id, 1, base.PROJECT, 'school'
        )
        self.assertEqual(states.SUCCEEDED, self.work(order.id).status)
        self.assertEqual(1, len(self.world.servers()))
        self.assertEqual(1, self.pool(pool_id).size)
        order = pool_orders.resize(
            base.ORDER, pool_id, 3, base.PROJECT, 'school'
        )
        self.assertEqual(states.SUCCEEDED, self.work(order.id).status)
        self.assertEqual(3, len(self.world.servers()))
        order = pool_orders.delete(base.ORDER, pool_id, base.PROJECT)
        self.assertEqual(states.SUCCEEDED, self.work(order.id).status)
        self.assertEqual({}, self.world.things)
        self.assertRaises(exceptions.NotFound, self.pool, pool_id)

    def test_a_missing_role_leaves_a_desktop_to_delete_later(self):
        ids = self.built()
        self.world.forbidden.add(base.PROJECT)
        order = self.work(self.act('delete', ids))
        self.assertIn('project enable', order.fault_message)
        self.assertEqual(states.FAULT, self.desktop(ids[0]).status)
        self.world.forbidden.clear()
        order = self.work(self.act('delete', ids))
        self.assertEqual(states.SUCCEEDED, order.status)
