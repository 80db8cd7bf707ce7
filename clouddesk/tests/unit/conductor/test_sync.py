import threading
from unittest import mock

from oslo_utils import fixture as timeutils_fixture

from clouddesk import conf
from clouddesk import exceptions
from clouddesk import states
from clouddesk.conductor import likeness
from clouddesk.conductor import sync
from clouddesk.db.api import desktops
from clouddesk.tests.unit.conductor import base


class SyncTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.stopped = threading.Event()
        self.news = []
        self.sync = sync.Sync(
            self.world.for_project,
            conf.CONF,
            lambda servers, asked_at: self.news.append(servers),
            self.stopped,
        )
        self.ids = self.built(3)
        self.server_id = self.desktop(self.ids[0]).server_id

    def status(self, index=0):
        return self.desktop(self.ids[index]).status

    def test_nothing_changes_when_all_is_well(self):
        before = [self.desktop(each).updated_at for each in self.ids]
        counts = self.sync.all()
        self.assertEqual(
            {'projects': 1, 'desktops': 3, 'changed': 0, 'failed': 0}, counts
        )
        after = [self.desktop(each).updated_at for each in self.ids]
        self.assertEqual(before, after)

    def test_one_list_per_project(self):
        self.sync.all()
        self.assertEqual(
            ['list_servers'], [verb for verb, _arg in self.world.calls]
        )

    def test_a_shutdown_inside_the_guest_is_seen(self):
        self.world.change(self.server_id, status='SHUTOFF')
        self.assertEqual(1, self.sync.all()['changed'])
        self.assertEqual(states.OFF, self.status())
        self.world.change(self.server_id, status='ACTIVE')
        self.sync.all()
        self.assertEqual(states.RUNNING, self.status())

    def test_a_server_takes_the_new_name_of_its_desktop(self):
        """V32."""
        desktops.update(self.ids[0], {'name': '王老师'})
        self.sync.some(set(), {self.ids[0]})
        self.assertEqual(
            '王老师', self.world.things[self.server_id].value.name
        )
        self.world.calls.clear()
        self.sync.all()
        self.assertNotIn('rename', [verb for verb, _arg in self.world.calls])

    def test_a_name_that_nova_refuses_stops_nothing(self):
        self.world.change(self.server_id, status='SHUTOFF')
        desktops.update(self.ids[0], {'name': 'Grace'})
        self.world.fail(
            'rename', exceptions.CloudForbidden(service='Nova', reason='no')
        )
        self.assertEqual(1, self.sync.all()['changed'])
        self.assertEqual(states.OFF, self.status())

    def test_a_name_that_nova_refuses_is_told_once(self):
        desktops.update(self.ids[0], {'name': 'Grace'})
        error = exceptions.CloudForbidden(service='Nova', reason='no')
        self.world.fail('rename', error, times=3)
        with self.assertLogs(likeness.LOG.name, 'WARNING') as logs:
            self.sync.all()
            self.sync.all()
        self.assertEqual(1, len(logs.output))
        # Another name is other news.
        desktops.update(self.ids[0], {'name': 'Ada'})
        with self.assertLogs(likeness.LOG.name, 'WARNING') as logs:
            self.sync.all()
        self.assertEqual(1, len(logs.output))
        self.sync.all()
        self.assertEqual('Ada', self.world.things[self.server_id].value.name)

    def test_an_error_is_told_in_novas_words_and_heals(self):
        self.world.change(
            self.server_id, status='ERROR', fault_message='disk is gone'
        )
        self.sync.all()
        desktop = self.desktop(self.ids[0])
        self.assertEqual(states.FAULT, desktop.status)
        self.assertEqual('server_error', desktop.fault_code)
        self.assertIn('disk is gone', desktop.fault_message)
        self.world.change(self.server_id, status='ACTIVE')
        self.sync.all()
        desktop = self.desktop(self.ids[0])
        self.assertEqual(states.RUNNING, desktop.status)
        self.assertIsNone(desktop.fault_code)

    def test_the_first_reason_of_a_fault_is_kept(self):
        self.world.change(self.server_id, status='ERROR')
        desktops.observe(
            [
                {
                    'id': self.ids[0],
                    'status': states.FAULT,
                    'fault_code': 'build_failed',
                    'fault_message': 'No valid host',
                }
            ]
        )
        self.sync.all()
        desktop = self.desktop(self.ids[0])
        self.assertEqual('build_failed', desktop.fault_code)
        self.assertEqual('ERROR', desktop.server_status)

    def test_the_reason_of_an_order_that_just_ended_is_kept(self):
        """It ended after the last look at the row, before the write."""
        order_id = self.create()
        (desktop_id,) = self.ids_of(order_id)
        self.world.doomed.add(desktop_id)
        self.work(order_id)
        order_id = self.act('retry', [desktop_id])
        look = sync._unchanged

        def look_and_end(rows):
            found = look(rows)
            self.work(order_id)
            return found

        with mock.patch.object(sync, '_unchanged', look_and_end):
            self.sync.some(set(), {desktop_id})
        desktop = self.desktop(desktop_id)
        self.assertEqual('ERROR', desktop.server_status)
        self.assertEqual('build_failed', desktop.fault_code)
        self.assertIn('No valid host', desktop.fault_message)

    def test_a_desktop_in_fault_stays_so_until_its_server_rests(self):
        """Otherwise nobody could retry or delete it."""
        desktops.observe(
            [
                {
                    'id': self.ids[0],
                    'status': states.FAULT,
                    'fault_code': 'wait_timeout',
                }
            ]
        )
        self.world.change(self.server_id, status='BUILD')
        self.sync.all()
        self.assertEqual(states.FAULT, self.status())
        self.world.change(self.server_id, status='ACTIVE')
        self.sync.all()
        self.assertEqual(states.RUNNING, self.status())

    def test_a_server_that_never_comes_to_rest_is_a_fault(self):
        self.world.change(self.server_id, status='REBOOT')
        self.sync.all()
        self.assertEqual(states.REBOOTING, self.status())
        self.sync.all()
        self.assertEqual(states.REBOOTING, self.status())
        time = self.useFixture(timeutils_fixture.TimeFixture())
        time.advance_time_seconds(conf.CONF.conductor.build_timeout + 1)
        self.sync.all()
        desktop = self.desktop(self.ids[0])
        self.assertEqual(states.FAULT, desktop.status)
        self.assertEqual('server_stuck', desktop.fault_code)

    def test_a_server_deleted_behind_our_back(self):
        self.world.vanish(self.server_id)
        self.sync.all()
        desktop = self.desktop(self.ids[0])
        self.assertEqual(states.FAULT, desktop.status)
        self.assertEqual('server_gone', desktop.fault_code)
        self.assertIn('retry', desktop.fault_message)
        self.assertEqual(
            [states.RUNNING] * 2, [self.status(1), self.status(2)]
        )

    def test_a_server_without_our_tag_is_not_gone(self):
        self.world.change(self.server_id, desktop_id=None)
        self.sync.all()
        self.assertEqual(states.RUNNING, self.status())

    def test_an_order_knows_better(self):
        self.act('stop', self.ids[:2])
        self.world.change(self.server_id, status='SHUTOFF')
        self.world.vanish(self.desktop(self.ids[1]).server_id)
        self.sync.all()
        self.assertEqual(states.STOPPING, self.status())
        self.assertEqual('SHUTOFF', self.desktop(self.ids[0]).server_status)
        self.assertEqual(states.STOPPING, self.status(1))

    def test_what_changed_while_nova_was_asked_is_left(self):
        def meanwhile(verb, when):
            if (verb, when) == ('list_servers', 'after'):
                self.world.watch = lambda verb, when: None
                self.work(self.act('start', self.ids[:1]))

        self.work(self.act('stop', self.ids[:1]))
        self.world.watch = meanwhile
        self.sync.all()
        self.assertEqual(states.RUNNING, self.status())

    def test_one_project_does_not_poison_the_others(self):
        self.world.forbidden.add(base.PROJECT)
        counts = self.sync.all()
        self.assertEqual(1, counts['failed'])
        self.assertEqual(states.RUNNING, self.status())

    def test_an_unexpected_error_is_counted(self):
        self.world.fail('list_servers', ValueError())
        self.assertEqual(1, self.sync.all()['failed'])

    def test_a_stop_ends_the_round(self):
        self.stopped.set()
        self.assertEqual(0, self.sync.all()['projects'])

    def test_a_hint_looks_at_what_changed_only(self):
        self.world.change(self.server_id, status='SHUTOFF')
        self.sync.some({self.server_id, 'stranger'}, set())
        self.assertEqual(states.OFF, self.status())
        self.assertEqual([('list_servers', [self.ids[0]])], self.world.calls)
        self.assertEqual([self.ids[0]], list(self.news[0]))

    def test_hints_about_strangers_cost_nothing(self):
        self.sync.some({'stranger'}, {'nobody'})
        self.assertEqual([], self.world.calls)


class StrandedTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.sync = sync.Sync(
            self.world.for_project,
            conf.CONF,
            lambda *args: None,
            threading.Event(),
        )

    def test_every_unstable_status_has_a_way_out(self):
        for status in sorted(states.DESKTOP_UNSTABLE):
            (desktop_id,) = self.built()
            desktops.observe([{'id': desktop_id, 'status': status}])
            self.sync.stranded()
            self.assertEqual(
                states.RUNNING, self.desktop(desktop_id).status, status
            )

    def test_without_a_server(self):
        for status in sorted(states.DESKTOP_UNSTABLE):
            self.world.fail(
                'create_port',
                exceptions.CloudQuotaExceeded(service='N', reason='full'),
            )
            order_id = self.create()
            self.work(order_id)
            (desktop_id,) = self.ids_of(order_id)
            desktops.observe([{'id': desktop_id, 'status': status}])
            self.assertEqual(1, self.sync.stranded()['without_server'])
            desktop = self.desktop(desktop_id)
            self.assertEqual(states.FAULT, desktop.status)
            self.assertEqual('interrupted', desktop.fault_code)

    def test_what_an_order_holds_is_not_stranded(self):
        ids = self.built()
        self.act('stop', ids)
        self.assertEqual(0, self.sync.stranded()['desktops'])
