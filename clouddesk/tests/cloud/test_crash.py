import os
import pathlib
import signal
import subprocess

import clouddesk
from clouddesk.tests.cloud import base

FLAVOR = base.setting('FAKE_FLAVOR', 'f1.desk')
ZONE = base.setting('FAKE_ZONE', 'fake')
SIZE = 10

_SCRIPT = pathlib.Path(clouddesk.__file__).parents[1] / 'devstack/allinone.sh'
_CONDUCTOR = 'clouddesk-conductor'


class CrashTest(base.CloudTest):
    """The conductor may die at any moment: the rows are the order."""

    def setUp(self):
        super().setUp()
        self.home = os.environ.get('CLOUDDESK_AIO_HOME')
        if not self.home or not self._pid_file().exists():
            self.skipTest(
                'the conductor cannot be killed from here: the cloud is not '
                'an all-in-one (CLOUDDESK_AIO_HOME)'
            )

    def test_a_killed_conductor_makes_no_desktop_twice(self):
        name = self.name()
        self.openstack('pool', 'create', name, *self._spec())
        pool = self.proxy.find_pool(name, ignore_missing=False)
        order_id = pool.work_order_id
        self.until(
            lambda: self._is_half_done(order_id),
            'some servers are made',
            every=0.1,
        )
        self.addCleanup(self._revive_conductor)
        self._kill_conductor()
        self.assertEqual('running', self._order(order_id).status)
        self._start_conductor()

        self.assertEqual('succeeded', self.finished(order_id).status)
        self.assertEqual(
            {'running': SIZE}, self.proxy.get_pool(pool.id).counts
        )
        desktops = list(self.proxy.desktops(pool_id=pool.id))
        servers = self.servers([desktop.id for desktop in desktops])
        self.assertEqual(
            sorted(desktop.server_id for desktop in desktops),
            sorted(server.id for server in servers),
        )
        self.assertEqual(SIZE, len(servers))
        ports = self.ports([desktop.id for desktop in desktops])
        self.assertEqual(SIZE, len(ports))
        self.openstack('pool', 'delete', name, '--wait')
        self.assertNothingLeft([desktop.id for desktop in desktops])

    def _spec(self):
        return (
            *('--image', base.IMAGE, '--network', base.NETWORK),
            *('--flavor', FLAVOR, '--availability-zone', ZONE),
            *('--size', str(SIZE)),
        )

    def _order(self, order_id):
        return self.proxy.get_work_order(order_id)

    def _is_half_done(self, order_id):
        """Some servers are made, and not all desktops are ready."""
        order = self._order(order_id)
        self.assertNotIn(
            order.status, ('succeeded', 'failed'), 'too late for a crash'
        )
        done = {step['name']: step['done'] for step in order.steps}
        return done['server'] > 0

    def _pid_file(self):
        return pathlib.Path(self.home, 'run', 'pids', _CONDUCTOR)

    def _kill_conductor(self):
        pid = int(self._pid_file().read_text().split()[0])
        os.killpg(pid, signal.SIGKILL)
        self.until(lambda: not _lives(pid), 'the conductor is gone', 30)

    def _revive_conductor(self):
        if not _lives(int(self._pid_file().read_text().split()[0])):
            self._start_conductor()

    def _start_conductor(self):
        done = subprocess.run(
            [_SCRIPT, '--home', self.home, 'restart', _CONDUCTOR],
            capture_output=True,
            text=True,
        )
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


def _lives(pid):
    try:
        stat = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(')')[2].split()[0] != 'Z'
