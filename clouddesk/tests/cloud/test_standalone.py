import signal
import socket
import subprocess
import sys

import fixtures

from clouddesk.tests.cloud import base


class StandaloneTest(base.CloudTest):
    """One process, one file, and the credentials of one person."""

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.port = _free_port()
        url = 'http://127.0.0.1:%d/v1' % self.port
        self.useFixture(
            fixtures.EnvironmentVariable('OS_DESKTOP_ENDPOINT_OVERRIDE', url)
        )

    def test_a_desktop_outlives_the_process(self):
        """Made, opened after a kill in between, and deleted."""
        name = self.name()
        self.addCleanup(self.sweep, name)
        self.start()
        order = self.json('create', name, *base.SPEC)['work_order_id']
        self.process.kill()
        self.process.wait()
        self.start()
        self.until(
            lambda: (
                self.json('work', 'order', 'show', order)['status']
                == 'succeeded'
            ),
            'the desktop',
        )
        shown = self.json('show', name)
        self.assertEqual('running', shown['status'])
        self.assertIn('://', self.json('console', name)['url'])
        self.openstack('delete', name, '--wait')
        self.assertNothingLeft([shown['id']])

    def start(self):
        """Until it says that it serves."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, '-m', 'clouddesk.cmd.standalone'),
                *('--os-cloud', base.MEMBER, '--data-dir', self.folder),
                *('--port', str(self.port)),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(_stop, self.process)
        for line in self.process.stdout:
            if str(self.port) in line:
                return
        self.fail('clouddesk-standalone ended with %d' % self.process.wait())

    def sweep(self, name):
        """The service knows nothing of what was made here."""
        compute, network = self.connection.compute, self.connection.network
        for server in list(compute.servers(name=name)):
            compute.delete_server(server)
            compute.wait_for_delete(server, wait=base.PATIENCE)
        for port in list(network.ports()):
            if port.description.startswith(name):
                network.delete_port(port)


def _stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=base.PATIENCE)


def _free_port():
    with socket.create_server(('127.0.0.1', 0)) as server:
        return server.getsockname()[1]
