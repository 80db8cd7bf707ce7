from unittest import mock

from clouddesk import cloud
from clouddesk import context
from clouddesk import exceptions
from clouddesk.api import access
from clouddesk.tests.unit.api import base

URL = '/v1/desktops'


class GroupsTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.ask = self.cloud.user.identity.group_ids

    def caller(self, user_id='ada'):
        return context.RequestContext(user_id=user_id, overwrite=False)

    def test_they_are_remembered_for_a_minute(self):
        self.ask.return_value = ('choir',)
        access.forget()
        with mock.patch.object(
            access.time, 'monotonic', autospec=True, return_value=0.0
        ) as now:
            self.assertEqual(('choir',), access._groups(self.caller()))
            self.ask.return_value = ('chess',)
            now.return_value = 59.0
            self.assertEqual(('choir',), access._groups(self.caller()))
            now.return_value = 61.0
            self.assertEqual(('chess',), access._groups(self.caller()))
        self.assertEqual(2, self.ask.call_count)

    def test_everybody_has_her_own(self):
        access.forget()
        self.ask.return_value = ('choir',)
        access._groups(self.caller('ada'))
        self.ask.return_value = ()
        self.assertEqual((), access._groups(self.caller('bob')))

    def test_keystone_does_not_tell(self):
        """Her own desktops are not hidden because of that."""
        self.ask.side_effect = exceptions.CloudForbidden(
            service='Keystone', reason='no'
        )
        (desktop_id,) = self.make_desktops(1)
        self.sql(
            "UPDATE desktops SET assignee_type = 'user', assignee_id = "
            "'user-reader', assigned_at = '2026-01-01 00:00:00.000000'"
        )
        answer = self.get('%s/%s' % (URL, desktop_id), 'reader')
        self.assertEqual(200, answer.status_int)

    def test_keystone_is_away(self):
        self.ask.side_effect = exceptions.CloudError(
            service='Keystone', reason='away', transient=True
        )
        answer = self.get(URL, 'reader')
        self.assert_error(answer, 503, 'service_unavailable')

    def test_who_sees_all_is_not_asked_about(self):
        self.get(URL)
        self.ask.assert_not_called()
        self.get(URL + '?mine=true')
        self.ask.assert_called_once_with('user-member')


class AssignTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        (self.desktop_id,) = self.make_desktops(1)
        self.url = '%s/%s/actions/' % (URL, self.desktop_id)
        self.find = cloud.for_service().identity.user_id

    def test_names_are_looked_for_in_the_own_domain(self):
        self.find.side_effect = lambda name, domain: 'id-of-' + name
        answer = self.post(self.url + 'assign', {'user_id': 'ada@school'})
        self.assertEqual('id-of-ada@school', answer.json['assignee']['id'])
        ((_name, domain),) = [call.args for call in self.find.mock_calls]
        self.assertIsNotNone(domain)

    def test_bad_bodies(self):
        for body, field in (
            ({}, 'body'),
            ({'user_id': ''}, 'user_id'),
            ({'user_id': 'a' * 256}, 'user_id'),
            ({'user_id': 5}, 'user_id'),
            ({'user_id': 'a', 'group_id': 'b'}, 'group_id'),
            ({'person': 'a'}, 'person'),
        ):
            answer = self.post(self.url + 'assign', body)
            error = self.assert_error(answer, 400, 'invalid')
            self.assertEqual(field, error['details']['field'], body)

    def test_nobody_there(self):
        self.find.side_effect = exceptions.CloudNotFound(
            service='Keystone', kind='user', id='eve', reason=''
        )
        answer = self.post(self.url + 'assign', {'user_id': 'eve'})
        self.assert_error(answer, 400, 'invalid', 'user_id')

    def test_keystone_is_away(self):
        self.find.side_effect = exceptions.CloudError(
            service='Keystone', reason='away', transient=True
        )
        answer = self.post(self.url + 'assign', {'user_id': 'eve'})
        self.assert_error(answer, 503, 'service_unavailable')

    def test_strangers_learn_nothing_of_people(self):
        answer = self.post(self.url + 'assign', {'user_id': 'eve'}, 'stranger')
        self.assert_error(answer, 404, 'not_found')
        self.find.assert_not_called()

    def test_a_groups_desktop_is_not_given_back_by_one_of_it(self):
        self.cloud.user.identity.group_ids.return_value = ('choir',)
        pool_id = self.make_pool(0)
        self.sql(
            "UPDATE desktops SET assignee_type = 'group', assignee_id = "
            "'choir', assigned_at = '2026-01-01 00:00:00.000000', "
            'pool_id = :pool, slot = 1',
            pool=pool_id,
        )
        self.sql("UPDATE pools SET persistence = 'floating'")
        answer = self.post(self.url + 'release', {}, 'reader')
        self.assert_error(answer, 403, 'forbidden')
        answer = self.post(self.url + 'release', {}, 'member')
        self.assertIsNone(answer.json['assignee'])


class RosterTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.url = '/v1/pools/%s' % self.make_pool(0)

    def change(self, verb, **body):
        return self.post('%s/actions/%s_members' % (self.url, verb), body)

    def test_who_is_there_is_not_looked_for_again(self):
        find = cloud.for_service().identity.user_id
        self.change('add', users=['ada'], groups=['choir'])
        answer = self.change('add', users=['ada', 'bob'])
        self.assertEqual(
            {'users': ['ada', 'bob'], 'groups': ['choir']},
            answer.json['members'],
        )
        asked = [call.args[0] for call in find.mock_calls]
        self.assertEqual(['ada', 'bob'], asked)

    def test_who_left_the_school_can_be_removed(self):
        self.change('add', users=['ada'])
        find = cloud.for_service().identity.user_id
        find.side_effect = exceptions.CloudNotFound(
            service='Keystone', kind='user', id='ada', reason=''
        )
        answer = self.change('remove', users=['ada'])
        self.assertEqual([], answer.json['members']['users'])

    def test_limits(self):
        self.config(group='desktop', max_action_size=2)
        answer = self.change('add', users=['a', 'b', 'c'])
        self.assert_error(answer, 400, 'invalid', 'users')
        self.config(group='pool', max_members=1)
        answer = self.change('add', users=['a', 'b'])
        error = self.assert_error(answer, 400, 'invalid')
        self.assertEqual(1, error['details']['limit'])

    def test_bad_bodies(self):
        for body, field in (
            ({}, 'body'),
            ({'users': []}, 'users'),
            ({'users': ['a', 'a']}, 'users'),
            ({'users': 'a'}, 'users'),
            ({'people': ['a']}, 'people'),
        ):
            error = self.assert_error(
                self.change('add', **body), 400, 'invalid'
            )
            self.assertEqual(field, error['details']['field'], body)

    def test_only_three_words_of_each(self):
        for field in ('assignment', 'persistence', 'on_return'):
            answer = self.call('PATCH', self.url, {field: 'never'})
            self.assert_error(answer, 400, 'invalid', field)


class StatementsTest(base.ApiTest):
    def costs(self, path):
        seen = self.count_statements()
        answer = self.get(path, 'reader')
        self.assertEqual(200, answer.status_int)
        return len(seen)

    def test_they_do_not_grow_with_the_rows(self):
        self.cloud.user.identity.group_ids.return_value = ('choir', 'chess')
        paths = (URL, URL + '?summary=true', '/v1/pools', '/v1/work-orders')
        costs = []
        for count in (2, 20):
            self.make_desktops(count)
            self.sql(
                "UPDATE desktops SET assignee_type = 'group', assignee_id = "
                "'choir', assigned_at = '2026-01-01 00:00:00.000000'"
            )
            pool_id = self.make_pool(0, 'class%d' % count)
            self.sql(
                'INSERT INTO pool_members (assignee_type, assignee_id, '
                "pool_id) VALUES ('group', 'chess', :id)",
                id=pool_id,
            )
            self.sql("UPDATE work_orders SET user_id = 'user-reader'")
            costs.append([self.costs(path) for path in paths])
        self.assertEqual(costs[0], costs[1])
