from openstack import exceptions

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

WIN = fakes.image_build()
PATH = '/image-builds/' + WIN['id']
ORDER = fakes.order(
    kind='image.prepare',
    subject={'type': 'image_build', 'id': WIN['id'], 'name': 'win11'},
)


class ImageBuildsTest(base.SDKTest):
    def test_every_field_of_the_api_has_an_attribute(self):
        self.cloud.answer('GET', PATH, WIN)
        found = self.proxy.get_image_build(WIN['id'])
        for field, value in WIN.items():
            self.assertEqual(value, getattr(found, field), field)

    def test_list(self):
        call = self.cloud.answer(
            'GET', '/image-builds', {'image_builds': [WIN]}
        )
        found = list(self.proxy.image_builds(status=['fault', 'preparing']))
        self.assertEqual(['win11'], [build.name for build in found])
        self.assertEqual({'status': ['fault,preparing']}, call.last_request.qs)

    def test_find_by_name(self):
        self.cloud.refuse('GET', '/image-builds/win11', 404, 'No such one.')
        self.cloud.answer(
            'GET', '/image-builds?name=win11', {'image_builds': [WIN]}
        )
        found = self.proxy.find_image_build('win11')
        self.assertEqual(WIN['id'], found.id)

    def test_create(self):
        """I8: what was ordered tells the build."""
        call = self.cloud.answer('POST', '/image-builds', ORDER)
        attrs = {'name': 'win11', 'template_id': 't', 'min_vcpus': 2}
        order = self.proxy.create_image_build(**attrs)
        self.assertEqual(attrs, call.last_request.json())
        self.assertEqual(WIN['id'], order.subject['id'])

    def test_preview(self):
        report = {'accepted': True, 'needs': {}, 'refusals': [], 'names': []}
        self.cloud.answer('POST', '/image-builds?dry_run=true', report)
        preview = self.proxy.preview_image_build(name='x', template_id='t')
        self.assertTrue(preview.is_accepted)

    def test_update(self):
        call = self.cloud.answer('PATCH', PATH, WIN | {'note': 'new'})
        build = self.proxy.update_image_build(WIN['id'], note='new')
        self.assertEqual({'note': 'new'}, call.last_request.json())
        self.assertEqual('new', build.note)

    def test_act(self):
        """I12, I13: finish with a note; the others take nothing."""
        for verb, act, body in (
            ('finish', self.proxy.finish_image_build, {'note': 'done'}),
            ('cancel', self.proxy.cancel_image_build, {}),
            ('retry', self.proxy.retry_image_build, {}),
        ):
            call = self.cloud.answer('POST', PATH + '/actions/' + verb, ORDER)
            self.assertEqual(ORDER['id'], act(WIN['id'], **body).id)
            self.assertEqual(body, call.last_request.json())

    def test_delete(self):
        self.cloud.answer('DELETE', PATH, ORDER)
        order = self.proxy.delete_image_build(WIN['id'])
        self.assertEqual(ORDER['id'], order.id)
        self.cloud.answer('DELETE', PATH, {'status_code': 204})
        self.assertIsNone(self.proxy.delete_image_build(WIN['id']))

    def test_delete_what_is_gone(self):
        self.cloud.refuse('DELETE', PATH, 404, 'It is gone.')
        self.assertIsNone(self.proxy.delete_image_build(WIN['id']))
        self.assertRaises(
            exceptions.NotFoundException,
            self.proxy.delete_image_build,
            WIN['id'],
            ignore_missing=False,
        )

    def test_capture(self):
        """V49: name, note, minimum cores."""
        desktop = fakes.desktop()
        path = '/desktops/%s/actions/create_image' % desktop['id']
        call = self.cloud.answer('POST', path, ORDER)
        wanted = {'name': 'golden', 'note': 'clean', 'min_vcpus': 2}
        order = self.proxy.create_desktop_image(desktop['id'], **wanted)
        self.assertEqual(wanted, call.last_request.json())
        self.assertEqual(ORDER['id'], order.id)
