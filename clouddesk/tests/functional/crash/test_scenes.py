"""No kind of work order, and no step, goes without its deaths and faults."""

import itertools
from unittest import mock

from oslotest import base

from clouddesk import flows
from clouddesk.conductor import flows as conductor_flows
from clouddesk.db import models
from clouddesk.tests.functional.crash import scenes
from clouddesk.tests.functional.crash import stage
from clouddesk.tests.functional.crash import ways

_WAYS = tuple(itertools.product(stage.MOMENTS, stage.FORMS))


def _directions(kind):
    """The ways of a kind that has more than one."""
    ways = ({'direction': each} for each in (flows.GROW, flows.SHRINK))
    return tuple(ways) if kind == flows.POOL_RESIZE else ({},)


def _ends(kind, inputs):
    """How an order ends, and the steps that lead there and not elsewhere."""
    yield 'succeeded', flows.steps_for(kind, inputs)
    # What was there before is not removed by a cancellation.
    if flows.builds(kind, inputs) and kind != flows.RETRY:
        yield 'cancelled', scenes.UNDO
    order = models.WorkOrder(kind=kind, inputs=inputs)
    back = conductor_flows.flow_of(order).back
    if back:
        names = tuple('undo.' + step.name for step in back)
        yield 'cancelled', names
        yield 'failed', ('turn_back', *names)


def _wanted():
    """Kind, direction, end, step, moment and form of all that can die."""
    for kind in flows.KINDS:
        for inputs in _directions(kind):
            for end, steps in _ends(kind, inputs):
                for step, way in itertools.product(steps, _WAYS):
                    yield (kind, inputs.get('direction'), end, step, *way)


def _there(case):
    scene = case.scene
    direction = scene.inputs.get('direction')
    return scene.kind, direction, scene.ends, case.step, case.when, case.form


def _missing(cases):
    return sorted(set(_wanted()) - set(map(_there, cases)), key=str)


class ScenesTest(base.BaseTestCase):
    def test_every_step_of_every_kind_dies(self):
        self.assertEqual([], _missing(scenes.every()))

    def test_a_new_kind_is_noticed(self):
        new = flows.KINDS | {'desktop.snapshot'}
        with mock.patch.object(flows, 'KINDS', new):
            found = _missing(scenes.every())
        self.assertEqual({'desktop.snapshot'}, {each[0] for each in found})

    def test_a_way_back_without_a_scene_is_noticed(self):
        kinds = (flows.CAPTURE, flows.GENERATE)
        for way in itertools.product(kinds, ('cancelled', 'failed')):
            left = [
                case
                for case in scenes.every()
                if (case.scene.kind, case.scene.ends) != way
            ]
            found = {(kind, end) for kind, _, end, *_ in _missing(left)}
            self.assertEqual({way}, found)

    def test_a_new_step_dies_without_a_line_more(self):
        steps = (*flows._POWER, 'checked')
        with mock.patch.object(flows, '_POWER', steps):
            self.assertEqual([], _missing(scenes.every()))

    def test_the_short_form_leaves_out_no_family_and_no_step(self):
        some = scenes.chosen(is_long=False)
        self.assertEqual(
            {scene.family for scene in scenes.SCENES},
            {case.scene.family for case in some},
        )
        self.assertEqual(
            {step for scene in scenes.SCENES for step in scene.family},
            {case.step for case in some},
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
