"""The same with orders that make, retire and delete images."""

import itertools

from hypothesis import stateful
from hypothesis import strategies as some
from oslo_utils import timeutils

from clouddesk import flows
from clouddesk import states
from clouddesk.db import models
from clouddesk.db.api import image_builds
from clouddesk.db.api import image_orders
from clouddesk.db.api import images
from clouddesk.db.api import progress
from clouddesk.tests.functional.crash import lives
from clouddesk.tests.unit.db import base

_BUILD = {
    'name': 'win',
    'note': '',
    'kind': states.SYSTEM,
    'source_type': 'image',
    'source_id': base.SPEC['image_id'],
    'properties': {},
}
#: Desktops are made from the first, so that it is never deleted.
_IMAGES = [
    images.Known(id_, base.ORDER['project_id'], id_)
    for id_ in (base.SPEC['image_id'], 'old', 'older')
]
_REMOVALS = (flows.IMAGE_DELETE, flows.IMAGE_RETIRE)


class ImageLives(lives.Lives):
    """Image builds, their orders, and images that are done with."""

    title = 'lives of images'

    def __init__(self):
        super().__init__()
        #: Image builds as people saw them, which may be long ago.
        self.seen = []
        #: Ids of those that people discarded when nothing was left to do.
        self.discarded = set()
        self.numbers = itertools.count(1)

    @stateful.initialize()
    def begin_to_build(self):
        self.create_build()
        self.work(0, 'north', states.RUNNING)
        self.look(0)

    # -- people ------------------------------------------------------------

    @stateful.rule()
    def create_build(self):
        image_builds.create(base.ORDER, _BUILD, base.SPEC, 'builder')

    @stateful.rule(desktop=lives.which)
    def capture(self, desktop):
        row = self.row(models.Desktop, self.any(models.Desktop, desktop))
        if row is not None:
            build = _BUILD | {'source_type': 'desktop', 'source_id': row.id}
            self.ask(image_builds.capture, base.ORDER, build, row)

    @stateful.rule(build=lives.which)
    def look(self, build):
        row = self.row(models.ImageBuild, self.any(models.ImageBuild, build))
        if row is not None:
            self.seen.append(row)

    @stateful.precondition(lambda self: self.seen)
    @stateful.rule(look=lives.which)
    def finish_build(self, look):
        seen = self.seen[-1 - look % len(self.seen)]
        self.ask(image_builds.finish, base.ORDER, seen, {'note': 'done'})

    @stateful.precondition(lambda self: self.seen)
    @stateful.rule(look=lives.which)
    def discard_build(self, look):
        seen = self.seen[-1 - look % len(self.seen)]
        granted = self.ask(image_builds.discard, base.ORDER, seen)
        if granted and seen.builder_id is None:
            self.discarded.add(seen.id)

    @stateful.rule(
        kind=some.sampled_from(_REMOVALS),
        found=some.sets(some.sampled_from(_IMAGES), min_size=1),
    )
    def remove_images(self, kind, found):
        found = sorted(found, key=lambda image: image.id)
        self.ask(image_orders.act, base.ORDER, kind, found, {})

    # -- conductors --------------------------------------------------------

    @stateful.precondition(lambda self: self.given)
    @stateful.rule(lease=lives.which, item=lives.which)
    def activate(self, lease, item):
        """The image is there; once for a build."""
        order_id, _epoch, _who = self.lease(lease)
        order = self.row(models.WorkOrder, order_id)
        build = image_builds.of_order(order_id)
        if order is None or not flows.captures(order.kind):
            return
        if build is None or build.activated_at is not None:
            return
        image_id = 'image-%d' % next(self.numbers)
        made = {'image_id': image_id, 'activated_at': timeutils.utcnow()}
        self.write_as(lease, item, progress.finish_step, 1, {}, of_build=made)

    def end_item(self, lease, end):
        if end != states.FAULT:
            self.activate(lease, 0)
        super().end_item(lease, end)

    def forgets(self, order):
        if order.kind == flows.CAPTURE:
            return None
        if order.kind == flows.GENERATE:
            build = image_builds.of_order(order.id)
            return False if build.activated_at is not None else None
        if flows.subject_of(order.kind) == flows.IMAGE:
            return False if order.kind == flows.IMAGE_DELETE else None
        return super().forgets(order)

    # -- everything is counted ---------------------------------------------

    @stateful.invariant()
    def no_build_is_lost(self):
        """It goes when people say so, and not before."""
        there = {row.id for row in self.rows(models.ImageBuild)}
        gone = {}
        for order in self.rows(models.WorkOrder):
            build_id = order.subject_id
            if order.kind in flows.OF_BUILDS and build_id not in there:
                gone.setdefault(build_id, []).append(order)
        for build_id, orders in gone.items():
            assert not [o for o in orders if _is_open(o)]
            assert build_id in self.discarded or any(
                order.kind == flows.DISCARD or order.status == states.CANCELLED
                for order in orders
            )

    @stateful.invariant()
    def builds_are_worked_on_or_free(self):
        orders = {each.id: each for each in self.rows(models.WorkOrder)}
        builds = self.rows(models.ImageBuild)
        for build in builds:
            order = orders[build.work_order_id]
            builder = self.row(models.Desktop, build.builder_id or '')
            if build.status in states.BUILD_UNSTABLE:
                is_built = builder and builder.status == states.BUILDING
                assert _is_open(order) or is_built
            else:
                assert build.status in states.BUILD_ACTION_FROM['delete']
            if builder is None and build.activated_at is None:
                # Nothing but an order of the build may remove its builder.
                taken_back = order.status == states.CANCELLING
                without = (flows.CAPTURE, flows.DISCARD)
                assert order.kind in without or taken_back
        worked_on = [build.work_order_id for build in builds]
        for order in orders.values():
            if order.kind in flows.OF_BUILDS and _is_open(order):
                assert worked_on.count(order.id) == 1

    @stateful.invariant()
    def images_are_held_by_the_living(self):
        orders = {each.id: each for each in self.rows(models.WorkOrder)}
        wanted = {
            (item.work_order_id, item.image_id)
            for item in self.rows(models.WorkItem)
        }
        for row in self.rows(models.Image):
            if row.work_order_id:
                assert _is_open(orders[row.work_order_id])
                assert (row.work_order_id, row.id) in wanted
                assert row.id in {image.id for image in _IMAGES}


def _is_open(order):
    return order.status not in states.ORDER_FINISHED
