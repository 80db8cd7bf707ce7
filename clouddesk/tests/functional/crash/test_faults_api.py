"""Requests that ask the cloud, while it answers wrongly.

A clear error of ours, never a 500, and nothing half made (rule 9).
"""

import ddt

from clouddesk.tests import tally
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional.crash import faulty

#: What may be answered; 403 where a service accepts no token any longer.
CLEAR = frozenset({403, 409, 502, 503, 504})


def rich(house):
    return {
        'boot_from': 'volume',
        'floating_network_id': house.outside,
        'availability_zone': 'nova',
        'login': {'user': 'ada', 'password': 'Correct-Horse-9'},
    }


REQUESTS = {
    'create desktop': lambda house: house.create_desktop(),
    'create desktop, all fields': lambda house: house.create_desktop(
        **rich(house)
    ),
    'create pool': lambda house: house.create_pool(2),
    'create pool, dry run': lambda house: house.api.post(
        '/pools?dry_run=true', **house.spec(size=2, name='lab')
    ),
    'create template': lambda house: house.api.post(
        '/templates', **house.spec(name='base')
    ),
    'list images': lambda house: house.api.get('/images', q='win'),
    'usage of images': lambda house: house.api.get('/images/usage'),
    'show image': lambda house: house.api.get(house.image),
    'edit image': lambda house: house.api.patch(house.image, note='x'),
    'deactivate image': lambda house: house.act(
        'images', house.mine, 'deactivate'
    ),
    'console': lambda house: house.act('desktops', house.desk_id, 'console'),
    'migrate': lambda house: house.service.client('root').post(
        '/desktops/%s/actions/migrate' % house.desk_id
    ),
    'limits': lambda house: house.api.get('/limits'),
    'checks': lambda house: house.keeper.get('/checks'),
    'differences': lambda house: house.keeper.get('/differences'),
}
CASES = [
    (request, kind)
    for number, request in enumerate(REQUESTS)
    for place, kind in enumerate(faulty.KINDS)
    if tally.is_long() or place == number * 5 % len(faulty.KINDS)
]


@ddt.ddt
class RequestTest(faulty.FaultTestCase):
    def setUp(self):
        super().setUp()
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        self.keeper = self.service.client('grace')
        self.outside = self.neutron.create_network(
            self.school.service_project_id,
            'out',
            '203.0.113.0/28',
            external=True,
        )
        self.nova.hosts['compute2'] = ('nova', True)
        self.desk_id = self.build_desktop()
        self.mine = self.cloud.glance.create_image(
            self.school.project_id, 'mine'
        )
        self.image = '/images/' + self.mine

    @ddt.idata(CASES)
    @ddt.unpack
    def test_with(self, request, kind):
        tally.track(self, 'request', request, kind)
        with self.cloud.recorded() as recorded:
            self.held(lambda: REQUESTS[request](self))
        asked = faulty.calls(recorded)
        self.assertNotEqual([], asked)
        self.clean()
        for call in asked:
            self.hit(request, call, kind)

    def hit(self, request, call, kind):
        before = self.count()
        fault = self.spoil(call, kind, faulty.FOREVER)
        try:
            self.held(lambda: REQUESTS[request](self))
        except service.Refusal as refusal:
            self.assertIn(refusal.status, CLEAR, (call, kind, refusal))
            self.assertTrue(refusal.error['message'])
            self.assertEqual(before, self.count(), (call, kind))
        finally:
            self.lift()
        self.assertGreater(fault.hits, 0, call)
        self.clean()

    def count(self):
        """What is there of what requests make."""
        return {
            noun: len(self.api.get('/' + noun)[noun.replace('-', '_')])
            for noun in ('desktops', 'pools', 'templates', 'work-orders')
        }

    def clean(self):
        """Let what was ordered happen, and remove it."""
        self.let_go()
        for order in self.api.get('/work-orders')['work_orders']:
            self.api.wait(order['id'])
        for pool in self.api.get('/pools')['pools']:
            self.finish(self.api.delete('/pools/' + pool['id']))
        for template in self.api.get('/templates')['templates']:
            self.api.delete('/templates/' + template['id'])
        for desktop in self.desktops():
            if desktop['id'] != self.desk_id:
                self.finish(self.api.delete('/desktops/' + desktop['id']))


@ddt.ddt
class TokenTest(faulty.FaultTestCase):
    """Keystone answers wrongly when it is asked about a person's token."""

    @ddt.data(*list(faulty.KINDS)[:: 1 if tally.is_long() else 3])
    def test_with(self, kind):
        self.needs_more_than_one_person(standalone.NO_SERVICE_USER)
        tally.track(self, 'request', 'token of a person', kind)
        call = faulty.Call('identity', 'GET', '/v3/auth/tokens')
        stranger = self.service.client('rita')
        fault = self.spoil(call, kind, faulty.FOREVER)
        refusal = self.assertRaises(service.Refusal, stranger.get, '/desktops')
        self.assertIn(refusal.status, (401, 503), refusal)
        self.assertGreater(fault.hits, 0)
        self.lift()
        self.assertEqual([], stranger.get('/desktops')['desktops'])
