from openstack import exceptions

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

CLASS = fakes.pool('class')
PATH = '/pools/' + CLASS['id']


class PoolsTest(base.SDKTest):
    def test_every_field_of_the_api_has_an_attribute(self):
        self.cloud.answer('GET', PATH, CLASS)
        found = self.proxy.get_pool(CLASS['id'])
        for field, value in CLASS.items():
            self.assertEqual(value, getattr(found, field), field)

    def test_list(self):
        call = self.cloud.answer('GET', '/pools', {'pools': [CLASS]})
        pools = list(self.proxy.pools(all_projects=True, sort_key='name'))
        self.assertEqual(['class'], [pool.name for pool in pools])
        self.assertEqual(
            {'all_projects': ['true'], 'sort_key': ['name']},
            call.last_request.qs,
        )

    def test_find_by_name(self):
        self.cloud.refuse('GET', '/pools/class', 404, 'No such pool.')
        self.cloud.answer('GET', '/pools?name=class', {'pools': [CLASS]})
        self.assertEqual(CLASS['id'], self.proxy.find_pool('class').id)

    def test_find_none(self):
        self.cloud.refuse('GET', '/pools/class', 404, 'No such pool.')
        self.cloud.answer('GET', '/pools?name=class', {'pools': []})
        self.assertIsNone(self.proxy.find_pool('class'))

    def test_create_answers_with_the_work_order(self):
        subject = {'type': 'pool', 'id': CLASS['id'], 'name': 'class'}
        call = self.cloud.answer(
            'POST', '/pools', fakes.order(kind='pool.create', subject=subject)
        )
        order = self.proxy.create_pool(name='class', size=2, image_id='i')
        self.assertEqual(
            {'name': 'class', 'size': 2, 'image_id': 'i'},
            call.last_request.json(),
        )
        self.assertEqual(subject, order.subject)

    def test_update_sends_only_what_changes(self):
        call = self.cloud.answer('PATCH', PATH, CLASS | {'name': 'group'})
        updated = self.proxy.update_pool(CLASS['id'], name='group')
        self.assertEqual({'name': 'group'}, call.last_request.json())
        self.assertEqual('group', updated.name)

    def test_resize_and_retry(self):
        resize, retry = PATH + '/actions/resize', PATH + '/actions/retry'
        self.cloud.answer('POST', resize, fakes.order(kind='pool.resize'))
        self.cloud.answer('POST', retry, fakes.order(kind='pool.retry'))
        kinds = (
            self.proxy.resize_pool(CLASS['id'], 0).kind,
            self.proxy.retry_pool(CLASS['id']).kind,
        )
        self.assertEqual(('pool.resize', 'pool.retry'), kinds)
        self.assertEqual(
            [('POST', resize, {'size': 0}), ('POST', retry, {})],
            self.cloud.calls(),
        )

    def test_delete(self):
        self.cloud.answer(
            'DELETE', PATH, fakes.order(), fakes.error(404, 'No such pool.')
        )
        self.assertIsNotNone(self.proxy.delete_pool(CLASS['id']))
        self.assertIsNone(self.proxy.delete_pool(CLASS['id']))
        self.assertRaises(
            exceptions.NotFoundException,
            self.proxy.delete_pool,
            CLASS['id'],
            ignore_missing=False,
        )
