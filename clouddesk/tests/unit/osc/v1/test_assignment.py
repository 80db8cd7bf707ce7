from clouddesk.tests.unit.osc import base
from clouddesk.tests.unit.sdk import fakes

HERS = {'type': 'user', 'id': 'u1', 'assigned_at': '2026-11-01T10:00:00Z'}
ADA = fakes.desktop('Ada')
TAKEN = ADA | {'assignee': HERS}
CLASS = fakes.pool('class')
PATH = '/desktops/%s/actions/' % ADA['id']
POOL_PATH = '/pools/%s/actions/' % CLASS['id']
IDENTITY = 'http://identity.example.org/v3'


class _PeopleTest(base.ShellTest):
    def know_people(self, noun, name, id_):
        """Let Keystone answer for a user or a group."""
        requests = self.cloud.requests
        requests.get(f'{IDENTITY}/{noun}s/{name}', status_code=404)
        requests.get(
            f'{IDENTITY}/{noun}s?name={name}',
            json={f'{noun}s': [{'id': id_, 'name': name}]},
        )

    def hide_people(self):
        """Let Keystone tell nothing, as it does to who is no admin."""
        for noun in ('users', 'groups'):
            self.cloud.requests.get(f'{IDENTITY}/{noun}/ada', status_code=403)
            self.cloud.requests.get(f'{IDENTITY}/{noun}', status_code=403)


class AssignmentTest(_PeopleTest):
    def setUp(self):
        super().setUp()
        self.know(ADA)
        self.know_pools(CLASS)

    def body(self):
        return self.cloud.calls('POST')[-1][2]

    def test_assign(self):
        """I16, S43"""
        self.cloud.answer('POST', PATH + 'assign', TAKEN)
        self.know_people('user', 'ada', 'u1')
        self.know_people('group', 'choir', 'g1')
        row = self.json('desktop assign Ada --user ada')
        self.assertEqual(HERS, row['assignee'])
        self.assertEqual({'user_id': 'u1'}, self.body())
        out = self.succeed('desktop assign Ada --group choir')
        self.assertEqual({'group_id': 'g1'}, self.body())
        self.assertIn('user u1', out)

    def test_who_may_not_look_at_people_gives_an_id(self):
        self.cloud.answer('POST', PATH + 'assign', TAKEN)
        self.hide_people()
        self.succeed('desktop assign Ada --user ada')
        self.assertEqual({'user_id': 'ada'}, self.body())

    def test_assign_needs_somebody(self):
        for line in ('', '--user a --group b'):
            self.complain('desktop assign Ada ' + line, code=2)

    def test_unassign(self):
        self.cloud.answer('POST', PATH + 'unassign', ADA)
        self.assertIsNone(self.json('desktop unassign Ada')['assignee'])

    def test_take(self):
        self.cloud.answer('POST', POOL_PATH + 'take', TAKEN)
        self.assertEqual('Ada', self.json('desktop take class')['name'])

    def test_none_is_free(self):
        message = 'No desktop of pool class is free.'
        self.cloud.refuse('POST', POOL_PATH + 'take', 409, message)
        err = self.complain('desktop take class')
        self.assertEqual(message + '\n', err)

    def test_release(self):
        self.cloud.answer('POST', PATH + 'release', ADA)
        row = self.json('desktop release Ada')
        self.assertEqual(
            ('released', None), (row['status'], row['work_order_id'])
        )

    def test_release_and_make_again(self):
        order = fakes.order('succeeded', [fakes.item(ADA)])
        self.cloud.answer(
            'POST', PATH + 'release', {'status_code': 202, 'json': order}
        )
        self.cloud.answer('GET', '/work-orders/' + order['id'], order)
        row = self.json('desktop release Ada --wait')
        self.assertEqual(order['id'], row['work_order_id'])

    def test_roster(self):
        members = {'users': ['u1'], 'groups': ['g1']}
        self.know_people('user', 'ada', 'u1')
        self.know_people('group', 'choir', 'g1')
        for verb in ('add', 'remove'):
            answer = CLASS | {'members': members}
            self.cloud.answer('POST', f'{POOL_PATH}{verb}_members', answer)
            out = self.succeed(
                f'desktop pool {verb} member class --user ada --group choir'
            )
            self.assertEqual(members, self.body())
            self.assertIn('group g1', out)
        self.complain('desktop pool add member class')


class ListTest(_PeopleTest):
    def test_mine(self):
        """V4"""
        call = self.cloud.answer('GET', '/desktops', {'desktops': [TAKEN]})
        self.know_people('user', 'ada', 'u1')
        self.know_nobody('groups', 'ada')
        (row,) = self.json('desktop list --mine --assignee ada --long')
        self.assertEqual(HERS, row['Assignee'])
        asked = call.last_request.qs
        self.assertEqual(['true'], asked['mine'])
        self.assertEqual(['u1'], asked['assignee_id'])

    def know_nobody(self, noun, name):
        requests = self.cloud.requests
        requests.get(f'{IDENTITY}/{noun}/{name}', status_code=404)
        requests.get(f'{IDENTITY}/{noun}?name={name}', json={noun: []})

    def test_a_group(self):
        call = self.cloud.answer('GET', '/desktops', {'desktops': [TAKEN]})
        self.know_nobody('users', 'choir')
        self.know_people('group', 'choir', 'g1')
        self.json('desktop list --assignee choir')
        self.assertEqual(['g1'], call.last_request.qs['assignee_id'])

    def test_an_id_needs_no_rights(self):
        """Nor has whom it belonged to to be there."""
        call = self.cloud.answer('GET', '/desktops', {'desktops': [TAKEN]})
        self.json('desktop list --assignee %s' % ADA['id'])
        self.assertEqual([ADA['id']], call.last_request.qs['assignee_id'])

    def test_nobody_of_that_name(self):
        self.know_nobody('users', 'ada')
        self.know_nobody('groups', 'ada')
        told = self.complain('desktop list --assignee ada')
        self.assertIn('no user and no group with the name ada', told)

    def test_two_of_that_name(self):
        self.know_people('user', 'ada', 'u1')
        self.know_people('group', 'ada', 'g1')
        self.assertIn('id', self.complain('desktop list --assignee ada'))

    def test_who_may_not_look_people_up(self):
        self.hide_people()
        told = self.complain('desktop list --assignee ada')
        self.assertIn('give an id', told)


class PoolTest(base.ShellTest):
    def setUp(self):
        super().setUp()
        self.know_pools(CLASS)

    def test_set(self):
        call = self.cloud.answer('PATCH', '/pools/' + CLASS['id'], CLASS)
        self.succeed(
            'desktop pool set class --assignment first-come --persistence '
            'floating --on-return rebuild --note x'
        )
        expected = {
            'assignment': 'first_come',
            'persistence': 'floating',
            'on_return': 'rebuild',
            'note': 'x',
        }
        self.assertEqual(expected, call.last_request.json())

    def test_show(self):
        shown = self.json('desktop pool show class')
        self.assertEqual({'users': [], 'groups': []}, shown['members'])
