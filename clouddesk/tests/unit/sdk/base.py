from oslotest import base

from clouddesk.sdk import hook
from clouddesk.tests.unit.sdk import fakes


class SDKTest(base.BaseTestCase):
    """Runs the real openstacksdk against canned answers."""

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fakes.Cloud())
        self.connection = self.cloud.connect()
        hook.attach(self.connection)
        self.proxy = self.connection.desktop
