from unittest import mock

from oslo_config import cfg
from oslotest import base

from clouddesk import db
from clouddesk import healthcheck
from clouddesk.tests.fixtures import database


class DatabaseHealthcheckTest(base.BaseTestCase):
    def check(self):
        plugin = healthcheck.DatabaseHealthcheck(cfg.ConfigOpts(), {})
        return plugin.healthcheck(8790)

    def test_healthy(self):
        self.useFixture(database.Database())
        result = self.check()
        self.assertEqual((True, 'OK'), (result.available, result.reason))

    def test_unhealthy_without_internals(self):
        with mock.patch.object(db, 'reader', autospec=True) as reader:
            reader.side_effect = RuntimeError('mysql://clouddesk:swordfish@')
            result = self.check()
        self.assertFalse(result.available)
        self.assertNotIn('swordfish', result.reason)
