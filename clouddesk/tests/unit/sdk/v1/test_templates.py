from openstack import exceptions

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

OFFICE = fakes.template()
PATH = '/templates/' + OFFICE['id']


class TemplatesTest(base.SDKTest):
    def test_every_field_of_the_api_has_an_attribute(self):
        self.cloud.answer('GET', PATH, OFFICE)
        found = self.proxy.get_template(OFFICE['id'])
        for field, value in OFFICE.items():
            self.assertEqual(value, getattr(found, field), field)

    def test_list(self):
        call = self.cloud.answer('GET', '/templates', {'templates': [OFFICE]})
        found = list(self.proxy.templates(visibility='shared'))
        self.assertEqual(['office'], [template.name for template in found])
        self.assertEqual({'visibility': ['shared']}, call.last_request.qs)

    def test_find_by_name(self):
        self.cloud.refuse('GET', '/templates/office', 404, 'No such one.')
        self.cloud.answer(
            'GET', '/templates?name=office', {'templates': [OFFICE]}
        )
        found = self.proxy.find_template('office')
        self.assertEqual(OFFICE['id'], found.id)

    def test_create(self):
        call = self.cloud.answer('POST', '/templates', OFFICE)
        made = self.proxy.create_template(
            name='office', image_id='i', user_data='#!', keep_running=False
        )
        self.assertEqual(
            {
                'name': 'office',
                'image_id': 'i',
                'user_data': '#!',
                'keep_running': False,
            },
            call.last_request.json(),
        )
        self.assertEqual(2, made.revision)

    def test_update_sends_only_what_changes(self):
        call = self.cloud.answer('PATCH', PATH, OFFICE | {'revision': 3})
        updated = self.proxy.update_template(
            OFFICE['id'], image_id='j', network_id=None, revision=2
        )
        self.assertEqual(
            {'image_id': 'j', 'network_id': None, 'revision': 2},
            call.last_request.json(),
        )
        self.assertEqual(3, updated.revision)

    def test_revisions(self):
        old = {'revision': 1, 'image_id': 'image-0'}
        self.cloud.answer('GET', PATH + '/revisions', {'revisions': [old]})
        self.assertEqual([old], self.proxy.template_revisions(OFFICE['id']))

    def test_delete(self):
        self.cloud.answer(
            'DELETE',
            PATH,
            {'status_code': 204},
            fakes.error(404, 'No such template.'),
            fakes.error(409, 'Template office is used by pools class-a.'),
        )
        self.assertIsNone(self.proxy.delete_template(OFFICE['id']))
        self.assertIsNone(self.proxy.delete_template(OFFICE['id']))
        refused = self.assertRaises(
            exceptions.ConflictException,
            self.proxy.delete_template,
            OFFICE['id'],
        )
        self.assertIn('class-a', str(refused))

    def test_a_pool_adopts(self):
        pool = fakes.pool()
        path = '/pools/%s/actions/adopt' % pool['id']
        made_from = {'id': OFFICE['id'], 'name': 'office', 'revision': 2}
        self.cloud.answer('POST', path, pool | {'template': made_from})
        found = self.proxy.adopt_pool(pool['id'])
        self.assertEqual(made_from, found.template)
        self.assertEqual([('POST', path, {})], self.cloud.calls())
