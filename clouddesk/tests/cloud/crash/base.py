"""Conductors that are killed and services that fail, on a real OpenStack.

Only where the cloud is an all-in-one that belongs to the tests: its own
conductor rests, the tests start others with the same configuration.
"""

from collections.abc import Callable
import contextlib
import functools
import os
import time
from typing import Any
from urllib import parse

import fixtures
from openstack import exceptions
from testtools import content

from clouddesk.tests.cloud import base
from clouddesk.tests.fixtures import allinone
from clouddesk.tests.fixtures import fault_proxy

MANAGER = base.setting('MANAGER_CLOUD', base.MEMBER + '-manager')

SERVICES = ('identity', 'compute', 'network', 'block-storage', 'image')

KILL = 'SIGKILL, started again'
FREEZE = 'SIGSTOP, taken over, SIGCONT'

#: Seconds. A third of it is what a service may take to answer, so it has to
#: be longer on a slow machine.
LEASE = int(base.setting('LEASE', '12'))
OPTIONS = {
    'conductor': {
        'lease_seconds': LEASE,
        'claim_interval': 0.3,
        'poll_interval': 0.5,
        'sync_interval': 2,
        'sweep_interval': 2,
        'sweep_grace': LEASE,
    },
    'cloud': {'timeout': LEASE * 2 // 3, 'connect_retries': 0},
    # Tells of calls without an answer.
    'DEFAULT': {'default_log_levels': 'clouddesk.cloud.session=DEBUG'},
}

#: Where no lease has to expire.
PATIENT = {'conductor': {'lease_seconds': 600}, 'cloud': {'timeout': 60}}

_OWNED = 'CLOUDDESK_TEST_MAY_BREAK'
_UNFINISHED = ('queued', 'paused', 'running', 'cancelling')


class CrashTest(base.CloudTest):
    """In the end all is as if nothing had happened."""

    conductor = False
    options: dict[str, dict[str, object]] = {}

    def setUp(self):
        site = allinone.of_environment()
        if not os.environ.get(_OWNED) or site is None:
            self.skipTest(
                'the cloud is not there to be broken: %s is not set' % _OWNED
            )
        super().setUp()
        self.site = site
        site.dismiss_conductor()
        self.manager = self.connect(MANAGER).desktop
        self._alive: list[allinone.Conductor] = []
        self._spawned: list[allinone.Conductor] = []
        self._options_file = self._write_options()
        self._before = self.census()

    # -- conductors --------------------------------------------------------

    def spawn(self, die_at: str = '') -> allinone.Conductor:
        """A conductor; ``proxy`` is between it and the services."""
        proxy = self.useFixture(fault_proxy.Proxy(self._services))
        conductor = allinone.Conductor(
            self.site, self._options_file, proxy, die_at
        )
        self.useFixture(conductor)
        self._alive.append(conductor)
        self._spawned.append(conductor)
        self.addOnException(functools.partial(self._show, conductor))
        return conductor

    def replace(self) -> allinone.Conductor:
        """A conductor, and no other."""
        self.kill_all()
        return self.spawn()

    def kill_all(self) -> None:
        while self._alive:
            self._alive.pop().kill()

    def strike(
        self,
        give: Callable[[], Any],
        step: str,
        when: str,
        how: str,
        number: int = 1,
        status: str = 'succeeded',
    ) -> Any:
        """One conductor is hit at a moment, another ends the order.

        :param give: gives the order
        :param number: which of its items is meant
        :param status: that the order is to end in
        :returns: the order, after its end
        """
        self.kill_all()
        moment = '%s:%s:%d' % (step, when, number)
        order = give()
        if how == KILL:
            first = self.spawn(moment)
            self.assertEqual(-9, first.join(), first.output())
            self.spawn()
            return self.ended(order, status)
        first = self.spawn(moment + ':STOP')
        first.join_freeze()
        self.spawn()
        order = self.ended(order, status)
        self._continue(first, order)
        return order

    def ended(self, order: Any, status: str = 'succeeded') -> Any:
        """The order after its end, which must be this one."""
        order = self.finished(order.id)
        self.assertEqual(status, order.status, order.fault)
        return order

    def mended(self, order: Any, tries: int = 3) -> Any:
        """The order after its end; what failed is retried, by people.

        :returns: the order and how often it was retried
        """
        order = self.finished(order.id)
        retried = 0
        while order.status == 'failed' and retried < tries:
            retried += 1
            self.proxy.retry_work_order(order.id)
            order = self.finished(order.id)
        self.assertEqual('succeeded', order.status, order.fault)
        return order, retried

    def _continue(self, frozen: allinone.Conductor, order: Any) -> None:
        """The one that stood still finds out, and does nothing any more."""
        seen = len(frozen.proxy.calls())
        frozen.thaw()
        self.until(
            lambda: 'is worked on elsewhere' in frozen.output(),
            'the frozen conductor knows that it lost the lease',
            seconds=60,
            every=0.2,
        )
        late = [c for c in frozen.proxy.calls()[seen:] if c.writes]
        self.assertEqual([], late, 'a fenced conductor asked for something')
        self.assertEqual(
            order.updated_at, self.proxy.get_work_order(order.id).updated_at
        )

    # -- the class ---------------------------------------------------------

    def spec(self, **extra: Any) -> dict[str, Any]:
        """What a desktop is made from; costs nothing."""
        return self._ids | extra

    def on_volumes(self) -> dict[str, Any]:
        """What lets every step of every order have something to do."""
        return {
            'boot_from': 'volume',
            'volume_size': 1,
            'floating_network_id': self.external,
        }

    def make_pool(self, size: int = 2, **extra: Any) -> Any:
        """The order of a new pool."""
        spec = self.spec(**extra)
        return self.proxy.create_pool(name=self.name(), size=size, **spec)

    def desktops(self, pool_id: str) -> list[Any]:
        return list(self.proxy.desktops(pool_id=pool_id))

    def assertWhole(
        self, pool_id: str, size: int, status: str = 'running'
    ) -> None:
        """Each desktop has one of everything, and is where it should be."""
        self._soon(lambda: self._assert_whole(pool_id, size, status))

    def _assert_whole(self, pool_id: str, size: int, status: str) -> None:
        desktops = self.desktops(pool_id)
        self.assertEqual([status] * size, [d.status for d in desktops])
        ids = [desktop.id for desktop in desktops]
        self.assertSame(desktops, 'server_id', self.servers(ids))
        self.assertSame(desktops, 'port_id', self.ports(ids))
        self.assertSame(desktops, 'volume_id', self.volumes(ids))
        outside = [
            (each['address'], desktop.port_id)
            for desktop in desktops
            for each in desktop.addresses
            if each['type'] == 'floating'
        ]
        ports = {desktop.port_id for desktop in desktops}
        self.assertEqual(
            sorted(outside),
            sorted(
                (ip.floating_ip_address, ip.port_id)
                for ip in self.connection.network.ips()
                if ip.port_id in ports
            ),
        )

    def _soon(self, check: Callable[[], None]) -> None:
        """At once, unless a service may have heard a call too late.

        What such a call makes is removed by the sweep, after its grace.
        """
        end = time.monotonic() + 60 + 2 * LEASE
        while True:
            try:
                return check()
            except AssertionError:
                if not self._is_cut_off() or time.monotonic() > end:
                    raise
            time.sleep(1)

    def _is_cut_off(self) -> bool:
        """Whether a conductor gave a call up before it was answered."""
        return any(': no answer in' in each.output() for each in self._spawned)

    def assertSame(
        self, desktops: list[Any], column: str, things: list[Any]
    ) -> None:
        """What the rows say is what the cloud has."""
        held = [getattr(desktop, column) for desktop in desktops]
        self.assertEqual(
            sorted(id_ for id_ in held if id_),
            sorted(thing.id for thing in things),
            column,
        )

    def assertAsBefore(self) -> None:
        """Nothing is left of this test, anywhere."""
        self.assertEqual(self._before, self.census())
        self.assertEqual([], list(self.proxy.work_orders(status=_UNFINISHED)))
        found = self.audited()
        self.assertEqual([], found.differences)
        self.assertEqual([], found.unread)

    def census(self) -> dict[str, list[str]]:
        """The ids of all there is in the project."""
        network = self.connection.network
        listed = {
            'server': self.connection.compute.servers(details=False),
            'port': network.ports(),
            'floating IP': network.ips(),
            'security group': network.security_groups(),
            'volume': self.connection.block_storage.volumes(details=False),
            'volume snapshot': self.connection.block_storage.snapshots(),
            'image': self.connection.image.images(),
            'image build': self.manager.image_builds(),
            'desktop': self.proxy.desktops(),
            'pool': self.proxy.pools(),
        }
        return {
            kind: sorted(each.id for each in things)
            for kind, things in listed.items()
        }

    def audited(self) -> Any:
        """What ``openstack desktop audit`` shows."""
        # A conductor is asked by message, and its bus opens in a while.
        return self.until(self._audit, 'the audit', 120, 0.5)

    def _audit(self) -> Any:
        with contextlib.suppress(exceptions.HttpException):
            return self.manager.differences()
        return None

    # -- inside ------------------------------------------------------------

    @functools.cached_property
    def _ids(self) -> dict[str, str]:
        connection = self.connection
        return {
            'image_id': connection.image.find_image(base.IMAGE).id,
            'flavor_id': connection.compute.find_flavor(base.FAKE_FLAVOR).id,
            'network_id': connection.network.find_network(base.NETWORK).id,
        }

    @functools.cached_property
    def external(self) -> str:
        """The network of floating IPs."""
        return self.connection.network.find_network(base.EXTERNAL).id

    @functools.cached_property
    def _services(self) -> dict[str, str]:
        session = self.connection.session
        urls = {
            kind: session.get_endpoint(service_type=kind) for kind in SERVICES
        }
        return {parse.urlsplit(url).netloc: kind for kind, url in urls.items()}

    def _write_options(self) -> str:
        path = self.useFixture(fixtures.TempDir()).join('options.conf')
        with open(path, 'w') as file:
            for group, values in OPTIONS.items():
                file.write('[%s]\n' % group)
                for pair in (values | self.options.get(group, {})).items():
                    file.write('%s = %s\n' % pair)
        return path

    def _show(self, conductor: allinone.Conductor, _: object) -> None:
        with contextlib.suppress(FileNotFoundError):
            text = conductor.output()[-base.TAIL :]
            self.addDetail(
                'conductor-%d' % len(self.getDetails()),
                content.text_content(text),
            )

    def _clean(self, name: str) -> None:
        left = [
            *self.proxy.pools(name=name),
            *self.proxy.desktops(search=name),
        ]
        if left:
            # No call shall be on its way any more, and all go well.
            self.kill_all()
            for conductor in self._spawned:
                conductor.proxy.faults.clear()
            self.spawn()
            super()._clean(name)
            # What a call that was heard too late made is no fault of the next
            # test.
            self.until(lambda: not self.audited().differences, 'the sweep')
