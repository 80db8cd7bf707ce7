"""What the real services do, and a proxy in front of them spoils."""

import ddt
from testtools import matchers

from clouddesk.tests import tally
from clouddesk.tests.cloud.crash import base

LATE = 'hang, and be heard too late'
KINDS = {
    '500': {'status': 500},
    '503': {'status': 503, 'headers': {'Retry-After': '1'}},
    '429': {'status': 429, 'headers': {'Retry-After': '1'}},
    '409 no': {'status': 409},
    'lost reply': {'drop': 'after'},
    'refused': {'drop': 'before'},
    'hang': {'hang': True, 'drop': 'before'},
    LATE: {'hang': True},
}
#: What is asked of a service when a desktop is made, and when it goes.
CALLS = {
    'identity': (('POST', 'auth/tokens'), ('POST', 'auth/tokens')),
    'compute': (('POST', '/servers$'), ('DELETE', '/servers/')),
    'network': (('POST', '/ports$'), ('DELETE', '/ports/')),
    'block-storage': (('POST', '/volumes$'), ('DELETE', '/volumes/')),
    # A desktop that is made again has its image looked at first.
    'image': (('GET', '/images/'), None),
}
#: The short form: one of each kind, and each service.
SHORT = (
    ('network', 'lost reply'),
    ('compute', '409 no'),
    ('block-storage', '500'),
)


def cases(is_long):
    every = [(service, kind) for service in CALLS for kind in KINDS]
    return every if is_long else SHORT


@ddt.ddt
class FaultTest(base.CrashTest):
    """Errors that pass do not reach the people; others can be retried."""

    @ddt.idata(cases(tally.is_long()))
    @ddt.unpack
    def test_fault(self, service, kind):
        """Rule 3: no twin, whatever is lost."""
        self.conductor_at_work = self.replace()
        making, removing = CALLS[service]
        if service == 'image':
            self.make()
            self.spoil('desktop.rebuild', service, kind, making, self.rebuild)
        else:
            self.spoil('pool.create', service, kind, making, self.make)
        if removing:
            # Another one, which has no token yet.
            self.conductor_at_work = self.replace()
            self.spoil('pool.delete', service, kind, removing, self.remove)
        else:
            self.remove()
        self.assertAsBefore()

    def spoil(self, name, service, kind, call, do):
        method, path = call
        proxy = self.conductor_at_work.proxy
        with tally.part(name, '%s %s' % (method, service), kind):
            fault = proxy.fault(service, method, path, **KINDS[kind])
            do(fault)
            self.assertEqual(1, fault.hits)
            self.assertHeardTooLate(fault, kind)

    def make(self, fault=None):
        order = self.make_pool(1, **self.on_volumes())
        self.pool_id = order.subject['id']
        self.settle(order, fault)
        self.assertWhole(self.pool_id, 1)

    def rebuild(self, fault):
        (desktop,) = self.desktops(self.pool_id)
        self.settle(self.proxy.rebuild_desktop(desktop.id), fault)
        self.assertWhole(self.pool_id, 1)

    def remove(self, fault=None):
        self.settle(self.proxy.delete_pool(self.pool_id), fault)

    def settle(self, order, fault):
        _order, retried = self.mended(order)
        # Only what a service refuses for good is left to people.
        is_final = fault is not None and fault.status == 409
        self.assertThat(retried, matchers.LessThan(2 if is_final else 1))

    def assertHeardTooLate(self, fault, kind):
        """What the service then makes belongs to nobody, and goes."""
        if kind != LATE:
            return
        before = self.heard(fault)
        fault.release()
        self.until(
            lambda: self.heard(fault) > before, 'the late call', 60, 0.2
        )
        if self.desktops(self.pool_id):
            self.assertWhole(self.pool_id, 1)

    def heard(self, fault):
        """How many calls like it came to an end."""
        return sum(
            (call.service, call.method) == (fault.service, fault.method)
            for call in self.conductor_at_work.proxy.calls()
        )
