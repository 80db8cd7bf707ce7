import io

from openstack import exceptions

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

WIN = fakes.image()
PATH = '/images/' + WIN['id']


class ImagesTest(base.SDKTest):
    def test_every_field_of_the_api_has_an_attribute(self):
        self.cloud.answer('GET', PATH, WIN)
        found = self.proxy.get_image(WIN['id'])
        for field, value in WIN.items():
            self.assertEqual(value, getattr(found, field), field)

    def test_list(self):
        """T4"""
        call = self.cloud.answer('GET', '/images', {'images': [WIN]})
        found = list(
            self.proxy.images(
                search='x',
                status=['active', 'queued'],
                tags=['a,b', 'c'],
                properties={'os_x': '1,2'},
                hidden=True,
            )
        )
        self.assertEqual(['win11'], [image.name for image in found])
        self.assertEqual(
            {
                'q': ['x'],
                'status': ['active,queued'],
                'tag': ['a,b', 'c'],
                'property': ['os_x=1,2'],
                'hidden': ['true'],
            },
            call.last_request.qs,
        )

    def test_find(self):
        """By its name also when lists leave it out, but only one."""
        self.cloud.refuse('GET', '/images/win11', 404, 'No such one.')
        query = '/images?name=win11&status=all&hidden='
        self.cloud.answer('GET', query + 'false', {'images': []})
        self.cloud.answer('GET', query + 'true', {'images': [WIN]})
        self.assertEqual(WIN['id'], self.proxy.find_image('win11').id)
        other = fakes.image(id='other')
        self.cloud.answer('GET', query + 'false', {'images': [other]})
        self.assertRaises(
            exceptions.DuplicateResource, self.proxy.find_image, 'win11'
        )

    def test_find_nothing(self):
        self.cloud.refuse('GET', '/images/none', 404, 'No such one.')
        for hidden in ('false', 'true'):
            query = '/images?name=none&status=all&hidden=' + hidden
            self.cloud.answer('GET', query, {'images': []})
        self.assertIsNone(self.proxy.find_image('none'))
        self.assertRaises(
            exceptions.NotFoundException,
            self.proxy.find_image,
            'none',
            ignore_missing=False,
        )

    def test_update_sends_only_what_changes(self):
        call = self.cloud.answer('PATCH', PATH, WIN | {'max_ram': None})
        changes = {'max_ram': None, 'properties': {'hw_x': None}}
        updated = self.proxy.update_image(WIN['id'], **changes)
        self.assertIsNone(updated.max_ram)
        self.assertEqual(changes, call.last_request.json())

    def test_activate_and_deactivate(self):
        """T6"""
        for verb, status in (
            ('activate', 'active'),
            ('deactivate', 'deactivated'),
        ):
            path = '%s/actions/%s' % (PATH, verb)
            self.cloud.answer('POST', path, WIN | {'status': status})
            act = getattr(self.proxy, verb + '_image')
            self.assertEqual(status, act(WIN['id']).status)

    def test_respond(self):
        """T6"""
        path = PATH + '/actions/respond'
        call = self.cloud.answer('POST', path, WIN)
        self.proxy.respond_to_image(WIN['id'], 'rejected')
        self.assertEqual({'status': 'rejected'}, call.last_request.json())

    def test_usage(self):
        """I1"""
        usage = {'used': 5, 'total': None, 'percent': None}
        usage |= {'level': 'ok', 'source': 'sum'}
        self.cloud.answer('GET', '/images/usage', usage)
        found = self.proxy.get_image_usage()
        for field, value in usage.items():
            self.assertEqual(value, getattr(found, field), field)

    def test_export(self):
        """M18"""
        call = self.cloud.answer(
            'GET', '/images/export', {'status_code': 200, 'content': b'name'}
        )
        output = io.BytesIO()
        self.proxy.export_images(
            output, 'xlsx', ['name', 'size'], kind='data', tags=['a', 'b']
        )
        self.assertEqual(b'name', output.getvalue())
        self.assertEqual(
            {
                'format': ['xlsx'],
                'columns': ['name,size'],
                'kind': ['data'],
                'tag': ['a', 'b'],
            },
            call.last_request.qs,
        )
