import socket
import subprocess

from openstack import exceptions
import requests

from clouddesk.tests.cloud import base


class PoolTest(base.CloudTest):
    """The main job: a class of real desktops, from its making to its end."""

    def setUp(self):
        super().setUp()
        self.pool = self.name()
        self.seen = set()

    def test_a_class_of_desktops(self):
        shown = self.json(
            'pool', 'create', self.pool, *base.SPEC, '--size', '3', '--wait'
        )
        self.assertEqual('active', shown['status'])
        self.assertEqual({'running': 3}, shown['counts'])
        self.assert_servers(3)
        self.hide(self.desktops()[0])
        self.reach(self.desktops()[0])
        self.open_console(self.desktops()[0])
        self.stop_and_start(self.desktops()[0], self.desktops()[1])
        self.resize(4)
        self.resize(2)
        self.openstack('pool', 'delete', self.pool, '--yes', '--wait')
        self.openstack('pool', 'show', self.pool, code=1)
        self.assertNothingLeft(sorted(self.seen))

    def desktops(self):
        listed = self.json('list', '--long', '--pool', self.pool)
        self.seen.update(desktop['ID'] for desktop in listed)
        return listed

    def assert_servers(self, number):
        """Nova has one active server for each desktop, and no other."""
        desktops = self.desktops()
        servers = self.servers([desktop['ID'] for desktop in desktops])
        self.assertEqual(
            sorted(desktop['Server ID'] for desktop in desktops),
            sorted(server.id for server in servers),
        )
        self.assertEqual(
            ['ACTIVE'] * number, [server.status for server in servers]
        )

    def hide(self, desktop):
        """A stranger does not find it."""
        self.openstack('show', desktop['ID'], cloud=base.STRANGER, code=1)
        error = self.assertRaises(
            exceptions.NotFoundException,
            self.connect(base.STRANGER).desktop.stop_desktop,
            desktop['ID'],
        )
        self.assertEqual(404, error.status_code)

    def reach(self, desktop):
        """Ping and TCP from here into the desktop."""
        address = self.floating_address(desktop['ID'])
        self.until(lambda: _pings(address), f'{address} answers a ping')
        self.until(
            lambda: _connects(address, base.PORT),
            f'{address} takes a connection on port {base.PORT}',
        )

    def floating_address(self, desktop_id):
        """A floating address of our own for a desktop."""
        network = self.connection.network
        address = network.create_ip(
            floating_network_id=network.find_network(
                base.EXTERNAL, ignore_missing=False
            ).id,
            port_id=self.proxy.get_desktop(desktop_id).port_id,
        )
        self.addCleanup(network.delete_ip, address.id)
        return address.floating_ip_address

    def open_console(self, desktop):
        """V30: the URL of the console answers."""
        console = self.json('console', desktop['ID'], '--novnc')
        answer = requests.get(console['url'], timeout=30)
        self.assertEqual(200, answer.status_code)
        way = self.json('connect', desktop['ID'], '--console')
        self.assertEqual('console', way['method'])

    def stop_and_start(self, *desktops):
        """V24, and V30: there is no way into a desktop that is off."""
        ids = [desktop['ID'] for desktop in desktops]
        for verb, status, nova in (
            ('stop', 'off', 'SHUTOFF'),
            ('start', 'running', 'ACTIVE'),
        ):
            rows = self.json(verb, *ids, '--wait')
            self.assertEqual({status}, {row['Status'] for row in rows})
            servers = self.servers(ids)
            self.assertEqual([nova] * len(ids), [s.status for s in servers])
            self.openstack('connect', ids[0], code=int(status == 'off'))

    def resize(self, size):
        shown = self.json(
            'pool', 'resize', self.pool, '--size', str(size), '--wait'
        )
        self.assertEqual({'running': size}, shown['counts'])
        self.assert_servers(size)
        left = {desktop['ID'] for desktop in self.desktops()}
        self.assertNothingLeft(sorted(self.seen - left))


def _pings(address):
    done = subprocess.run(
        ['ping', '-c', '1', '-W', '2', address], capture_output=True
    )
    return done.returncode == 0


def _connects(address, port):
    try:
        with socket.create_connection((address, port), timeout=5):
            return True
    except OSError:
        return False
