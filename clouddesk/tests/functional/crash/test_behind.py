"""What others do to servers, ports, volumes and addresses of desktops.

What clouddesk shows then is true, and there is a way out that somebody can
go without an operator (rules 4 and 7; H11).
"""

from collections.abc import Callable
import dataclasses

import ddt

from clouddesk.tests import tally
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional.crash import faulty
from clouddesk.tests.functional.crash import ways


@dataclasses.dataclass(frozen=True)
class Change:
    """What somebody did, and what is to be seen."""

    do: Callable
    #: Status of the desktop, and the code of its fault.
    shown: tuple[str, str | None]
    #: Kinds that the audit lists; None: what others would call a difference.
    listed: frozenset = frozenset()
    #: How it ends well: ``repair`` or an action.
    ways: tuple[str, ...] = ('delete',)
    #: Status of the desktop when it ended well.
    ends: str = 'running'


def _become(vm_state):
    def do(house):
        house.server.become(vm_state, 4)

    return do


def _fail(house):
    house.server.fail('The disk is gone.', house.cloud.clock.now())


def _lose_port(house):
    ((port_id, port),) = house.neutron.ports.items()
    for floating in house.neutron.floating_of(port_id):
        floating['port_id'] = None
    del house.neutron.ports[port_id]


def _unplug(house):
    (port,) = house.neutron.ports.values()
    port |= {'device_id': '', 'device_owner': ''}


def _twin(house):
    """A second server with our tag and metadata."""
    twin = dataclasses.replace(
        house.server, id=_TWIN, port_ids=[], volume_id=None
    )
    house.nova.servers[_TWIN] = twin


def _lead_elsewhere(house):
    (floating_ip,) = house.neutron.floating_ips.values()
    floating_ip['port_id'] = None


_TWIN = '0e0e0e0e-0000-4000-8000-000000000000'

CHANGES = {
    'server deleted': Change(
        lambda house: house.nova._gone(house.server),
        ('fault', 'server_gone'),
        frozenset({'vanished_server'}),
        ('repair', 'retry', 'rebuild', 'delete'),
    ),
    'server renamed': Change(
        lambda house: setattr(house.server, 'name', 'mine'),
        ('running', None),
        frozenset({'name_drift'}),
        ('repair', 'rebuild', 'delete'),
    ),
    'server rebuilt': Change(
        lambda house: setattr(house.server, 'image_id', 'other'),
        ('running', None),
        frozenset(),
        ('rebuild', 'delete'),
    ),
    'server resized': Change(
        lambda house: setattr(
            house.server, 'flavor', house.server.flavor | {'vcpus': 8}
        ),
        ('running', None),
        frozenset(),
        ('rebuild', 'delete'),
    ),
    'server moved to ERROR': Change(
        _fail,
        ('fault', 'server_error'),
        frozenset({'status_drift'}),
        ('retry', 'rebuild', 'delete'),
    ),
    'server paused': Change(
        _become('paused'),
        ('off', None),
        frozenset({'status_drift'}),
        ('start', 'rebuild', 'delete'),
    ),
    'server suspended': Change(
        _become('suspended'),
        ('off', None),
        frozenset({'status_drift'}),
        ('start', 'rebuild', 'delete'),
    ),
    'server shelved': Change(
        _become('shelved'),
        ('off', None),
        frozenset({'status_drift'}),
        ('rebuild', 'delete'),
    ),
    'server locked': Change(
        lambda house: setattr(house.server, 'locked', True),
        ('running', None),
        frozenset({'lock_drift'}),
        ('repair', 'reboot', 'rebuild', 'delete'),
    ),
    'tags removed': Change(
        lambda house: house.server.tags.clear(),
        ('running', None),
        frozenset(),
        ('reboot', 'rebuild', 'delete'),
    ),
    'tags and metadata removed': Change(
        lambda house: (
            house.server.tags.clear(),
            house.server.metadata.clear(),
        ),
        ('running', None),
        frozenset(),
        ('reboot', 'rebuild', 'delete'),
    ),
    'port deleted': Change(
        _lose_port,
        ('running', None),
        frozenset({'vanished_port'}),
        ('repair', 'rebuild', 'delete'),
    ),
    'port detached': Change(
        _unplug,
        ('running', None),
        frozenset({'unplugged_port'}),
        ('repair', 'rebuild', 'delete'),
    ),
    'volume deleted': Change(
        lambda house: house.cinder.volumes.clear(),
        ('running', None),
        frozenset({'vanished_volume'}),
        ('repair', 'rebuild', 'delete'),
    ),
    'volume detached': Change(
        lambda house: house.cinder.detach(house.server.id),
        ('running', None),
        frozenset(),
        ('rebuild', 'delete'),
    ),
    'floating IP deleted': Change(
        lambda house: house.neutron.floating_ips.clear(),
        ('running', None),
        frozenset({'vanished_floating_ip'}),
        ('repair', 'rebuild', 'delete'),
    ),
    'floating IP taken off': Change(
        _lead_elsewhere,
        ('running', None),
        frozenset({'unplugged_floating_ip'}),
        ('repair', 'rebuild', 'delete'),
    ),
    'another server with our tag': Change(
        _twin,
        ('running', None),
        frozenset({'twin_server'}),
        ('repair', 'rebuild', 'delete'),
    ),
}
#: Differences that the next look of the sync loop repairs as well.
DRIFTS = frozenset({'name_drift', 'lock_drift', 'status_drift'})
#: Nothing is lost that was on the disk.
KEEPS_DISK = frozenset(CHANGES) - {'server deleted', 'volume deleted'}

CASES = [
    (what, way)
    for number, (what, change) in enumerate(CHANGES.items())
    for place, way in enumerate(change.ways)
    if tally.is_long() or place == number % len(change.ways)
]

#: What comes of the same while a desktop is being built: the fault of the
#: order, or what the audit lists after an order that succeeded.
MEANWHILE = {
    'server deleted': 'server_gone',
    'server moved to ERROR': 'build_failed',
    'server renamed': 'name_drift',
    'port deleted': 'build_failed',
    'floating IP deleted': 'vanished_floating_ip',
}


class ChangeTestCase(faulty.FaultTestCase):
    def setUp(self):
        super().setUp()
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        self.keeper = self.service.client('grace')

    def listed(self):
        told = self.keeper.get('/differences')
        self.assertEqual([], told['unread'])
        return {each['kind'] for each in told['differences']}

    def repair(self, kinds):
        """All that is listed, which must be just this."""
        told = self.keeper.post('/differences/actions/repair', all=True)
        self.assertEqual(kinds, {d['kind'] for d in told['differences']})
        for each in told['differences']:
            self.assertIn(each['verdict'], ('repaired', 'ordered'), each)
            if each['work_order_id']:
                self.finish({'id': each['work_order_id']})

    def sweep_away(self):
        """What the desktop did not use goes when its grace is over."""

        def look():
            self.swept()
            with self.cloud.lock:
                self.nova.settle()
            return self._surplus()

        service.until(look, lambda left: not left)


@ddt.ddt
class BehindTest(ChangeTestCase):
    def setUp(self):
        super().setUp()
        self.desk_id = self.build_desktop(
            keep_running=False, **ways.rich(self)
        )
        (self.server,) = self.nova.of_desktop(self.desk_id)

    @ddt.idata(CASES)
    @ddt.unpack
    def test_change(self, what, way):
        tally.track(self, 'behind our back', what, way)
        change = CHANGES[what]
        with self.cloud.lock:
            change.do(self)
        self.assertEqual(change.listed, self.listed())
        drifts = way == 'repair' and change.listed <= DRIFTS
        if drifts:
            # Before the loop does the same.
            self.repair(change.listed)
            self.assertEqual(set(), self.listed())
        self.synced()
        desktop = self.desktop(self.desk_id)
        code = desktop['fault'] and desktop['fault']['code']
        self.assertEqual(change.shown, (desktop['status'], code))
        if way != 'repair':
            self.finish(self.act('desktops', self.desk_id, way))
        elif not drifts:
            self.repair(change.listed)
        if way == 'delete':
            self.sweep_away()
            self.assertNothingLeft()
            return
        now = self.desktop(self.desk_id)
        self.assertEqual((change.ends, None), (now['status'], now['fault']))
        self.assertWholeAgain()
        if way == 'repair' and what in KEEPS_DISK:
            self.assertEqual(self.server.id, now['server_id'])


@ddt.ddt
class MeanwhileTest(ChangeTestCase):
    """While a desktop is being built, which is retried or repaired then."""

    @ddt.data(*MEANWHILE)
    def test_change(self, what):
        tally.track(self, 'behind our back', what, 'while it is built')
        self.nova.build_seconds = None
        order = self.create_desktop(**ways.rich(self))
        servers = self.nova.servers
        (self.server,) = service.until(lambda: list(servers.values()), bool)
        with self.cloud.lock:
            CHANGES[what].do(self)
        self.nova.build_seconds = 0.0
        for server in list(servers.values()):
            if server.vm_state == 'building':
                self.nova.finish(server.id)
        order = self.ended(order)
        if order['status'] == 'failed':
            self.assertExplained(order)
            (item,) = order['items']
            self.assertEqual(MEANWHILE[what], item['fault']['code'])
            self.assertAtRest()
            self.finish(self.act('work-orders', order['id'], 'retry'))
        else:
            self.repair({MEANWHILE[what]})
        self.assertStatuses({'running': 1}, self.desktops())
        self.assertWholeAgain()
