"""Templates, from the first revision to the last user."""

from clouddesk.tests.fixtures import service
from clouddesk.tests.functional import base


class TemplateLifeTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.newer = self.cloud.glance.create_image(
            self.school.project_id, 'win12'
        )

    def create_template(self, **extra):
        return self.api.post('/templates', **self.spec(name='office', **extra))

    def test_edit_drift_adopt_rebuild(self):
        """S24: what was built changes when it is built again."""
        template = self.create_template()
        order = self.finish(
            self.api.post(
                '/pools', name='lab', size=2, template_id=template['id']
            )
        )
        pool_id = order['subject']['id']
        self.api.patch('/templates/' + template['id'], image_id=self.newer)
        drifted = self.desktops(drift='true')
        self.assertEqual(2, len(drifted))
        self.act('pools', pool_id, 'adopt')
        first = drifted[0]['id']
        self.finish(self.act('desktops', first, 'rebuild'))
        desktop = self.desktop(first)
        self.assertEqual(self.newer, desktop['image_id'])
        self.assertEqual(2, desktop['template']['revision'])
        self.assertEqual(1, len(self.desktops(drift='true')))
        self.assertOneOfEach(2)

    def test_a_desktop_without_a_pool_follows_by_itself(self):
        """S24"""
        template = self.create_template()
        order = self.finish(
            self.api.post('/desktops', name='Ada', template_id=template['id'])
        )
        desktop_id = order['items'][0]['desktop_id']
        self.api.patch('/templates/' + template['id'], image_id=self.newer)
        self.finish(self.act('desktops', desktop_id, 'rebuild'))
        desktop = self.desktop(desktop_id)
        self.assertEqual(
            (self.newer, False),
            (desktop['image_id'], desktop['template']['drift']),
        )

    def test_departments(self):
        """S23: by a tag of the project, or of its domain."""
        template = self.create_template()
        grace = self.service.client('grace')
        grace.patch('/templates/' + template['id'], department='maths')
        stranger = self.service.client('stranger')
        keystone = self.cloud.keystone
        self.assertEqual([], stranger.get('/templates')['templates'])
        other = keystone.projects[self.school.other_project_id]
        keystone.tag(other, 'maths')
        self.assertEqual(1, len(stranger.get('/templates')['templates']))
        other['tags'] = []
        keystone.tag(keystone.domains['default'], 'maths')
        self.assertEqual(1, len(stranger.get('/templates')['templates']))

    def test_no_way_back(self):
        """S25"""
        template = self.create_template()
        order = self.finish(
            self.api.post(
                '/pools', name='lab', size=1, template_id=template['id']
            )
        )
        url = '/templates/' + template['id']
        refused = self.assertRaises(service.Refusal, self.api.delete, url)
        self.assertEqual(
            (409, 'template_in_use'), (refused.status, refused.code)
        )
        self.assertIn('pools lab', refused.error['message'])
        self.finish(self.api.delete('/pools/' + order['subject']['id']))
        self.assertIsNone(self.api.delete(url))
        self.assertEqual([], self.api.get('/templates')['templates'])
