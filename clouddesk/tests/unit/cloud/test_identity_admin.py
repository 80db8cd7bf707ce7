"""Giving the service user its role."""

from unittest import mock

import fixtures
from openstack import exceptions as sdk_exceptions
from openstack.identity.v3 import _proxy
from openstack.identity.v3 import domain
from openstack.identity.v3 import project
from openstack.identity.v3 import role
from openstack.identity.v3 import user
from oslotest import base

from clouddesk import exceptions
from clouddesk.cloud import identity_admin


class _KeystoneTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.keystone = mock.create_autospec(_proxy.Proxy, instance=True)
        self.connect = self.useFixture(
            fixtures.MockPatch('openstack.connect', autospec=True)
        ).mock
        self.connect.return_value.identity = self.keystone


class GrantMemberTestCase(_KeystoneTestCase):
    def setUp(self):
        super().setUp()
        self.user = user.User(id='u', name='clouddesk')
        self.role = role.Role(id='r', name='member')
        self.project = project.Project(id='p', name='class')
        self.domain = domain.Domain(id='d', name='school')
        self.keystone.find_user.return_value = self.user
        self.keystone.find_role.return_value = self.role
        self.keystone.find_project.return_value = self.project
        self.keystone.find_domain.return_value = self.domain
        self.held = set()
        self.obeys = True
        for kind in ('project', 'domain'):
            has = getattr(self.keystone, 'validate_user_has_%s_role' % kind)
            has.side_effect = self._has
            assign = getattr(self.keystone, 'assign_%s_role_to_user' % kind)
            assign.side_effect = self._assign

    def _has(self, place, user, role, inherited):
        return (place.id, user.id, role.id, inherited) in self.held

    def _assign(self, place, user, role, inherited):
        # As openstacksdk does: None, whatever Keystone says.
        if self.obeys:
            self.held.add((place.id, user.id, role.id, inherited))

    def test_project(self):
        text = identity_admin.grant_member('admin', project='class')
        self.assertEqual('clouddesk got role member in project class.', text)
        self.connect.assert_called_once_with(cloud='admin')
        self.keystone.assign_project_role_to_user.assert_called_once_with(
            self.project, self.user, self.role, inherited=False
        )

    def test_projects_below(self):
        text = identity_admin.grant_member(
            None, project='class', inherited=True
        )
        self.assertIn('the projects of project class', text)
        self.keystone.assign_project_role_to_user.assert_called_once_with(
            self.project, self.user, self.role, inherited=True
        )

    def test_domain_is_inherited(self):
        text = identity_admin.grant_member(None, domain='school')
        self.assertIn('the projects of domain school', text)
        self.keystone.assign_domain_role_to_user.assert_called_once_with(
            self.domain, self.user, self.role, inherited=True
        )

    def test_again(self):
        self.held.add(('p', 'u', 'r', False))
        text = identity_admin.grant_member(None, project='class')
        self.assertIn('already', text)
        self.keystone.assign_project_role_to_user.assert_not_called()

    def test_refused(self):
        self.obeys = False
        self.assertRaises(
            exceptions.CloudForbidden,
            identity_admin.grant_member,
            None,
            project='class',
        )

    def test_unknown_names(self):
        for kind in ('project', 'user', 'role'):
            find = getattr(self.keystone, 'find_' + kind)
            found, find.return_value = find.return_value, None
            error = self.assertRaises(
                exceptions.CloudNotFound,
                identity_admin.grant_member,
                None,
                project='class',
            )
            self.assertIn(kind, str(error))
            find.return_value = found

    def test_keystone_does_not_answer(self):
        self.keystone.find_project.side_effect = sdk_exceptions.SDKException(
            'no route'
        )
        error = self.assertRaises(
            exceptions.CloudError,
            identity_admin.grant_member,
            None,
            project='class',
        )
        self.assertIn('no route', str(error))

    def test_unknown_cloud(self):
        self.connect.side_effect = sdk_exceptions.ConfigException('no cloud')
        self.assertRaises(
            exceptions.CloudError,
            identity_admin.grant_member,
            'nothing',
            project='class',
        )


class RequireGoneTest(_KeystoneTestCase):
    def test_gone(self):
        self.keystone.get_project.side_effect = (
            sdk_exceptions.NotFoundException()
        )
        self.assertIsNone(identity_admin.require_gone('admin', 'p'))
        self.keystone.get_project.assert_called_once_with('p')

    def test_there(self):
        found = project.Project(id='p', name='class')
        self.keystone.get_project.return_value = found
        error = self.assertRaises(
            exceptions.Conflict, identity_admin.require_gone, 'admin', 'p'
        )
        self.assertIn('project class', str(error))

    def test_not_to_be_seen(self):
        """Who may not see a project cannot tell that it is gone."""
        self.keystone.get_project.side_effect = (
            sdk_exceptions.ForbiddenException(http_status=403)
        )
        self.assertRaises(
            exceptions.CloudForbidden,
            identity_admin.require_gone,
            'admin',
            'p',
        )
