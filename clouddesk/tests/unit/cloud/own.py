"""A school whose cloud knows no service user."""

import fixtures
from oslo_config import fixture as config_fixture

from clouddesk import cloud
from clouddesk.conf import CONF
from clouddesk.conf import service_auth
from clouddesk.tests.unit.cloud import base


class OwnCloudTestCase(base.CloudTestCase):
    """clouddesk works with the credentials of tina."""

    def setUp(self):
        super().setUp()
        self.clouds = self.useFixture(fixtures.TempDir()).join('clouds.yaml')
        self.write_clouds()
        self.useFixture(
            fixtures.EnvironmentVariable('OS_CLIENT_CONFIG_FILE', self.clouds)
        )
        for name in ('OS_CLOUD', 'OS_AUTH_URL'):
            self.useFixture(fixtures.EnvironmentVariable(name))
        config = self.useFixture(config_fixture.Config(CONF)).config
        config(group=service_auth.GROUP.name, auth_type=None)
        config(group='cloud', os_cloud='school', interface='public')
        cloud.reset()

    def write_clouds(self, **extra):
        with open(self.clouds, 'w') as file:
            file.write(self.school.clouds(**extra))
