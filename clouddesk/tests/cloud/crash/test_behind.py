"""What people do to servers and ports behind our back."""

import ddt

from clouddesk.tests import tally
from clouddesk.tests.cloud.crash import base

ADMIN = base.base.setting('ADMIN_CLOUD', 'admin')

DEEDS = (
    'server deleted',
    'server renamed',
    'server rebuilt',
    'server moved to ERROR',
    'server stopped',
    'port deleted',
    'volume server deleted',
    'floating IP deleted',
)
SHORT = ('port deleted',)


@ddt.ddt
class BehindOurBackTest(base.CrashTest):
    """Rule 7: it is shown, and repaired."""

    options = base.PATIENT

    @ddt.data(*(DEEDS if tally.is_long() else SHORT))
    def test_deed(self, deed):
        self.replace()
        order = self.make_pool(
            1, floating_network_id=self.external, **self.wish(deed)
        )
        self.pool_id = order.subject['id']
        self.ended(order)
        with tally.part('audit', 'at rest', deed):
            self.do(deed)
            self.repair()
            self.assertWhole(self.pool_id, 1)
        with tally.part('pool.delete', 'at rest', deed):
            self.do(deed)
            self.ended(self.proxy.delete_pool(self.pool_id))
        self.assertAsBefore()

    @ddt.data(*(DEEDS[:4] if tally.is_long() else ()))
    def test_deed_while_building(self, deed):
        """The server is there, and nobody was told so."""
        conductor = self.replace()
        gate = conductor.proxy.fault(
            'network', 'POST', '/floatingips', hang=True
        )
        order = self.make_pool(1, floating_network_id=self.external)
        self.pool_id = order.subject['id']
        with tally.part('pool.create', 'before active', deed):
            self.assertTrue(gate.reached.wait(60), conductor.output())
            look = conductor.proxy.fault(
                'compute', 'POST', '/servers$', drop='after'
            )
            gate.release()
            self.assertTrue(look.reached.wait(60), conductor.output())
            self.until(self.servers_there, 'the server', 60, 0.2)
            self.do(deed)
            self.mended(order)
            self.until(lambda: not self.differences(), 'no difference', 60)
            self.assertWhole(self.pool_id, 1)
        self.ended(self.proxy.delete_pool(self.pool_id))
        self.assertAsBefore()

    def wish(self, deed):
        """What the deed needs of a desktop."""
        if deed.startswith('volume'):
            return {'boot_from': 'volume', 'volume_size': 1}
        if deed == 'server stopped':
            # Else a conductor starts it, perhaps while we do.
            return {'keep_running': False}
        return {}

    def servers_there(self):
        return self.servers([d.id for d in self.desktops(self.pool_id)])

    def do(self, deed):
        (desktop,) = self.desktops(self.pool_id)
        (server,) = self.servers([desktop.id])
        compute = self.connection.compute
        if deed.endswith('server deleted'):
            compute.delete_server(server)
            compute.wait_for_delete(server)
        elif deed == 'server renamed':
            compute.update_server(server, name='somebody')
        elif deed == 'server rebuilt':
            # Nova refuses it to whoever comes earlier.
            compute.wait_for_server(server, wait=60, interval=1)
            compute.rebuild_server(server, image=self.spec()['image_id'])
            compute.wait_for_server(server, wait=60, interval=1)
        elif deed == 'server moved to ERROR':
            admin = self.connect(ADMIN).compute
            admin.reset_server_state(server.id, 'error')
        elif deed == 'server stopped':
            compute.stop_server(server)
            compute.wait_for_server(
                server, status='SHUTOFF', wait=60, interval=1
            )
        elif deed == 'port deleted':
            # The network is not the project's.
            admin = self.connect(ADMIN).network
            admin.delete_port(desktop.port_id)
        elif deed == 'floating IP deleted':
            (address,) = self.connection.network.ips(port_id=desktop.port_id)
            self.connection.network.delete_ip(address)

    def repair(self):
        """Until the audit has nothing to say and the desktop runs."""
        self.until(self.repaired, 'everything is repaired', 120, 1)

    def repaired(self):
        (desktop,) = self.desktops(self.pool_id)
        if desktop.work_order_id:
            self.ended(self.proxy.get_work_order(desktop.work_order_id))
        elif self.differences():
            self.manager.repair_differences()
        elif desktop.status == 'fault':
            self.ended(self.proxy.retry_desktop(desktop.id))
        elif desktop.status == 'off':
            self.ended(self.proxy.start_desktop(desktop.id))
        else:
            # The row may not know yet what was done.
            there = [server.status for server in self.servers_there()]
            return (desktop.status, there) == ('running', ['ACTIVE'])
        return False

    def differences(self):
        return self.audited().differences
