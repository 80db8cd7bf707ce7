from oslotest import base

from clouddesk import exceptions
from clouddesk.conductor import faults
from clouddesk.db import models


class FaultsTest(base.BaseTestCase):
    def test_an_unexpected_error_tells_no_secrets(self):
        code, text = faults.describe(ValueError('secret'), 'p')
        self.assertEqual('internal_error', code)
        self.assertNotIn('secret', text)

    def test_a_refusal_names_the_remedy_and_the_project(self):
        error = exceptions.CloudForbidden(service='Nova', reason='no.')
        code, text = faults.describe(error, 'p1')
        self.assertEqual('cloud_forbidden', code)
        self.assertIn('clouddesk-manage project enable p1', text)

    def test_a_remedy_is_named_once(self):
        error = exceptions.CloudForbidden('clouddesk-manage project enable')
        _code, text = faults.describe(error, 'p1')
        self.assertEqual(1, text.count('project enable'))

    def test_an_order_counts_its_failures(self):
        items = [
            models.WorkItem(
                subject_name='desk_%d' % n,
                fault_code='build_failed',
                fault_message='because',
            )
            for n in range(3)
        ]
        order = models.WorkOrder(items=items)
        code, text = faults.summary(order, items[1:])
        self.assertEqual('build_failed', code)
        self.assertEqual('2 of 3 desktops failed. desk_1: because', text)

    def test_an_order_for_one_desktop_speaks_for_it(self):
        item = models.WorkItem(subject_name='desk', fault_code=None)
        order = models.WorkOrder(items=[item])
        self.assertEqual('not_found', faults.summary(order, [item])[0])
