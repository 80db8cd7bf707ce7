"""What the tests of the cloud room share."""

from oslo_utils import uuidutils
from oslotest import base

from clouddesk import cloud
from clouddesk.tests.fixtures.emulator import school


class CloudTestCase(base.BaseTestCase):
    """A school in an emulated cloud, seen by the service user.

    ``self.cloud`` is what is tested, ``self.emulator`` what it talks to.
    """

    def setUp(self):
        super().setUp()
        self.school = self.useFixture(school.School())
        self.emulator = self.school.cloud
        self.cloud = cloud.for_project(self.school.project_id)
        self.desktop_id = uuidutils.generate_uuid()

    def make_port(self, desktop_id=None):
        return self.cloud.network.create_port(
            desktop_id or self.desktop_id, 'Ada', self.school.network_id
        )

    def make_server(self, desktop_id=None, **kwargs):
        desktop_id = desktop_id or self.desktop_id
        if 'port_id' not in kwargs:
            kwargs['port_id'] = self.make_port(desktop_id).id
        if 'volume_id' not in kwargs:
            kwargs.setdefault('image_id', self.school.image_id)
        return self.cloud.compute.create_server(
            desktop_id=desktop_id,
            order_id='order',
            name=kwargs.pop('name', 'Ada'),
            flavor_id=kwargs.pop('flavor_id', self.school.flavor_id),
            **kwargs,
        )

    def assertCalls(self, expected, calls):
        """Compare with ``['POST /v2.0/ports', …]``."""
        self.assertEqual(
            expected, ['%s %s' % (call.method, call.path) for call in calls]
        )
