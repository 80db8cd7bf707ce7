import datetime

from clouddesk import exceptions
from clouddesk.db.api import images
from clouddesk.tests.unit.api import base

URL = '/v1/pools'

_RETIRED = datetime.datetime(2026, 1, 1)


class CreateTest(base.ApiTest):
    wanted = {
        'name': 'class-a',
        'size': 3,
        'image_id': base.IMAGE,
        'flavor_id': base.FLAVOR,
    }

    def create(self, **values):
        return self.post(URL, self.wanted | values)

    def test_a_pool(self):
        answer = self.create(note='room 7')
        self.assertEqual(202, answer.status_int)
        order = answer.json
        self.assertEqual('pool.create', order['kind'])
        self.assertEqual(
            ['class-a_01', 'class-a_02', 'class-a_03'],
            [item['name'] for item in order['items']],
        )
        self.assertEqual(
            ('pool', 'class-a'),
            (order['subject']['type'], order['subject']['name']),
        )
        pool = self.get('%s/%s' % (URL, order['subject']['id'])).json
        for key, value in (
            ('status', 'building'),
            ('size', 3),
            ('counts', {'building': 3}),
            ('note', 'room 7'),
            ('vcpus', 2),
            ('work_order_id', order['id']),
            ('faults', []),
            ('name_template', '{base}_{serial:02d}'),
        ):
            self.assertEqual(value, pool[key], key)
        self.assertEqual([order['id']], self.hinted())

    def test_the_largest_size_and_one_more(self):
        self.config(group='pool', max_size=4)
        self.assertEqual(202, self.create(size=4).status_int)
        error = self.assert_error(
            self.create(name='class-b', size=5), 400, 'invalid', 'size'
        )
        self.assertEqual('size is 5; the limit is 4.', error['message'])

    def test_an_empty_pool(self):
        order = self.create(size=0).json
        self.assertEqual([], order['items'])

    def test_names_are_unique_in_a_project(self):
        self.create()
        error = self.assert_error(self.create(), 409, 'name_taken')
        self.assertEqual('name', error['details']['field'])
        answer = self.post(URL, self.wanted, persona='stranger')
        self.assertEqual(202, answer.status_int)

    def test_bad_fields(self):
        for field, value in (
            ('name', 'x'),
            ('name', 'a' * 65),
            ('name', 'class a'),
            ('size', -1),
            ('size', 501),
            ('size', '3'),
            ('size', 3.0),
            ('note', 'a\x07'),
            ('name_template', 'desk'),
            ('availability_zone', ''),
            ('availability_zone', 'z' * 256),
            ('count', 2),
        ):
            answer = self.create(**{field: value})
            self.assert_error(answer, 400, 'invalid', field)
        self.assertEqual([], self.get(URL).json['pools'])


class ReadTest(base.ApiTest):
    def fault(self, pool_id, slot):
        self.sql(
            "UPDATE desktops SET status = 'fault', fault_code = "
            "'build_failed', fault_message = 'No host.' "
            'WHERE pool_id = :pool AND slot = :slot',
            pool=pool_id,
            slot=slot,
        )

    def show(self, pool_id):
        return self.get('%s/%s' % (URL, pool_id)).json

    def test_status_follows_from_the_desktops(self):
        pool_id = self.make_pool(3)
        self.assertEqual('active', self.show(pool_id)['status'])
        self.fault(pool_id, 2)
        pool = self.show(pool_id)
        self.assertEqual(
            ('degraded', {'running': 2, 'fault': 1}),
            (pool['status'], pool['counts']),
        )
        self.assertEqual('2 of 3 desktops are good.', pool['status_reason'])
        (fault,) = pool['faults']
        self.assertEqual(
            ('class-a_02', 'build_failed', 'No host.'),
            (fault['name'], fault['code'], fault['message']),
        )

    def test_a_list_tells_no_faults(self):
        self.fault(self.make_pool(2), 1)
        (pool,) = self.get(URL).json['pools']
        self.assertNotIn('faults', pool)
        self.assertEqual('degraded', pool['status'])

    def test_statements_do_not_grow_with_the_rows(self):
        ids = [self.make_pool(2, 'class-%d' % n) for n in range(5)]
        seen = self.count_statements()
        self.get(URL)
        self.assertEqual(2, len(seen), seen)
        for pool_id in ids:
            self.post('%s/%s/actions/resize' % (URL, pool_id), {'size': 3})
        seen.clear()
        pools = self.get(URL).json['pools']
        self.assertEqual({'resizing'}, {pool['status'] for pool in pools})
        self.assertEqual(3, len(seen), seen)
        seen.clear()
        self.show(ids[0])
        self.assertEqual(5, len(seen), seen)

    def test_find_by_name(self):
        self.make_pool(0, 'class-a')
        self.make_pool(0, 'class-b')
        pools = self.get(URL + '?name=class-b').json['pools']
        self.assertEqual(['class-b'], [pool['name'] for pool in pools])

    def test_strangers(self):
        pool_id = self.make_pool(1)
        url = '%s/%s' % (URL, pool_id)
        for method, path, body in (
            ('GET', url, None),
            ('PATCH', url, {'note': 'x'}),
            ('DELETE', url, None),
            ('POST', url + '/actions/resize', {'size': 2}),
            ('POST', url + '/actions/retry', {}),
        ):
            answer = self.call(method, path, body, persona='stranger')
            self.assert_error(answer, 404, 'not_found')


class ChangeTest(base.ApiTest):
    def setUp(self):
        super().setUp()
        self.pool_id = self.make_pool(2)
        self.url = '%s/%s' % (URL, self.pool_id)

    def act(self, verb, **body):
        return self.post('%s/actions/%s' % (self.url, verb), body)

    def test_name_and_note(self):
        pool = self.call('PATCH', self.url, {'name': '高三-2'}).json
        self.assertEqual('高三-2', pool['name'])
        self.make_pool(0, 'class-b')
        answer = self.call('PATCH', self.url, {'name': 'class-b'})
        self.assert_error(answer, 409, 'name_taken')

    def test_grow_and_shrink(self):
        for size, kind, items in ((4, 'resizing', 2), (1, 'resizing', 3)):
            order = self.act('resize', size=size).json
            self.assertEqual('pool.resize', order['kind'])
            self.assertEqual(items, len(order['items']))
            pool = self.get(self.url).json
            self.assertEqual((kind, size), (pool['status'], pool['size']))
            self.sql('UPDATE pools SET work_order_id = NULL')
            self.sql(
                "UPDATE desktops SET work_order_id = NULL, status = 'running'"
            )

    def test_an_image_that_cannot_be_used_any_more(self):
        """M10, I14: nothing begins that would fail late."""
        image = self.cloud.add_image(name='office', status='deactivated')
        self.sql('UPDATE pools SET image_id = :id', id=image.id)
        for dry_run in ('', '?dry_run=true'):
            path = self.url + '/actions/resize' + dry_run
            error = self.assert_error(
                self.post(path, {'size': 3}), 409, 'image_gone'
            )
            self.assertIn('office', error['message'])
            self.assertIn('is deactivated', error['message'])
            self.assertEqual(image.id, error['details']['image_id'])
        images.update(images.Known.of(image), {'retired_at': _RETIRED})
        error = self.assert_error(
            self.act('resize', size=3), 409, 'image_gone'
        )
        self.assertIn('is retired', error['message'])
        self.cloud.user.image.get.side_effect = exceptions.CloudNotFound(
            kind='image', id=image.id
        )
        error = self.assert_error(
            self.act('resize', size=3), 409, 'image_gone'
        )
        self.assertIn('is gone', error['message'])
        # A smaller pool needs none.
        self.assertEqual(202, self.act('resize', size=1).status_int)

    def test_sizes_that_cannot_be(self):
        for size in (-1, 501, 'two', None):
            answer = self.act('resize', size=size)
            self.assert_error(answer, 400, 'invalid', 'size')
        self.assert_error(self.act('resize'), 400, 'invalid', 'size')
        self.assert_error(self.act('resize', size=2), 409, 'conflict')

    def test_retry_needs_something_to_do(self):
        self.assert_error(self.act('retry'), 409, 'conflict')
        self.sql("UPDATE desktops SET status = 'fault' WHERE slot = 1")
        order = self.act('retry').json
        self.assertEqual(
            ('pool.retry', 1), (order['kind'], len(order['items']))
        )
        self.assertEqual('building', self.get(self.url).json['status'])

    def test_retry_stays_within_limits(self):
        """H17: slots that are filled again are counted like new ones."""
        self.sql('DELETE FROM desktops WHERE slot = 1')
        self.config(group='quota', desktops=1)
        self.assert_error(self.act('retry'), 403, 'over_quota')
        self.config(group='quota', desktops=2)
        self.assertEqual(202, self.act('retry').status_int)

    def test_delete_and_busy(self):
        order = self.call('DELETE', self.url).json
        self.assertEqual(
            ('pool.delete', 2), (order['kind'], len(order['items']))
        )
        self.assertEqual('deleting', self.get(self.url).json['status'])
        for answer in (
            self.call('DELETE', self.url),
            self.act('resize', size=5),
            self.act('retry'),
        ):
            error = self.assert_error(answer, 409, 'pool_busy')
            self.assertIn(order['id'], error['message'])
        self.assertEqual([order['id']], self.hinted())

    def test_the_projects_name_is_asked_for_only_when_it_is_shown(self):
        self.add_token('root', base.OTHER_PROJECT, base.PERSONAS['admin'])
        identity = self.cloud.user.identity
        identity.project_name.return_value = 'north'
        self.post(self.url + '/actions/resize', {'size': 3}, persona='root')
        self.assertFalse(identity.project_name.called)
        self.sql(
            'UPDATE pools SET work_order_id = NULL, '
            "name_template = '{project}{serial}'"
        )
        order = self.post(
            self.url + '/actions/resize', {'size': 4}, persona='root'
        ).json
        identity.project_name.assert_called_once_with(base.PROJECT)
        self.assertEqual('north4', order['items'][0]['name'])
