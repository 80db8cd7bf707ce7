"""No kind of work order, and no step, goes without its deaths and faults."""

import itertools
from unittest import mock

from oslotest import base

from clouddesk import flows
from clouddesk.tests.functional.crash import scenes
from clouddesk.tests.functional.crash import stage
from clouddesk.tests.functional.crash import ways

_WAYS = tuple(itertools.product(stage.MOMENTS, stage.FORMS))


def _directions(kind):
    """The ways of a kind that has more than one."""
    ways = ({'direction': each} for each in (flows.GROW, flows.SHRINK))
    return tuple(ways) if kind == flows.POOL_RESIZE else ({},)


def _wanted():
    """Kind, direction, step, moment and form of everything that can die."""
    for kind in flows.KINDS:
        for inputs in _directions(kind):
            steps = flows.steps_for(kind, inputs)
            # What was there before is not removed by a cancellation.
            if flows.builds(kind, inputs) and kind != flows.RETRY:
                steps += scenes.UNDO
            for step, way in itertools.product(steps, _WAYS):
                yield (kind, inputs.get('direction'), step, *way)


def _missing(cases):
    there = {
        (c.scene.kind, c.scene.inputs.get('direction'), c.step, c.when, c.form)
        for c in cases
    }
    return sorted(set(_wanted()) - there, key=str)


class ScenesTest(base.BaseTestCase):
    def test_every_step_of_every_kind_dies(self):
        self.assertEqual([], _missing(scenes.every()))

    def test_a_new_kind_is_noticed(self):
        new = flows.KINDS | {'desktop.snapshot'}
        with mock.patch.object(flows, 'KINDS', new):
            found = _missing(scenes.every())
        self.assertEqual({'desktop.snapshot'}, {each[0] for each in found})

    def test_a_new_step_dies_without_a_line_more(self):
        steps = (*flows._POWER, 'checked')
        with mock.patch.object(flows, '_POWER', steps):
            self.assertEqual([], _missing(scenes.every()))

    def test_the_short_form_leaves_out_no_scene_and_no_step(self):
        some = scenes.chosen(is_long=False)
        self.assertEqual(set(scenes.SCENES), {case.scene for case in some})
        self.assertEqual(
            {(s.family, step) for s in scenes.SCENES for step in s.family},
            {(case.scene.family, case.step) for case in some},
        )
        self.assertEqual(set(_WAYS), {(c.when, c.form) for c in some})

    def test_every_flow_has_its_faults(self):
        """One kind speaks for the others that take the same steps."""
        named = {name.partition(',')[0] for name in ways.WAYS}
        tried = {flows.steps_for(kind, {}) for kind in named & flows.KINDS}
        wanted = {flows.steps_for(kind, {}) for kind in flows.KINDS}
        self.assertEqual(set(), wanted - tried)

    def test_scenes_have_names_of_their_own(self):
        names = [scene.name for scene in scenes.SCENES]
        self.assertEqual(len(names), len(set(names)))
