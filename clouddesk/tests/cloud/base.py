"""Tests against a real OpenStack, as people use it: by CLI and SDK.

The clouds come from clouds.yaml. ``OS_CLOUD`` is a member of a project;
the same name with ``-reader`` is a reader of it, and a member of another
project is the stranger. Other names can be said in the environment.
"""

from collections.abc import Callable
import io
import json
import logging
import os
import subprocess
import time
from typing import Any
import uuid

import fixtures
import openstack
from openstack import exceptions
from oslotest import base
from testtools import content
from testtools import content_type

from clouddesk.sdk import hook
from clouddesk.tests.fixtures import allinone
from clouddesk.tests.fixtures import forked_client
from clouddesk.tests.fixtures import forked_conductor

#: Seconds between two looks at something that changes.
LOOK = 2
#: Seconds that a work order may take on a slow machine without KVM.
PATIENCE = 600
#: Characters of a log that a failed test shows: a result takes 4 MiB at most.
TAIL = 30000

_UNFINISHED = ('queued', 'paused', 'running', 'cancelling')
_CANCELLABLE = ('queued', 'paused', 'running')


def setting(name: str, default: str) -> str:
    """What the tests are to use, ``CLOUDDESK_TEST_…`` in the environment."""
    return os.environ.get('CLOUDDESK_TEST_' + name) or default


MEMBER = os.environ.get('OS_CLOUD') or 'school-a'
READER = setting('READER_CLOUD', MEMBER + '-reader')
STRANGER = setting('STRANGER_CLOUD', 'school-b')
IMAGE = setting('IMAGE', 'desktop-tiny')
FLAVOR = setting('FLAVOR', 'm1.desk')
NETWORK = setting('NETWORK', 'class')
EXTERNAL = setting('EXTERNAL_NETWORK', 'public')
#: Where servers of the fake driver are, which cost nothing.
FAKE_FLAVOR = setting('FAKE_FLAVOR', 'f1.desk')
FAKE_ZONE = setting('FAKE_ZONE', 'fake')
#: A TCP port that desktops of the image listen on.
PORT = int(setting('PORT', '80'))

#: Without an image.
FAKE_SPEC = ('--flavor', FAKE_FLAVOR, '--network', NETWORK)
FAKE_SPEC += ('--availability-zone', FAKE_ZONE)
SPEC = ('--image', IMAGE, '--flavor', FLAVOR, '--network', NETWORK)


class _Log(fixtures.Fixture):
    """What the libraries log: a failed test shows the end of it."""

    def _setUp(self):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        self.useFixture(fixtures.LogHandler(handler, level=logging.DEBUG))
        self.addDetail(
            'log',
            content.Content(
                content_type.UTF8_TEXT,
                lambda: [stream.getvalue()[-TAIL:].encode()],
            ),
        )


class CloudTest(base.BaseTestCase):
    """Leaves nothing behind, also when it fails."""

    #: Whether the cloud's own conductor is needed.
    conductor = True

    def setUp(self):
        forked_conductor.make_room()
        super().setUp()
        site = allinone.of_environment()
        if site is not None and self.conductor:
            site.recall_conductor()
        # Told only when a test fails, not in between the verdicts.
        self.useFixture(_Log())
        self.connection = self.connect(MEMBER)
        self.proxy = self.connection.desktop

    def connect(self, cloud: str) -> Any:
        """A connection of openstacksdk with the desktop service."""
        connection = openstack.connect(cloud=cloud)
        hook.attach(connection)
        return connection

    def name(self) -> str:
        """A name that nobody else has, fit for desktops and pools."""
        name = 'ct' + uuid.uuid4().hex[:8]
        self.addCleanup(self._clean, name)
        return name

    def make_image(self, **attrs: Any) -> Any:
        """A private image in Glance, good enough for the fake driver."""
        glance = self.connection.image
        image = glance.create_image(
            self.name(),
            data=io.BytesIO(b'clouddesk' * 1024),
            disk_format='raw',
            container_format='bare',
            visibility='private',
            validate_checksum=False,
            **attrs,
        )
        self.addCleanup(glance.delete_image, image.id, ignore_missing=True)
        return image

    def openstack(
        self, *words: str, cloud: str = MEMBER, code: int = 0
    ) -> subprocess.CompletedProcess:
        """Run ``openstack desktop …`` and expect an exit code."""
        line = ('openstack', 'desktop', *words)
        done = forked_client.run(
            ['--os-cloud', cloud, 'desktop', *words], PATIENCE
        )
        said = ' '.join(line) + '\n' + done.stdout + done.stderr
        self.addDetail(uuid.uuid4().hex[:4], content.text_content(said))
        self.assertEqual(code, done.returncode, said)
        return done

    def json(self, *words: str, **kwargs: Any) -> Any:
        """What ``openstack desktop … -f json`` prints."""
        return json.loads(
            self.openstack(*words, '-f', 'json', **kwargs).stdout
        )

    def until(
        self,
        look: Callable[[], Any],
        what: str,
        seconds: float = PATIENCE,
        every: float = LOOK,
    ) -> Any:
        """Look again and again until there is something to see.

        :param what: what is waited for, told when it does not come
        :param seconds: how long to look
        :param every: seconds between two looks
        :returns: the first true answer of ``look``
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            seen = look()
            if seen:
                return seen
            time.sleep(every)
        self.fail(f'within {seconds} seconds: {what}')

    def finished(self, order_id: str) -> Any:
        """The work order, after its end."""
        return self.proxy.wait_for_work_order(
            order_id, timeout=PATIENCE, failures=()
        )

    def servers(self, desktop_ids: list[str]) -> list[Any]:
        """All servers that carry the id of one of these desktops."""
        return [
            server
            for server in self.connection.compute.servers()
            if _desktop_id(server.metadata) in desktop_ids
        ]

    def ports(self, desktop_ids: list[str]) -> list[Any]:
        """All ports that were made for one of these desktops."""
        return [
            port
            for port in self.connection.network.ports()
            if any(one in port.name for one in desktop_ids)
        ]

    def has_volumes(self) -> bool:
        """Whether the cloud has Cinder."""
        endpoint = self.connection.session.get_endpoint(
            service_type='block-storage'
        )
        return endpoint is not None

    def volumes(self, desktop_ids: list[str]) -> list[Any]:
        """All volumes that were made for one of these desktops."""
        if not self.has_volumes():
            return []
        return [
            volume
            for volume in self.connection.block_storage.volumes()
            if _desktop_id(volume.metadata) in desktop_ids
        ]

    def assertNothingLeft(self, desktop_ids: list[str]) -> None:
        """Nova, Neutron and Cinder know nothing of these desktops."""
        for what in (self.servers, self.ports, self.volumes):
            left = [thing.id for thing in what(desktop_ids)]
            self.assertEqual([], left, what.__name__)

    def _clean(self, name: str) -> None:
        for pool in self.proxy.pools(name=name):
            self._settle(subject_id=pool.id)
            self._remove(self.proxy.delete_pool, pool)
        for desktop in list(self.proxy.desktops(search=name)):
            if not desktop.pool_id:
                self._settle(desktop_id=desktop.id)
                self._remove(self.proxy.delete_desktop, desktop)

    def _settle(self, **query: str) -> None:
        """End what still works on a pool or a desktop."""
        for order in list(self.proxy.work_orders(status=_UNFINISHED, **query)):
            if order.status in _CANCELLABLE:
                try:
                    self.proxy.cancel_work_order(order.id)
                except exceptions.ConflictException:
                    # It ended between the two calls.
                    pass
            self.finished(order.id)

    def _remove(self, delete: Callable[..., Any], thing: Any) -> None:
        order = delete(thing.id)
        if order is not None:
            self.assertEqual('succeeded', self.finished(order.id).status)


def _desktop_id(metadata: dict[str, str] | None) -> str | None:
    return (metadata or {}).get('clouddesk_desktop_id')
