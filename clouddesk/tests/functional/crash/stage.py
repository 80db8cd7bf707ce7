"""Where scenes are played: once undisturbed, then with a death in it."""

from collections.abc import Iterator
import contextlib
import functools
import os
from typing import Any

from clouddesk.tests import tally
from clouddesk.tests.fixtures import forked_conductor
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base
from clouddesk.tests.functional.crash import picture

KILLED = 'SIGKILL, started again'
FROZEN = 'SIGSTOP, taken over, SIGCONT'
FORMS = (KILLED, FROZEN)
MOMENTS = ('before', 'after')

#: What a conductor says that finds out that it has lost an order.
_LOST = 'is worked on elsewhere'

#: Seconds until an order is taken over; more for a machine with other work.
LEASE = int(os.environ.get('CLOUDDESK_CRASH_LEASE', '5'))

#: Seconds that such a machine may need.
PATIENCE = 18.0 * LEASE


class CrashTestCase(base.FunctionalTestCase):
    """Builds a house for each play of a scene."""

    conductor = False
    options = {
        # A call may take two thirds of it.
        'lease_seconds': LEASE,
        'max_builds_per_order': 4,
        # Hundreds of conductors that look all the time are work, too.
        'claim_interval': 0.3,
        'sync_interval': 1,
        'sweep_interval': 1,
        'more': {'course': {'timetable_interval': 1}},
    }

    def setUp(self):
        forked_conductor.make_room()
        # The house is not built yet: there may be two, one after the other.
        super(base.FunctionalTestCase, self).setUp()
        if standalone.is_wanted():
            self.skipTest(standalone.API_ALONE)

    @contextlib.contextmanager
    def house(self, **options: Any) -> Iterator[None]:
        """A new emulated cloud and an empty database."""
        with service.Service(**(self.options | options)) as self.service:
            self.move_in()
            yield

    def move_in(self) -> None:
        """See what there is, and add what every scene may use."""
        self.cloud = self.service.cloud
        self.school = self.service.school
        self.nova = self.cloud.nova
        self.neutron = self.cloud.neutron
        self.cinder = self.cloud.cinder
        self.meet()
        self.public = self.neutron.create_network(
            self.school.service_project_id,
            'public',
            '172.24.4.0/26',
            external=True,
        )

    def meet(self) -> None:
        """Let everybody ask the API that answers now."""
        self.api = self.service.client()
        self.root = self.service.client('root')
        self.keeper = self.service.client('grace')

    def wish(self, **extra: Any) -> dict[str, Any]:
        """A desktop for which every step has something to do."""
        return {
            'boot_from': 'volume',
            'volume_size': 2,
            'floating_network_id': self.public,
            'remote_protocols': ['rdp'],
            **extra,
        }

    def disks(self) -> dict[str, Any]:
        """A desktop with two further disks; their images are made once."""
        glance = self.cloud.glance
        there = {each['name']: each['id'] for each in glance.images.values()}
        for name in ('tools', 'media'):
            if name not in there:
                there[name] = glance.create_image(
                    self.school.project_id, name, clouddesk_kind='data'
                )
        return {'data_images': [there['tools'], there['media']]}

    @contextlib.contextmanager
    def builder(self) -> Iterator[None]:
        """Let a conductor work, but only inside the block."""
        conductor = self.service.start_conductor()
        try:
            yield
        finally:
            if not conductor._stopped.is_set():
                conductor.stop()

    def ids(self) -> list[str]:
        """Of all desktops, by name."""
        found = sorted(self.desktops(), key=lambda each: each['name'])
        return [each['id'] for each in found]

    def until(self, read: Any, good: Any = bool) -> Any:
        return service.until(read, good, PATIENCE, pause=0.2)

    def finish(self, order, status='succeeded'):
        order = self.until(
            lambda: self.api.get('/work-orders/' + order['id']),
            lambda each: (
                each['status'] in ('succeeded', 'failed', 'cancelled')
            ),
        )
        self.assertEqual(status, order['status'], order)
        return order

    # -- deaths ------------------------------------------------------------

    def kill(self, moment: str, **environment: str) -> None:
        """Let a conductor work until it is killed at this moment."""
        process = self.service.spawn_conductor(moment, **environment)
        self.assertEqual(-9, process.join(PATIENCE), process.output())

    def freeze(self, moment: str, **environment: str) -> service.Conductor:
        """Let a conductor work until it stops itself at this moment."""
        process = self.service.spawn_conductor(moment + ':STOP', **environment)
        process.join_freeze(PATIENCE)
        return process

    def thaw(self, process: service.Conductor, said: str = _LOST) -> None:
        """It wakes up, sees what it missed, and does nothing.

        :param said: what it logs when it has understood
        """
        before = picture.changes(self.cloud)
        process.thaw()
        self.until(process.output, lambda text: said in text)
        self.assertEqual(0, process.terminate(PATIENCE), process.output())
        self.assertEqual(before, picture.changes(self.cloud))

    # -- the end -----------------------------------------------------------

    def assertPicture(self, expected: dict[str, Any]) -> None:
        """The same as in the undisturbed run, and nothing stays half done."""
        with contextlib.suppress(TimeoutError):
            # The loops write down what Nova said last.
            service.until(
                lambda: picture.of(self), expected.__eq__, 5, pause=0.5
            )
        self.maxDiff = None
        for part, now in picture.of(self).items():
            self.assertEqual(expected[part], now, part)
        self.assertEqual([], picture.complaints(self))

    def assertAllCanGo(self) -> None:
        """People can remove everything, and then nothing is left."""
        self.remove_groups()
        if self.ids():
            order = self.api.post(
                '/desktops/actions/delete', desktop_ids=self.ids()
            )
            self.finish(order)
        self.assertNothingLeft()


@functools.cache
def undisturbed(scene: Any) -> dict[str, Any]:
    """The picture after a scene in which nothing happens."""
    rehearsal = CrashTestCase('run')
    with rehearsal.house(**scene.options):
        scene.prepare(rehearsal)
        order = scene.order(rehearsal)
        with rehearsal.builder():
            rehearsal.finish(order, scene.ends)
            rehearsal.until(lambda: picture.is_current(rehearsal))
            found = picture.of(rehearsal)
            rehearsal.assertEqual([], picture.complaints(rehearsal))
            if tally.is_long():
                rehearsal.assertAllCanGo()
    return found


class PlayTestCase(CrashTestCase):
    """Plays a scene in which a conductor dies or stands still."""

    def play(self, scene: Any, moment: str, form: str) -> None:
        """
        :param moment: ``<place>:<before|after>:<n>``
        :param form: one of :data:`FORMS`
        """
        expected = undisturbed(scene)
        with self.house(**scene.options):
            scene.prepare(self)
            order = scene.order(self)
            if form == KILLED:
                self.kill(moment)
                self.service.spawn_conductor()
                self.finish(order, scene.ends)
                self.assertPicture(expected)
            else:
                stale = self.freeze(moment)
                self.service.start_conductor()
                ended = self.finish(order, scene.ends)
                self.assertPicture(expected)
                self.thaw(stale)
                self.assertPicture(expected)
                self.assertEqual(ended, self.finish(order, scene.ends))
