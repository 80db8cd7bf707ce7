from clouddesk import cloud
from clouddesk import context
from clouddesk import exceptions
from clouddesk.tests.unit.cloud import base


class PeopleTest(base.CloudTestCase):
    def setUp(self):
        super().setUp()
        self.keystone = self.emulator.keystone
        self.rita = self.school.users['rita']
        self.choir = self.keystone.create_group('choir', self.rita)
        self.keystone.create_group('chess')
        self.identity = cloud.for_service().identity

    def as_user(self, name):
        return cloud.for_user(
            context.RequestContext(
                auth_token=self.school.token(name),
                user_id=self.school.users[name],
                project_id=self.school.project_id,
                overwrite=False,
            )
        ).identity

    def test_user(self):
        for word in (self.rita, 'rita'):
            found = self.identity.user_id(word, 'default')
            self.assertEqual(self.rita, found)

    def test_group(self):
        for word in (self.choir, 'choir'):
            found = self.identity.group_id(word, 'default')
            self.assertEqual(self.choir, found)

    def test_nobody(self):
        for word in ('eve', 'f' * 32, '../projects', 'a/b?c', '', 'ü'):
            for find in (self.identity.user_id, self.identity.group_id):
                self.assertRaises(
                    exceptions.CloudNotFound, find, word, 'default'
                )

    def test_a_name_needs_a_domain(self):
        self.assertRaises(
            exceptions.CloudNotFound, self.identity.user_id, 'rita', None
        )

    def test_groups_of_oneself(self):
        groups = self.as_user('rita').group_ids(self.rita)
        self.assertEqual((self.choir,), groups)

    def test_groups_of_others(self):
        self.assertRaises(
            exceptions.CloudForbidden,
            self.as_user('tina').group_ids,
            self.rita,
        )
