import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import types
from clouddesk.db import models
from clouddesk.db.api import desktops
from clouddesk.db.api import templates
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base


class RebuildTest(base.ConductorTestCase):
    """V48"""

    def setUp(self):
        super().setUp()
        self.end_of_time()

    def rebuild(self, *ids):
        return self.work(self.act('rebuild', ids))

    def set_pool(self, pool_id, **values):
        with db.writer() as session:
            session.execute(
                sa.update(models.Pool)
                .where(models.Pool.id == pool_id)
                .values(**values)
            )

    def pool_desktop(self, **spec):
        pool_id, order_id = self.create_pool(1)
        self.work(order_id)
        self.set_pool(pool_id, **spec)
        return self.ids_of(order_id)[0]

    def test_same_desktop_and_port_new_server(self):
        (id_,) = self.built()
        before = self.desktop(id_)
        order = self.rebuild(id_)
        self.assertEqual(states.SUCCEEDED, order.status)
        now = self.desktop(id_)
        self.assertEqual(states.RUNNING, now.status)
        self.assertEqual(before.port_id, now.port_id)
        self.assertEqual(before.addresses, now.addresses)
        self.assertNotEqual(before.server_id, now.server_id)
        self.assertEqual([now.server_id], [s.id for s in self.world.servers()])
        self.assertEqual([], self.world.verbs('create_port', 'delete_port'))

    def test_the_old_disk_goes(self):
        (id_,) = self.built(spec=base.VOLUME_SPEC)
        before = self.desktop(id_)
        self.rebuild(id_)
        (volume,) = self.world.volumes(id_)
        self.assertNotEqual(before.volume_id, volume.id)
        self.assertEqual(volume.id, self.desktop(id_).volume_id)

    def test_data_stay(self):
        """M20: as long as the desktop is to have them."""
        disks = [{'image_id': each, 'size': 2} for each in ('tools', 'media')]
        (id_,) = self.built(spec=base.SPEC | {'data_disks': disks})
        before = self.desktop(id_).data_volumes
        self.assertEqual(2, len(before))
        self.assertEqual(states.SUCCEEDED, self.rebuild(id_).status)
        self.assertEqual(before, self.desktop(id_).data_volumes)

    def test_data_of_another_image(self):
        """M20: the new image is seen before anything goes."""
        disks = [{'image_id': each, 'size': 2} for each in ('tools', 'media')]
        id_ = self.pool_desktop(data_disks=disks)
        self.world.lost_images.add('media')
        order = self.rebuild(id_)
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual('image_gone', order.items[0].fault_code)
        self.assertEqual([], self.world.volumes(id_))
        self.world.lost_images.clear()
        self.assertEqual(states.SUCCEEDED, self.rebuild(id_).status)
        first, second = self.desktop(id_).data_volumes
        self.set_pool(
            self.desktop(id_).pool_id,
            data_disks=[disks[0], {'image_id': 'more', 'size': 3}],
        )
        self.assertEqual(states.SUCCEEDED, self.rebuild(id_).status)
        now = self.desktop(id_).data_volumes
        self.assertEqual(first, now[0])
        self.assertNotEqual(second, now[1])
        self.assertEqual(
            set(now), {volume.id for volume in self.world.volumes(id_)}
        )

    def test_a_disk_that_vanished_is_not_taken_for_the_new_one(self):
        (id_,) = self.built(spec=base.VOLUME_SPEC)
        old = self.desktop(id_).volume_id

        def vanish(verb, when):
            if (verb, when) == ('delete_volume', 'before'):
                self.world.things.pop(old, None)

        self.world.watch = vanish
        self.assertEqual(states.SUCCEEDED, self.rebuild(id_).status)
        (volume,) = self.world.volumes(id_)
        self.assertEqual(volume.id, self.desktop(id_).volume_id)

    def test_from_off_and_from_fault(self):
        ids = self.built(2)
        self.work(self.act('stop', ids[:1]))
        self.world.vanish(self.desktop(ids[1]).server_id)
        desktops.observe([{'id': ids[1], 'status': states.FAULT}])
        self.assertEqual(states.SUCCEEDED, self.rebuild(*ids).status)
        for id_ in ids:
            desktop = self.desktop(id_)
            self.assertEqual(states.RUNNING, desktop.status)
            self.assertEqual(states.RUNNING, desktop.wanted_power)

    def test_s24_a_desktop_takes_over_what_its_pool_says_now(self):
        id_ = self.pool_desktop(image_id='newer', ram=1024)
        self.assertEqual('image', self.desktop(id_).image_id)
        self.rebuild(id_)
        self.assertEqual('newer', self.desktop(id_).image_id)
        self.assertEqual(1024, self.desktop(id_).ram)

    def test_s24_of_a_template_that_is_offered_no_longer(self):
        """S23: what others write into a template of theirs stays theirs."""
        template = templates.create(
            base.SPEC
            | {
                'project_id': 'north',
                'user_id': 'teacher',
                'region': '',
                'name': 'office',
                'visibility': states.SHARED,
                'image_id': 'newer',
            }
        )
        (id_,) = self.built(
            spec=base.SPEC
            | {'template_id': template.id, 'template_revision': 1}
        )
        values = {'visibility': states.EXCLUSIVE}
        templates.update(template.id, 1, values, {}, 'teacher')
        self.rebuild(id_)
        self.assertEqual('image', self.desktop(id_).image_id)
        values = {'visibility': states.SHARED}
        templates.update(template.id, 1, values, {}, 'teacher')
        self.rebuild(id_)
        self.assertEqual('newer', self.desktop(id_).image_id)

    def test_from_a_volume_to_the_disk_of_the_host_and_back(self):
        id_ = self.pool_desktop(boot_from='volume', volume_size=3)
        pool_id = self.desktop(id_).pool_id
        self.rebuild(id_)
        (volume,) = self.world.volumes(id_)
        self.assertEqual(3, volume.size)
        self.set_pool(pool_id, boot_from='image', volume_size=None)
        self.rebuild(id_)
        self.assertEqual([], self.world.volumes(id_))
        self.assertIsNone(self.desktop(id_).volume_id)

    def test_another_network_is_another_port(self):
        id_ = self.pool_desktop(network_id='elsewhere')
        before = self.desktop(id_).port_id
        self.rebuild(id_)
        (port,) = self.world.of(types.Port, id_)
        self.assertNotEqual(before, port.id)
        self.assertEqual('elsewhere', port.network_id)

    def test_without_its_image_a_desktop_keeps_what_it_has(self):
        (id_,) = self.built()
        before = self.desktop(id_)
        self.world.lost_images.add(before.image_id)
        order = self.rebuild(id_)
        self.assertEqual(states.FAILED, order.status)
        self.assertEqual('image_gone', order.items[0].fault_code)
        now = self.desktop(id_)
        self.assertEqual(states.RUNNING, now.status)
        self.assertEqual(before.server_id, now.server_id)
        self.assertEqual([], self.world.verbs('delete_server'))

    def test_the_image_that_counts_is_that_of_the_pool(self):
        id_ = self.pool_desktop(image_id='newer')
        self.world.lost_images.add('newer')
        self.assertEqual(states.FAILED, self.rebuild(id_).status)
        self.assertEqual(states.RUNNING, self.desktop(id_).status)

    def test_a_build_that_fails_can_be_rebuilt(self):
        (id_,) = self.built()
        self.world.doomed.add(id_)
        self.assertEqual(states.FAILED, self.rebuild(id_).status)
        self.assertEqual(states.FAULT, self.desktop(id_).status)
        self.world.doomed.clear()
        self.assertEqual(states.SUCCEEDED, self.rebuild(id_).status)

    def test_retry_of_the_order(self):
        (id_,) = self.built()
        self.world.doomed.add(id_)
        order = self.rebuild(id_)
        self.world.doomed.clear()
        work_orders.act('retry', [order.id], base.PROJECT)
        self.assertEqual(states.SUCCEEDED, self.work(order.id).status)
        self.assertEqual(1, len(self.world.servers(id_)))

    def test_a_limit_of_failures_leaves_the_others_as_they_are(self):
        self.config(
            group='conductor',
            consecutive_failure_limit=1,
            max_builds_per_order=1,
        )
        ids = self.built(3)
        self.world.doomed.update(ids)
        order = self.rebuild(*ids)
        self.assertEqual(['failed'] * 3, self.statuses(order.id))
        self.assertEqual(
            [states.FAULT, states.RUNNING, states.RUNNING],
            [self.desktop(id_).status for id_ in ids],
        )
        self.assertEqual(1, len(self.world.verbs('delete_server')))

    def test_cancelled_before_it_began(self):
        (id_,) = self.built()
        before = self.desktop(id_)
        order_id = self.act('rebuild', [id_])
        work_orders.act('cancel', [order_id], base.PROJECT)
        self.assertEqual(states.CANCELLED, self.work(order_id).status)
        now = self.desktop(id_)
        self.assertEqual(states.RUNNING, now.status)
        self.assertEqual(before.server_id, now.server_id)
        self.assertEqual([], self.world.verbs('delete_server'))

    def test_cancelled_when_it_had_begun_goes_on(self):
        self.config(group='conductor', max_builds_per_order=1)
        ids = self.built(2)
        before = [self.desktop(id_).server_id for id_ in ids]
        order_id = self.act('rebuild', ids)
        engine = self.engine(order_id)

        def cancel():
            self.clock.between.remove(cancel)
            work_orders.act('cancel', [order_id], base.PROJECT)
            engine.wake()

        self.clock.between.append(cancel)
        engine.run()
        self.assertEqual(states.CANCELLED, self.order(order_id).status)
        self.assertEqual(['done', 'undone'], self.statuses(order_id))
        now = [self.desktop(id_).server_id for id_ in ids]
        self.assertNotEqual(before[0], now[0])
        self.assertEqual(before[1], now[1])
        for id_ in ids:
            self.assertEqual(states.RUNNING, self.desktop(id_).status)

    def test_refused_by_nova(self):
        (id_,) = self.built()
        error = exceptions.CloudForbidden(service='Nova', reason='no')
        self.world.fail('delete_server', error, 2)
        order = self.rebuild(id_)
        self.assertEqual('cloud_forbidden', order.fault_code)
        self.assertEqual(states.FAULT, self.desktop(id_).status)
