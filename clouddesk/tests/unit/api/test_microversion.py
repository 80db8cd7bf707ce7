from keystoneauth1 import discover
from oslotest import base as test_base

from clouddesk.api import microversion
from clouddesk.tests.unit.api import base


class HeaderTest(base.ApiTest):
    def ask(self, header):
        headers = {'OpenStack-API-Version': header}
        return self.call('GET', '/v1/desktops', headers=headers)

    def test_what_is_answered(self):
        for header in ('desktop 1.0', 'desktop latest', 'compute 2.90', 'x'):
            answer = self.ask(header)
            self.assertEqual(200, answer.status_int, header)
            self.assertEqual(
                'desktop 1.0', answer.headers['OpenStack-API-Version']
            )
            self.assertIn('OpenStack-API-Version', answer.headers['Vary'])

    def test_several_services_in_one_header(self):
        answer = self.ask('compute 2.1, desktop 1.9')
        self.assert_error(answer, 406, 'microversion_not_supported')

    def test_unknown_versions(self):
        for version in ('0.9', '1.1', '2.0', '1.10'):
            error = self.assert_error(
                self.ask('desktop %s' % version),
                406,
                'microversion_not_supported',
            )
            self.assertEqual('1.0', error['details']['max_version'])
            self.assertIn(version, error['message'])

    def test_versions_that_are_none(self):
        for version in ('1', '1.', 'one', '1.0.0', '1.²', '-1.0'):
            headers = {'OpenStack-API-Version': 'desktop %s' % version}
            answer = self.call('GET', '/v1/pools', headers=headers)
            self.assert_error(answer, 400, 'invalid')

    def test_the_service_type_is_an_option(self):
        self.config(group='api', service_type='org:desktop')
        answer = self.ask('org:desktop 1.0')
        self.assertEqual(
            'org:desktop 1.0', answer.headers['OpenStack-API-Version']
        )


class DocumentTest(base.ApiTest):
    def test_keystoneauth_can_discover(self):
        for path in ('/', '/v1/'):
            url = 'http://localhost' + path
            found = discover.Discover(_Session(self), url)
            (data,) = found.version_data()
            self.assertEqual((1, 0), data['version'])
            self.assertEqual((1, 0), data['min_microversion'])
            self.assertEqual(microversion.MAXIMUM, data['max_microversion'])
            self.assertEqual('http://localhost/v1/', data['url'])


class _Session:
    """As much of a keystoneauth session as discovery needs."""

    def __init__(self, test):
        self.test = test

    def get(self, url, **kwargs):
        answer = self.test.call('GET', url, persona=None)
        return _Response(answer)


class _Response:
    def __init__(self, answer):
        self.status_code = answer.status_int
        self.json = lambda: answer.json


class VersionsTest(test_base.BaseTestCase):
    def test_every_version_is_the_next_and_has_a_reason(self):
        pairs = [microversion.parse(text) for text, _ in microversion.VERSIONS]
        self.assertEqual([(1, minor) for minor in range(len(pairs))], pairs)
        for text, reason in microversion.VERSIONS:
            self.assertTrue(reason.endswith('.'), text)
