import http.client
import pathlib
import socket
import uuid

import fixtures
from openstack import exceptions

from clouddesk.tests.cloud import base

MANAGER = base.setting('MANAGER_CLOUD', base.MEMBER + '-manager')

#: Remote Desktop.
RDP = 3389
#: What the guest runs at its first boot; its web server shows the file.
USER_DATA = '#!/bin/sh\necho %s > /www/marker.txt\n'


class DetailsTest(base.CloudTest):
    def test_reached_from_outside(self):
        """T7, T8, T9, V17: a floating IP, Remote Desktop, a marker."""
        name, marker = self.name(), uuid.uuid4().hex
        shown = self.json(
            *('create', name, *base.SPEC, '--wait'),
            *('--floating-network', base.EXTERNAL),
            *('--remote-access', 'rdp'),
            *('--user-data', self.file(USER_DATA % marker)),
        )
        address = self.floating(shown)
        self.until(lambda: _connects(address, RDP), 'Remote Desktop')
        self.assertEqual(
            marker, self.until(lambda: _page(address), 'the marker')
        )
        self.openstack('delete', name, '--wait')
        left = self.connection.network.ips(floating_ip_address=address)
        self.assertEqual([], list(left))

    def test_locked_and_made_again(self):
        """V48: the same desktop, port and address; Nova's lock holds."""
        name = self.name()
        before = self.json('create', name, *base.SPEC, '--wait')
        self.openstack('lock', name, '--reason', 'Exam', cloud=MANAGER)
        self.addCleanup(self.openstack, 'unlock', name, cloud=MANAGER)
        server = self.connection.compute.find_server(before['server_id'])
        self.until(self.locked(server), 'the lock of the server')
        self.assertRaises(
            exceptions.ConflictException,
            self.connection.compute.delete_server,
            server,
        )
        refused = self.openstack('rebuild', name, '--yes', code=1)
        self.assertIn('Exam', refused.stderr)
        self.openstack('unlock', name, cloud=MANAGER)
        self.openstack('rebuild', name, '--yes', '--wait')
        now = self.json('show', name)
        for key in ('id', 'port_id', 'addresses'):
            self.assertEqual(before[key], now[key])
        self.assertNotEqual(before['server_id'], now['server_id'])

    def file(self, text):
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder, 'text')
        path.write_text(text)
        return str(path)

    def floating(self, shown):
        (address,) = [
            each['address']
            for each in shown['addresses']
            if each['type'] == 'floating'
        ]
        return address

    def locked(self, server):
        compute = self.connection.compute
        return lambda: compute.get_server(server).is_locked


def _connects(address, port):
    try:
        with socket.create_connection((address, port), timeout=5):
            return True
    except OSError:
        return False


def _page(address):
    connection = http.client.HTTPConnection(address, base.PORT, timeout=5)
    try:
        connection.request('GET', '/marker.txt')
        answer = connection.getresponse()
        return answer.read().decode().strip() if answer.status == 200 else ''
    except OSError:
        return ''
    finally:
        connection.close()
