import concurrent.futures
from unittest import mock

import ddt
import fixtures
from hypothesis import given
from hypothesis import strategies
from oslo_config import fixture as config_fixture
from oslotest import base as oslo_base

from clouddesk import cloud
from clouddesk import context
from clouddesk import exceptions
from clouddesk.cloud import session
from clouddesk.conf import CONF
from clouddesk.tests.unit.cloud import base


class IdentityTest(base.CloudTestCase):
    """Whom the other services see."""

    def user(self, name='tina', **kwargs):
        return context.RequestContext(
            auth_token=self.school.token(name),
            project_id=self.school.project_id,
            overwrite=False,
            **kwargs,
        )

    def test_service_user_in_its_own_project(self):
        found = session.service_session().get_project_id()
        self.assertEqual(self.school.service_project_id, found)

    def test_service_user_in_a_tenants_project(self):
        for project_id in (
            self.school.project_id,
            self.school.other_project_id,
        ):
            ks = session.project_session(project_id)
            self.assertEqual(project_id, ks.get_project_id())

    def test_sessions_are_kept(self):
        first = session.project_session(self.school.project_id)
        again = session.project_session(self.school.project_id)
        self.assertIs(first, again)
        self.assertIs(self.cloud, cloud.for_project(self.school.project_id))
        self.assertIs(cloud.for_service(), cloud.for_service())

    def test_one_token_for_many_threads(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in range(40):
                pool.submit(self.cloud.compute.list_servers)
        tokens = [
            call
            for call in self.emulator._calls
            if call.path == '/v3/auth/tokens'
        ]
        self.assertEqual(1, len(tokens))
        self.assertEqual(40, len(self.emulator.calls('compute')))

    def test_expired_token_is_renewed(self):
        self.cloud.compute.list_servers()
        self.emulator.keystone.expire_tokens()
        self.assertEqual([], self.cloud.compute.list_servers())

    def test_service_user_without_a_role(self):
        self.emulator.keystone.assignments.clear()
        error = self.assertRaises(
            exceptions.CloudForbidden, self.cloud.compute.list_servers
        )
        self.assertIn('project enable', str(error))
        self.assertFalse(error.transient)

    def test_users_have_their_own_rights(self):
        reader = cloud.for_user(self.user('rita'))
        self.assertEqual([], reader.compute.list_servers())
        self.assertRaises(
            exceptions.CloudForbidden,
            reader.network.create_port,
            self.desktop_id,
            'x',
            self.school.network_id,
        )

    def test_service_token_goes_along(self):
        ks = session.user_session(self.user())
        headers = ks.get_auth_headers()
        service = self.emulator.keystone.access(headers['X-Service-Token'])
        self.assertEqual('clouddesk', service.user['name'])
        user = self.emulator.keystone.access(headers['X-Auth-Token'])
        self.assertEqual('tina', user.user['name'])

    def test_validated_token_costs_no_call(self):
        auth = session.user_session(self.user()).auth.user_auth
        auth.get_access(session.user_session(self.user()))
        user = self.user(user_auth_plugin=auth)
        session.service_session().get_token()
        before = len(self.emulator._calls)
        cloud.for_user(user).compute.get_flavor(self.school.flavor_id)
        cloud.for_user(user).compute.get_flavor(self.school.flavor_id)
        paths = [call.path for call in self.emulator._calls[before:]]
        # Versions are looked up once for all users.
        self.assertEqual(
            ['/v2.1', *2 * ['/v2.1/flavors/' + self.school.flavor_id]], paths
        )

    def test_without_credentials(self):
        config = self.useFixture(config_fixture.Config(CONF))
        config.config(group='service_auth', auth_type=None)
        session.reset()
        logged = self.useFixture(fixtures.FakeLogger())
        error = self.assertRaises(
            exceptions.ServiceUnavailable, session.service_session
        )
        self.assertNotIn('service_auth', error.text)
        self.assertIn('[service_auth] holds no', logged.output)
        ks = session.user_session(self.user())
        self.assertNotIn('X-Service-Token', ks.get_auth_headers())

    def test_request_can_be_followed(self):
        user = self.user(request_id='req-1')
        client = cloud.for_user(user)
        self.assertEqual('req-1', client._connection._global_request_id)


class CallsTest(base.CloudTestCase):
    """Every call is counted, and nothing is told about its contents."""

    def test_counts(self):
        before = session.CALLS.counts()
        self.make_server()
        after = session.CALLS.counts()
        for service in ('network', 'compute'):
            made = after[service, 'POST'] - before.get((service, 'POST'), 0)
            self.assertEqual(1, made)

    def test_log_holds_neither_bodies_nor_tokens(self):
        log = self.useFixture(fixtures.FakeLogger(level=0))
        server = self.make_server()
        console = self.cloud.compute.console(server.id)
        self.assertIn('compute POST /servers: 202', log.output)
        self.assertNotIn('adminPass', log.output)
        self.assertNotIn(console.url, log.output)
        for token in self.emulator.keystone.tokens:
            self.assertNotIn(token, log.output)


@ddt.ddt
class RepetitionTest(base.CloudTestCase):
    """Nothing that may have been done is done again."""

    def test_only_connecting_is_tried_again(self):
        self.useFixture(config_fixture.Config(CONF)).config(
            group='cloud', connect_retries=2
        )
        session.reset()
        retries = session._http().get_adapter('https://x').max_retries
        self.assertEqual(2, retries.connect)
        self.assertEqual(
            [0, 0, 0, 0],
            [retries.read, retries.status, retries.other, retries.redirect],
        )
        ks = session.project_session(self.school.project_id)
        self.assertEqual(0, ks._connect_retries)

    @ddt.data('before', 'after')
    def test_closed_connection(self, when):
        self.useFixture(config_fixture.Config(CONF)).config(
            group='cloud', connect_retries=2
        )
        cloud.reset()
        fault = self.emulator.fault('network', 'POST', drop=when, times=None)
        error = self.assertRaises(exceptions.CloudError, self.make_port)
        self.assertTrue(error.transient)
        self.assertEqual(1, fault.hits)

    def test_service_that_hangs(self):
        fault = self.emulator.fault('network', 'POST', hang=True)
        self.addCleanup(fault.release)
        with mock.patch.object(
            session, '_timeouts', autospec=True, return_value=(1, 0.1)
        ):
            error = self.assertRaises(exceptions.CloudError, self.make_port)
        self.assertTrue(error.transient)

    def test_service_that_does_not_listen(self):
        self.emulator.keystone.endpoints['network'] = 'http://127.0.0.1:9'
        error = self.assertRaises(exceptions.CloudError, self.make_port)
        self.assertTrue(error.transient)

    @ddt.data('identity', 'network', 'compute')
    def test_trouble_at_first_is_not_remembered(self, service):
        fault = self.emulator.fault(service, status=503, times=None)
        error = self.assertRaises(exceptions.CloudError, self.make_server)
        self.assertTrue(error.transient)
        fault.times = 0
        self.emulator.neutron.ports.clear()
        self.assertEqual('BUILD', self.make_server().status)

    def test_service_that_is_not_in_the_catalogue(self):
        catalog = self.emulator.keystone._catalog
        with mock.patch.object(
            self.emulator.keystone,
            '_catalog',
            autospec=True,
            side_effect=lambda: [
                each for each in catalog() if each['type'] != 'network'
            ],
        ):
            error = self.assertRaises(exceptions.CloudError, self.make_port)
        self.assertFalse(error.transient)


class TimeoutTest(oslo_base.BaseTestCase):
    @given(strategies.integers(1, 3600), strategies.integers(0, 20))
    def test_all_attempts_fit(self, timeout, retries):
        """A worker whose lease ran out must not wait for an answer."""
        with mock.patch.object(session, 'CONF', autospec=False) as conf:
            conf.cloud.timeout = timeout
            conf.cloud.connect_retries = retries
            connect, read = session._timeouts()
        self.assertGreater(connect, 0)
        self.assertGreaterEqual(read, timeout / 2 - 1e-6)
        self.assertLessEqual((retries + 1) * connect + read, timeout + 1e-6)


@ddt.ddt
class SpoiledTest(base.CloudTestCase):
    """What is no answer of the service is an error that passes."""

    @ddt.data(
        {'status': 200, 'page': '<html>Maintenance</html>'}, {'cut': True}
    )
    def test_spoiled(self, how):
        for method, path in (('GET', '/flavors/'), ('POST', '/ports$')):
            service = 'compute' if method == 'GET' else 'network'
            self.emulator.fault(service, method, path, **how)
        for call in (self.read, self.make):
            error = self.assertRaises(exceptions.CloudError, call)
            self.assertTrue(error.transient)
            call()

    def read(self):
        self.cloud.compute.get_flavor(self.school.flavor_id)

    def make(self):
        network_id = self.school.network_id
        self.cloud.network.create_port('desk', 'Ada', network_id)

    def test_a_token(self):
        self.emulator.fault('identity', 'POST', '/v3/auth/tokens', cut=True)
        error = self.assertRaises(exceptions.CloudError, self.read)
        self.assertTrue(error.transient)
        self.read()
