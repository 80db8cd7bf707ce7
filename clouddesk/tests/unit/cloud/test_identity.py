from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.tests.unit.cloud import base


class IdentityTest(base.CloudTestCase):
    def test_project_name(self):
        name = self.cloud.identity.project_name(self.school.project_id)
        self.assertEqual('school', name)

    def test_missing_project(self):
        self.assertRaises(
            exceptions.CloudNotFound,
            cloud.for_service().identity.project_name,
            'nothing',
        )

    def test_who_may_not_look_is_not_told_what_is_missing(self):
        for project_id in ('nothing', self.school.other_project_id):
            self.assertRaises(
                exceptions.CloudForbidden,
                self.cloud.identity.project_name,
                project_id,
            )
