"""What is wanted of desktops beside their status: power, locks, places."""

from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base


class BatchTest(base.FunctionalTestCase):
    """V25"""

    def setUp(self):
        super().setUp()
        self.build_pool(5)
        self.ids = [desktop['id'] for desktop in self.desktops()]

    def batch(self, verb, **body):
        return self.api.post('/desktops/actions/' + verb, **body)

    def test_v25_by_filter_in_waves_with_a_verdict_for_each(self):
        self.finish(self.act('desktops', self.ids[0], 'stop'))
        order = self.batch('stop', filter={'q': 'lab'}, wave=2)
        self.assertEqual(1, order['counts']['refused'])
        self.finish(order)
        self.assertStatuses({'off': 5}, self.desktops())
        shown = self.api.get('/work-orders/' + order['id'])
        self.assertEqual((100, 4), (shown['percent'], shown['counts']['done']))
        (refused,) = [i for i in shown['items'] if i['status'] == 'refused']
        self.assertEqual(self.ids[0], refused['desktop_id'])
        self.assertEqual('desktop_wrong_state', refused['fault']['code'])

    def test_a_wave_is_not_exceeded(self):
        self.nova.action_seconds = None
        order = self.batch('stop', filter={}, wave=2)
        seen = []
        while len(seen) < 5:
            moving = service.until(self.moving, bool)
            self.assertLessEqual(len(moving), 2)
            seen += moving
            self.nova.finish(moving[0])
            service.until(
                self.moving, lambda now, was=moving[0]: was not in now
            )
            seen = list(dict.fromkeys(seen))
        with self.cloud.lock:
            for server_id in self.moving():
                self.nova.finish(server_id)
        self.finish(order)

    def moving(self):
        with self.cloud.lock:
            return [s.id for s in self.nova.servers.values() if s.task_state]


class LockTest(base.FunctionalTestCase):
    """V39, V40"""

    def setUp(self):
        super().setUp()
        self.desktop_id = self.build_desktop()
        self.root = self.service.client('root')

    def server(self):
        (server,) = self.nova.of_desktop(self.desktop_id)
        return server

    def until_locked(self, locked):
        service.until(self.server, lambda server: server.locked == locked)

    def change(self, verb, **body):
        path = '/desktops/%s/actions/%s' % (self.desktop_id, verb)
        return self.root.post(path, **body)

    def test_nova_follows_and_is_repaired(self):
        self.change('lock', reason='Exam')
        self.until_locked(True)
        self.assertEqual('Exam', self.server().locked_reason)
        with self.cloud.lock:
            self.server().locked = False
        self.until_locked(True)
        self.change('unlock')
        self.until_locked(False)

    def test_a_locked_desktop_refuses(self):
        self.change('lock', reason='Exam')
        refusal = self.assertRaises(
            service.Refusal, self.act, 'desktops', self.desktop_id, 'stop'
        )
        self.assertEqual('desktop_locked', refusal.code)

    def test_protected_but_used_and_rebuilt(self):
        self.change('protect')
        # A person alone could not pass a lock in Nova.
        self.until_locked(not self.service.standalone)
        refusal = self.assertRaises(
            service.Refusal, self.api.delete, '/desktops/' + self.desktop_id
        )
        self.assertEqual('desktop_protected', refusal.code)
        for verb in ('stop', 'start', 'rebuild'):
            self.finish(self.act('desktops', self.desktop_id, verb))
        self.until_locked(not self.service.standalone)
        self.change('unprotect')
        self.finish(self.api.delete('/desktops/' + self.desktop_id))
        self.assertNothingLeft()


class KeepRunningTest(base.FunctionalTestCase):
    """V20, V45"""

    options = {'max_restarts': 2}

    def setUp(self):
        super().setUp()
        self.desktop_id = self.build_desktop()
        (self.server,) = self.nova.of_desktop(self.desktop_id)

    def fall(self):
        with self.cloud.lock:
            self.server.become('stopped', 4)

    def until(self, good):
        return service.until(lambda: self.desktop(self.desktop_id), good)

    def test_v20_it_is_started_again_but_not_for_ever(self):
        for _each in range(2):
            self.fall()
            service.until(lambda: self.server.vm_state, 'active'.__eq__)
            self.until_desktop(self.desktop_id, 'running')
        self.fall()
        desktop = self.until(lambda desktop: desktop['fault'])
        self.assertEqual('off', desktop['status'])
        self.assertEqual('restarts_exhausted', desktop['fault']['code'])
        self.finish(self.act('desktops', self.desktop_id, 'start'))
        self.assertIsNone(self.desktop(self.desktop_id)['fault'])

    def test_what_was_stopped_stays_off(self):
        self.finish(self.act('desktops', self.desktop_id, 'stop'))
        orders = len(self.api.get('/work-orders')['work_orders'])
        # A desktop that falls meanwhile shows that the loop went round.
        other = self.build_desktop(name='Bob')
        (server,) = self.nova.of_desktop(other)
        with self.cloud.lock:
            server.become('stopped', 4)
        service.until(lambda: server.vm_state, 'active'.__eq__)
        self.assertEqual('off', self.desktop(self.desktop_id)['status'])
        found = self.api.get('/work-orders')['work_orders']
        self.assertEqual(orders + 2, len(found))

    def test_masakari_is_told(self):
        """V45"""
        self.assertEqual('True', self.server.metadata['HA_Enabled'])
        other = self.build_desktop(name='Bob', keep_running=False)
        (server,) = self.nova.of_desktop(other)
        self.assertNotIn('HA_Enabled', server.metadata)


class MigrateTest(base.FunctionalTestCase):
    """V42"""

    def setUp(self):
        super().setUp()
        self.needs_more_than_one_person(standalone.NO_ADMIN)
        self.desktop_id = self.build_desktop()
        (self.server,) = self.nova.of_desktop(self.desktop_id)
        self.root = self.service.client('root')

    def migrate(self, **body):
        path = '/desktops/%s/actions/migrate' % self.desktop_id
        return self.root.post(path, **body)

    def add_host(self):
        self.nova.hosts['compute2'] = ('nova', True)

    def test_to_the_other_host(self):
        self.add_host()
        self.finish(self.migrate(host='compute2'))
        self.assertEqual('compute2', self.server.host)
        self.assertEqual('running', self.desktop(self.desktop_id)['status'])

    def test_there_is_no_other_host(self):
        self.nova.hosts['far'] = ('elsewhere', True)
        self.nova.hosts['off'] = ('nova', False)
        refusal = self.assertRaises(service.Refusal, self.migrate)
        self.assertEqual('no_other_host', refusal.code)

    def test_nova_tells_why_not(self):
        self.add_host()
        self.nova.migration_fault = 'CPU does not match.'
        order = self.finish(self.migrate(), 'failed')
        self.assertIn('CPU does not match.', order['fault']['message'])
        self.assertEqual('running', self.desktop(self.desktop_id)['status'])
