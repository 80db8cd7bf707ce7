"""Deleting and retiring images."""

from unittest import mock

from clouddesk import exceptions
from clouddesk import flows
from clouddesk.cloud import types
from clouddesk.conductor import retirement
from clouddesk.db.api import image_orders
from clouddesk.db.api import image_users
from clouddesk.db.api import images
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base

KNOWN = images.Known('win', base.PROJECT, 'win11')


class ImagesTestCase(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.put('win')
        self.hinted = []

    def put(self, id_, **more):
        self.world.images[id_] = types.Image(
            id_, id_, 'active', owner=base.PROJECT, **more
        )

    def order_image(self, kind=flows.IMAGE_DELETE, *known):
        order = image_orders.act(base.ORDER, kind, known or [KNOWN], {})
        return order.id

    def loop(self):
        return retirement.Retirement(self.hinted.append).run()

    def retire(self):
        order = self.work(self.order_image(flows.IMAGE_RETIRE))
        self.assertEqual('succeeded', order.status)

    def fault(self):
        row = images.find('win')
        return row.fault_code, row.work_order_id


class DeleteTest(ImagesTestCase):
    def test_it_goes_with_its_row(self):
        """I5: nothing refers to it."""
        order = self.work(self.order_image())
        self.assertEqual('succeeded', order.status)
        self.assertEqual(['done'], [item.status for item in order.items])
        self.assertEqual('win', order.items[0].image_id)
        self.assertIsNone(order.items[0].desktop_id)
        self.assertEqual({}, self.world.images)
        self.assertIsNone(images.find('win'))

    def test_one_that_is_gone_is_a_success(self):
        """H14: somebody deleted it behind our back."""
        self.world.images.clear()
        self.assertEqual('succeeded', self.work(self.order_image()).status)

    def test_what_refers_to_it_meanwhile_keeps_it(self):
        """H14: the pool came after the order."""
        order_id = self.order_image()
        self.create(spec=base.SPEC | {'image_id': 'win'})
        order = self.work(order_id)
        self.assertEqual('failed', order.status)
        self.assertEqual('image_in_use', order.fault_code)
        self.assertIn('desk_01', order.fault_message)
        self.assertIn('win', self.world.images)
        self.assertEqual(('image_in_use', None), self.fault())

    def test_a_server_that_somebody_made_herself(self):
        """I5: it is not ours, but it is made from the image."""
        self.world.image_servers['win'] = [base.server(None, 's')]
        order = self.work(self.order_image())
        self.assertEqual('image_in_use', order.fault_code)
        self.assertIn('servers x', order.fault_message)
        self.world.image_servers.clear()
        work_orders.act('retry', [order.id], base.PROJECT)
        self.assertEqual('succeeded', self.work(order.id).status)
        # Its kind, at each try; nothing that no step asks for.
        looks = [('get_image', 'win')] * 2
        self.assertEqual(looks, self.world.verbs('get_image'))

    def test_its_store_needs_it(self):
        """H14: RBD keeps what clones were made of."""
        self.world.fail(
            'delete_image',
            exceptions.CloudConflict(service='Glance', reason='in use'),
        )
        order = self.work(self.order_image())
        self.assertEqual('image_in_use', order.fault_code)
        self.assertIn('retire', order.fault_message)

    def test_glance_away_for_a_moment(self):
        error = exceptions.CloudError(
            service='Glance', reason='503', transient=True
        )
        self.world.fail('delete_image', error)
        self.assertEqual('succeeded', self.work(self.order_image()).status)

    def test_a_lost_answer(self):
        error = exceptions.CloudError(
            service='Glance', reason='reset', transient=True
        )
        self.world.fail('delete_image', error, late=True)
        self.assertEqual('succeeded', self.work(self.order_image()).status)

    def test_one_of_three_fails(self):
        """I6: one bad image does not poison the batch."""
        known = [images.Known(each, base.PROJECT, each) for each in 'abc']
        for each in 'abc':
            self.put(each)
        self.world.fail(
            'delete_image',
            exceptions.CloudConflict(service='Glance', reason='in use'),
        )
        order = self.work(self.order_image(flows.IMAGE_DELETE, *known))
        self.assertEqual(
            ['done', 'done', 'failed'],
            sorted(item.status for item in order.items),
        )
        self.assertIn('1 of 3 images failed', order.fault_message)
        self.assertEqual(2, len(self.world.images))

    def test_a_retry_goes_on(self):
        self.world.fail(
            'delete_image',
            exceptions.CloudConflict(service='Glance', reason='in use'),
        )
        order_id = self.order_image()
        self.assertEqual('failed', self.work(order_id).status)
        work_orders.act('retry', [order_id], base.PROJECT)
        self.assertEqual(order_id, images.find('win').work_order_id)
        self.assertEqual('succeeded', self.work(order_id).status)

    def test_a_retry_of_what_is_gone_is_over(self):
        self.world.fail(
            'delete_image',
            exceptions.CloudConflict(service='Glance', reason='in use'),
        )
        order_id = self.order_image()
        self.work(order_id)
        images.remove('win')
        work_orders.act('retry', [order_id], base.PROJECT)
        self.assertEqual('succeeded', self.work(order_id).status)

    def test_cancelled_before_it_began(self):
        order_id = self.order_image()
        work_orders.act('cancel', [order_id], base.PROJECT)
        self.assertEqual('cancelled', self.work(order_id).status)
        self.assertIn('win', self.world.images)
        self.assertEqual((None, None), self.fault())

    def test_every_death(self):
        """H14: whoever takes the order over ends it."""
        for number in range(1, 100):
            self.new_world()
            self.put('win')
            order_id = self.order_image()
            if not self.die(order_id, number):
                return
            order = self.take_over(order_id)
            self.assertEqual('succeeded', order.status, number)
            self.assertEqual({}, self.world.images)
            self.assertIsNone(images.find('win'))
        self.fail('it never ended')


class RetireTest(ImagesTestCase):
    def test_it_is_closed_and_hidden(self):
        """H14: nobody makes anything new of it."""
        self.retire()
        image = self.world.images['win']
        self.assertEqual(('deactivated', True), (image.status, image.hidden))
        row = images.find('win')
        self.assertIsNotNone(row.retired_at)
        self.assertEqual(('user', None), (row.retired_by, row.work_order_id))

    def test_it_goes_with_its_last_user(self):
        """H14: the loop waits until nothing refers to it."""
        (desktop_id,) = self.built(spec=base.SPEC | {'image_id': 'win'})
        self.retire()
        self.assertEqual(1, self.loop()['used'])
        self.work(self.act('delete', [desktop_id]))
        self.assertEqual(1, self.loop()['ordered'])
        (order_id,) = self.hinted
        # Held already.
        self.assertEqual(0, self.loop()['ordered'])
        order = self.work(order_id)
        self.assertEqual('succeeded', order.status)
        self.assertEqual('user', order.user_id)
        self.assertEqual({}, self.world.images)
        self.assertEqual(0, sum(self.loop().values()))

    def test_what_glance_keeps_is_tried_again_later(self):
        self.retire()
        self.world.fail(
            'delete_image',
            exceptions.CloudConflict(service='Glance', reason='in use'),
        )
        self.loop()
        self.assertEqual('failed', self.work(self.hinted[0]).status)
        self.assertEqual(1, self.loop()['later'])
        self.sql_ago('win')
        self.assertEqual(1, self.loop()['ordered'])

    def sql_ago(self, image_id):
        row = images.find(image_id)
        images.update(
            images.Known(image_id, base.PROJECT),
            {'faulted_at': row.faulted_at.replace(year=2020)},
        )

    def test_one_that_vanished(self):
        """The loop forgets what somebody deleted."""
        self.world.images.clear()
        self.retire()
        self.loop()
        self.work(self.hinted[0])
        self.assertIsNone(images.find('win'))

    def test_restored_it_stays(self):
        self.retire()
        self.assertTrue(images.unretire('win'))
        self.assertFalse(images.unretire('win'))
        self.assertEqual(0, sum(self.loop().values()))

    def test_restored_while_the_loop_looks(self):
        """H14: a conductor may be late, and a frozen one is very late."""
        self.retire()
        look = image_users.of

        def restore(ids):
            images.unretire('win')
            return look(ids)

        with mock.patch.object(image_users, 'of', restore):
            self.assertEqual(0, sum(self.loop().values()))
        self.assertEqual([], self.hinted)
        self.assertEqual((None, None), self.fault())

    def test_it_cannot_be_restored_before_it_is_retired(self):
        """H14: nobody is told that it stays, and then it is retired."""
        order_id = self.order_image(flows.IMAGE_RETIRE)
        self.assertRaises(exceptions.ImageBusy, images.unretire, 'win')
        self.assertEqual('succeeded', self.work(order_id).status)

    def test_it_cannot_be_restored_while_it_goes(self):
        self.retire()
        self.loop()
        self.assertRaises(exceptions.ImageBusy, images.unretire, 'win')

    def test_every_death(self):
        for number in range(1, 100):
            self.new_world()
            self.put('win')
            order_id = self.order_image(flows.IMAGE_RETIRE)
            if not self.die(order_id, number):
                return
            self.assertEqual('succeeded', self.take_over(order_id).status)
            self.assertTrue(self.world.images['win'].hidden)
            images.remove('win')
        self.fail('it never ended')
