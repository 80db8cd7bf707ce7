from oslotest import base

from clouddesk import exceptions
from clouddesk import flows
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

    def items(self, about, count=3):
        return [
            models.WorkItem(
                subject_type=about,
                subject_name='thing_%d' % n,
                fault_code='build_failed',
                fault_message='because',
            )
            for n in range(count)
        ]

    def test_an_order_counts_its_failures(self):
        for about in (flows.DESKTOP, flows.IMAGE):
            items = self.items(about)
            order = models.WorkOrder(items=items)
            code, text = faults.summary(order, items[1:])
            self.assertEqual('build_failed', code)
            said = '2 of 3 %ss failed. thing_1: because' % about
            self.assertEqual(said, text)

    def test_an_order_for_one_thing_speaks_for_it(self):
        for about in (flows.DESKTOP, flows.IMAGE):
            (item,) = self.items(about, 1)
            order = models.WorkOrder(items=[item])
            expected = ('build_failed', 'because')
            self.assertEqual(expected, faults.summary(order, [item]))
            item.fault_code = item.fault_message = None
            code, text = faults.summary(order, [item])
            self.assertEqual('not_found', code)
            self.assertEqual('The %s was not found.' % about, text)
