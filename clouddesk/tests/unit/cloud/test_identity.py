from clouddesk import exceptions
from clouddesk.tests.unit.cloud import base


class IdentityTest(base.CloudTestCase):
    def test_project_name(self):
        name = self.cloud.identity.project_name(self.school.project_id)
        self.assertEqual('school', name)

    def test_missing_project(self):
        self.assertRaises(
            exceptions.CloudNotFound,
            self.cloud.identity.project_name,
            'nothing',
        )
