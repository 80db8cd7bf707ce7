from clouddesk import exceptions
from clouddesk import states
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base


class _TestCase(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.end_of_time()
        (self.desk_id,) = self.built(spec=base.FLOATING_SPEC)
        self.before = self.desktop(self.desk_id)
        (self.port,) = self.world.ports()

    def lose_port(self):
        del self.world.things[self.port.id]
        (floating_ip,) = self.world.floating_ips()
        self.world.change(floating_ip.id, port_id=None)
        self.world.change(self.before.server_id, addresses=[])

    def reattach(self):
        return self.work(self.act('reattach', [self.desk_id]))


class ReattachTest(_TestCase):
    def test_another_port_like_the_first(self):
        """The disk stays, and so does all that the guest sees."""
        self.lose_port()
        order = self.reattach()
        self.assertEqual(states.SUCCEEDED, order.status)
        (port,) = self.world.ports()
        row = self.desktop(self.desk_id)
        self.assertEqual(self.before.server_id, row.server_id)
        self.assertEqual((port.id, states.RUNNING), (row.port_id, row.status))
        self.assertEqual(row.server_id, port.device_id)
        for same in ('mac', 'addresses', 'security_groups'):
            self.assertEqual(
                getattr(self.port, same), getattr(port, same), same
            )
        (floating_ip,) = self.world.floating_ips()
        self.assertEqual(port.id, floating_ip.port_id)
        self.assertEqual([], self.world.verbs('delete_server'))

    def test_its_address_is_taken(self):
        self.lose_port()
        self.world.put(
            base.types.Port('other', 'x', addresses=self.port.addresses)
        )
        self.assertEqual(states.SUCCEEDED, self.reattach().status)
        (port,) = self.world.ports(self.desk_id)
        self.assertNotEqual(self.port.addresses, port.addresses)
        self.assertEqual(self.before.server_id, port.device_id)

    def test_a_port_that_is_only_unplugged_is_used(self):
        self.world.change(self.port.id, device_id=None)
        self.assertEqual(states.SUCCEEDED, self.reattach().status)
        (port,) = self.world.ports()
        self.assertEqual(self.port, port)
        self.assertEqual([], self.world.verbs('create_port'))

    def test_one_that_is_off_stays_off(self):
        self.lose_port()
        self.world.change(self.before.server_id, status='SHUTOFF')
        self.assertEqual(states.SUCCEEDED, self.reattach().status)
        self.assertEqual(states.OFF, self.desktop(self.desk_id).status)

    def test_a_server_that_takes_no_port(self):
        """Honest: the desktop is no worse than before, and can be mended."""
        self.lose_port()
        self.world.change(self.before.server_id, status='SUSPENDED')
        order = self.reattach()
        self.assertEqual('reattach_failed', order.fault_code)
        self.assertIn('SUSPENDED', order.fault_message)
        self.world.change(self.before.server_id, status='ACTIVE')
        work_orders.act('retry', [order.id], base.PROJECT)
        self.assertEqual(states.SUCCEEDED, self.work(order.id).status)
        self.assertEqual(1, len(self.world.ports()))

    def test_a_server_that_is_busy(self):
        self.lose_port()
        self.world.change(self.before.server_id, task_state='image_snapshot')
        self.clock.between.append(
            lambda: self.world.change(self.before.server_id, task_state=None)
        )
        self.assertEqual(states.SUCCEEDED, self.reattach().status)

    def test_a_server_that_was_busy_a_moment_ago(self):
        self.lose_port()
        busy = exceptions.CloudConflict(
            service='Nova', reason='task_state image_snapshot', transient=True
        )
        self.world.fail('plug', busy)
        self.assertEqual(states.SUCCEEDED, self.reattach().status)

    def test_the_server_is_gone(self):
        self.lose_port()
        self.world.vanish(self.before.server_id)
        order = self.reattach()
        self.assertEqual('server_gone', order.fault_code)
        self.assertEqual(states.FAULT, self.desktop(self.desk_id).status)

    def test_a_lost_answer(self):
        error = exceptions.CloudError(
            service='Nova', reason='no answer', transient=True
        )
        for verb in ('create_port', 'plug'):
            self.world.fail(verb, error, late=True)
        self.lose_port()
        self.assertEqual(states.SUCCEEDED, self.reattach().status)
        self.assertEqual(1, len(self.world.ports()))
        self.assertEqual(1, len(self.world.verbs('plug')))

    def test_cancelled_in_the_middle(self):
        """A port that was made has to be used."""
        self.lose_port()
        order_id = self.act('reattach', [self.desk_id])
        self.assertTrue(self.die(order_id, 11))
        self.assertEqual(1, len(self.world.ports()))
        work_orders.act('cancel', [order_id], base.PROJECT)
        self.assertEqual(states.SUCCEEDED, self.take_over(order_id).status)
        self.assertEqual(1, len(self.world.ports()))

    def test_cancelled_before_it_began(self):
        self.lose_port()
        order_id = self.act('reattach', [self.desk_id])
        work_orders.act('cancel', [order_id], base.PROJECT)
        self.assertEqual(states.CANCELLED, self.work(order_id).status)
        self.assertEqual(states.RUNNING, self.desktop(self.desk_id).status)


class RetryTest(_TestCase):
    def test_a_server_that_is_adopted_gets_the_new_port(self):
        self.lose_port()
        self.remember_fault()
        order = self.work(self.act('retry', [self.desk_id]))
        self.assertEqual(states.SUCCEEDED, order.status)
        (port,) = self.world.ports()
        self.assertEqual(self.before.server_id, port.device_id)

    def remember_fault(self):
        order_id = self.act('delete', [self.desk_id])
        self.world.fail(
            'delete_server',
            exceptions.CloudError(service='Nova', reason='no'),
        )
        self.assertEqual(states.FAILED, self.work(order_id).status)
        self.assertEqual(states.FAULT, self.desktop(self.desk_id).status)
