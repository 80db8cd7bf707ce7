"""API and conductor in one process, with the credentials of one person."""

from oslotest import base

from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone


class StandaloneTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(standalone.Standalone())
        self.school = self.service.school
        self.nova = self.service.cloud.nova
        self.neutron = self.service.cloud.neutron
        self.api = self.service.client()

    def create(self, name='Ada', **extra):
        return self.api.post(
            '/desktops',
            name=name,
            image_id=self.school.image_id,
            flavor_id=self.school.flavor_id,
            **extra,
        )

    def finish(self, order):
        order = self.api.wait(order['id'])
        self.assertEqual('succeeded', order['status'], order)

    def test_everything_is_hers(self):
        self.service.start()
        self.finish(self.create())
        (server,) = self.nova.servers.values()
        self.assertEqual(self.school.project_id, server.project_id)
        people = {self.school.users['tina']}
        self.assertEqual(
            people,
            {access.user['id'] for access in self.tokens()},
        )

    def tokens(self):
        return self.service.cloud.keystone.tokens.values()

    def test_people_are_named_by_their_ids(self):
        """Only administrators may look them up by name."""
        self.service.start()
        order = self.create()
        self.finish(order)
        path = '/desktops/%s/actions/assign' % order['subject']['id']
        refusal = self.assertRaises(
            service.Refusal, self.api.post, path, user_id='rita'
        )
        self.assertEqual((403, 'forbidden'), (refusal.status, refusal.code))
        self.assertEqual('user_id', refusal.error['details']['field'])
        self.api.post(path, user_id=self.school.users['rita'])
        mine = self.service.client('rita').get('/desktops')['desktops']
        self.assertEqual(['Ada'], [desktop['name'] for desktop in mine])

    def test_killed_in_the_middle_it_goes_on_at_the_next_start(self):
        for moment in ('port:after:1', 'server:before:2', 'server:after:1'):
            dying = self.service.start(moment)
            order = self.create('lab', count=3)
            self.assertEqual(-9, dying.join())
            living = self.service.start()
            self.finish(order)
            desktops = self.api.get('/desktops')['desktops']
            self.assertEqual(
                {desktop['server_id'] for desktop in desktops},
                set(self.nova.servers),
            )
            self.assertEqual(len(desktops), len(self.neutron.ports))
            living.kill()

    def test_ctrl_c_ends_it_cleanly(self):
        self.end_in_the_middle(lambda process: process.interrupt())

    def test_sigterm_ends_it_cleanly(self):
        self.end_in_the_middle(lambda process: process.terminate())

    def end_in_the_middle(self, end):
        self.nova.build_seconds = None
        process = self.service.start()
        order = self.create()
        service.until(lambda: list(self.nova.servers), bool)
        self.assertEqual(0, end(process))
        self.assertNotIn('Traceback', process.output())
        (server_id,) = self.nova.servers
        self.nova.finish(server_id)
        self.service.start()
        self.finish(order)

    def test_one_database_for_one_process(self):
        first = self.service.start()
        second = self.useFixture(self.service.process(answers=False))
        self.assertEqual(1, second.join())
        self.assertIn('process %d works' % first.pid, second.output())
        self.assertEqual([], self.api.get('/desktops')['desktops'])

    def test_another_project_is_refused_clearly(self):
        self.service.start()
        stranger = service.Client(
            self.service.url + '/v1', self.school.token('stranger')
        )
        refusal = self.assertRaises(service.Refusal, stranger.get, '/desktops')
        self.assertEqual((403, 'forbidden'), (refusal.status, refusal.code))
        self.assertIn(self.school.project_id, refusal.error['message'])
