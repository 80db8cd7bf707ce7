"""Students: what they see, take and give back."""

import threading

from clouddesk.api import access
from clouddesk.conf import CONF
from clouddesk.tests.fixtures import service
from clouddesk.tests.fixtures import standalone
from clouddesk.tests.functional import base


class PeopleTestCase(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        # They are looked up by name.
        self.needs_more_than_one_person(standalone.NO_ADMIN)
        self.rita = self.service.client('rita')
        self.stan = self.service.client('stan')
        self.users = self.school.users
        access.forget()

    def assertRefused(self, status, call, *args, **kwargs):
        refusal = self.assertRaises(service.Refusal, call, *args, **kwargs)
        self.assertEqual(status, refusal.status, refusal.error)
        return refusal

    def open_pool(self, size, **values):
        """A pool whose desktops students take."""
        pool_id = self.build_pool(size)
        values = {'assignment': 'first_come'} | values
        self.api.patch('/pools/' + pool_id, **values)
        people = [self.users[name] for name in ('rita', 'stan')]
        self.act('pools', pool_id, 'add_members', users=people)
        return pool_id

    def take(self, client, pool_id):
        return client.post('/pools/%s/actions/take' % pool_id)

    def release(self, client, desktop_id):
        return client.post('/desktops/%s/actions/release' % desktop_id)


class ReaderTest(PeopleTestCase):
    def test_a_student_uses_her_desktop(self):
        """I16: with the role reader, and with no right on Nova."""
        desktop_id = self.build_desktop(name='Ada')
        self.build_desktop(name='Bob')
        self.act('desktops', desktop_id, 'assign', user_id='rita')
        (seen,) = self.rita.get('/desktops')['desktops']
        self.assertEqual('Ada', seen['name'])
        self.assertEqual(self.users['rita'], seen['assignee']['id'])
        path = '/desktops/%s/actions/' % desktop_id
        for verb, status in (('stop', 'off'), ('start', 'running')):
            order = self.rita.post(path + verb)
            self.rita.wait(order['id'], 'succeeded')
            found = self.rita.get('/desktops/' + desktop_id)
            self.assertEqual(status, found['status'])
        self.assertIn('url', self.rita.post(path + 'console'))
        for verb in ('reboot', 'retry', 'delete', 'assign', 'unassign'):
            body = {'user_id': 'x'} if verb == 'assign' else {}
            self.assertRefused(403, self.rita.post, path + verb, **body)
        self.assertRefused(403, self.rita.delete, '/desktops/' + desktop_id)

    def test_what_is_not_hers_does_not_exist(self):
        desktop_id = self.build_desktop()
        pool_id = self.build_pool(1)
        order_id = self.api.get('/work-orders')['work_orders'][0]['id']
        for noun in ('desktops', 'pools', 'work-orders'):
            found = self.rita.get('/' + noun)[noun.replace('-', '_')]
            self.assertEqual([], found)
        for path in (
            '/desktops/' + desktop_id,
            '/pools/' + pool_id,
            '/work-orders/' + order_id,
        ):
            self.assertRefused(404, self.rita.get, path)
        path = '/desktops/%s/actions/' % desktop_id
        for verb in ('start', 'stop', 'console', 'release'):
            self.assertRefused(404, self.rita.post, path + verb)
        self.assertRefused(404, self.take, self.rita, pool_id)

    def test_by_way_of_a_group(self):
        group = self.cloud.keystone.create_group('choir', self.users['rita'])
        desktop_id = self.build_desktop()
        self.act('desktops', desktop_id, 'assign', group_id='choir')
        self.assertEqual(group, self.desktop(desktop_id)['assignee']['id'])
        self.rita.get('/desktops/' + desktop_id)
        self.assertRefused(404, self.stan.get, '/desktops/' + desktop_id)

    def test_keystone_is_asked_once_a_minute(self):
        for _each in range(3):
            self.rita.get('/desktops')
        path = '/v3/users/%s/groups' % self.users['rita']
        asked = [each for each in self.cloud.calls() if each.path == path]
        self.assertEqual(1, len(asked))

    def test_my_desktops(self):
        """V4: a manager sees all, or what is assigned to her."""
        desktop_id = self.build_desktop(name='Mine')
        self.build_desktop(name='Other')
        self.act('desktops', desktop_id, 'assign', user_id='tina')
        self.assertEqual(2, len(self.desktops()))
        (mine,) = self.desktops(mine='true')
        self.assertEqual('Mine', mine['name'])

    def test_nobody_there(self):
        desktop_id = self.build_desktop()
        for field in ('user_id', 'group_id'):
            refusal = self.assertRefused(
                400, self.act, 'desktops', desktop_id, 'assign', **{field: 'x'}
            )
            self.assertEqual(field, refusal.error['details']['field'])


class TakeTest(PeopleTestCase):
    def test_take_and_release(self):
        pool_id = self.open_pool(1, persistence='floating')
        self.assertEqual(1, len(self.rita.get('/pools')['pools']))
        desktop = self.take(self.rita, pool_id)
        self.assertEqual('running', desktop['status'])
        self.assertEqual(desktop['id'], self.take(self.rita, pool_id)['id'])
        refusal = self.assertRefused(409, self.take, self.stan, pool_id)
        self.assertEqual('pool_exhausted', refusal.code)
        released = self.release(self.rita, desktop['id'])
        self.assertIsNone(released['assignee'])
        self.assertRefused(404, self.rita.get, '/desktops/' + desktop['id'])
        self.assertEqual(desktop['id'], self.take(self.stan, pool_id)['id'])

    def test_one_that_is_made_again(self):
        pool_id = self.open_pool(
            1, persistence='floating', on_return='rebuild'
        )
        desktop = self.take(self.rita, pool_id)
        self.nova.delete_seconds = None
        order = self.release(self.rita, desktop['id'])
        self.assertEqual('desktop.rebuild', order['kind'])
        refusal = self.assertRefused(409, self.take, self.stan, pool_id)
        self.assertEqual('pool_exhausted', refusal.code)
        with self.cloud.lock:
            self.nova.delete_seconds = 0.0
            self.nova.finish(desktop['server_id'])
        self.rita.wait(order['id'], 'succeeded')
        again = self.take(self.stan, pool_id)
        self.assertEqual(desktop['id'], again['id'])
        self.assertNotEqual(desktop['server_id'], again['server_id'])

    def test_one_that_stays(self):
        pool_id = self.open_pool(1)
        desktop = self.take(self.rita, pool_id)
        self.assertRefused(403, self.release, self.rita, desktop['id'])
        released = self.release(self.api, desktop['id'])
        self.assertIsNone(released['assignee'])
        self.assertRefused(409, self.release, self.api, desktop['id'])

    def test_by_hand(self):
        pool_id = self.open_pool(1, assignment='by_hand')
        refusal = self.assertRefused(409, self.take, self.rita, pool_id)
        self.assertEqual('pool_by_hand', refusal.code)

    def test_a_class_takes_at_once(self):
        pool_id = self.open_pool(3)
        taken = []

        def take(client):
            try:
                taken.append((client, self.take(client, pool_id)['id']))
            except service.Refusal as refusal:
                taken.append((client, refusal.code))

        clients = [self.rita, self.stan] * 4
        threads = [
            threading.Thread(target=take, args=(each,)) for each in clients
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(8, len(taken))
        self.assertEqual(2, len({(id(who), what) for who, what in taken}))

    def test_roster(self):
        pool_id = self.open_pool(1)
        self.assertEqual(
            [self.users['rita']],
            self.rita.get('/pools/' + pool_id)['members']['users'],
        )
        self.act('pools', pool_id, 'remove_members', users=['rita'])
        members = self.pool(pool_id)['members']
        self.assertEqual([self.users['stan']], members['users'])
        self.assertRefused(404, self.rita.get, '/pools/' + pool_id)
        refusal = self.assertRefused(
            400, self.act, 'pools', pool_id, 'add_members', groups=['x']
        )
        self.assertEqual('groups', refusal.error['details']['field'])

    def test_only_floating_desktops_are_made_again(self):
        pool_id = self.build_pool(0)
        refusal = self.assertRefused(
            400, self.api.patch, '/pools/' + pool_id, on_return='rebuild'
        )
        self.assertEqual('on_return', refusal.error['details']['field'])
        refusal = self.assertRefused(
            400, self.create_pool, 0, name='xx', on_return='rebuild'
        )
        self.assertEqual('on_return', refusal.error['details']['field'])

    def test_the_pool_goes_with_its_people(self):
        pool_id = self.open_pool(1)
        self.take(self.rita, pool_id)
        self.finish(self.api.delete('/pools/' + pool_id))
        self.assertEqual([], self.rita.get('/pools')['pools'])
        self.assertEqual([], self.rita.get('/desktops')['desktops'])


class ReturnTest(PeopleTestCase):
    options = {'return_interval': 0.2}

    def test_what_is_left_off_goes_back(self):
        CONF.set_override('return_after', 1, group='desktop')
        self.addCleanup(CONF.clear_override, 'return_after', 'desktop')
        pool_id = self.open_pool(1, persistence='floating')
        desktop = self.take(self.rita, pool_id)
        order = self.rita.post('/desktops/%s/actions/stop' % desktop['id'])
        self.rita.wait(order['id'], 'succeeded')
        service.until(
            lambda: self.desktop(desktop['id'])['assignee'],
            lambda assignee: assignee is None,
        )
