"""What the history tells of requests (M22)."""

import dataclasses
from unittest import mock

import sqlalchemy as sa

from clouddesk import db
from clouddesk import events
from clouddesk import exceptions
from clouddesk import policies
from clouddesk.db import journal
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import events as history_db
from clouddesk.db.api import images
from clouddesk.tests.unit.api import base

URL = '/v1/events'
WANTED = {'image_id': base.IMAGE, 'flavor_id': base.FLAVOR}


class _HistoryTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.add_token('boss', base.OTHER_PROJECT, base.PERSONAS['admin'])

    def told(self, persona='admin', query=''):
        """The newest events, the oldest of them first."""
        answer = self.get(URL + query, persona)
        self.assertEqual(200, answer.status_int, answer.text)
        return answer.json['events'][::-1]

    def forget(self):
        self.sql('DELETE FROM events')

    def after(
        self, method, path, body=None, persona='member', persons='admin'
    ):
        """What a request adds to the history."""
        self.forget()
        self.answer = self.call(method, path, body, persona)
        return self.told(persons)

    def only(self, *args, **kwargs):
        (event,) = self.after(*args, **kwargs)
        return event


class WritingTest(_HistoryTest):
    def setUp(self):
        super().setUp()
        self.ids = self.make_desktops(3)
        self.path = '/v1/desktops/%s' % self.ids[0]

    def test_m22_all_that_is_known_of_an_operation(self):
        event = self.only('PATCH', self.path, {'name': 'Ada', 'note': 'x'})
        request_id = self.answer.headers['X-OpenStack-Request-ID']
        event.pop('id')
        event.pop('created_at')
        self.assertEqual(
            {
                'action': 'desktop.update',
                'outcome': 'success',
                'code': None,
                'subject': {
                    'type': 'desktop',
                    'id': self.ids[0],
                    # Before it got another one.
                    'name': 'desk_000',
                },
                'project_id': base.PROJECT,
                'user_id': 'user-member',
                'user_project_id': base.PROJECT,
                'request_id': request_id,
                'work_order_id': None,
                'details': {'fields': ['name', 'note']},
            },
            event,
        )

    def test_reading_leaves_no_trace(self):
        self.forget()
        for path in ('/v1/desktops', self.path, '/v1/limits', URL):
            self.get(path)
        self.assertEqual([], self.told())

    def test_an_order_has_just_begun(self):
        event = self.only('POST', self.path + '/actions/stop', {})
        self.assertEqual('pending', event['outcome'])
        self.assertEqual(self.answer.json['id'], event['work_order_id'])
        self.assertEqual(self.ids[0], event['subject']['id'])

    def test_what_is_made_is_the_subject(self):
        for noun, more in (
            ('template', {}),
            ('course', {'size': 1}),
            ('pool', {'size': 1}),
            ('desktop', {}),
        ):
            body = WANTED | more | {'name': 'maths'}
            event = self.only('POST', '/v1/%ss' % noun, body)
            made = self.answer.json
            if noun in ('pool', 'desktop'):
                made = made['subject']
            self.assertEqual(
                {'type': noun, 'id': made['id'], 'name': 'maths'},
                event['subject'],
            )
            self.assertEqual(noun + '.create', event['action'])

    def test_what_is_gone_keeps_its_name(self):
        made = self.post('/v1/templates', WANTED | {'name': 'win'}).json
        event = self.only('DELETE', '/v1/templates/' + made['id'])
        self.assertEqual(204, self.answer.status_int)
        self.assertEqual('win', event['subject']['name'])
        self.assertEqual('template.delete', event['action'])

    def test_each_of_a_batch(self):
        body = {'desktop_ids': self.ids}
        for verb, outcome in (('lock', 'success'), ('unlock', 'success')):
            told = self.after(
                'POST', '/v1/desktops/actions/' + verb, body, 'manager'
            )
            self.assertEqual(
                sorted(self.ids), sorted(e['subject']['id'] for e in told)
            )
            self.assertEqual({outcome}, {e['outcome'] for e in told})
            self.assertNotIn(None, [e['subject']['name'] for e in told])
        told = self.after('POST', '/v1/desktops/actions/stop', body)
        self.assertEqual(3, len({e['subject']['id'] for e in told}))
        self.assertEqual(
            {self.answer.json['id']}, {e['work_order_id'] for e in told}
        )

    def test_one_of_a_batch_is_refused(self):
        """M22: nothing will come of it, so it has not just begun."""
        self.post(self.path + '/actions/stop', {})
        body = {'desktop_ids': self.ids}
        told = self.after('POST', '/v1/desktops/actions/stop', body)
        self.assertEqual(
            {
                self.ids[0]: ('failure', 'desktop_busy'),
                self.ids[1]: ('pending', None),
                self.ids[2]: ('pending', None),
            },
            {e['subject']['id']: (e['outcome'], e['code']) for e in told},
        )
        self.assertEqual(
            {self.answer.json['id']}, {e['work_order_id'] for e in told}
        )

    def test_a_batch_that_names_nobody(self):
        body = {'filter': {'status': ['running']}}
        told = self.after('POST', '/v1/desktops/actions/lock', body, 'manager')
        self.assertEqual(
            sorted(self.ids), sorted(e['subject']['id'] for e in told)
        )
        body = WANTED | {'name': 'Bob', 'count': 2}
        told = self.after('POST', '/v1/desktops', body)
        self.assertEqual(
            {'Bob_01', 'Bob_02'}, {e['subject']['name'] for e in told}
        )

    def test_what_was_refused(self):
        self.post(self.path + '/actions/stop', {})
        event = self.only('POST', self.path + '/actions/stop', {})
        self.assertEqual(
            ('failure', 'desktop_busy', None),
            (event['outcome'], event['code'], event['work_order_id']),
        )
        event = self.only('POST', self.path + '/actions/lock', {}, 'reader')
        self.assertEqual(
            ('failure', 'forbidden', 'user-reader'),
            (event['outcome'], event['code'], event['user_id']),
        )
        body = WANTED | {'name': 'win'}
        self.post('/v1/templates', body)
        event = self.only('POST', '/v1/templates', body)
        self.assertEqual('name_taken', event['code'])
        self.assertIsNone(event['subject'])

    def test_what_was_not_understood_is_nothing(self):
        self.assertEqual([], self.after('PATCH', self.path, {'name': ''}))
        self.assertEqual([], self.after('POST', self.path + '/actions/x', {}))

    def test_a_dry_run_is_nothing(self):
        body = WANTED | {'name': 'Bob'}
        self.assertEqual(
            [], self.after('POST', '/v1/desktops?dry_run=true', body)
        )
        self.assertEqual(
            [], self.after('POST', '/v1/templates?dry_run=true', body)
        )
        self.assertEqual(200, self.answer.status_int)

    def test_refusals_can_be_left_out(self):
        self.config(group='history', refusals=False)
        told = self.after('POST', self.path + '/actions/lock', {}, 'reader')
        self.assertEqual([], told)

    def test_an_admin_in_another_project(self):
        """It is in the history of the project whose desktop it is."""
        event = self.only(
            'POST', self.path + '/actions/lock', {}, 'boss', 'member'
        )
        self.assertEqual(base.OTHER_PROJECT, event['user_project_id'])
        self.assertEqual(base.PROJECT, event['project_id'])

    def test_no_value_is_in_it(self):
        """Rule 11: whatever somebody gives may be a secret."""
        self.keep_secrets()
        login = {'user': 'ada', 'password': 'Passw0rd'}
        body = WANTED | {
            'name': 'Bob',
            'login': login,
            'user_data': '#!Geheim',
        }
        event = self.only('POST', '/v1/desktops', body)
        self.assertEqual(202, self.answer.status_int, self.answer.text)
        self.assertIn('user_data', event['details']['fields'])
        with db.reader() as session:
            rows = session.execute(sa.text('SELECT * FROM events')).all()
        for value in ('Passw0rd', 'Geheim'):
            self.assertNotIn(value, repr(rows))

    def test_it_is_part_of_the_transaction(self):
        with mock.patch.object(
            journal, 'row', autospec=True, side_effect=RuntimeError
        ):
            answer = self.call('PATCH', self.path, {'name': 'Ada'})
        self.assertEqual(500, answer.status_int)
        self.assertEqual('desk_000', self.get(self.path).json['name'])

    def test_an_operation_elsewhere_is_done_all_the_same(self):
        """Where there is no transaction of ours, nothing is taken back."""
        self.cloud.tenant.compute.console.return_value = mock.MagicMock()
        with mock.patch.object(
            history_db, 'end', autospec=True, side_effect=RuntimeError
        ):
            path = '/v1/images/%s/actions/deactivate' % base.IMAGE
            self.assertEqual(200, self.post(path, {}).status_int)

    def test_listeners_hear_of_it_afterwards(self):
        heard = []

        def listen(rows):
            name = self.row().name
            heard.extend((row['action'], name) for row in rows)

        events.listen(listen)
        self.addCleanup(events.forget, listen)
        self.call('PATCH', self.path, {'name': 'Ada'})
        self.assertEqual([('desktop.update', 'Ada')], heard)
        self.post(self.path + '/actions/lock', {}, 'reader')
        self.assertEqual(2, len(heard))

    def row(self):
        with db.reader() as session:
            return session.get_one(models.Desktop, self.ids[0])

    def test_a_later_transaction_may_refuse(self):
        """What an earlier one wrote is put right."""
        locks = 'clouddesk.db.api.locks.lock'

        def lock(ids, scope, reason):
            with db.writer():
                pass
            raise exceptions.Conflict('Too late.')

        with mock.patch(locks, autospec=True, side_effect=lock):
            path = self.path + '/actions/lock'
            event = self.only('POST', path, {}, 'manager')
        self.assertEqual(
            ('failure', 'conflict'), (event['outcome'], event['code'])
        )


class ReadingTest(_HistoryTest):
    def setUp(self):
        super().setUp()
        self.ids = self.make_desktops(2)
        self.forget()
        for id_ in self.ids:
            self.call('PATCH', '/v1/desktops/' + id_, {'note': 'x'})
        self.post('/v1/desktops/%s/actions/lock' % self.ids[0], {}, 'manager')
        self.post('/v1/desktops/%s/actions/lock' % self.ids[0], {}, 'reader')

    def found(self, query, persona='member'):
        return [event['action'] for event in self.told(persona, query)]

    def test_m22_filters(self):
        desktop = '?subject_type=desktop&subject_id=' + self.ids[1]
        for query, count in (
            ('', 4),
            (desktop, 1),
            ('?subject_type=image', 0),
            ('?action=desktop.lock', 2),
            ('?action=desktop.lock&outcome=failure', 1),
            ('?user_id=user-manager', 1),
            ('?since=2020-01-01T00:00:00Z', 4),
            ('?until=2020-01-01T00:00:00Z', 0),
            ('?request_id=req-none', 0),
            ('?work_order_id=' + base.UNKNOWN, 0),
        ):
            self.assertEqual(count, len(self.found(query)), query)

    def test_pages(self):
        first = self.get(URL + '?limit=3').json
        self.assertEqual(3, len(first['events']))
        (link,) = first['links']
        path = link['href'].removeprefix('http://localhost')
        self.assertEqual(1, len(self.get(path).json['events']))
        oldest = self.get(URL + '?sort_dir=asc&limit=1').json['events'][0]
        self.assertEqual(self.ids[0], oldest['subject']['id'])

    def test_strangers_see_nothing(self):
        self.assertEqual([], self.found('', 'stranger'))
        self.assertEqual(4, len(self.found('?all_projects=true', 'boss')))
        answer = self.get(URL + '?all_projects=true', 'manager')
        self.assert_error(answer, 403, 'forbidden')

    def test_a_reader_sees_what_she_did(self):
        self.assertEqual(['desktop.lock'], self.found('', 'reader'))
        (event,) = self.told('reader')
        self.assertEqual('user-reader', event['user_id'])

    def test_what_cannot_be_asked_for(self):
        for query, field in (
            ('since=yesterday', 'since'),
            ('since=2026-13-01T00:00:00Z', 'since'),
            ('until=2026-12-01T25:00:00Z', 'until'),
            ('action=lock', 'action'),
            ('outcome=good', 'outcome'),
            ('subject_type=foo', 'subject_type'),
            ('subject_id=x', 'subject_id'),
            ('marker=' + base.UNKNOWN, 'marker'),
        ):
            answer = self.get('%s?%s' % (URL, query))
            self.assert_error(answer, 400, 'invalid', field)

    def test_types_of_subjects(self):
        """Rule 9: who asks for another one is told which there are."""
        answer = self.get(URL + '?subject_type=foo')
        for known in ('desktop', 'image_build', 'work_order'):
            self.assertIn(known, answer.error['message'])
        self.assertEqual(
            {
                events.noun_of(events.action_of(rule.name))
                for rule in policies.list_rules()
                for operation in getattr(rule, 'operations', ())
                if operation['method'] != 'GET'
            },
            events.SUBJECTS,
        )

    def test_a_number_that_nobody_means(self):
        """Rule 9: it is a whole number, and too large."""
        answer = self.get(URL + '?limit=' + '9' * 20)
        self.assert_error(answer, 400, 'invalid', 'limit')
        self.assertIn('the limit is 2147483647', answer.error['message'])
        answer = self.get(URL + '?limit=' + '9' * 5000)
        self.assert_error(answer, 400, 'invalid', 'limit')


class ImageHistoryTest(_HistoryTest):
    path = '/v1/images/%s' % base.IMAGE

    def history(self, persona='member', query=''):
        return self.get(self.path + '/history' + query, persona)

    def test_m22_the_history_of_an_image(self):
        self.call('PATCH', self.path, {'note': 'x'})
        self.post(self.path + '/actions/deactivate', {})
        told = self.history().json['events']
        self.assertEqual(
            ['image.deactivate', 'image.update'],
            [event['action'] for event in told],
        )
        self.assertEqual(
            {(base.IMAGE, 'win11')},
            {(e['subject']['id'], e['subject']['name']) for e in told},
        )
        one = self.history(query='?action=image.update').json['events']
        self.assertEqual(1, len(one))

    def test_one_of_a_batch_that_is_in_use(self):
        """I6: the refusal is the end of it."""
        free, used = (self.cloud.add_image().id for _ in range(2))
        order = {'project_id': base.PROJECT, 'user_id': 'ada'}
        spec = self.SPEC | {'image_id': used}
        desktop_orders.create(order, spec, ['Ada'])
        body = {'image_ids': [free, used]}
        told = self.after('POST', '/v1/images/actions/delete', body)
        self.assertEqual(
            {free: ('pending', None), used: ('failure', 'image_in_use')},
            {e['subject']['id']: (e['outcome'], e['code']) for e in told},
        )

    def test_the_name_is_that_of_the_moment(self):
        """M22: whatever it was called when clouddesk first knew of it."""
        image = self.cloud.add_image(name='win')
        images.update(images.Known.of(image), {})
        path = '/v1/images/' + image.id
        event = self.only('PATCH', path, {'name': 'mac'})
        self.assertEqual('mac', event['subject']['name'])
        self.assertEqual('mac', images.find(image.id).name)
        # Not through us.
        self.cloud.images[image.id] = dataclasses.replace(image, name='bsd')
        for method, more, body in (
            ('PATCH', '', {'note': 'x'}),
            ('POST', '/actions/deactivate', {}),
            ('POST', '/actions/retire', {}),
            ('DELETE', '', None),
        ):
            event = self.only(method, path + more, body)
            self.assertEqual('bsd', event['subject']['name'], method + more)
        self.sql("UPDATE images SET name = 'mac', work_order_id = NULL")
        order = {'project_id': base.PROJECT, 'user_id': 'ada'}
        spec = self.SPEC | {'image_id': image.id}
        desktop_orders.create(order, spec, ['Ada'])
        event = self.only('DELETE', path)
        self.assertEqual('image_in_use', event['code'])
        self.assertEqual('bsd', event['subject']['name'])
        self.keep_secrets()
        login = {'user': 'ada', 'password': 'Passw0rd'}
        event = self.only('PUT', path + '/login', login)
        self.assertEqual(200, self.answer.status_int, self.answer.text)
        self.assertEqual('bsd', event['subject']['name'])
        body = {'image_ids': [image.id, self.cloud.add_image().id]}
        told = self.after('POST', '/v1/images/actions/delete', body)
        self.assertEqual(
            {'bsd', 'linux'}, {event['subject']['name'] for event in told}
        )

    def test_it_outlives_the_image(self):
        self.call('PATCH', self.path, {'note': 'x'})
        self.cloud.user.image.get.side_effect = exceptions.CloudNotFound(
            service='Glance', kind='image', id=base.IMAGE
        )
        self.assertEqual(1, len(self.history().json['events']))
        self.assert_error(self.history('stranger'), 404, 'not_found')
        self.assert_error(self.history('reader'), 404, 'not_found')

    def test_an_image_that_nothing_was_done_to(self):
        self.assertEqual([], self.history().json['events'])
        # It is public; what others did is theirs.
        self.call('PATCH', self.path, {'note': 'x'})
        self.assertEqual([], self.history('stranger').json['events'])
