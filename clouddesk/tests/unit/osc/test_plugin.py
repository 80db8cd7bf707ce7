import argparse
import subprocess
import sys
import types

import fixtures
from oslotest import base

from clouddesk.osc import plugin
from clouddesk.tests.unit.osc import base as osc_base


class PluginTest(base.BaseTestCase):
    def test_starts_without_the_sdk_of_the_service(self):
        """Every ``openstack`` command pays for what the plugin imports."""
        code = (
            'import sys, clouddesk.osc.plugin\n'
            'heavy = ("clouddesk.sdk", "clouddesk.db", "oslo_config")\n'
            'print([m for m in sys.modules if m.startswith(heavy)])'
        )
        out = subprocess.check_output([sys.executable, '-c', code], text=True)
        self.assertEqual('[]', out.strip())

    def test_versions(self):
        for version in ('1', '1.0', '1.17'):
            self.assertTrue(plugin.check_api_version(version), version)
        for version in ('2', '1.', '1.x', '11', ''):
            self.assertFalse(plugin.check_api_version(version), version)


class VersionTest(osc_base.ShellTest):
    def _sent(self, version):
        """The headers of a request, whatever the shell keeps."""
        manager = types.SimpleNamespace(
            sdk_connection=self.cloud.connect(),
            _api_version={plugin.API_NAME: version},
        )
        call = self.cloud.answer('GET', '/desktops', {'desktops': []})
        list(plugin.make_client(manager).desktops())
        return call.last_request.headers

    def test_a_microversion_can_be_asked_for(self):
        for version in ('1.0', '1.7'):
            sent = self._sent(version)['OpenStack-API-Version']
            self.assertEqual('desktop ' + version, sent)

    def test_by_default_the_newest_that_both_know(self):
        self.cloud.offer('1.7')
        sent = self._sent('1')['OpenStack-API-Version']
        self.assertEqual('desktop 1.0', sent)

    def test_the_language_of_the_shell_is_told(self):
        for said, expected in (('zh_CN.UTF-8', 'zh-CN'), ('C.UTF-8', None)):
            self.useFixture(fixtures.EnvironmentVariable('LANGUAGE', said))
            self.assertEqual(expected, self._sent('1').get('Accept-Language'))

    def test_the_option_is_taken(self):
        self.cloud.answer('GET', '/desktops', {'desktops': []})
        self.succeed('--os-desktop-api-version 1.0 desktop list')

    def test_the_service_may_be_elsewhere(self):
        version = {
            'id': 'v1.0',
            'status': 'CURRENT',
            'version': '1.0',
            'links': [{'rel': 'self', 'href': 'http://127.0.0.1:8790/v1/'}],
        }
        self.cloud.requests.get(
            'http://127.0.0.1:8790/v1', json={'version': version}
        )
        for url in ('http://127.0.0.1:8790', 'http://127.0.0.1:8790/v1/'):
            manager = types.SimpleNamespace(
                sdk_connection=self.cloud.connect(
                    desktop_endpoint_override=url
                ),
                _api_version={plugin.API_NAME: '1'},
            )
            client = plugin.make_client(manager)
            self.assertEqual(
                'http://127.0.0.1:8790/v1',
                client.endpoint_override.rstrip('/'),
            )

    def test_an_option_or_a_variable_tells_where(self):
        variable = 'OS_DESKTOP_ENDPOINT_OVERRIDE'
        for value, words, expected in (
            (None, [], None),
            ('http://a', [], 'http://a'),
            ('http://a', ['--os-desktop-endpoint-override', 'b'], 'b'),
        ):
            with fixtures.EnvironmentVariable(variable, value):
                parser = plugin.build_option_parser(argparse.ArgumentParser())
            told = parser.parse_args(words).os_desktop_endpoint_override
            self.assertEqual(expected, told)

    def test_clouds_yaml_may_say_where(self):
        config = {'desktop_endpoint_override': 'http://127.0.0.1:8790/'}
        plugin._complete_endpoint(config)
        self.assertEqual(
            'http://127.0.0.1:8790/v1', config['desktop_endpoint_override']
        )
        plugin._complete_endpoint(config)
        self.assertEqual(
            'http://127.0.0.1:8790/v1', config['desktop_endpoint_override']
        )

    def test_every_verb_has_a_command(self):
        out = self.succeed('command list --group openstack.desktop.v1')
        for command in (
            'desktop create',
            'desktop connect',
            'desktop pool resize',
            'desktop work order cancel',
        ):
            self.assertIn(command, out)
