"""What goes on unasked, while the cloud answers wrongly.

The loops go on, say nothing untrue meanwhile, and end well (rules 7 and 8).
"""

import ddt
import fixtures
from oslo_utils import uuidutils
from oslotest import base as oslo_base

from clouddesk.db.api import images as images_api
from clouddesk.tests import tally
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base
from clouddesk.tests.functional.crash import faulty
from clouddesk.tests.functional.crash import loops

_SERVERS = '/v2.1/servers'
LIST = faulty.Call('compute', 'GET', _SERVERS + '/detail')
GET = faulty.Call('compute', 'GET', _SERVERS + '/ID')
RENAME = faulty.Call('compute', 'PUT', _SERVERS + '/ID')
ACT = faulty.Call('compute', 'POST', _SERVERS + '/ID/action')
LIST_PORTS = faulty.Call('network', 'GET', '/v2.0/ports')
DELETE_PORT = faulty.Call('network', 'DELETE', '/v2.0/ports/ID')
LIST_IMAGES = faulty.Call('image', 'GET', '/v2/images')
GET_IMAGE = faulty.Call('image', 'GET', '/v2/images/ID')
DELETE_IMAGE = faulty.Call('image', 'DELETE', '/v2/images/ID')
LIST_SNAPSHOTS = faulty.Call('block-storage', 'GET', '/v3/snapshots/detail')
DELETE_SNAPSHOT = faulty.Call('block-storage', 'DELETE', '/v3/snapshots/ID')
LIST_VOLUMES = faulty.Call('block-storage', 'GET', '/v3/volumes/detail')
DELETE_VOLUME = faulty.Call('block-storage', 'DELETE', '/v3/volumes/ID')
GET_PROJECT = faulty.Call('identity', 'GET', '/v3/projects/ID')

LOOPS = {
    'sync': (LIST,),
    'sync without a tag': (GET,),
    'sweep': (LIST, LIST_PORTS, DELETE_PORT),
    'likeness of name': (RENAME,),
    'likeness of lock': (ACT,),
    'keeper': (LIST, ACT),
    'timetable': (GET_IMAGE, GET_PROJECT),
    'remains': (
        LIST_IMAGES,
        DELETE_SNAPSHOT,
        DELETE_VOLUME,
        LIST_SNAPSHOTS,
        LIST_VOLUMES,
        DELETE_IMAGE,
    ),
}
#: Loops that have a conductor for themselves: others make the same calls.
ALONE = {'vanished': (LIST_IMAGES, GET_IMAGE)}
#: Parts of loops, and which these are.
PARTS = {
    'sync without a tag': 'sync',
    'likeness of name': 'sync',
    'likeness of lock': 'sync',
    'remains': 'sweep',
}
#: Loops that ask no service, or not in a way of their own.
SILENT = {
    'claim': 'what it finds is tried in test_faults',
    'stranded': 'it asks what sync does',
    'debts': 'it gives orders',
    'returns': 'it gives orders',
    'retirement': 'it gives orders',
    'purge': 'it removes rows',
}


def cases(calls_of):
    """Each call of each loop with each kind; or some calls with one kind."""
    most = None if tally.is_long() else _MOST
    places = [
        (loop, call)
        for loop, calls in calls_of.items()
        for call in calls[:most]
    ]
    return [
        (*place, kind)
        for number, place in enumerate(places)
        for turn, kind in enumerate(faulty.KINDS)
        if tally.is_long() or turn == number * 5 % len(faulty.KINDS)
    ]


#: Calls of one loop in the short form.
_MOST = 3
#: How often it goes wrong at most; what was done in spite of it is not
#: asked for again.
TIMES = 2


class LoopTestCase(faulty.FaultTestCase):
    """A loop, and what it is to do."""

    def outlive(self, loop, call, kind):
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        tally.track(self, 'loop', '%s: %s' % (loop, call), kind)
        self.desk_id = self.build_desktop(keep_running=loop == 'keeper')
        (self.server,) = self.nova.of_desktop(self.desk_id)
        name = loop.replace(' ', '_')
        # Before the fault: an order would meet what the loop is to meet.
        getattr(self, 'prepare_' + name, lambda: None)()
        fault = self.spoil(call, kind, faulty.FOREVER)
        fault.times = TIMES
        getattr(self, 'disturb_' + name)()
        service.until(lambda: fault.hits, bool)
        self.assertNotEqual('fault', self.desktop(self.desk_id)['status'])
        self.lift()
        service.until(lambda: getattr(self, 'is_well_' + name)(), bool)
        self.assertIsNone(self.desktop(self.desk_id)['fault'])
        getattr(self, 'tidy_' + name, lambda: None)()
        self.finish(self.api.delete('/desktops/' + self.desk_id))
        self.assertNothingLeft()


@ddt.ddt
class LoopTest(LoopTestCase):
    """V20, V32, V39, I14: loops outlive what they call."""

    options = LoopTestCase.options | {
        'sync_interval': 0.3,
        'sweep_interval': 0.3,
        'sweep_grace': 1,
    }

    @ddt.idata(cases(LOOPS))
    @ddt.unpack
    def test_with(self, loop, call, kind):
        self.outlive(loop, call, kind)

    def disturb_sync(self):
        with self.cloud.lock:
            self.server.become('stopped', 4)

    def is_well_sync(self):
        return self.desktop(self.desk_id)['status'] == 'off'

    def disturb_sync_without_a_tag(self):
        with self.cloud.lock:
            self.server.tags.clear()
            self.server.become('stopped', 4)

    is_well_sync_without_a_tag = is_well_sync

    def prepare_sweep(self):
        self.gone = self.build_desktop(name='Bob')
        self.finish(self.api.delete('/desktops/' + self.gone))

    def disturb_sweep(self):
        """A port whose POST outlived its order."""
        with self.cloud.lock:
            (port,) = self.neutron.ports.values()
            name = 'clouddesk-' + self.gone
            late = {'id': _LATE, 'name': name, 'device_id': ''}
            self.neutron.ports[_LATE] = port | late | {'fixed_ips': []}

    def is_well_sweep(self):
        return _LATE not in self.neutron.ports

    def disturb_likeness_of_name(self):
        self.api.patch('/desktops/' + self.desk_id, name='Grace')

    def is_well_likeness_of_name(self):
        return self.server.name == 'Grace'

    def disturb_likeness_of_lock(self):
        self.keep('lock')

    def is_well_likeness_of_lock(self):
        if self.server.locked:
            self.keep('unlock')
            service.until(lambda: not self.server.locked, bool)
            return True
        return False

    def keep(self, verb):
        keeper = self.service.client('grace')
        keeper.post('/desktops/%s/actions/%s' % (self.desk_id, verb))

    disturb_keeper = disturb_sync

    def is_well_keeper(self):
        return self.server.status == 'ACTIVE' and (
            self.desktop(self.desk_id)['status'] == 'running'
        )

    def prepare_timetable(self):
        course = self.api.post(
            '/courses',
            **self.spec(
                name='maths',
                size=1,
                ahead=0,
                name_template='{project}-{base}-{serial}',
            ),
        )
        self.course = '/courses/' + course['id']

    def disturb_timetable(self):
        self.api.patch(self.course, **base.ALWAYS)

    def is_well_timetable(self):
        course = self.api.get(self.course)
        if course['status'] == 'idle' and course['next_event'] == 'end':
            # The bell is over: people are told why, and can begin themselves.
            self.assertTrue(course['fault']['message'])
            self.api.post(self.course + '/actions/start')
        is_well = course['status'] == 'in_session'
        if is_well:
            self.assertIsNone(course['fault'])
        return is_well

    def tidy_timetable(self):
        self.finish(self.api.delete(self.course + '?with_pool=true'))

    def prepare_remains(self):
        wanted = self.spec(name='golden', boot_from='volume', volume_size=2)
        keeper = self.service.client('grace')
        order = self.finish(keeper.post('/image-builds', **wanted))
        self.build_id = order['subject']['id']

    def disturb_remains(self):
        loops.leave_remains(self, self.build_id)

    def is_well_remains(self):
        return not loops.remains(self)

    tidy_remains = faulty.FaultTestCase.remove_groups


@ddt.ddt
class LoopAloneTest(LoopTestCase):
    """I7: nothing is forgotten because Glance answers wrongly."""

    conductor = False

    def setUp(self):
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch('clouddesk.conductor.vanished.INTERVAL', 0.3)
        )
        self.service.start_conductor()

    @ddt.idata(cases(ALONE))
    @ddt.unpack
    def test_with(self, loop, call, kind):
        self.outlive(loop, call, kind)

    def disturb_vanished(self):
        self.lost = uuidutils.generate_uuid()
        for image_id in (self.school.image_id, self.lost):
            known = images_api.Known(image_id, self.school.project_id, 'old')
            images_api.update(known, {'login_user': 'ada'})

    def is_well_vanished(self):
        self.assertIsNotNone(images_api.find(self.school.image_id))
        return images_api.find(self.lost) is None


class LoopsTest(oslo_base.BaseTestCase):
    def test_every_loop_has_its_faults(self):
        tried = {PARTS.get(each, each) for each in LOOPS | ALONE}
        self.assertEqual(loops.names(), tried | set(SILENT))
        self.assertEqual(set(), tried & set(SILENT))


_LATE = '0f0f0f0f-0000-4000-8000-000000000000'
