from oslotest import base

from clouddesk import flows
from clouddesk.conductor import flows as ways
from clouddesk.db import models

INPUTS = (
    {},
    {'direction': flows.GROW, 'size': 3},
    {'direction': flows.SHRINK, 'size': 3},
)


class FlowsTest(base.BaseTestCase):
    def test_the_code_has_the_steps_that_the_api_shows(self):
        for kind in flows.KINDS:
            for inputs in INPUTS:
                order = models.WorkOrder(kind=kind, inputs=inputs)
                names = tuple(step.name for step in ways.flow_of(order).steps)
                self.assertEqual(flows.steps_for(kind, inputs), names)

    def test_what_boots_comes_in_waves(self):
        def waves(kind):
            order = models.WorkOrder(kind=kind, inputs={})
            return ways.flow_of(order).waves

        self.assertTrue(waves(flows.CREATE))
        self.assertTrue(waves(flows.START))
        self.assertFalse(waves(flows.STOP))
        self.assertFalse(waves(flows.DELETE))
