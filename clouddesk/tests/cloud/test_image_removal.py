"""Images of a real Glance that go: deleted, retired, restored."""

from openstack import exceptions

from clouddesk.tests.cloud import base


class ImageRemovalTest(base.CloudTest):
    def setUp(self):
        super().setUp()
        self.glance = self.connection.image

    def image(self, **attrs):
        """A private one, with some bytes."""
        image = self.make_image(**attrs)
        self.addCleanup(self.forget, image.id)
        return image

    def forget(self, image_id):
        image = self.seen(image_id)
        if image is not None:
            if image.is_protected:
                self.glance.update_image(image_id, is_protected=False)
            self.glance.delete_image(image_id)

    def seen(self, image_id):
        try:
            return self.glance.get_image(image_id)
        except exceptions.NotFoundException:
            return None

    def test_deleted_active_and_deactivated(self):
        """I5, M11, S4, S5: both states; the order is shown."""
        for deactivated in (False, True):
            image = self.image()
            if deactivated:
                self.glance.deactivate_image(image.id)
            (row,) = self.json('image', 'delete', '--yes', '--wait', image.id)
            self.assertEqual('done', row['Status'])
            self.assertIsNone(self.seen(image.id))
        (order,) = self.json('work', 'order', 'list', '--image', image.id)
        self.assertEqual('succeeded', order['Status'])

    def test_in_use_then_retired_then_gone(self):
        """H14: refused naming the pool; gone after the pool is."""
        image = self.image()
        pool = self.name()
        self.openstack(
            *('pool', 'create', pool, '--image', image.id, *base.FAKE_SPEC),
            *('--size', '1', '--wait'),
        )
        said = self.openstack('image', 'delete', '--yes', image.id, code=1)
        self.assertIn('pools ' + pool, said.stderr)
        self.openstack('image', 'retire', '--wait', image.id)
        retired = self.seen(image.id)
        self.assertEqual('deactivated', retired.status)
        self.assertTrue(retired.is_hidden)
        self.openstack(
            *('create', self.name(), '--image', image.id, *base.FAKE_SPEC),
            code=1,
        )
        self.openstack('pool', 'delete', '--yes', '--wait', pool)
        self.until(lambda: self.seen(image.id) is None, 'the image is removed')

    def test_restored(self):
        """H14: it is used again."""
        image = self.image()
        desktop = self.name()
        wish = ('--image', image.id, *base.FAKE_SPEC, '--wait')
        self.openstack('create', desktop, *wish)
        self.openstack('image', 'retire', '--wait', image.id)
        self.openstack('image', 'restore', image.id)
        restored = self.seen(image.id)
        self.assertEqual('active', restored.status)
        self.assertFalse(restored.is_hidden)
        self.openstack('create', self.name(), *wish)

    def test_a_verdict_for_each(self):
        """I6, S4, S5: a public and a protected one stay."""
        good, protected = self.image(), self.image(is_protected=True)
        public = self.glance.find_image(base.IMAGE, ignore_missing=False)
        done = self.openstack(
            *('image', 'delete', '--yes', '--wait'),
            *(good.id, protected.id, public.id),
            code=1,
        )
        self.assertIn('is protected', done.stderr)
        self.assertIn('belongs to another project', done.stderr)
        self.assertIsNone(self.seen(good.id))
        for image in (protected, public):
            self.assertEqual('active', self.seen(image.id).status)

    def test_a_server_that_somebody_made_herself(self):
        """I5: it is named, and the order can be retried without it."""
        image = self.image()
        compute = self.connection.compute
        name = self.name()
        network = self.connection.network.find_network(base.NETWORK)
        server = compute.create_server(
            name=name,
            image_id=image.id,
            flavor_id=compute.find_flavor(base.FAKE_FLAVOR).id,
            networks=[{'uuid': network.id}],
            availability_zone=base.FAKE_ZONE,
        )
        self.addCleanup(compute.delete_server, server, ignore_missing=True)
        compute.wait_for_server(server, wait=base.PATIENCE)
        done = self.openstack(
            'image', 'delete', '--yes', '--wait', image.id, code=1
        )
        self.assertIn('servers ' + name, done.stderr)
        compute.delete_server(server)
        compute.wait_for_delete(server, wait=base.PATIENCE)
        order = next(self.proxy.work_orders(image_id=image.id))
        self.openstack('work', 'order', 'retry', order.id)
        self.openstack('work', 'order', 'show', '--wait', order.id)
        self.assertIsNone(self.seen(image.id))
