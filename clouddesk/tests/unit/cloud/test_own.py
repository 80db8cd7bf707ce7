from clouddesk import cloud
from clouddesk import context
from clouddesk import exceptions
from clouddesk.cloud import own
from clouddesk.cloud import session
from clouddesk.conf import CONF
from clouddesk.conf import service_auth
from clouddesk.tests.unit.cloud import base
from clouddesk.tests.unit.cloud import own as own_base


class OwnTest(own_base.OwnCloudTestCase):
    def test_she_stands_in_for_the_service_user(self):
        mine = self.school.project_id
        self.assertEqual(mine, session.own_project())
        self.assertEqual(mine, session.service_session().get_project_id())
        self.assertIs(session.service_session(), session.project_session(mine))

    def test_what_she_makes_is_hers(self):
        cloud.for_project(self.school.project_id).network.create_port(
            self.desktop_id, 'Ada', self.school.network_id
        )
        (port,) = self.emulator.neutron.ports.values()
        self.assertEqual(self.school.project_id, port['project_id'])

    def test_another_project_is_refused_by_name(self):
        for other in (self.school.other_project_id, None):
            error = self.assertRaises(
                exceptions.Forbidden, session.project_session, other
            )
            self.assertIn(self.school.project_id, error.text)

    def test_a_lock_stops_even_its_owner(self):
        mine = cloud.for_project(self.school.project_id)
        self.assertFalse(mine.passes_locks)

    def test_no_service_token_goes_along(self):
        caller = context.RequestContext(
            auth_token=self.school.token('rita'),
            project_id=self.school.project_id,
            overwrite=False,
        )
        headers = session.user_session(caller).get_auth_headers()
        self.assertNotIn('X-Service-Token', headers)

    def test_a_service_user_wins(self):
        CONF.set_override('auth_type', 'password', service_auth.GROUP.name)
        cloud.reset()
        self.assertFalse(own.is_used())
        self.assertIsNone(session.own_project())
        self.assertTrue(cloud.for_service().passes_locks)
        self.assertEqual(
            self.school.service_project_id,
            session.service_session().get_project_id(),
        )

    def test_certificates_are_those_of_the_cloud(self):
        self.write_clouds(verify=False)
        cloud.reset()
        self.assertFalse(session.service_session().verify)

    def test_free_addresses_are_for_administrators(self):
        """Without an administrator the choice goes by name (V21)."""
        mine = cloud.for_project(self.school.project_id)
        found = mine.network.pick_network(self.school.project_id)
        self.assertEqual(self.school.network_id, found.id)
        self.assertIsNone(found.free_addresses)


class FindTest(own_base.OwnCloudTestCase):
    def test_by_name(self):
        self.assertEqual('school', own.find('school').name)

    def test_the_only_one(self):
        self.assertEqual('school', own.find(None).name)

    def test_an_unknown_name(self):
        error = self.assertRaises(exceptions.Invalid, own.find, 'nowhere')
        self.assertIn('clouds.yaml', error.text)
        self.assertIn('nowhere', error.text)


class ServiceUserTest(base.CloudTestCase):
    def test_nobody_is_asked_for_clouds_yaml(self):
        self.assertFalse(own.is_used())
        self.assertIsNone(session.own_project())
