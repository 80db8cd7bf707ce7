import datetime

from oslo_utils import timeutils
import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import models
from clouddesk.db.api import desktops
from clouddesk.db.api import pool_orders
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base


class CancelTest(base.ConductorTestCase):
    def cancel(self, order_id):
        work_orders.act('cancel', [order_id], base.PROJECT)

    def cancel_after(self, engine, order_id, waits):
        """Cancel an order while its conductor waits for the n-th time."""
        seen = []

        def between():
            seen.append(1)
            if len(seen) == waits:
                self.cancel(order_id)
                engine.wake()

        self.clock.between.append(between)

    def cancel_at(self, order_id, number):
        """Cancel at the n-th event; False when there are fewer."""
        events = []

        def event(*args):
            events.append(args)
            if len(events) == number:
                self.cancel(order_id)

        self.world.watch = event
        self.engine(order_id).run()
        self.world.watch = lambda verb, when: None
        return len(events) >= number

    def assertUndone(self, order):
        self.assertEqual(states.CANCELLED, order.status)
        self.assertIsNone(order.owner)
        undone = [
            item.desktop_id
            for item in order.items
            if item.status == states.ITEM_UNDONE
        ]
        self.assertEqual([], desktops.get_many(undone))
        for thing in self.world.things.values():
            self.assertNotIn(thing.value.desktop_id, undone)
        return undone

    def test_a_queued_order_costs_no_call(self):
        order_id = self.create(3)
        self.cancel(order_id)
        order = self.work(order_id)
        self.assertEqual(3, len(self.assertUndone(order)))
        self.assertEqual([], self.world.calls)

    def test_a_build_is_cancelled_at_every_call(self):
        for number in range(1, 100):
            self.new_world()
            self.config(group='conductor', poll_interval=0.1)
            order_id = self.create(2, base.VOLUME_SPEC)
            if not self.cancel_at(order_id, number):
                break
            order = self.order(order_id)
            if order.status != states.SUCCEEDED:
                self.assertUndone(order)
        self.assertGreater(number, 10)

    def test_finished_desktops_stay_and_the_pool_shrinks(self):
        self.config(group='conductor', max_builds_per_order=2)
        pool_id, order_id = self.create_pool(6)
        engine = self.engine(order_id)
        self.cancel_after(engine, order_id, waits=4)
        engine.run()
        order = self.order(order_id)
        undone = self.assertUndone(order)
        done = self.statuses(order_id).count('done')
        self.assertIn(done, (2, 4))
        self.assertEqual(6 - done, len(undone))
        self.assertEqual(done, self.pool(pool_id).size)
        self.assertIsNone(self.pool(pool_id).work_order_id)

    def test_failed_desktops_stay_for_the_user_to_see(self):
        self.config(group='conductor', max_builds_per_order=1)
        order_id = self.create(3)
        bad = self.ids_of(order_id)[0]
        self.world.doomed.add(bad)
        engine = self.engine(order_id)
        self.cancel_after(engine, order_id, waits=3)
        engine.run()
        self.assertUndone(self.order(order_id))
        self.assertEqual(states.FAULT, self.desktop(bad).status)

    def test_a_retry_leaves_the_desktop(self):
        order_id = self.create()
        ids = self.ids_of(order_id)
        self.world.doomed.update(ids)
        self.work(order_id)
        retry = self.act('retry', ids)
        self.cancel(retry)
        order = self.work(retry)
        self.assertEqual(states.CANCELLED, order.status)
        desktop = self.desktop(ids[0])
        self.assertEqual(states.FAULT, desktop.status)
        self.assertEqual('cancelled', desktop.fault_code)
        self.assertIsNone(desktop.work_order_id)

    def fault_and_date(self, desktop_id, seconds):
        """A desktop in fault whose row says it is so much younger."""
        desktops.observe([{'id': desktop_id, 'status': states.FAULT}])
        moment = timeutils.utcnow() + datetime.timedelta(seconds=seconds)
        with db.writer() as session:
            session.execute(
                sa.update(models.Desktop)
                .where(models.Desktop.id == desktop_id)
                .values(created_at=moment)
            )

    def assertKept(self, desktop_id):
        desktop = self.desktop(desktop_id)
        self.assertEqual(states.FAULT, desktop.status)
        (server,) = self.world.servers(desktop_id)
        self.assertEqual(server.id, desktop.server_id)
        self.assertIsNone(server.task_state)

    def test_a_retry_keeps_the_desktop_whatever_the_clocks_say(self):
        (desktop_id,) = self.built()
        self.fault_and_date(desktop_id, 3600)
        retry = self.act('retry', [desktop_id])
        self.cancel(retry)
        self.assertEqual(states.CANCELLED, self.work(retry).status)
        self.assertKept(desktop_id)

    def test_a_pools_retry_removes_only_what_it_added(self):
        pool_id, order_id = self.create_pool(3)
        self.work(order_id)
        bad, gone, good = self.ids_of(order_id)
        self.work(self.act('delete', [gone]))
        with db.writer() as session:
            session.get_one(models.Pool, pool_id).size = 3
        self.fault_and_date(bad, 3600)
        retry = pool_orders.retry(base.ORDER, pool_id, base.PROJECT, 'school')
        rebuilt, new = self.ids_of(retry.id)
        self.assertEqual(bad, rebuilt)
        # Nor does a new one stay that looks old.
        with db.writer() as session:
            session.get_one(models.Desktop, new).created_at = (
                timeutils.utcnow() - datetime.timedelta(hours=1)
            )
        self.cancel(retry.id)
        order = self.work(retry.id)
        self.assertEqual(states.CANCELLED, order.status)
        self.assertKept(bad)
        self.assertEqual([], desktops.get_many([new]))
        self.assertEqual(3, self.pool(pool_id).size)
        self.assertEqual(states.RUNNING, self.desktop(good).status)

    def test_power_actions_not_begun_are_dropped(self):
        ids = self.built(3)
        order_id = self.act('stop', ids)
        self.cancel(order_id)
        order = self.work(order_id)
        self.assertEqual(states.CANCELLED, order.status)
        self.assertEqual([], self.world.verbs('stop'))
        for each in ids:
            self.assertEqual(states.RUNNING, self.desktop(each).status)

    def test_power_actions_begun_go_on(self):
        ids = self.built(2)
        order_id = self.act('stop', ids)
        # After the first request is recorded, before the second is made.
        self.die(order_id, 5)
        self.expire(order_id)
        self.cancel(order_id)
        order = self.work(order_id)
        self.assertEqual(states.CANCELLED, order.status)
        self.assertEqual(['done', 'undone'], self.statuses(order_id))
        self.assertEqual(states.OFF, self.desktop(ids[0]).status)
        self.assertEqual(states.RUNNING, self.desktop(ids[1]).status)

    def test_a_retried_stop_not_begun_is_dropped(self):
        """The steps of the first try are not those of the second."""
        (desktop_id,) = self.built()
        order_id = self.act('stop', [desktop_id])
        tick, self.world.tick = self.world.tick, lambda: None
        self.assertEqual(states.FAILED, self.work(order_id).status)
        self.assertEqual(1, self.order(order_id).items[0].steps_done)
        self.world.tick = tick
        server_id = self.desktop(desktop_id).server_id
        self.world.things[server_id].ticks = 0
        self.world.change(server_id, task_state=None)
        desktops.observe([{'id': desktop_id, 'status': states.RUNNING}])
        self.world.calls.clear()
        work_orders.act('retry', [order_id], base.PROJECT)
        self.cancel(order_id)
        order = self.work(order_id)
        self.assertEqual(states.CANCELLED, order.status)
        self.assertEqual(['undone'], self.statuses(order_id))
        self.assertEqual([], self.world.verbs('stop'))
        self.assertEqual(states.RUNNING, self.desktop(desktop_id).status)

    def test_failures_on_the_way_back_do_not_end_it(self):
        """There is no limit to them: nothing may be left untried."""
        self.config(
            group='conductor',
            consecutive_failure_limit=2,
            max_builds_per_order=2,
        )
        pool_id, order_id = self.create_pool(8)
        engine = self.engine(order_id)
        self.cancel_after(engine, order_id, waits=1)
        self.world.fail(
            'delete_server',
            exceptions.CloudError(service='Nova', reason='no'),
            times=2,
        )
        engine.run()
        order = self.order(order_id)
        self.assertEqual(2, self.statuses(order_id).count('failed'))
        self.assertEqual(6, len(self.assertUndone(order)))
        self.assertEqual(2, self.pool(pool_id).size)

    def test_deleting_a_pool_can_be_stopped_half_way(self):
        pool_id, order_id = self.create_pool(4)
        self.work(order_id)
        order = pool_orders.delete(base.ORDER, pool_id, base.PROJECT)
        self.config(group='conductor', max_threads=2)
        self.die(order.id, 7)
        self.expire(order.id)
        self.cancel(order.id)
        order = self.work(order.id)
        self.assertEqual(states.CANCELLED, order.status)
        statuses = self.statuses(order.id)
        self.assertEqual({'done', 'undone'}, set(statuses))
        for item in order.items:
            if item.status == 'undone':
                self.assertEqual(
                    states.RUNNING, self.desktop(item.desktop_id).status
                )
        self.assertIsNone(self.pool(pool_id).work_order_id)

    def test_a_wish_that_comes_too_late_changes_nothing(self):
        order_id = self.create()
        engine = self.engine(order_id)

        def late(verb, when):
            server = self.world.servers()
            if server and server[0].status == 'ACTIVE':
                self.world.watch = lambda verb, when: None
                self.cancel(order_id)

        self.world.watch = late
        engine.run()
        order = self.order(order_id)
        self.assertIn(order.status, (states.SUCCEEDED, states.CANCELLED))
        if order.status == states.SUCCEEDED:
            desktop = self.desktop(order.items[0].desktop_id)
            self.assertEqual(states.RUNNING, desktop.status)
        else:
            self.assertUndone(order)
