import ddt
from oslotest import base

from clouddesk import states
from clouddesk.api.views import work_orders as view
from clouddesk.db.api import work_orders


def group(status, done, total, count=1):
    return work_orders.ItemGroup(status, done, total, count)


@ddt.ddt
class PercentTest(base.BaseTestCase):
    @ddt.data(
        ('queued', [], 0),
        ('queued', [group('pending', 0, 4, 5)], 0),
        ('running', [group('done', 4, 4), group('running', 1, 4)], 62),
        ('running', [group('running', 1, 3)], 33),
        # Never 100 before the end.
        ('running', [group('done', 4, 4, 500)], 99),
        ('cancelling', [group('done', 4, 4)], 99),
        ('succeeded', [group('done', 4, 4)], 100),
        ('succeeded', [], 100),
        ('failed', [group('done', 4, 4, 9), group('failed', 2, 4)], 95),
        ('cancelled', [group('undone', 0, 4)], 0),
    )
    @ddt.unpack
    def test_percent(self, status, groups, expected):
        self.assertIn(status, states.ORDER_STATUSES)
        self.assertEqual(expected, view.percent(status, groups))

    def test_steps(self):
        groups = [group('done', 2, 2, 3), group('running', 1, 2, 2)]
        self.assertEqual(
            [
                {'name': 'request', 'done': 5, 'total': 5},
                {'name': 'settled', 'done': 3, 'total': 5},
            ],
            view._steps(('request', 'settled'), groups),
        )
