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


def _course(house):
    return house.api.post('/courses', **house.spec(name='maths', size=1))


def _pool_with_a_gap(house):
    """One of two desktops is gone, and Nova kept the other one."""
    pool_id = house.build_pool(2)
    kept = house.desktops(pool_id=pool_id)[0]['server_id']
    house.cloud.fault('compute', 'DELETE', kept, status=400, times=None)
    house.finish(house.api.delete('/pools/' + pool_id), 'failed')
    house.cloud.faults.clear()
    return pool_id


def _new_image(house, **extra):
    wanted = {'name': 'win', 'disk_format': 'qcow2', 'size': 4096} | extra
    return house.api.post('/images', **wanted)


def _glance_image(house):
    return house.cloud.glance.create_image(
        house.school.project_id, 'old', visibility='private'
    )


def _build(house):
    return house.keeper.post('/image-builds', **house.spec(name='golden'))


def _built(house):
    return house.finish(_build(house))['subject']['id']


def _off(house):
    if house.desktop(house.desk_id)['status'] == 'running':
        house.finish(house.act('desktops', house.desk_id, 'stop'))
    return house.desk_id


_FETCH = {'method': 'web-download', 'uri': 'http://93.184.215.14/win.qcow2'}

#: What a request is about, made anew each time.
BEFORE = {
    'start course': lambda house: _course(house)['id'],
    'grow pool': lambda house: house.build_pool(1),
    'retry pool': _pool_with_a_gap,
    'add members': lambda house: house.build_pool(1),
    'import image': lambda house: _new_image(house)['id'],
    'delete image': _glance_image,
    'retire images': _glance_image,
    'finish image build': _built,
    'create image of a desktop': _off,
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
    'create course': _course,
    'start course': lambda house: house.act('courses', house.subject, 'start'),
    'grow pool': lambda house: house.act(
        'pools', house.subject, 'resize', size=2
    ),
    'retry pool': lambda house: house.act('pools', house.subject, 'retry'),
    'assign desktop': lambda house: house.act(
        'desktops', house.desk_id, 'assign', user_id='rita'
    ),
    'add members': lambda house: house.act(
        'pools', house.subject, 'add_members', users=['rita']
    ),
    'create image': _new_image,
    'create image, fetched': lambda house: _new_image(
        house, **{'import': _FETCH}
    ),
    'import image': lambda house: house.act(
        'images', house.subject, 'import', **_FETCH
    ),
    'delete image': lambda house: house.api.delete('/images/' + house.subject),
    'retire images': lambda house: house.api.post(
        '/images/actions/retire', image_ids=[house.subject]
    ),
    'create image build': _build,
    'finish image build': lambda house: house.keeper.post(
        '/image-builds/%s/actions/finish' % house.subject
    ),
    'create image of a desktop': lambda house: house.keeper.post(
        '/desktops/%s/actions/create_image' % house.subject, name='golden'
    ),
}
#: Kinds of faults after which a service has done what was asked for.
DONE = frozenset({'lost reply', 'half JSON'})
#: Those that ask what a new pool asks: only in the long form.
ALIKE = frozenset({'grow pool', 'retry pool', 'create image build'})
CASES = [
    (request, kind)
    for number, request in enumerate(REQUESTS)
    for place, kind in enumerate(faulty.KINDS)
    if tally.is_long()
    or (request not in ALIKE and place == number * 5 % len(faulty.KINDS))
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
        self.prepare(request)
        with self.cloud.recorded() as recorded:
            self.held(lambda: REQUESTS[request](self))
        asked = faulty.calls(recorded) + _about_people(recorded)
        self.assertNotEqual([], asked)
        self.clean()
        for call in asked:
            self.prepare(request)
            self.hit(request, call, kind)

    def prepare(self, request):
        self.subject = BEFORE.get(request, lambda house: None)(self)

    def hit(self, request, call, kind):
        before, images = self.count(), set(self.cloud.glance.images)
        protected = self.base_image()['protected']
        fault = self.spoil(call, kind, faulty.FOREVER)
        try:
            self.held(lambda: REQUESTS[request](self))
        except service.Refusal as refusal:
            self.assertIn(refusal.status, CLEAR, (call, kind, refusal))
            self.assertTrue(refusal.error['message'])
            self.assertEqual(before, self.count(), (call, kind))
            made = set(self.cloud.glance.images) - images
            if call != _MAKE_IMAGE or kind not in DONE:
                self.assertEqual(set(), made, (call, kind))
            # What hangs may be heard in any order, and later.
            if kind != 'hang':
                now = self.base_image()['protected']
                self.assertEqual(protected, now, (call, kind))
        finally:
            self.lift()
        self.assertGreater(fault.hits, 0, call)
        self.clean()

    def count(self):
        """What is there of what requests make."""
        return {
            noun: len(self.keeper.get('/' + noun)[noun.replace('-', '_')])
            for noun in (
                'desktops',
                'pools',
                'templates',
                'courses',
                'image-builds',
                'work-orders',
            )
        }

    def clean(self):
        """Let what was ordered happen, and remove it."""
        self.let_go()
        for order in self.api.get('/work-orders')['work_orders']:
            self.api.wait(order['id'])
        for course in self.api.get('/courses')['courses']:
            self.remove_course('/courses/' + course['id'])
        self.remove_groups()
        for template in self.api.get('/templates')['templates']:
            self.api.delete('/templates/' + template['id'])
        for desktop in self.desktops():
            if desktop['id'] != self.desk_id:
                self.finish(self.api.delete('/desktops/' + desktop['id']))
        self.base_image()['protected'] = False

    def base_image(self):
        return self.cloud.glance.images[self.school.image_id]

    def remove_course(self, path):
        service.until(
            lambda: self.api.get(path)['status'],
            lambda status: status in ('idle', 'in_session'),
        )
        order = self.api.delete(path + '?with_pool=true')
        if order is not None:
            self.finish(order)


_MAKE_IMAGE = faulty.Call('image', 'POST', '/v2/images')


def _about_people(recorded):
    """The calls to Keystone that look people up."""
    return sorted(
        {
            faulty.Call(each.service, each.method, each.path)
            for each in recorded
            if each.path.startswith('/v3/users')
        },
        key=str,
    )


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
