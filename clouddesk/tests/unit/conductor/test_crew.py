"""When the crew looks at what waits."""

from unittest import mock

import ddt
from oslo_utils import uuidutils

from clouddesk import conf
from clouddesk.conductor import crew
from clouddesk.conductor import walker as walkers
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.tests.unit.conductor import base


class _Step(steps.Step):
    name = 'image'
    timeout = 'capture_timeout'

    def __init__(self, watches):
        self.watches = watches


@ddt.ddt
class LookTest(base.ConductorTestCase):
    """One item, which is done at the second call of its step."""

    def setUp(self):
        super().setUp()
        self.desktop_id = uuidutils.generate_uuid()

    def prepare(self, watches):
        item = models.WorkItem(
            subject_id=self.desktop_id,
            subject_type='desktop',
            status='working',
        )
        run = walkers.Run(item, mock.Mock(), (_Step(watches),))
        self.calls = []
        walker = mock.create_autospec(walkers.Walker, instance=True)
        walker.ctx = mock.Mock()
        walker.ctx.order.inputs = {}
        walker.limit.return_value = 600
        walker.advance.side_effect = self.advance
        self.crew = crew.Crew(
            walker,
            base.Inline(),
            conf.CONF,
            self.clock,
            lambda: True,
            steps.Flow(run.steps),
        )
        return [run]

    def advance(self, run):
        self.calls.append(self.clock.now - self.begun)
        if len(self.calls) == 2:
            return walkers.Verdict.DONE
        run.parked_at = self.clock.now
        run.outcome = steps.Wait('something')
        return walkers.Verdict.PARKED

    def work(self, watches, between):
        runs = self.prepare(watches)
        self.begun = self.clock.now
        self.clock.between.append(between)
        self.crew.work(runs)
        return self.calls[1]

    @ddt.data('volumes', 'nothing')
    def test_nova_tells_of_servers_only(self, watches):
        """That it told of a desktop is no reason to look at others rarely."""
        taken = self.work(watches, lambda: self.crew.heard(self.desktop_id))
        self.assertLess(taken, conf.CONF.conductor.poll_interval)

    def test_what_nova_tells_is_a_reason_to_ask(self):
        """A snapshot that is ready, for one: its image is, too."""

        def tell():
            self.clock.between.clear()
            self.crew.notice({self.desktop_id: []}, 0.0)

        self.assertEqual(0.0, self.work('nothing', tell))
