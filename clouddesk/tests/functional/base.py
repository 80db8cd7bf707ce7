"""What the functional tests share."""

import datetime

from oslotest import base

from clouddesk.tests.fixtures import forked_conductor
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone

_YEAR = datetime.datetime.now(datetime.UTC).year
#: A lesson is on, whenever this runs: from midnight to midnight, because the
#: next one begins a minute ahead.
ALWAYS = {
    'ahead': 1,
    'timetable': {
        'timezone': 'UTC',
        'from': '%d-01-01' % _YEAR,
        'until': '%d-12-31' % (_YEAR + 1),
        'lessons': [
            {
                'days': ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
                'start': '00:00',
                'end': '23:59',
            }
        ],
    },
}


class FunctionalTestCase(base.BaseTestCase):
    """clouddesk over an emulated cloud, asked through its public API.

    ``api`` is what a member of the school's project sees, ``nova`` and the
    like are the emulated services.
    """

    #: Of [conductor].
    options: dict[str, object] = {}
    #: Whether a conductor runs from the beginning.
    conductor = True

    def setUp(self):
        forked_conductor.make_room()
        super().setUp()
        if standalone.is_wanted() and not self.conductor:
            self.skipTest(standalone.API_ALONE)
        self.service = self.useFixture(standalone.chosen(**self.options))
        self.cloud = self.service.cloud
        self.school = self.service.school
        self.nova = self.cloud.nova
        self.neutron = self.cloud.neutron
        self.cinder = self.cloud.cinder
        self.api = self.service.client()
        if self.conductor:
            self.running = self.service.start_conductor()

    def needs_more_than_one_person(self, reason):
        """Skip where clouddesk works with somebody's own credentials.

        :param reason: one of :mod:`clouddesk.tests.fixtures.standalone`
        """
        if self.service.standalone:
            self.skipTest(reason)

    # -- doing -------------------------------------------------------------

    def spec(self, **extra):
        return {
            'image_id': self.school.image_id,
            'flavor_id': self.school.flavor_id,
            **extra,
        }

    def create_pool(self, size, name='lab', **extra):
        return self.api.post(
            '/pools', **self.spec(size=size, name=name, **extra)
        )

    def create_desktop(self, name='Ada', **extra):
        return self.api.post('/desktops', **self.spec(name=name, **extra))

    def build_pool(self, size, **extra):
        """A pool that is ready; returns its id."""
        order = self.finish(self.create_pool(size, **extra))
        return order['subject']['id']

    def build_desktop(self, **extra):
        """A desktop that runs; returns its id."""
        order = self.finish(self.create_desktop(**extra))
        return order['items'][0]['desktop_id']

    def act(self, noun, id_, verb, **body):
        return self.api.post('/%s/%s/actions/%s' % (noun, id_, verb), **body)

    def finish(self, order, status='succeeded'):
        """Wait for the end of an order, which must be this one."""
        order = self.api.wait(order['id'])
        self.assertEqual(status, order['status'], order)
        return order

    def remove_groups(self):
        """Pools and image builds, with the desktops that go with them."""
        for pool in self.api.get('/pools')['pools']:
            self.finish(self.api.delete('/pools/' + pool['id']))
        keeper = self.service.client('grace')
        for build in keeper.get('/image-builds')['image_builds']:
            order = keeper.delete('/image-builds/' + build['id'])
            if order is not None:
                self.finish(order)

    # -- seeing ------------------------------------------------------------

    def desktops(self, **query):
        return self.api.get('/desktops', **query)['desktops']

    def desktop(self, desktop_id):
        return self.api.get('/desktops/' + desktop_id)

    def pool(self, pool_id):
        return self.api.get('/pools/' + pool_id)

    def assertStatuses(self, expected, desktops):
        """:param expected: e.g. ``{'running': 4, 'fault': 1}``"""
        statuses = [desktop['status'] for desktop in desktops]
        found = {each: statuses.count(each) for each in set(statuses)}
        self.assertEqual(expected, found)

    def assertOneOfEach(self, count):
        """Every desktop has one server and one port, and nothing is left."""
        desktops = self.desktops()
        self.assertEqual(count, len(desktops))
        self.assertEqual(
            {desktop['server_id'] for desktop in desktops},
            set(self.nova.servers),
        )
        self.assertEqual(count, len(self.nova.servers))
        self.assertEqual(
            {desktop['port_id'] for desktop in desktops},
            set(self.neutron.ports),
        )
        self.assertEqual(count, len(self.neutron.ports))

    def assertNothingLeft(self):
        """Neither with us nor in the cloud."""
        self.assertEqual([], self.desktops())
        self.assertEqual([], self.api.get('/pools')['pools'])
        self.assertEqual({}, self.nova.servers)
        self.assertEqual({}, self.neutron.ports)
        self.assertEqual({}, self.neutron.floating_ips)
        self.cinder.settle()
        self.assertEqual({}, self.cinder.volumes)

    def until_desktop(self, desktop_id, status):
        return service.until(
            lambda: self.desktop(desktop_id),
            lambda desktop: desktop['status'] == status,
        )
