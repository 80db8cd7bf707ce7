"""The API process dies while it takes an order: there is one, or none.

Before the commit nothing may have happened; after it the row is the order,
and a conductor finds it although nobody cast a message.
"""

import contextlib
import socket
import sys
from unittest import mock

import ddt
import requests

from clouddesk.tests import tally
from clouddesk.tests.fixtures import service
from clouddesk.tests.functional.crash import picture
from clouddesk.tests.functional.crash import scenes
from clouddesk.tests.functional.crash import stage

#: Moment: whether the order is there after it.
MOMENTS = {
    'clouddesk.db.inserts.order:after': False,
    'clouddesk.db.inserts.items:after': False,
    'clouddesk.conductor.rpcapi.ConductorAPI.run_order:before': True,
    'clouddesk.conductor.rpcapi.ConductorAPI.run_order:after': True,
}
_NAMES = ('in the transaction', 'before commit', 'before cast', 'after cast')

#: Scenes in which one request makes a new order.
SCENES = [
    scene
    for scene in scenes.SCENES
    if scene.ends == 'succeeded'
    and not isinstance(scene, scenes.Again | scenes.Reattach)
]


def cases():
    """All; or each moment once, with another scene each."""
    moments = list(zip(MOMENTS, _NAMES, strict=True))
    if tally.is_long():
        return [(scene, *each) for scene in SCENES for each in moments]
    every = len(SCENES) // len(moments)
    return [(SCENES[every * n], *each) for n, each in enumerate(moments)]


@ddt.ddt
class DyingApiTest(stage.CrashTestCase):
    @ddt.idata(cases())
    @ddt.unpack
    def test_order(self, scene, moment, name):
        tally.track(self, scene.name, name, 'SIGKILL of the API')
        there = MOMENTS[moment]
        expected = stage.undisturbed(scene)
        with self.house(**scene.options):
            scene.prepare(self)
            before = picture.of(self)
            with self.dying(moment):
                scene.order(self)
            if not there:
                self.assertEqual(before, picture.of(self))
                self.assertEqual([], picture.complaints(self))
                scene.order(self)
            self.service.start_conductor()
            self.end(scene)
            self.assertPicture(expected)

    def test_cancellation(self):
        """Nobody told the conductor; it sees it in the row."""
        tally.track(
            self, 'pool.create', 'before cast', 'SIGKILL of the API, cancel'
        )
        with self.house():
            order = self.create_pool(2, **self.wish())
            moment = 'clouddesk.conductor.rpcapi.ConductorAPI.run_order:before'
            with self.dying(moment):
                self.act('work-orders', order['id'], 'cancel')
            self.service.start_conductor()
            self.finish(order, 'cancelled')
            self.assertEqual([], self.desktops())
            self.assertEqual([], picture.complaints(self))
            self.assertAllCanGo()

    @contextlib.contextmanager
    def dying(self, moment):
        """Let an API answer that dies."""
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        process = self.service.useFixture(
            service.Process(
                [
                    sys.executable,
                    '-m',
                    'clouddesk.tests.fixtures.mortal_api',
                    str(port),
                ],
                {
                    'CLOUDDESK_DIE_AT': moment + ':1',
                    'OS_CLOUDDESK_CONFIG_FILES': self.service.config_file,
                },
            )
        )
        url = 'http://127.0.0.1:%d' % port
        self.until(lambda: _answers(url))
        with mock.patch.object(self.service, 'url', url):
            self.meet()
            with self.assertRaisesConnection():
                yield
        self.meet()
        self.assertEqual(-9, process.join(), process.output())

    @contextlib.contextmanager
    def assertRaisesConnection(self):
        try:
            yield
        except requests.ConnectionError:
            return
        self.fail('the API did not die')

    def end(self, scene):
        """Wait for the order, whose id nobody was told."""
        found = self.api.get('/work-orders', kind=scene.kind, limit=1)
        self.finish(found['work_orders'][0], scene.ends)


def _answers(url):
    try:
        return requests.get(url + '/healthcheck', timeout=5).ok
    except requests.ConnectionError:
        return False
