"""Every step of every work order, before and after, killed and frozen."""

import ddt

from clouddesk.tests import tally
from clouddesk.tests.functional.crash import scenes
from clouddesk.tests.functional.crash import stage


@ddt.ddt
class MatrixTest(stage.PlayTestCase):
    """The end is the same as if nothing had happened."""

    @ddt.idata(scenes.chosen(tally.is_long()))
    def test_order(self, case):
        tally.track(
            self,
            case.scene.name,
            '%s %s' % (case.when, case.step),
            case.form,
        )
        self.play(case.scene, case.moment, case.form)
