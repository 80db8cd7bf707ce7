"""A conductor dies at every event of an order; another one continues.

Events are the checkpoints around each step and the moments before and after
each call to the cloud. Wherever the first conductor dies, the end must be the
same as without a death, and nothing may be doubled or left.
"""

from clouddesk import states
from clouddesk.db.api import desktops
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base

#: More than any of the orders here has.
MANY = 500


class CrashTest(base.ConductorTestCase):
    def everywhere(self, prepare, check, epoch=2):
        """Let the conductor die at each event of an order in turn.

        :param prepare: makes an order, returns its id
        :param check: called with the order after the take-over
        :param epoch: of the order after it
        """
        for number in range(1, MANY):
            self.new_world()
            order_id = prepare()
            if not self.die(order_id, number):
                self.assertGreater(number, 8)
                return
            order = self.take_over(order_id)
            self.assertEqual(epoch, order.epoch, 'died at %d' % number)
            check(order)
        self.fail('the order has more than %d events' % MANY)

    def assertWhole(self, order):
        self.assertEqual(states.SUCCEEDED, order.status)
        for item in order.items:
            desktop = self.desktop(item.desktop_id)
            self.assertEqual(states.RUNNING, desktop.status)
            self.assertIsNone(desktop.work_order_id)
            (server,) = self.world.servers(desktop.id)
            self.assertEqual(server.id, desktop.server_id)
            (port,) = self.world.ports(desktop.id)
            self.assertEqual(port.id, desktop.port_id)
            self.assertEqual(server.id, port.device_id)
            floating_ips = self.world.floating_ips(desktop.id)
            self.assertEqual(
                [desktop.port_id] if desktop.floating_network_id else [],
                [each.port_id for each in floating_ips],
            )
            by_volume = desktop.boot_from == 'volume'
            volumes = self.world.volumes(desktop.id)
            self.assertEqual(int(by_volume), len(volumes))
            if by_volume:
                self.assertEqual(volumes[0].id, desktop.volume_id)

    def assertNothingLeft(self, order):
        ids = {item.desktop_id for item in order.items}
        for thing in self.world.things.values():
            self.assertNotIn(thing.value.desktop_id, ids)
        self.assertEqual([], desktops.get_many(ids))

    def test_build(self):
        self.everywhere(lambda: self.create(2), self.assertWhole)

    def test_build_from_a_volume(self):
        self.everywhere(
            lambda: self.create(spec=base.VOLUME_SPEC), self.assertWhole
        )

    def test_build_with_a_floating_ip(self):
        """T7"""
        self.everywhere(
            lambda: self.create(spec=base.FLOATING_SPEC), self.assertWhole
        )

    def test_build_that_fails(self):
        def prepare():
            order_id = self.create()
            self.world.doomed.update(self.ids_of(order_id))
            return order_id

        def check(order):
            self.assertEqual(states.FAILED, order.status)
            self.assertEqual('build_failed', order.fault_code)
            (desktop_id,) = self.ids_of(order.id)
            self.assertEqual(states.FAULT, self.desktop(desktop_id).status)
            self.world.tick()
            self.assertEqual(1, len(self.world.servers(desktop_id)))
            self.assertEqual(1, len(self.world.ports(desktop_id)))

        self.everywhere(prepare, check)

    def test_retry(self):
        def prepare():
            order_id = self.create()
            ids = self.ids_of(order_id)
            self.world.doomed.update(ids)
            self.work(order_id)
            self.world.doomed.clear()
            return self.act('retry', ids)

        self.everywhere(prepare, self.assertWhole)

    def test_retry_of_the_order(self):
        """What the order did before it failed does not count any more."""

        def prepare():
            order_id = self.create(1, base.VOLUME_SPEC)
            ids = self.ids_of(order_id)
            self.world.doomed.update(ids)
            self.work(order_id)
            self.world.doomed.clear()
            work_orders.act('retry', [order_id], base.PROJECT)
            return order_id

        self.everywhere(prepare, self.assertWhole, epoch=3)

    def test_rebuild(self):
        """V48: wherever it dies, one new server is on the old port."""

        def check(order):
            self.assertWhole(order)
            (desktop_id,) = self.ids_of(order.id)
            now = self.desktop(desktop_id)
            self.assertEqual(before.port_id, now.port_id)
            self.assertNotEqual(before.server_id, now.server_id)
            if before.volume_id:
                self.assertNotEqual(before.volume_id, now.volume_id)

        def prepare():
            nonlocal before
            ids = self.built(spec=spec)
            before = self.desktop(ids[0])
            return self.act('rebuild', ids)

        before = None
        for spec in (base.SPEC, base.VOLUME_SPEC):
            self.everywhere(prepare, check)

    def test_stop(self):
        def check(order):
            self.assertEqual(states.SUCCEEDED, order.status)
            desktop = self.desktop(order.items[0].desktop_id)
            self.assertEqual(states.OFF, desktop.status)
            self.assertEqual('SHUTOFF', desktop.server_status)

        self.everywhere(lambda: self.act('stop', self.built(2)), check)

    def test_migrate(self):
        """V42"""

        def prepare():
            ids = self.built()
            self.world.change(self.desktop(ids[0]).server_id, host='one')
            return self.act('migrate', ids, **{'from': 'one'})

        def check(order):
            self.assertWhole(order)
            (server,) = self.world.servers(order.items[0].desktop_id)
            self.assertEqual('two', server.host)

        self.everywhere(prepare, check)

    def test_reboot(self):
        def check(order):
            self.assertEqual(states.SUCCEEDED, order.status)
            desktop = self.desktop(order.items[0].desktop_id)
            self.assertEqual(states.RUNNING, desktop.status)
            self.assertTrue(self.world.verbs('reboot'))

        self.everywhere(lambda: self.act('reboot', self.built(2)), check)

    def test_delete(self):
        def check(order):
            self.assertEqual(states.SUCCEEDED, order.status)
            self.assertNothingLeft(order)

        self.everywhere(lambda: self.act('delete', self.built(2)), check)
        self.everywhere(
            lambda: self.act('delete', self.built(spec=base.VOLUME_SPEC)),
            check,
        )

    def test_cancel(self):
        """Killed while building, cancelled, killed again while undoing."""

        def prepare():
            order_id = self.create(2, base.VOLUME_SPEC)
            self.die(order_id, 14)
            self.expire(order_id)
            work_orders.act('cancel', [order_id], base.PROJECT)
            return order_id

        def check(order):
            self.assertEqual(states.CANCELLED, order.status)
            self.assertNothingLeft(order)

        for number in range(1, MANY):
            self.new_world()
            order_id = prepare()
            if not self.die(order_id, number):
                break
            check(self.take_over(order_id))
        check(self.order(order_id))
        self.assertGreater(number, 8)
