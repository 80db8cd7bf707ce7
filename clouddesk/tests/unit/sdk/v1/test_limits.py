import io

from openstack import exceptions

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

PREVIEW = {'accepted': True, 'needs': {}, 'refusals': [], 'names': ['Ada']}


class LimitsTest(base.SDKTest):
    def test_limits(self):
        self.cloud.answer('GET', '/limits', {'limits': {'compute': {}}})
        self.assertEqual({'compute': {}}, self.proxy.get_limits().limits)
        self.proxy.get_limits('p2')
        paths = [path for _method, path, _body in self.cloud.calls()]
        self.assertEqual(['/limits', '/limits?project_id=p2'], paths)

    def test_capabilities(self):
        self.cloud.answer('GET', '/capabilities', {'boot_from': ['image']})
        self.assertEqual(['image'], self.proxy.get_capabilities().boot_from)

    def test_previews(self):
        """V23"""
        pool = fakes.pool()
        resize = '/pools/%s/actions/resize' % pool['id']
        for path in ('/desktops', '/pools', resize):
            self.cloud.answer('POST', path + '?dry_run=true', PREVIEW)
        for preview in (
            self.proxy.preview_desktop(name='Ada', image_id='i'),
            self.proxy.preview_pool(name='class', size=2),
            self.proxy.preview_resize_pool(pool['id'], 3),
        ):
            self.assertIs(True, preview.is_accepted)
            self.assertEqual(['Ada'], preview.names)
        self.assertEqual(
            [
                {'name': 'Ada', 'image_id': 'i'},
                {'name': 'class', 'size': 2},
                {'size': 3},
            ],
            [body for _method, _path, body in self.cloud.calls('POST')],
        )


class ExportTest(base.SDKTest):
    def test_export(self):
        """V29"""
        content = b'x' * 200000
        self.cloud.answer(
            'GET',
            '/desktops/export',
            {'status_code': 200, 'content': content},
        )
        output = io.BytesIO()
        self.proxy.export_desktops(
            output, 'xlsx', columns=['id', 'name'], search='Ada', status='off'
        )
        self.assertEqual(content, output.getvalue())
        ((_method, path, _body),) = self.cloud.calls()
        for part in ('format=xlsx', 'columns=id%2Cname', 'q=Ada'):
            self.assertIn(part, path)

    def test_refused(self):
        self.cloud.refuse('GET', '/desktops/export', 400, 'Too many.')
        output = io.BytesIO()
        self.assertRaises(
            exceptions.BadRequestException,
            self.proxy.export_desktops,
            output,
        )
        self.assertEqual(b'', output.getvalue())
