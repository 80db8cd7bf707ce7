import fixtures

from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

WIN = fakes.image()
PATH = '/images/' + WIN['id']
URI = 'https://images.example.org/a?signature=hunter2'


class ImageImportsTest(base.SDKTest):
    def test_create(self):
        """T2"""
        call = self.cloud.answer('POST', '/images', WIN)
        made = self.proxy.create_image(
            name='win11', id=WIN['id'], size=5, tags=['lab']
        )
        self.assertEqual(WIN['id'], made.id)
        self.assertEqual(
            {'name': 'win11', 'id': WIN['id'], 'size': 5, 'tags': ['lab']},
            call.last_request.json(),
        )

    def test_create_from_an_address(self):
        """T3"""
        call = self.cloud.answer('POST', '/images', WIN)
        source = {'method': 'web-download', 'uri': URI}
        self.proxy.create_image(name='win11', source=source)
        self.assertEqual(source, call.last_request.json()['import'])

    def test_import(self):
        url = PATH + '/actions/import'
        call = self.cloud.answer('POST', url, WIN)
        found = self.proxy.import_image(WIN['id'], 'web-download', URI)
        self.assertEqual('win11', found.name)
        self.assertEqual(
            {'method': 'web-download', 'uri': URI}, call.last_request.json()
        )
        self.proxy.import_image(WIN['id'], 'glance-direct')
        self.assertEqual({'method': 'glance-direct'}, call.last_request.json())

    def test_imports(self):
        task = {'id': '1', 'status': 'failure', 'message': 'Gone.'}
        self.cloud.answer('GET', PATH + '/imports', {'imports': [task]})
        self.assertEqual([task], self.proxy.image_imports(WIN['id']))

    def test_check(self):
        """T12"""
        said = {'image_id': WIN['id'], 'status': 'passed'}
        self.cloud.answer('POST', PATH + '/actions/check', said)
        self.assertEqual(said, self.proxy.check_image(WIN['id']))

    def test_addresses_stay_out_of_debug_logs(self):
        """T3: they may have a signature in them."""
        self.cloud.answer('POST', '/images', WIN)
        self.cloud.answer('POST', PATH + '/actions/import', WIN)
        logs = self.useFixture(fixtures.FakeLogger(level=0))
        source = {'method': 'web-download', 'uri': URI}
        self.proxy.create_image(name='win11', source=source)
        self.proxy.import_image(WIN['id'], 'web-download', URI)
        self.assertNotIn('hunter2', logs.output)
