import ddt
from oslotest import base

from clouddesk import flows
from clouddesk import states
from clouddesk.api.views import pools as view


@ddt.ddt
class StatusTest(base.BaseTestCase):
    @ddt.data(
        (2, 2, None, 'active'),
        (2, 3, None, 'active'),
        (2, 1, None, 'degraded'),
        (0, 0, None, 'active'),
        (2, 0, flows.POOL_CREATE, 'building'),
        (2, 1, flows.POOL_RETRY, 'building'),
        (2, 2, flows.POOL_RESIZE, 'resizing'),
        (2, 1, flows.POOL_DELETE, 'deleting'),
    )
    @ddt.unpack
    def test_status(self, size, good, kind, expected):
        self.assertIn(expected, states.POOL_STATUSES)
        self.assertEqual(expected, view.status_of(size, good, kind))

    def test_what_is_being_deleted_is_not_good(self):
        counts = {'running': 3, 'deleting': 1, 'fault': 1}
        self.assertEqual(3, view._good(counts))
