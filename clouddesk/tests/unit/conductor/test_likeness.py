import threading

from clouddesk import conf
from clouddesk import exceptions
from clouddesk.conductor import sync
from clouddesk.db.api import desktops
from clouddesk.db.api import locks
from clouddesk.tests.unit.conductor import base


class LockTest(base.ConductorTestCase):
    """V39, V40: Nova's lock follows ours."""

    def setUp(self):
        super().setUp()
        (self.desk_id,) = self.built()
        self.sync = sync.Sync(
            self.world.for_project,
            conf.CONF,
            lambda servers, asked_at: None,
            threading.Event(),
        )

    def is_locked(self):
        (server,) = self.world.servers(self.desk_id)
        return server.locked

    def look(self):
        self.sync.some(set(), {self.desk_id})

    def test_lock_and_unlock(self):
        locks.lock([self.desk_id], base.PROJECT, 'Exam')
        self.look()
        self.assertTrue(self.is_locked())
        self.world.calls.clear()
        self.look()
        self.assertEqual([], self.world.verbs('lock', 'unlock'))
        locks.unlock([self.desk_id], base.PROJECT)
        self.look()
        self.assertFalse(self.is_locked())

    def test_what_keeps_running(self):
        """V45: Masakari learns of a change before the next rebuild."""
        for wanted in (True, False):
            desktops.update(self.desk_id, {'keep_running': wanted})
            self.look()
            (server,) = self.world.servers(self.desk_id)
            self.assertEqual(wanted, server.high_availability)
        self.world.calls.clear()
        self.look()
        self.assertEqual([], self.world.verbs('set_high_availability'))

    def test_protected_and_locked(self):
        locks.protect([self.desk_id], base.PROJECT, True)
        locks.lock([self.desk_id], base.PROJECT, None)
        self.look()
        locks.unlock([self.desk_id], base.PROJECT)
        self.look()
        self.assertTrue(self.is_locked())
        locks.protect([self.desk_id], base.PROJECT, False)
        self.look()
        self.assertFalse(self.is_locked())

    def test_what_others_changed_is_repaired_in_both_directions(self):
        server_id = self.desktop(self.desk_id).server_id
        self.world.change(server_id, locked=True)
        self.look()
        self.assertFalse(self.is_locked())
        locks.protect([self.desk_id], base.PROJECT, True)
        self.look()
        self.world.change(server_id, locked=False)
        self.sync.all()
        self.assertTrue(self.is_locked())

    def test_a_protected_desktop_is_rebuilt_and_locked_again(self):
        locks.protect([self.desk_id], base.PROJECT, True)
        self.look()
        order = self.work(self.act('rebuild', [self.desk_id]))
        self.assertEqual('succeeded', order.status)
        self.assertFalse(self.is_locked())
        self.look()
        self.assertTrue(self.is_locked())

    def test_power_reaches_a_locked_server(self):
        locks.protect([self.desk_id], base.PROJECT, True)
        self.look()
        for action in ('stop', 'start', 'reboot'):
            order = self.work(self.act(action, [self.desk_id]))
            self.assertEqual('succeeded', order.status, action)
        self.assertTrue(self.is_locked())

    def test_without_an_admin_protection_is_no_lock_in_nova(self):
        """A person could not use her own desktop below it."""
        self.world.passes_locks = False
        locks.protect([self.desk_id], base.PROJECT, True)
        self.look()
        self.assertFalse(self.is_locked())
        locks.lock([self.desk_id], base.PROJECT, None)
        self.look()
        self.assertTrue(self.is_locked())
        locks.unlock([self.desk_id], base.PROJECT)
        self.look()
        self.assertFalse(self.is_locked())

    def test_a_refusal_stops_nothing(self):
        locks.lock([self.desk_id], base.PROJECT, None)
        error = exceptions.CloudForbidden(service='Nova', reason='no')
        self.world.fail('lock', error)
        self.look()
        self.assertFalse(self.is_locked())
        self.look()
        self.assertTrue(self.is_locked())
