import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk.api.schemas import common
from clouddesk.cloud import types
from clouddesk.db import models
from clouddesk.tests.unit.api import base

URL = '/v1/desktops'


class CreateTest(base.ApiTest):
    wanted = {
        'name': 'Ada',
        'image_id': base.IMAGE,
        'flavor_id': base.FLAVOR,
        'network_id': base.NETWORK,
    }

    def create(self, persona='member', **values):
        body = {
            key: value
            for key, value in (self.wanted | values).items()
            if value is not None
        }
        return self.post(URL, body, persona=persona)

    def only_desktop(self):
        (desktop,) = self.get(URL).json['desktops']
        return desktop

    def test_one(self):
        answer = self.create(note='by the window', availability_zone='lab')
        self.assertEqual(202, answer.status_int)
        order = answer.json
        self.assertEqual(
            'http://localhost/v1/work-orders/%s' % order['id'],
            answer.headers['Location'],
        )
        self.assertEqual(
            ('desktop.create', 'queued', 0),
            (order['kind'], order['status'], order['percent']),
        )
        self.assertEqual(
            answer.headers['X-OpenStack-Request-ID'], order['request_id']
        )
        (item,) = order['items']
        self.assertEqual(('Ada', 'volume'), (item['name'], item['step']))
        desktop = self.only_desktop()
        for key, value in (
            ('id', item['desktop_id']),
            ('name', 'Ada'),
            ('note', 'by the window'),
            ('availability_zone', 'lab'),
            ('status', 'building'),
            ('project_id', base.PROJECT),
            ('user_id', 'user-member'),
            ('work_order_id', order['id']),
            ('vcpus', 2),
            ('ram', 2048),
            ('disk', 10),
            ('volume_size', None),
        ):
            self.assertEqual(value, desktop[key], key)

    def test_a_conductor_is_told_after_the_commit(self):
        order = self.create().json
        self.assertEqual([order['id']], self.hinted())

    def test_a_lost_message_does_not_fail_the_request(self):
        self.conductor.cast.side_effect = OSError('no broker')
        self.assertEqual(202, self.create().status_int)
        self.assertEqual('building', self.only_desktop()['status'])

    def test_names_may_be_used_twice(self):
        """V32: duplicates are allowed."""
        self.assertEqual(202, self.create().status_int)
        self.assertEqual(202, self.create().status_int)

    def test_v10_ten_are_a_batch_and_eleven_are_too_many(self):
        order = self.create(count=10).json
        self.assertEqual(
            ['Ada_%02d' % serial for serial in range(1, 11)],
            [item['name'] for item in order['items']],
        )
        error = self.assert_error(
            self.create(count=11), 400, 'invalid', 'count'
        )
        self.assertEqual('count is 11; the limit is 10.', error['message'])
        self.assertEqual({'field': 'count', 'limit': 10}, error['details'])
        self.assertEqual(10, len(self.get(URL).json['desktops']))

    def test_v10_is_an_option(self):
        self.config(group='desktop', max_batch_size=2)
        self.assert_error(self.create(count=3), 400, 'invalid', 'count')
        self.assertEqual(202, self.create(count=2).status_int)

    def test_a_limit_is_checked_before_other_services_are_asked(self):
        self.create(count=11)
        self.assertFalse(self.cloud.for_user.called)

    def test_v11_names_of_a_batch(self):
        order = self.create(
            count=2, name_template='{project}-{base}-{serial:03d}'
        ).json
        self.assertEqual(
            ['school-Ada-001', 'school-Ada-002'],
            [item['name'] for item in order['items']],
        )
        self.assertFalse(self.cloud.user.identity.project_name.called)

    def test_templates_that_cannot_be(self):
        for template in ('{base}', '{serial}{0.__class__}', '{serial', 'x'):
            answer = self.create(count=2, name_template=template)
            self.assert_error(answer, 400, 'invalid', 'name_template')
        answer = self.create(name_template='{serial}')
        self.assert_error(answer, 400, 'invalid', 'name_template')

    def test_v12_names(self):
        for name in ('A', 'a' * 21, 'a b', 'Ada\n', ''):
            error = self.assert_error(
                self.create(name=name), 400, 'invalid', 'name'
            )
            self.assertIn('limit', error['details'])
        for name in ('Ad', 'a' * 20, '高三2班'):
            self.assertEqual(202, self.create(name=name).status_int)

    def test_v21_a_network_is_chosen(self):
        self.create(network_id=None)
        self.cloud.user.network.pick_network.assert_called_once_with(
            base.PROJECT
        )
        self.assertEqual(base.NETWORK, self.only_desktop()['network_id'])

    def test_from_a_volume(self):
        self.create(boot_from='volume', volume_size=20)
        desktop = self.only_desktop()
        self.assertEqual((20, 20), (desktop['volume_size'], desktop['disk']))

    def test_what_is_wrong_is_refused_before_anything_is_made(self):
        bad = exceptions.CloudNotFound(kind='image', id=base.IMAGE)
        self.cloud.user.image.get.side_effect = bad
        self.assert_error(self.create(), 400, 'invalid', 'image_id')
        self.assertEqual([], self.get(URL).json['desktops'])
        self.assertEqual([], self.hinted())

    def test_required_and_unknown_fields(self):
        for field in ('name', 'image_id', 'flavor_id'):
            answer = self.create(**{field: None})
            self.assert_error(answer, 400, 'invalid', field)
        for field in ('host', 'project_id', 'status', 'id'):
            answer = self.create(**{field: 'x'})
            self.assert_error(answer, 400, 'invalid', field)

    def test_the_users_own_token_is_used(self):
        self.create()
        ((context,), _kwargs) = self.cloud.for_user.call_args
        self.assertEqual('member', context.auth_token)
        self.assertIsNotNone(context.user_auth_plugin)


class ListTest(base.ApiTest):
    def names(self, query='', persona='member'):
        answer = self.get('%s?%s' % (URL, query), persona=persona)
        return [row['name'] for row in answer.json['desktops']]

    def test_filters(self):
        ids = self.make_desktops(3)
        self.sql(
            "UPDATE desktops SET status = 'off', user_id = 'bob', addresses = "
            '\'[{"address": "10.0.0.7", "version": 4, "type": "fixed"}]\' '
            'WHERE id = :id',
            id=ids[1],
        )
        one = ['desk_001']
        for query in (
            'name=desk_001',
            'status=off',
            'status=off,fault',
            'server_id=%s' % ids[1],
            'q=k_001',
            'q=bob',
            'q=10.0.0.7',
        ):
            self.assertEqual(one, self.names(query), query)
        for query in ('name=desk', 'status=fault', 'q=10.0.0', 'q=bo'):
            self.assertEqual([], self.names(query), query)

    def test_bad_parameters(self):
        for field, value in (
            ('limit', '0'),
            ('limit', '1001'),
            ('limit', 'all'),
            ('sort_key', 'project_id'),
            ('sort_dir', 'up'),
            ('status', 'asleep'),
            ('colour', 'red'),
            ('image_id', 'win11'),
            ('marker', 'x'),
            ('marker', base.UNKNOWN),
            ('summary', 'please'),
        ):
            answer = self.get('%s?%s=%s' % (URL, field, value))
            error = self.assert_error(answer, 400, 'invalid')
            self.assertEqual(field, error['details']['field'].split('[')[0])

    def test_pages(self):
        self.make_desktops(5)
        path, found, pages = URL + '?limit=2&sort_key=name', [], 0
        while path:
            answer = self.get(path).json
            pages += 1
            found += [row['name'] for row in answer['desktops']]
            links = answer['links']
            self.assertLessEqual(len(links), 1)
            path = links[0]['href'] if links else None
        self.assertEqual(3, pages)
        self.assertEqual(['desk_00%d' % n for n in range(5)], found)

    def test_the_last_page_has_no_next_even_when_it_is_full(self):
        self.make_desktops(2)
        self.assertEqual([], self.get(URL + '?limit=2').json['links'])

    def test_the_next_link_keeps_the_question(self):
        self.make_desktops(3)
        answer = self.get(URL + '?limit=1&status=running,off&q=desk').json
        (link,) = answer['links']
        self.assertEqual('next', link['rel'])
        self.assertIn('status=running%2Coff', link['href'])
        self.assertIn('q=desk', link['href'])
        self.assertIn('marker=%s' % answer['desktops'][0]['id'], link['href'])

    def test_v8_totals_are_of_the_whole_filtered_set(self):
        ids = self.make_desktops(5)
        self.sql("UPDATE desktops SET status = 'off' WHERE id = :i", i=ids[0])
        answer = self.get(URL + '?limit=1&summary=true&status=running').json
        self.assertEqual(
            {'count': 4, 'vcpus': 8, 'ram': 8192, 'disk': 40},
            answer['summary'],
        )
        self.assertNotIn('summary', self.get(URL).json)

    def test_statements_do_not_grow_with_the_rows(self):
        self.make_desktops(30)
        for query, expected in (
            ('', 2),
            ('?limit=1', 2),
            ('?limit=5&summary=1', 2),
            ('?limit=5&summary=true', 3),
        ):
            seen = self.count_statements()
            self.get(URL + query)
            if 'summary=1' in query:
                expected = 0  # refused
            self.assertEqual(expected, len(seen), seen)

    def test_other_projects_are_for_admins(self):
        self.make_desktops(1)
        self.make_desktops(2, project=base.OTHER_PROJECT)
        self.assertEqual(1, len(self.names()))
        self.assertEqual(1, len(self.names(persona='admin')))
        everything = 'all_projects=true'
        theirs = everything + '&project_id=' + base.OTHER_PROJECT
        self.assertEqual(3, len(self.names(everything, 'admin')))
        self.assertEqual(2, len(self.names(theirs, 'admin')))
        for persona in ('reader', 'member', 'manager'):
            for query in (everything, theirs, 'project_id=' + base.PROJECT):
                answer = self.get('%s?%s' % (URL, query), persona=persona)
                self.assert_error(answer, 403, 'forbidden')
        answer = self.get(URL + '?project_id=x', persona='admin')
        self.assert_error(answer, 400, 'invalid', 'project_id')


class ShowTest(base.ApiTest):
    def test_a_desktop(self):
        (id_,) = self.make_desktops(1)
        seen = self.count_statements()
        answer = self.get('%s/%s' % (URL, id_))
        self.assertEqual(1, len(seen), seen)
        desktop = answer.json
        self.assertEqual((id_, None), (desktop['id'], desktop['fault']))
        self.assertRegex(desktop['created_at'], common.TIME['pattern'])
        self.assertEqual(
            [{'rel': 'self', 'href': 'http://localhost%s/%s' % (URL, id_)}],
            desktop['links'],
        )

    def test_a_fault(self):
        (id_,) = self.make_desktops(1)
        self.sql(
            "UPDATE desktops SET status = 'fault', fault_code = 'build_failed'"
            ", fault_message = 'No host.', faulted_at = created_at"
        )
        fault = self.get('%s/%s' % (URL, id_)).json['fault']
        self.assertEqual('build_failed', fault['code'])
        self.assertEqual('No host.', fault['message'])
        self.assertIsNotNone(fault['created_at'])

    def test_what_is_not_there(self):
        answer = self.get('%s/%s' % (URL, base.UNKNOWN))
        self.assert_error(answer, 404, 'not_found')


class ForeignTest(base.ApiTest):
    """What belongs to another project is not there, except for admins."""

    def setUp(self):
        super().setUp()
        (self.desktop_id,) = self.make_desktops(1)
        self.url = '%s/%s' % (URL, self.desktop_id)

    def test_strangers_get_404(self):
        for method, path, body in (
            ('GET', self.url, None),
            ('PATCH', self.url, {'note': 'mine'}),
            ('DELETE', self.url, None),
            ('POST', self.url + '/actions/stop', {}),
            ('POST', self.url + '/actions/console', {}),
            (
                'POST',
                URL + '/actions/stop',
                {'desktop_ids': [self.desktop_id]},
            ),
        ):
            answer = self.call(method, path, body, persona='stranger')
            error = self.assert_error(answer, 404, 'not_found')
            self.assertIn(self.desktop_id, error['message'])
        self.assertEqual('running', self.get(self.url).json['status'])

    def test_admins_of_another_project_may(self):
        self.add_token('root', base.OTHER_PROJECT, base.PERSONAS['admin'])
        self.assertEqual(200, self.get(self.url, persona='root').status_int)
        order = self.post(self.url + '/actions/stop', {}, persona='root').json
        self.assertEqual(base.PROJECT, order['project_id'])


class EditTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        (id_,) = self.make_desktops(1)
        self.url = '%s/%s' % (URL, id_)

    def edit(self, **values):
        return self.call('PATCH', self.url, values)

    def test_v32_name_and_v36_note(self):
        desktop = self.edit(name='Grace', note='moved').json
        self.assertEqual('Grace', desktop['name'])
        self.assertEqual(
            {'desktop_id': desktop['id']},
            self.conductor.cast.call_args.kwargs,
            'the server below is not renamed',
        )
        desktop = self.edit(note='').json
        self.assertEqual(('Grace', ''), (desktop['name'], desktop['note']))

    def test_what_cannot_be(self):
        for values, field in (
            ({'name': 'A'}, 'name'),
            ({'name': None}, 'name'),
            ({'note': 'x' * 1025}, 'note'),
            ({'status': 'off'}, 'status'),
        ):
            self.assert_error(self.edit(**values), 400, 'invalid', field)
        error = self.assert_error(self.edit(), 400, 'invalid')
        self.assertEqual(
            'Give at least one of keep_running, name, note, tags.',
            error['message'],
        )


class TagsTest(base.ApiTest):
    """Words that desktops can be found by."""

    def tagged(self, name, *tags):
        body = {
            'name': name,
            'image_id': base.IMAGE,
            'flavor_id': base.FLAVOR,
            'tags': list(tags),
        }
        return self.post(URL, body).json['items'][0]['desktop_id']

    def change(self, id_, body):
        return self.call('PATCH', '%s/%s' % (URL, id_), body)

    def found(self, query):
        rows = self.get('%s?sort_key=name&%s' % (URL, query)).json['desktops']
        return [row['name'] for row in rows]

    def test_they_are_sorted_and_shown(self):
        id_ = self.tagged('Ada', 'room-3', '学校', 'a b')
        shown = self.get('%s/%s' % (URL, id_)).json['tags']
        self.assertEqual(['a b', 'room-3', '学校'], shown)
        (row,) = self.get(URL).json['desktops']
        self.assertEqual(shown, row['tags'])

    def test_a_batch_has_the_same(self):
        body = {'name': 'seat', 'count': 3, 'tags': ['exam']}
        body |= {'image_id': base.IMAGE, 'flavor_id': base.FLAVOR}
        self.post(URL, body)
        rows = self.get(URL).json['desktops']
        self.assertEqual([['exam']] * 3, [row['tags'] for row in rows])

    def test_an_update_replaces_them(self):
        id_ = self.tagged('Ada', 'a', 'b')
        for tags in (['b', 'c'], ['b', 'c'], []):
            answer = self.change(id_, {'tags': tags})
            self.assertEqual(tags, answer.json['tags'])
            self.assertEqual('Ada', answer.json['name'])
        answer = self.change(id_, {'note': 'x'})
        self.assertEqual([], answer.json['tags'])

    def test_filters(self):
        self.tagged('Ada', 'red', 'blue')
        self.tagged('Bob', 'red')
        self.tagged('Eve')
        self.assertEqual(['Ada', 'Bob'], self.found('tags=red'))
        self.assertEqual(['Ada'], self.found('tags=red,blue'))
        self.assertEqual(['Ada', 'Bob'], self.found('tags-any=red,blue'))
        self.assertEqual(['Ada'], self.found('tags-any=blue,green'))
        self.assertEqual([], self.found('tags=Red'))
        total = self.get(URL + '?tags=red&summary=true').json['summary']
        self.assertEqual(2, total['count'])

    def test_what_cannot_be_a_tag(self):
        id_ = self.tagged('Ada')
        for tags in (
            ['a,b'],
            ['a/b'],
            [''],
            [' a'],
            ['a '],
            ['a\n'],
            ['x' * 61],
            ['a', 'a'],
            ['%d' % n for n in range(51)],
            'a',
            [1],
            None,
        ):
            answer = self.change(id_, {'tags': tags})
            error = self.assert_error(answer, 400, 'invalid')
            self.assertIn('tags', error['details']['field'], tags)
        self.assertEqual([], self.get('%s/%s' % (URL, id_)).json['tags'])

    def test_they_go_with_the_desktop(self):
        id_ = self.tagged('Ada', 'red')
        self.sql('DELETE FROM desktops WHERE id = :id', id=id_)
        with db.reader() as session:
            found = session.scalars(sa.select(models.DesktopTag)).all()
        self.assertEqual([], found)


class ActionTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.ids = self.make_desktops(3)

    def act(self, verb, body=None):
        return self.post('%s/%s/actions/%s' % (URL, self.ids[0], verb), body)

    def batch(self, verb, ids, **more):
        body = {'desktop_ids': ids, **more}
        return self.post('%s/actions/%s' % (URL, verb), body)

    def status_of(self, id_):
        return self.get('%s/%s' % (URL, id_)).json['status']

    def test_each_action_is_an_order(self):
        for verb, before, after, steps in (
            ('stop', 'running', 'stopping', 2),
            ('start', 'off', 'starting', 2),
            ('reboot', 'running', 'rebooting', 2),
            ('retry', 'fault', 'building', 5),
            ('delete', 'running', 'deleting', 6),
        ):
            self.sql(
                'UPDATE desktops SET work_order_id = NULL, status = :status',
                status=before,
            )
            answer = self.act(verb, {})
            order = answer.json
            self.assertEqual(202, answer.status_int)
            self.assertEqual('desktop.%s' % verb, order['kind'])
            self.assertEqual(steps, len(order['steps']))
            self.assertEqual(self.ids[0], order['subject']['id'])
            self.assertTrue(answer.headers['Location'].endswith(order['id']))
            self.assertEqual(after, self.status_of(self.ids[0]))
            self.assertEqual(order['id'], self.hinted()[-1])

    def test_no_body_is_an_empty_body(self):
        self.assertEqual(202, self.act('stop').status_int)

    def test_v24_force_is_for_stop_and_reboot(self):
        self.assertEqual(202, self.act('reboot', {'force': True}).status_int)
        for verb in ('start', 'retry', 'delete'):
            answer = self.act(verb, {'force': True})
            self.assert_error(answer, 400, 'invalid', 'force')
        answer = self.act('stop', {'force': 'yes'})
        self.assert_error(answer, 400, 'invalid', 'force')

    def test_delete_is_also_an_http_method(self):
        answer = self.call('DELETE', '%s/%s' % (URL, self.ids[0]))
        self.assertEqual(202, answer.status_int)
        self.assertEqual('desktop.delete', answer.json['kind'])

    def test_the_wrong_state_is_named(self):
        answer = self.act('start', {})
        error = self.assert_error(answer, 409, 'desktop_wrong_state')
        self.assertIn('running', error['message'])

    def test_a_held_desktop_is_busy(self):
        order = self.act('stop', {}).json
        answer = self.act('stop', {})
        error = self.assert_error(answer, 409, 'desktop_busy')
        self.assertIn(order['id'], error['message'])

    def test_v25_one_order_for_a_batch(self):
        order = self.batch('stop', self.ids).json
        self.assertIsNone(order['subject'])
        self.assertEqual(
            self.ids, [item['desktop_id'] for item in order['items']]
        )

    def test_batches_are_limited(self):
        self.config(group='desktop', max_action_size=2)
        answer = self.batch('stop', self.ids)
        error = self.assert_error(answer, 400, 'invalid', 'desktop_ids')
        self.assertEqual(2, error['details']['limit'])
        self.assertEqual(202, self.batch('stop', self.ids[:2]).status_int)

    def test_bad_batches(self):
        for ids in ([], ['x'], [self.ids[0]] * 2, None):
            error = self.assert_error(self.batch('stop', ids), 400, 'invalid')
            field = error['details']['field']
            self.assertEqual('desktop_ids', field.split('[')[0])

    def test_an_unknown_one_refuses_the_batch(self):
        answer = self.batch('stop', [self.ids[0], base.UNKNOWN])
        error = self.assert_error(answer, 404, 'not_found')
        self.assertIn(base.UNKNOWN, error['message'])
        self.assertEqual('running', self.status_of(self.ids[0]))


class ConsoleTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        (self.desktop_id,) = self.make_desktops(1)
        self.console = {
            'type': 'novnc',
            'protocol': 'vnc',
            'url': 'http://console.example/?token=x',
        }
        self.nova = self.cloud.tenant.compute.console
        self.nova.return_value = types.Console(**self.console)

    def open(self, body=None):
        return self.post(
            '%s/%s/actions/console' % (URL, self.desktop_id), body
        )

    def test_v30_open(self):
        answer = self.open()
        self.assertEqual((200, self.console), (answer.status_int, answer.json))
        self.nova.assert_called_once_with(self.desktop_id, 'novnc')
        self.assertFalse(self.conductor.call.called)

    def test_the_type_may_be_chosen(self):
        self.open({'type': 'serial'})
        self.nova.assert_called_once_with(self.desktop_id, 'serial')
        answer = self.open({'type': 'rdp'})
        self.assert_error(answer, 400, 'invalid', 'type')

    def test_v30_only_while_running(self):
        for status in ('off', 'fault', 'building'):
            self.sql('UPDATE desktops SET status = :s', s=status)
            error = self.assert_error(self.open(), 409, 'desktop_wrong_state')
            self.assertIn(status, error['message'])
        self.assertFalse(self.nova.called)
