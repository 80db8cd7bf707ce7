import sqlalchemy as sa

from clouddesk import conf
from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.conductor import keeper
from clouddesk.db import clock
from clouddesk.db import models
from clouddesk.db.api import desktops
from clouddesk.db.api import keeping
from clouddesk.db.api import locks
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base

SPEC = base.SPEC | {'keep_running': True}


class KeeperTest(base.ConductorTestCase):
    """V20, V45"""

    def setUp(self):
        super().setUp()
        self.config(group='conductor', max_restarts=2, restart_window=600)
        (self.desk_id,) = self.built(spec=SPEC)
        self.keeper = keeper.Keeper(conf.CONF)

    def fall(self):
        """The guest shuts down by itself."""
        server_id = self.desktop(self.desk_id).server_id
        self.world.change(server_id, status='SHUTOFF')
        self.seen('SHUTOFF', states.OFF)

    def seen(self, server_status, status):
        desktops.observe(
            [
                {
                    'id': self.desk_id,
                    'server_status': server_status,
                    'status': status,
                }
            ]
        )

    def keep(self):
        """One round, and the orders that came of it are carried out."""
        counts = self.keeper.run()
        order_id = self.desktop(self.desk_id).work_order_id
        if order_id:
            self.work(order_id)
        return {key: count for key, count in counts.items() if count}

    def set(self, **values):
        with db.writer() as session:
            session.execute(sa.update(models.Desktop).values(**values))

    def status(self):
        return self.desktop(self.desk_id).status

    def test_v20_a_desktop_that_fell_is_started(self):
        self.assertEqual({}, self.keep())
        self.fall()
        self.assertEqual({'restarted': 1}, self.keep())
        self.assertEqual(states.RUNNING, self.status())
        self.assertEqual(1, self.desktop(self.desk_id).restarts)

    def test_what_was_stopped_stays_off(self):
        self.work(self.act('stop', [self.desk_id]))
        self.assertEqual({}, self.keep())
        self.work(self.act('start', [self.desk_id]))
        self.fall()
        self.assertEqual({'restarted': 1}, self.keep())

    def test_a_stop_wins(self):
        """It fell already; but it would be started again."""
        self.fall()
        self.work(self.act('stop', [self.desk_id]))
        desktop = self.desktop(self.desk_id)
        self.assertEqual(states.OFF, desktop.wanted_power)
        self.assertEqual(states.OFF, desktop.status)
        self.assertEqual({}, self.keep())
        error = self.assertRaises(
            exceptions.DesktopWrongState, self.act, 'stop', [self.desk_id]
        )
        self.assertIn('off', str(error))

    def test_who_does_not_wish_it(self):
        self.set(keep_running=False)
        self.fall()
        self.assertEqual({}, self.keep())

    def test_what_was_paused_did_not_fall(self):
        self.seen('PAUSED', states.OFF)
        self.assertEqual({}, self.keep())

    def test_locked_desktops_stay(self):
        locks.lock([self.desk_id], base.PROJECT, None)
        self.fall()
        self.assertEqual({}, self.keep())

    def test_too_often(self):
        for _each in range(2):
            self.fall()
            self.assertEqual({'restarted': 1}, self.keep())
        self.fall()
        self.assertEqual({'given_up': 1}, self.keep())
        self.assertEqual({}, self.keep())
        desktop = self.desktop(self.desk_id)
        self.assertEqual(states.OFF, desktop.status)
        self.assertEqual('restarts_exhausted', desktop.fault_code)
        self.assertIn('2 times within 600 s', desktop.fault_message)
        self.assertIsNotNone(desktop.faulted_at)

    def test_the_reason_stays_until_somebody_starts_it(self):
        self.config(group='conductor', max_restarts=0)
        self.fall()
        self.keep()
        self.seen('SHUTOFF', states.OFF)
        self.assertEqual(
            'restarts_exhausted', self.desktop(self.desk_id).fault_code
        )
        self.config(group='conductor', max_restarts=2)
        self.work(self.act('start', [self.desk_id]))
        self.assertIsNone(self.desktop(self.desk_id).fault_code)
        self.fall()
        self.assertEqual({'restarted': 1}, self.keep())

    def test_somebody_starts_it_behind_our_back(self):
        self.config(group='conductor', max_restarts=0)
        self.fall()
        self.keep()
        self.seen('ACTIVE', states.RUNNING)
        self.assertIsNone(self.desktop(self.desk_id).fault_code)

    def test_the_window_moves_on(self):
        for _each in range(2):
            self.fall()
            self.keep()
        self.set(restarts_since=clock.now(-601))
        self.fall()
        self.assertEqual({'restarted': 1}, self.keep())
        self.assertEqual(1, self.desktop(self.desk_id).restarts)

    def test_desktops_that_go_back_to_a_floating_pool(self):
        pool_id, order_id = self.create_pool(1)
        self.work(order_id)
        (member,) = self.ids_of(order_id)
        self.set(keep_running=True, status=states.OFF, server_status='SHUTOFF')
        with db.writer() as session:
            session.execute(
                sa.update(models.Pool).values(persistence=states.FLOATING)
            )
            session.execute(
                sa.update(models.Desktop)
                .where(models.Desktop.id == member)
                .values(assignee_type='user', assignee_id='ada')
            )
        self.assertEqual(
            [self.desk_id], [row.id for row in keeping.fallen(10)]
        )

    def test_a_cancelled_start_is_no_wish(self):
        self.work(self.act('stop', [self.desk_id]))
        order_id = self.act('start', [self.desk_id])
        work_orders.act('cancel', [order_id], base.PROJECT)
        self.work(order_id)
        self.assertEqual(states.OFF, self.desktop(self.desk_id).wanted_power)
        self.assertEqual({}, self.keep())

    def test_two_conductors(self):
        self.fall()
        (stale,) = keeping.fallen(10)
        self.assertEqual({'restarted': 1}, self.keep())
        self.assertRaises(exceptions.Conflict, keeping.restart, stale, 2, 600)
        self.assertEqual(1, self.desktop(self.desk_id).restarts)

    def test_masakari_is_told(self):
        """V45: the server carries what Masakari goes by."""
        self.assertIn(('create_server', True), self.world.kept)
