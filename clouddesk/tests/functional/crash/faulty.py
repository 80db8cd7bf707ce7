"""What the matrix of faults is made of: kinds of faults, and what is hit."""

import dataclasses
import hashlib
import re
import threading
from typing import Any

import fixtures

from clouddesk import cloud
from clouddesk.conductor import sweep
from clouddesk.conductor import sync
from clouddesk.conf import CONF
from clouddesk.db.api import leases
from clouddesk.tests import tally
from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import base

#: What a proxy in front of a service says instead of it.
PAGE = '<html><body><h1>Scheduled maintenance</h1></body></html>'

BUSY = 'Cannot do it while the instance is in task_state image_snapshot'

#: Kind of fault: what is done to a call.
KINDS: dict[str, dict[str, Any]] = {
    '500': {'status': 500},
    '503': {'status': 503, 'headers': {'Retry-After': '1'}},
    '429': {'status': 429, 'headers': {'Retry-After': '1'}},
    '409 no': {'status': 409, 'message': 'It is not to be.'},
    '409 busy': {'status': 409, 'message': BUSY},
    'refused': {'drop': 'before'},
    'lost reply': {'drop': 'after'},
    'hang': {'hang': True},
    'HTML': {'status': 200, 'page': PAGE},
    '502 HTML': {'status': 502, 'page': PAGE},
    'half JSON': {'cut': True},
    '401': {'status': 401},
}

#: Those after which the same call may do.
PASSING = frozenset(KINDS) - {'409 no', '409 busy'}

ONCE, FOREVER = 'once', 'for ever'


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of a flow."""

    service: str
    method: str
    #: Its path, with ``ID`` for every id.
    path: str

    def __str__(self) -> str:
        path = self.path.partition('/v')[2].partition('/')[2]
        return '%s %s /%s' % (self.service, self.method, path)

    @property
    def pattern(self) -> str:
        return '^%s$' % re.escape(self.path).replace('ID', '[0-9a-f-]{32,36}')


_ID = re.compile(r'\b[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\b')


def calls(recorded: list[Any]) -> list[Call]:
    """The different calls among those that were recorded."""
    found = {
        Call(each.service, each.method, _ID.sub('ID', each.path))
        for each in recorded
        # Asked for by the API's middleware, too.
        if each.service != 'identity'
    }
    return sorted(found, key=dataclasses.astuple)


def chosen(cases: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """All cases, or in the short form a part that is always the same.

    :param cases: (place, kind, how often); of the places, being (way, call),
        the first with each call
    """
    if tally.is_long():
        return cases
    firsts: dict[Any, list[tuple[Any, ...]]] = {}
    for case in cases:
        _way, call = case[0]
        of_call = firsts.setdefault(call, [])
        if not of_call or of_call[0][0] == case[0]:
            of_call.append(case)
    # Seven has no divisor in common with the number of cases of a place, so
    # that all kinds get their turn.
    return [
        some[number * 7 % len(some)]
        for number, some in enumerate(firsts.values())
    ]


def matrix(places: list[Any]) -> list[tuple[Any, ...]]:
    """Every place with every kind of fault, once and for ever."""
    return [
        (place, kind, often)
        for place in places
        for kind in KINDS
        for often in (ONCE, FOREVER)
    ]


def named(case: tuple[Any, ...]) -> str:
    """A case as a part of a test's name."""
    words = ' '.join(str(each) for each in case)
    short = hashlib.sha256(words.encode()).hexdigest()[:6]
    return '%s_%s' % (re.sub(r'\W+', '_', words), short)


class FaultTestCase(base.FunctionalTestCase):
    """An order is given, then the cloud breaks, then a conductor begins."""

    options = {
        # Only the order calls, and it gives up soon.
        'sync_interval': 3600,
        'sweep_interval': 3600,
        'return_interval': 3600,
        'lease_seconds': 4,
        'step_retries': 2,
        'build_timeout': 4,
        'action_timeout': 4,
        'capture_timeout': 4,
    }

    def setUp(self) -> None:
        super().setUp()
        self._open = True
        claim = leases.claim
        self.useFixture(
            fixtures.MonkeyPatch(
                'clouddesk.db.api.leases.claim',
                lambda *args: claim(*args) if self._open else None,
            )
        )

    def held(self, give: Any) -> dict[str, Any]:
        """An order that no conductor takes before :meth:`let_go`."""
        self._open = False
        order: dict[str, Any] = give()
        return order

    def let_go(self) -> None:
        self._open = True

    def spoil(self, call: Call, kind: str, often: str) -> Any:
        """Let a call go wrong."""
        does = dict(KINDS[kind])
        if kind == '401' and often == ONCE:
            # A token that has expired; the next one is good.
            does = {'callback': self.expire_tokens}
        return self.cloud.fault(
            call.service,
            call.method,
            call.pattern,
            times=1 if often == ONCE else None,
            **does,
        )

    def expire_tokens(self) -> None:
        """The service user's."""
        with self.cloud.lock:
            tokens = self.cloud.keystone.tokens
            for token, access in list(tokens.items()):
                if access.user['name'] == 'clouddesk':
                    del tokens[token]

    def lift(self) -> None:
        """Everything works again; what hung goes on."""
        self.cloud.faults.clear()
        self.nova.build_seconds = 0.0

    def synced(self) -> None:
        """The tables follow what Nova says now."""
        sync.Sync(
            cloud.for_project, CONF, lambda *seen: None, threading.Event()
        ).all()

    def swept(self) -> None:
        """What came too late goes by itself, when its grace is over."""
        now = [0.0]
        broom = sweep.Sweep(
            cloud.for_project, CONF, threading.Event(), lambda: now[0]
        )
        broom.run()
        now[0] += CONF.conductor.sweep_grace
        broom.run()

    def ended(self, order: dict[str, Any]) -> dict[str, Any]:
        return self.api.wait(order['id'])

    def assertExplained(self, order: dict[str, Any]) -> None:
        """A failure names what is to blame, and is no bug of ours."""
        self.assertEqual('failed', order['status'])
        faults = [item['fault'] for item in order['items'] if item['fault']]
        self.assertNotEqual([], faults)
        for fault in faults:
            self.assertNotEqual('internal_error', fault['code'], fault)
            self.assertTrue(fault['message'])

    def assertAtRest(self) -> None:
        """No desktop is left in the middle; each can be acted on."""
        for desktop in self.desktops():
            self.assertIn(desktop['status'], ('running', 'off', 'fault'))
            self.assertIsNone(desktop['work_order_id'])
            explained = desktop['fault'] is not None
            self.assertEqual(desktop['status'] == 'fault', explained)

    def assertWholeAgain(self) -> None:
        """Nothing is there twice, nothing is left, nothing differs."""
        keeper = self.service.client('grace')

        def look() -> Any:
            self.swept()
            told = keeper.get('/differences')
            return told['differences'], told['unread'], self._surplus()

        service.until(look, lambda seen: not any(seen), 10)

    def _surplus(self) -> list[str]:
        """What is there and is no part of a desktop, or is missing."""
        with self.cloud.lock:
            self.nova.settle()
            self.cinder.settle()
        rows = self.desktops()
        found = []
        for things, key in (
            (self.nova.servers, 'server_id'),
            (self.neutron.ports, 'port_id'),
            (self.cinder.volumes, 'volume_id'),
        ):
            wanted = {row[key] for row in rows if row[key]}
            if key == 'volume_id':
                wanted |= {id_ for row in rows for id_ in row['data_volumes']}
            found += ['%s %s' % (key, id_) for id_ in wanted ^ set(things)]
        found += ['snapshot %s' % each for each in self.cinder.snapshots]
        found += [
            'image %s' % each['id']
            for each in self.cloud.glance.images.values()
            if each.get('clouddesk_build_id')
        ]
        ports = {row['port_id'] for row in rows}
        found += [
            'floating IP %s' % each['id']
            for each in self.neutron.floating_ips.values()
            if each['port_id'] not in ports
        ]
        return found
