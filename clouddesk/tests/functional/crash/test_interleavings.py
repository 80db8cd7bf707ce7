"""Whatever comes first, nothing is lost or twice (see :mod:`.lives`)."""

import os
import random
from unittest import mock
import uuid

import ddt
import hypothesis
from hypothesis import stateful
from oslo_utils import uuidutils
from testtools import content

from clouddesk.tests import tally
from clouddesk.tests.functional.crash import image_lives
from clouddesk.tests.functional.crash import lives
from clouddesk.tests.unit.db import base

#: Of the lives that a failed long run names.
_SEED = 'CLOUDDESK_CRASH_SEED'


def _generate_uuid():
    """What is sorted by it is the same again: hypothesis seeds the chance."""
    return str(uuid.UUID(int=random.getrandbits(128)))


@ddt.ddt
class InterleavingsTest(base.DatabaseTestCase):
    """Rules 1, 2, 4 and 5: whatever comes first, nothing is lost or twice."""

    @ddt.data(lives.Lives, image_lives.ImageLives)
    def test_lives(self, machine):
        """The same lives each time; in the long form new ones."""
        examples, steps = (60, 60) if tally.is_long() else (6, 40)
        whose = '%d %s' % (examples, machine.title)
        tally.track(self, 'leases', 'any order', whose)
        if tally.is_long():
            hypothesis.seed(self.seed())(machine)
        with mock.patch.object(uuidutils, 'generate_uuid', _generate_uuid):
            stateful.run_state_machine_as_test(
                machine,
                settings=hypothesis.settings(
                    max_examples=examples,
                    stateful_step_count=steps,
                    deadline=None,
                    derandomize=not tally.is_long(),
                    database=None,
                    print_blob=True,
                    report_multiple_bugs=False,
                    suppress_health_check=list(hypothesis.HealthCheck),
                ),
            )

    def seed(self):
        """A new one, unless somebody wants to see the same lives again."""
        seed = os.environ.get(_SEED) or random.getrandbits(32)
        self.addDetail('again', content.text_content('%s=%s' % (_SEED, seed)))
        return int(seed)
