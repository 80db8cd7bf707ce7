"""What goes on unasked, while the cloud answers wrongly.

The loops go on, say nothing untrue meanwhile, and end well (rules 7 and 8).
"""

import ddt

from clouddesk.tests import tally
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional.crash import faulty

_SERVERS = '/v2.1/servers'
LIST = faulty.Call('compute', 'GET', _SERVERS + '/detail')
GET = faulty.Call('compute', 'GET', _SERVERS + '/ID')
RENAME = faulty.Call('compute', 'PUT', _SERVERS + '/ID')
ACT = faulty.Call('compute', 'POST', _SERVERS + '/ID/action')
LIST_PORTS = faulty.Call('network', 'GET', '/v2.0/ports')
DELETE_PORT = faulty.Call('network', 'DELETE', '/v2.0/ports/ID')

LOOPS = {
    'sync': (LIST,),
    'sync without a tag': (GET,),
    'sweep': (LIST, LIST_PORTS, DELETE_PORT),
    'likeness of name': (RENAME,),
    'likeness of lock': (ACT,),
    'keeper': (LIST, ACT),
}
CASES = [
    (loop, call, kind)
    for number, (loop, call) in enumerate(
        (loop, call) for loop, calls in LOOPS.items() for call in calls
    )
    for place, kind in enumerate(faulty.KINDS)
    if tally.is_long() or place == number * 5 % len(faulty.KINDS)
]
#: How often it goes wrong at most; what was done in spite of it is not
#: asked for again.
TIMES = 2


@ddt.ddt
class LoopTest(faulty.FaultTestCase):
    """V20, V32, V39: loops outlive what they call."""

    options = faulty.FaultTestCase.options | {
        'sync_interval': 0.3,
        'sweep_interval': 0.3,
        'sweep_grace': 1,
    }

    @ddt.idata(CASES)
    @ddt.unpack
    def test_with(self, loop, call, kind):
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        tally.track(self, 'loop', '%s: %s' % (loop, call), kind)
        self.desk_id = self.build_desktop(keep_running=loop == 'keeper')
        (self.server,) = self.nova.of_desktop(self.desk_id)
        name = loop.replace(' ', '_')
        fault = self.spoil(call, kind, faulty.FOREVER)
        fault.times = TIMES
        getattr(self, 'disturb_' + name)()
        service.until(lambda: fault.hits, bool)
        self.assertNotEqual('fault', self.desktop(self.desk_id)['status'])
        self.lift()
        service.until(lambda: getattr(self, 'is_well_' + name)(), bool)
        self.assertIsNone(self.desktop(self.desk_id)['fault'])
        self.finish(self.api.delete('/desktops/' + self.desk_id))
        self.assertNothingLeft()

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

    def disturb_sweep(self):
        """A port whose POST outlived its order."""
        gone = self.build_desktop(name='Bob')
        self.finish(self.api.delete('/desktops/' + gone))
        with self.cloud.lock:
            (port,) = self.neutron.ports.values()
            late = {'id': _LATE, 'name': 'clouddesk-' + gone, 'device_id': ''}
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


_LATE = '0f0f0f0f-0000-4000-8000-000000000000'
