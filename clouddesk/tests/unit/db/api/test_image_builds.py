import functools

import ddt
import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.api.views import image_builds as view
from clouddesk.db import models
from clouddesk.db import paging
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import image_builds
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base

PAGE = paging.Page()


class BuildTestCase(base.DatabaseTestCase):
    def new(self, name='win', **columns):
        """An ordered build, and the order."""
        build = {
            'name': name,
            'note': '',
            'kind': 'system',
            'source_type': 'image',
            'source_id': 'image',
            'properties': {},
        } | columns
        order = image_builds.create(base.ORDER, build, base.SPEC, 'builder')
        return order.subject_id, order

    def built(self, status=states.RUNNING):
        """A build whose builder is there."""
        build_id, order = self.new()
        self.finish(order, status=status)
        return self.get(build_id)

    def get(self, build_id):
        return image_builds.get(build_id)

    def ordered(self, seen, **values):
        return image_builds.finish(base.ORDER, seen, values)

    def succeed(self, order):
        """The image is there, and the builder gone."""
        claimed = self.claim(order)
        where = (order.id, claimed.epoch)
        done = {'image_id': 'new', 'activated_at': order.created_at}
        (item,) = claimed.items
        progress.finish_step(*where, item.id, 6, {}, of_build=done)
        progress.forget(*where, item.id)
        progress.finish_order(*where, states.SUCCEEDED)


@ddt.ddt
class StatusTest(BuildTestCase):
    """I9, I13: it follows from the order and the builder."""

    def test_way_to_the_image(self):
        build_id, order = self.new()
        self.assertEqual('preparing', self.get(build_id).status)
        self.finish(order)
        self.assertEqual('configurable', self.get(build_id).status)
        order = self.ordered(self.get(build_id), note='done')
        self.assertEqual('generating', self.get(build_id).status)
        self.succeed(order)
        build = self.get(build_id)
        self.assertEqual('activated', build.status)
        self.assertEqual(('new', 'done'), (build.image_id, build.note))
        self.assertEqual(0, self.count(models.Desktop))

    def test_the_image_tells_who_made_it(self):
        """M22, I13: in the transaction that activates it."""
        boss = base.ORDER | {'user_id': 'boss', 'request_id': 'req-2'}
        order = image_builds.finish(boss, self.built(), {'name': 'win'})
        claimed = self.claim(order)
        (item,) = claimed.items
        where = (order.id, claimed.epoch)
        disks = [{'volume_id': 'd', 'image_id': 'data'}]
        made = {'image_id': 'new', 'disks': disks}
        progress.finish_step(*where, item.id, 5, {}, of_build=made)
        self.assertEqual([], self.told())
        done = {'activated_at': order.created_at}
        progress.finish_step(*where, item.id, 6, {}, of_build=done)
        progress.forget(*where, item.id)
        progress.finish_order(*where, states.SUCCEEDED)
        self.assertEqual(
            [
                ('data', 'win (1)', 'success', 'boss', 'req-2', order.id),
                ('new', 'win', 'success', 'boss', 'req-2', order.id),
            ],
            sorted(self.told()),
        )

    def told(self):
        keys = ('subject_id', 'subject_name', 'outcome')
        keys += ('user_id', 'request_id', 'work_order_id')
        query = sa.select(models.Event).filter_by(action='image.create')
        with db.reader() as session:
            rows = session.scalars(query).all()
        return [tuple(getattr(row, key) for key in keys) for row in rows]

    def test_what_stays_behind_the_image(self):
        """S41, I13: the image is ready, and its build does not lie."""
        build = self.built()
        order = self.ordered(build)
        claimed = self.claim(order)
        (item,) = claimed.items
        done = {'image_id': 'new', 'activated_at': order.created_at}
        where = (order.id, claimed.epoch)
        progress.finish_step(*where, item.id, 6, {}, of_build=done)
        fault = ('removal_failed', 'No.')
        off = {'status': states.OFF}
        progress.finish_item(*where, item.id, 'failed', off, fault)
        progress.finish_order(*where, states.FAILED, fault)
        build = self.get(build.id)
        self.assertEqual('removal_failed', self.shown(build)['code'])
        work_orders.act('retry', [order.id], 'project')
        work_orders.act('cancel', [order.id], 'project')
        claimed = self.claim(order)
        progress.finish_order(order.id, claimed.epoch, states.CANCELLED)
        build = self.get(build.id)
        self.assertEqual('fault', build.status)
        self.assertEqual('not_tidied', self.shown(build)['code'])
        for ask in (
            functools.partial(image_builds.update, build.id, {'name': 'x'}),
            functools.partial(self.ordered, build),
        ):
            refusal = self.assertRaises(exceptions.ImageBuildActivated, ask)
            self.assertEqual('image_build_wrong_state', refusal.code)
        self.set_desktops([build.builder_id], states.OFF)
        self.assertIsNotNone(image_builds.discard(base.ORDER, build))

    def shown(self, build):
        return view.image_build(build, '')['fault']

    def test_a_builder_that_fails(self):
        build = self.built(states.FAULT)
        self.assertEqual('fault', build.status)
        self.assertEqual('broken', build.builder_fault_code)

    def test_a_builder_that_is_repaired_as_a_desktop(self):
        build = self.built(states.FAULT)
        order = desktop_orders.act(
            base.ORDER, 'retry', [build.builder_id], 'project'
        )
        self.assertEqual('preparing', self.get(build.id).status)
        self.finish(order)
        self.assertEqual('configurable', self.get(build.id).status)

    def test_an_image_that_fails(self):
        build = self.built()
        self.finish(self.ordered(build), states.FAULT, ('full', 'No room.'))
        self.set_desktops([build.builder_id], states.OFF)
        build = self.get(build.id)
        self.assertEqual('fault', build.status)
        self.assertEqual('full', build.order_fault_code)
        self.ordered(build)
        self.assertEqual('generating', self.get(build.id).status)

    @ddt.data('preparing', 'configurable')
    def test_filter(self, status):
        self.built()
        build_id, _order = self.new('other')
        found = image_builds.list_('project', {'status': [status]}, PAGE)
        self.assertEqual([status], [each.status for each in found])
        self.assertEqual(
            [], image_builds.list_('other', {'status': [status]}, PAGE)
        )

    def test_filters(self):
        build = self.built()
        self.new('other')
        for filters in (
            {'name': 'win'},
            {'desktop_id': build.builder_id},
            {'source_id': 'image', 'name': 'win'},
        ):
            found = image_builds.list_('project', filters, PAGE)
            self.assertEqual([build.id], [each.id for each in found])


class ActTest(BuildTestCase):
    def test_two_people_finish_at_once(self):
        """I13: one wins, the other is told."""
        build = self.built()
        results = self.at_once(*[functools.partial(self.ordered, build)] * 2)
        self.assertEqual(1, len(results['answers']))
        (refusal,) = results[exceptions.ImageBuildWrongState]
        self.assertIn('generating', refusal.text)

    def test_seen_too_long_ago(self):
        build = self.built()
        self.ordered(build)
        refusal = self.assertRaises(
            exceptions.ImageBuildWrongState, self.ordered, build
        )
        self.assertEqual('generating', refusal.details['status'])

    def test_a_builder_that_somebody_starts(self):
        build = self.built(states.OFF)
        desktop_orders.act(base.ORDER, 'start', [build.builder_id], 'project')
        self.assertRaises(exceptions.DesktopBusy, self.ordered, build)

    def test_a_builder_is_not_deleted_alone(self):
        build = self.built()
        act = functools.partial(
            desktop_orders.act,
            base.ORDER,
            'delete',
            [build.builder_id],
            'project',
        )
        refusal = self.assertRaises(exceptions.DesktopInBuild, act)
        self.assertIn('win (%s)' % build.id, refusal.text)
        self.assertEqual([build.id], refusal.details['image_build_ids'])

    def test_discard(self):
        build = self.built()
        order = image_builds.discard(base.ORDER, build)
        self.assertEqual('discarding', self.get(build.id).status)
        self.remove_all(order)
        self.assertEqual(0, self.count(models.ImageBuild))

    def test_what_is_at_work_is_not_deleted(self):
        build_id, _order = self.new()
        self.assertRaises(
            exceptions.ImageBuildWrongState,
            image_builds.discard,
            base.ORDER,
            self.get(build_id),
        )

    def test_an_old_order_is_not_retried(self):
        """S14: a later one worked on the build."""
        build = self.built()
        first = self.ordered(build)
        self.finish(first, states.FAULT, ('full', 'No room.'))
        self.set_desktops([build.builder_id], states.OFF)
        self.finish(self.ordered(self.get(build.id)), states.FAULT)
        self.set_desktops([build.builder_id], states.OFF)
        retry = functools.partial(work_orders.act, 'retry')
        self.assertRaises(exceptions.Conflict, retry, [first.id], 'project')
        retry([self.get(build.id).work_order_id], 'project')
        self.assertEqual('generating', self.get(build.id).status)

    def test_update(self):
        build = self.built()
        changed = image_builds.update(build.id, {'note': 'x'}, 'project')
        self.assertEqual('x', changed.note)
        self.ordered(self.get(build.id))
        self.assertRaises(
            exceptions.ImageBuildWrongState,
            image_builds.update,
            build.id,
            {'note': 'y'},
        )

    def test_of_strangers(self):
        build = self.built()
        self.assertRaises(
            exceptions.NotFound, image_builds.get, build.id, 'other'
        )

    def test_called_off_while_it_is_prepared(self):
        build_id, order = self.new()
        work_orders.act('cancel', [order.id], 'project')
        claimed = self.claim(order)
        (item,) = claimed.items
        where = (order.id, claimed.epoch)
        progress.forget(*where, item.id, undone=True)
        progress.finish_order(*where, states.CANCELLED)
        self.assertEqual(0, self.count(models.ImageBuild))

    def test_ever(self):
        """What the history knows, also of what is gone."""
        build = self.built()
        self.remove_all(image_builds.discard(base.ORDER, build))
        self.assertEqual({build.id}, image_builds.ever([build.id, 'unknown']))
        self.assertEqual([], image_builds.get_many([build.id]))


class CaptureTest(BuildTestCase):
    def capture(self, desktop):
        build = {
            'name': 'golden',
            'source_type': 'desktop',
            'source_id': desktop.id,
        }
        return image_builds.capture(base.ORDER, build, desktop)

    def test_held_and_let_go(self):
        """V49: nothing changes but that it is held."""
        desktop = self.desktop(states.OFF)
        order = self.capture(desktop)
        row = desktops.get(desktop.id)
        self.assertEqual(
            (states.OFF, order.id), (row.status, row.work_order_id)
        )
        self.finish(order, status=states.OFF)
        self.assertIsNone(desktops.get(desktop.id).work_order_id)

    def test_only_of_what_is_off(self):
        """S3, V49: names the state."""
        refusal = self.assertRaises(
            exceptions.DesktopWrongState, self.capture, self.desktop()
        )
        self.assertIn('running', refusal.text)
        self.assertEqual(0, self.count(models.ImageBuild))
