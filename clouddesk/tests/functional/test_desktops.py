"""Single desktops and batches of them."""

from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base


class DesktopLifeTest(base.FunctionalTestCase):
    def test_create_and_delete(self):
        """V1, V14, V36"""
        order = self.create_desktop(name='Ada_Lovelace', note='front row')
        self.assertEqual('desktop.create', order['kind'])
        self.finish(order)
        desktop = self.desktop(order['items'][0]['desktop_id'])
        self.assertEqual('running', desktop['status'])
        self.assertEqual('Ada_Lovelace', desktop['name'])
        self.assertEqual('front row', desktop['note'])
        self.assertEqual(
            [{'address': '10.0.0.2', 'version': 4, 'type': 'fixed'}],
            desktop['addresses'],
        )
        self.assertOneOfEach(1)
        self.finish(self.api.delete('/desktops/' + desktop['id']))
        self.assertNothingLeft()

    def test_network_is_chosen(self):
        """V21"""
        self.needs_more_than_one_person(standalone.NO_ADMIN)
        wide = self.neutron.create_network(
            self.school.project_id, 'wide', '10.64.0.0/16'
        )
        desktop_id = self.build_desktop()
        self.assertEqual(wide, self.desktop(desktop_id)['network_id'])

    def test_network_is_given(self):
        self.neutron.create_network(
            self.school.project_id, 'wide', '10.64.0.0/16'
        )
        given = self.school.network_id
        desktop_id = self.build_desktop(network_id=given)
        self.assertEqual(given, self.desktop(desktop_id)['network_id'])

    def test_batch(self):
        """V10"""
        order = self.finish(self.create_desktop(name='seat', count=3))
        self.assertEqual(3, len(order['items']))
        self.assertOneOfEach(3)

    def test_server_belongs_to_the_tenant(self):
        self.build_desktop()
        (server,) = self.nova.servers.values()
        self.assertEqual(self.school.project_id, server.project_id)

    def test_strangers_see_nothing(self):
        desktop_id = self.build_desktop()
        stranger = self.service.client('stranger')
        self.assertEqual([], stranger.get('/desktops')['desktops'])
        refusal = self.assertRaises(
            service.Refusal, stranger.get, '/desktops/' + desktop_id
        )
        self.assertEqual(404, refusal.status)

    def test_private_image_of_others_is_refused_before_anything_is_made(self):
        hidden = self.cloud.glance.create_image(
            self.school.other_project_id, 'x', visibility='private'
        )
        refusal = self.assertRaises(
            service.Refusal, self.create_desktop, image_id=hidden
        )
        self.assertEqual(400, refusal.status)
        self.assertEqual('image_id', refusal.error['details']['field'])
        self.assertEqual([], self.api.get('/work-orders')['work_orders'])


class PowerTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.desktop_id = self.build_desktop()

    def do(self, verb, **body):
        return self.act('desktops', self.desktop_id, verb, **body)

    def status(self):
        return self.desktop(self.desktop_id)['status']

    def test_stop_and_start(self):
        """V24"""
        self.finish(self.do('stop'))
        self.assertEqual('off', self.status())
        self.finish(self.do('start'))
        self.assertEqual('running', self.status())

    def test_status_on_the_way(self):
        """V3"""
        self.nova.action_seconds = None
        for verb, status in (('stop', 'stopping'), ('start', 'starting')):
            order = self.do(verb)
            self.assertEqual(status, self.status())
            self.api.wait(order['id'], 'running')
            server = self.server()
            service.until(lambda s=server: s.task_state, bool)
            self.nova.finish(server.id)
            self.finish(order)

    def server(self):
        return self.nova.of_desktop(self.desktop_id)[0]

    def test_reboot(self):
        """V24"""
        for body in ({}, {'force': True}):
            self.finish(self.do('reboot', **body))
            self.assertEqual('running', self.status())
        kinds = [
            call
            for call in self.cloud.calls('compute', 'POST')
            if call.path.endswith('/action')
        ]
        self.assertEqual(2, len(kinds))

    def test_wrong_state_names_it(self):
        refusal = self.assertRaises(service.Refusal, self.do, 'start')
        self.assertEqual(409, refusal.status)
        self.assertEqual('desktop_wrong_state', refusal.code)
        self.assertIn('running', refusal.error['message'])

    def test_busy(self):
        self.nova.action_seconds = None
        order = self.do('stop')
        refusal = self.assertRaises(service.Refusal, self.do, 'delete')
        self.assertEqual(409, refusal.status)
        self.assertIn(refusal.code, ('desktop_busy', 'desktop_wrong_state'))
        service.until(lambda: self.server().task_state, bool)
        self.nova.finish(self.server().id)
        self.finish(order)

    def test_stop_of_what_is_stopped_already(self):
        """Somebody else was faster; the wish is fulfilled."""
        path = '/desktops/' + self.desktop_id
        self.api.patch(path, keep_running=False)
        with self.cloud.lock:
            server = self.server()
            server.become('stopped', 4)
            order = self.do_while_nobody_looks('stop')
        if order:
            self.finish(order)
        self.until_desktop(self.desktop_id, 'off')

    def do_while_nobody_looks(self, verb):
        # The sync may have been faster still.
        try:
            return self.do(verb)
        except service.Refusal:
            return None

    def test_console(self):
        """V30"""
        console = self.do('console')
        self.assertEqual('novnc', console['type'])
        self.assertIn('token', console['url'])
        self.finish(self.do('stop'))
        refusal = self.assertRaises(service.Refusal, self.do, 'console')
        self.assertEqual(409, refusal.status)
        self.assertIn('off', refusal.error['message'])

    def test_batch_action(self):
        other = self.build_desktop(name='Bob')
        order = self.api.post(
            '/desktops/actions/stop', desktop_ids=[self.desktop_id, other]
        )
        self.finish(order)
        self.assertStatuses({'off': 2}, self.desktops())
