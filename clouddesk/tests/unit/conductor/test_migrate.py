from clouddesk import exceptions
from clouddesk import states
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base


class MigrateTest(base.ConductorTestCase):
    """V42"""

    def setUp(self):
        super().setUp()
        self.end_of_time()
        (self.desk_id,) = self.built()
        self.server_id = self.desktop(self.desk_id).server_id
        self.world.change(self.server_id, host='one')

    def migrate(self, **inputs):
        return self.work(
            self.act('migrate', [self.desk_id], **({'from': 'one'} | inputs))
        )

    def host(self):
        return self.world.things[self.server_id].value.host

    def test_a_desktop_moves(self):
        order = self.migrate()
        self.assertEqual(states.SUCCEEDED, order.status)
        self.assertEqual('two', self.host())
        desktop = self.desktop(self.desk_id)
        self.assertEqual(states.RUNNING, desktop.status)
        self.assertEqual(self.server_id, desktop.server_id)
        self.assertEqual(1, len(self.world.verbs('live_migrate')))

    def test_to_a_host(self):
        self.migrate(host='three')
        self.assertEqual('three', self.host())

    def test_nova_does_not_manage(self):
        self.world.next_host = None
        order = self.migrate()
        self.assertEqual('migration_failed', order.fault_code)
        self.assertIn('host one: No valid host.', order.fault_message)
        desktop = self.desktop(self.desk_id)
        self.assertEqual(states.RUNNING, desktop.status)
        self.assertIsNone(desktop.fault_code)

    def test_nova_refuses(self):
        error = exceptions.CloudConflict(service='Nova', reason='rescued')
        self.world.fail('live_migrate', error)
        order = self.migrate()
        self.assertEqual('cloud_conflict', order.fault_code)
        self.assertEqual(states.RUNNING, self.desktop(self.desk_id).status)

    def test_the_server_is_gone(self):
        order_id = self.act('migrate', [self.desk_id], **{'from': 'one'})
        self.world.vanish(self.server_id)
        order = self.work(order_id)
        self.assertEqual('server_gone', order.fault_code)
        self.assertEqual(states.FAULT, self.desktop(self.desk_id).status)

    def test_retry(self):
        self.world.next_host = None
        order = self.migrate()
        self.world.next_host = 'two'
        work_orders.act('retry', [order.id], base.PROJECT)
        self.assertEqual(states.SUCCEEDED, self.work(order.id).status)
        self.assertEqual('two', self.host())

    def test_a_late_answer(self):
        """It had moved already when the call seemed to fail."""
        error = exceptions.CloudError(
            service='Nova', reason='no answer', transient=True
        )
        self.world.fail('live_migrate', error, late=True)
        self.assertEqual(states.SUCCEEDED, self.migrate().status)
        self.assertEqual(1, len(self.world.verbs('live_migrate')))
