"""What people may do to a work order: S13 to S16."""

from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import base


class CancelTest(base.FunctionalTestCase):
    options = {'max_builds_per_order': 2}

    def cancel(self, order):
        self.act('work-orders', order['id'], 'cancel')
        return self.finish(order, 'cancelled')

    def test_in_the_middle(self):
        """What is built stays, everything else is undone."""
        self.nova.build_seconds = None
        order = self.create_pool(5)
        first = service.until(self.built_servers, lambda s: len(s) == 2)[0]
        with self.cloud.lock:
            self.nova.finish(first.id)
        service.until(
            lambda: self.desktops(status='running'), lambda d: len(d) == 1
        )
        order = self.cancel(order)
        self.assertOneOfEach(1)
        statuses = [item['status'] for item in order['items']]
        self.assertEqual(1, statuses.count('done'))
        self.assertEqual(4, statuses.count('undone'))
        pool = self.pool(order['subject']['id'])
        self.assertEqual((1, 'active'), (pool['size'], pool['status']))

    def built_servers(self):
        return list(self.nova.servers.values())

    def test_before_anything_was_done(self):
        self.running.stop()
        order = self.create_pool(3)
        self.act('work-orders', order['id'], 'cancel')
        self.service.start_conductor()
        self.finish(order, 'cancelled')
        self.assertEqual([], self.desktops())
        self.assertEqual([], self.cloud.calls('compute', 'POST'))

    def test_while_answers_are_lost(self):
        self.nova.build_seconds = None
        order = self.create_pool(4)
        service.until(self.built_servers, lambda s: len(s) == 2)
        self.cloud.fault('compute', 'DELETE', drop='after', times=2)
        self.cloud.fault('network', 'DELETE', drop='after', times=2)
        self.cancel(order)
        self.assertEqual({}, self.nova.servers)
        self.assertEqual({}, self.neutron.ports)

    def test_of_a_growth_keeps_the_pool(self):
        pool_id = self.build_pool(2)
        self.nova.build_seconds = None
        order = self.act('pools', pool_id, 'resize', size=4)
        service.until(self.built_servers, lambda s: len(s) == 4)
        self.cancel(order)
        pool = self.pool(pool_id)
        self.assertEqual((2, 'active'), (pool['size'], pool['status']))
        self.assertOneOfEach(2)

    def test_of_a_removal_keeps_what_is_left(self):
        pool_id = self.build_pool(3)
        self.running.stop()
        order = self.api.delete('/pools/' + pool_id)
        self.act('work-orders', order['id'], 'cancel')
        self.service.start_conductor()
        self.finish(order, 'cancelled')
        self.assertOneOfEach(3)
        self.assertStatuses({'running': 3}, self.desktops())
        self.finish(self.api.delete('/pools/' + pool_id))
        self.assertNothingLeft()

    def test_finished_orders_refuse(self):
        """S16"""
        self.build_pool(1)
        (order,) = self.api.get('/work-orders')['work_orders']
        for verb in ('cancel', 'pause', 'resume', 'retry'):
            refusal = self.assertRaises(
                service.Refusal, self.act, 'work-orders', order['id'], verb
            )
            self.assertEqual(409, refusal.status)
            self.assertEqual('work_order_wrong_state', refusal.code)


class PauseTest(base.FunctionalTestCase):
    """S15: only what has not begun can be held back."""

    conductor = False

    def test_pause_and_resume(self):
        order = self.create_pool(2)
        self.act('work-orders', order['id'], 'pause')
        other = self.create_desktop()
        self.service.start_conductor()
        self.finish(other)
        held = self.api.get('/work-orders/' + order['id'])
        self.assertEqual('paused', held['status'])
        self.assertEqual(1, len(self.nova.servers))
        self.act('work-orders', order['id'], 'resume')
        self.finish(order)
        self.assertOneOfEach(3)

    def test_paused_orders_can_be_cancelled(self):
        order = self.create_pool(2)
        self.act('work-orders', order['id'], 'pause')
        self.service.start_conductor()
        self.act('work-orders', order['id'], 'cancel')
        self.finish(order, 'cancelled')
        self.assertEqual([], self.desktops())

    def test_batch_with_a_finished_one_is_refused_whole(self):
        """S16: it names the one, and changes none."""
        first, second = self.create_pool(1), self.create_pool(1, 'gym')
        self.act('work-orders', first['id'], 'cancel')
        running = self.service.start_conductor()
        self.finish(first, 'cancelled')
        self.finish(second)
        running.stop()
        third = self.create_pool(1, 'attic')
        refusal = self.assertRaises(
            service.Refusal,
            self.api.post,
            '/work-orders/actions/pause',
            work_order_ids=[third['id'], second['id']],
        )
        self.assertEqual(409, refusal.status)
        self.assertIn(second['id'], refusal.error['message'])
        self.assertNotIn(third['id'], refusal.error['message'])
        third = self.api.get('/work-orders/' + third['id'])
        self.assertEqual('queued', third['status'])

    def test_batch(self):
        ids = [self.create_desktop()['id'] for _ in range(3)]
        for verb, status in (('pause', 'paused'), ('resume', 'queued')):
            answer = self.api.post(
                '/work-orders/actions/' + verb, work_order_ids=ids
            )
            statuses = [o['status'] for o in answer['work_orders']]
            self.assertEqual(3 * [status], statuses)


class ProgressTest(base.FunctionalTestCase):
    def test_steps_and_percent(self):
        """S13"""
        self.nova.build_seconds = None
        order = self.create_pool(2)
        order = service.until(
            lambda: self.api.get('/work-orders/' + order['id']),
            lambda o: {i['step'] for i in o['items']} == {'active'},
        )
        steps = {step['name']: step['done'] for step in order['steps']}
        self.assertEqual(2, steps['server'])
        self.assertEqual(0, steps['active'])
        self.assertGreater(order['percent'], 0)
        self.assertLess(order['percent'], 100)
        with self.cloud.lock:
            for server_id in list(self.nova.servers):
                self.nova.finish(server_id)
        self.assertEqual(100, self.finish(order)['percent'])
