"""Services that go away, and come back, in the middle of an order."""

import configparser
import contextlib
import os
import signal
import socket
import threading
import time

import ddt
import requests
import sqlalchemy

from clouddesk.tests import tally
from clouddesk.tests.cloud.crash import base

ADMIN = base.base.setting('ADMIN_CLOUD', 'admin')

#: Name in the all-in-one, and seconds that it stays away.
OUTAGES = (
    ('rabbitmq', 30),
    ('mariadb', 5),
    ('memcached', 10),
    ('keystone', 20),
    ('nova-api', 20),
    ('fake-compute', 20),
    ('neutron', 20),
    ('cinder', 20),
    ('glance', 20),
)
SHORT = (('mariadb', 5),)
#: When a worker of the API dies.
MOMENTS = ('after the answer', 'in the transaction')
#: What is asked of a service when an order is in its middle.
MIDDLE = {
    'pool.create': ('POST', '/ports$'),
    'pool.delete': ('DELETE', '/servers/'),
}


@ddt.ddt
class OutageTest(base.CrashTest):
    """The order ends well, at once or when somebody retries it."""

    options = {
        'conductor': {
            # Without its database a conductor lets the lease expire.
            'lease_seconds': 45,
            # Where another service forgets what it was at, nobody waits long.
            'build_timeout': 150,
            'action_timeout': 90,
        },
        'cloud': {'timeout': 30},
    }

    @ddt.idata(OUTAGES if tally.is_long() else SHORT)
    @ddt.unpack
    def test_outage(self, name, seconds):
        self.at_work = self.replace()
        what = 'away for %d s' % seconds
        with tally.part('pool.create', 'middle', '%s %s' % (name, what)):
            order = self.interrupted('pool.create', self.make, name, seconds)
            self.pool_id = order.subject['id']
            self.assertWhole(self.pool_id, 2)
        if tally.is_long():
            with tally.part('pool.delete', 'middle', '%s %s' % (name, what)):
                self.interrupted('pool.delete', self.remove, name, seconds)
        else:
            self.ended(self.remove())
        self.assertAsBefore()

    def interrupted(self, kind, give, name, seconds):
        """Carry an order out while a service is away."""
        method, path = MIDDLE[kind]
        fault = self.at_work.proxy.fault(
            'network' if 'ports' in path else 'compute',
            method,
            path,
            hang=True,
        )
        order = give()
        self.assertTrue(fault.reached.wait(60), self.at_work.output())
        self.addCleanup(self.site.do, 'start', name)
        self.site.do('stop', name)
        fault.release()
        # An outage has a length; nothing is waited for.
        time.sleep(seconds)
        self.site.do('start', name)
        return self.mended(order)[0]

    def make(self):
        return self.make_pool(2, **self.on_volumes())

    def remove(self):
        return self.proxy.delete_pool(self.pool_id)


class MessageTest(base.CrashTest):
    """The row is the order, the message is a hint (rule 1)."""

    options = {
        'conductor': {
            'sync_interval': 3600,
            'lease_seconds': 600,
            # What Nova was asked for while it could not pass it on, is lost.
            'action_timeout': 90,
        },
        'cloud': {'timeout': 60},
    }

    def test_broker_away(self):
        """202 as ever; the loop finds the order; later Nova is heard."""
        conductor = self.replace()
        order = self.make_pool(1)
        self.ended(order)
        pool_id = order.subject['id']
        (desktop,) = self.desktops(pool_id)
        with tally.part('desktop.stop', 'queued', 'rabbitmq away for 30 s'):
            self.addCleanup(self.site.do, 'start', 'rabbitmq')
            self.site.do('stop', 'rabbitmq')
            back = time.monotonic() + 30
            order = self.proxy.stop_desktop(desktop.id)
            self.until(
                lambda: self.proxy.get_work_order(order.id).started_at,
                'the order is found without a message',
                60,
                0.5,
            )
            time.sleep(max(0, back - time.monotonic()))
            self.site.do('start', 'rabbitmq')
            self.mended(order)
            self.assertWhole(pool_id, 1, 'off')
        with tally.part('notification', 'at rest', 'rabbitmq was away'):
            # Nova itself waits a minute for each reply that was lost.
            self.until(self.heard(desktop), 'Nova is heard again', every=1)
        self.assertNotIn('Traceback', conductor.output())
        self.ended(self.proxy.delete_pool(pool_id))
        self.assertAsBefore()

    def heard(self, desktop):
        """Started behind our back until a notification tells so."""
        compute = self.connection.compute

        def look():
            server = compute.get_server(desktop.server_id)
            if server.task_state is None and server.status == 'SHUTOFF':
                compute.start_server(server)
            seen = self.proxy.get_desktop(desktop.id).status
            if seen != 'running' and server.status == 'ACTIVE':
                compute.stop_server(server)
            return seen == 'running'

        return look


class TokenTest(base.CrashTest):
    """The token of the service user is revoked while it is in use."""

    options = base.PATIENT

    def test_revoked(self):
        conductor = self.replace()
        self.admin = self.connect(ADMIN)
        self.verdicts = []
        with tally.part('pool.create', 'middle', 'token revoked'):
            fault = self.revoke_at(conductor, 'POST', '/servers$')
            order = self.make_pool(2)
            # Nova goes on with the token that it was asked with.
            self.mended(order, tries=1)
            self.assertEqual(1, fault.hits)
            self.assertWhole(order.subject['id'], 2)
        with tally.part('pool.delete', 'middle', 'token revoked'):
            fault = self.revoke_at(conductor, 'DELETE', '/servers/')
            order = self.proxy.delete_pool(order.subject['id'])
            self.mended(order, tries=1)
            self.assertEqual(1, fault.hits)
        self.assertIn(204, self.verdicts)
        refused = [c for c in conductor.proxy.calls() if c.status == 401]
        self.assertNotEqual([], refused)
        self.assertAsBefore()

    def revoke_at(self, conductor, method, path):
        return conductor.proxy.fault(
            'compute',
            method,
            path,
            callback=lambda: self.revoke(conductor.proxy.tokens()),
        )

    def revoke(self, tokens):
        for token in tokens:
            answer = self.admin.identity.delete(
                '/auth/tokens', headers={'X-Subject-Token': token}
            )
            self.verdicts.append(answer.status_code)
        # The services believe a token that they know for some minutes.
        self.forget_tokens()

    def forget_tokens(self):
        """Empty memcached."""
        places = _config(self.site)['keystone_authtoken']['memcached_servers']
        host, port = places.split(':')
        with socket.create_connection((host, int(port)), 10) as connection:
            connection.sendall(b'flush_all\r\n')
            self.assertEqual(b'OK\r\n', connection.recv(16))


class HandOverTest(base.CrashTest):
    """SIGTERM under load: handed over, nothing lost."""

    # Nobody can wait for a lease to expire. A call may take longer than the
    # all-in-one gives a conductor to stop.
    options = base.PATIENT | {'DEFAULT': {'graceful_shutdown_timeout': 60}}

    def test_under_load(self):
        with tally.part('pool.create', 'middle', 'SIGTERM, taken over'):
            first = self.replace()
            self.spawn()
            orders = [self.make_pool(4) for _ in range(3)]
            self.until(
                lambda: any(self.is_half_done(order) for order in orders),
                'some servers are made',
                every=0.2,
            )
            self.assertEqual(0, first.terminate(), first.output())
            self.assertIn('has handed over', first.output())
            for order in orders:
                self.ended(order)
                self.assertWhole(order.subject['id'], 4)
        for order in orders:
            self.ended(self.proxy.delete_pool(order.subject['id']))
        self.assertAsBefore()

    def is_half_done(self, order):
        steps = self.proxy.get_work_order(order.id).steps
        return {s['name']: s['done'] for s in steps}['server'] > 0


@ddt.ddt
class WorkerTest(base.CrashTest):
    """A worker of the API dies over a request: an order, or nothing."""

    options = base.PATIENT

    @ddt.data(*(MOMENTS if tally.is_long() else MOMENTS[:1]))
    def test_killed(self, moment):
        answered = moment == 'after the answer'
        name = self.name()
        with tally.part('POST /pools', moment, 'SIGKILL of the worker'):
            if answered:
                self.die_with_the_hint(name)
            else:
                self.die_in_the_transaction(name)
            self.assertEqual(202 if answered else 'no answer', self.answer)
            self.assertEqual(answered, self.until(self.seen(name), 'API')[0])
        self.replace()
        for pool in self.proxy.pools(name=name):
            self.ended(self.proxy.get_work_order(pool.work_order_id))
            self.assertWhole(pool.id, 2)
            self.ended(self.proxy.delete_pool(pool.id))
        self.assertAsBefore()

    def die_with_the_hint(self, name):
        """The broker took no message: nobody was told of the order."""
        with self.paused():
            self.post(name)
            self.kill_workers()

    def die_in_the_transaction(self, name):
        with self.locked():
            request = threading.Thread(target=self.post, args=(name,))
            request.start()
            self.until(self.waits, 'the request waits', 60, 0.2)
            self.kill_workers()
            request.join(60)

    def kill_workers(self):
        for pid in self.site.children('clouddesk-api'):
            os.kill(pid, signal.SIGKILL)

    def post(self, name):
        session = self.connection.session
        url = session.get_endpoint(service_type='desktop') + '/v1/pools'
        body = self.spec() | {'name': name, 'size': 2}
        try:
            answer = requests.post(
                url, json=body, headers=session.get_auth_headers(), timeout=50
            )
            self.answer = answer.status_code
        except requests.ConnectionError:
            self.answer = 'no answer'

    def is_there(self, name):
        return list(self.proxy.pools(name=name))

    def seen(self, name):
        """Whether there is such a pool, once the API is back."""

        def look():
            with contextlib.suppress(Exception):
                return [bool(self.is_there(name))]
            return None

        return look

    @contextlib.contextmanager
    def paused(self):
        """The broker takes no message and says nothing."""
        group = self.site.pid('rabbitmq')
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    @contextlib.contextmanager
    def locked(self):
        """Nobody can write the last rows of an order."""
        engine = self.engine()
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text('LOCK TABLES work_items WRITE'))
            yield
            connection.execute(sqlalchemy.text('UNLOCK TABLES'))

    def waits(self):
        """Whether somebody stands before the lock."""
        with self.engine().connect() as connection:
            rows = connection.execute(sqlalchemy.text('SHOW PROCESSLIST'))
            return any(
                'lock' in (row.State or '')
                and 'work_items' in (row.Info or '')
                for row in rows
            )

    def engine(self):
        url = _config(self.site)['database']['connection']
        return sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)


def _config(site):
    """The sections of the service's configuration."""
    config = configparser.ConfigParser(interpolation=None, strict=False)
    config.read(site.config_file)
    return config
