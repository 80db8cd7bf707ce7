import subprocess
import sys

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

    def test_leaves_the_version_to_the_sdk(self):
        self.assertTrue(plugin.check_api_version('1.7'))


class VersionTest(osc_base.ShellTest):
    def test_a_microversion_can_be_asked_for(self):
        call = self.cloud.answer('GET', '/desktops', {'desktops': []})
        self.succeed('--os-desktop-api-version 1.0 desktop list')
        self.assertEqual(
            'desktop 1.0',
            call.last_request.headers['OpenStack-API-Version'],
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
