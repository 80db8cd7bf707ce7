import functools

from openstack import exceptions

from clouddesk.tests.cloud import base


class AccessTest(base.CloudTest):
    """Who is let in; an empty pool is enough to find out."""

    def setUp(self):
        super().setUp()
        self.pool = self.name()
        self.shown = self.json(
            'pool', 'create', self.pool, *base.SPEC, '--size', '0', '--wait'
        )

    def test_a_stranger_finds_nothing(self):
        stranger = self.connect(base.STRANGER).desktop
        (order, *_rest) = self.proxy.work_orders(subject_id=self.shown['id'])
        delete = functools.partial(stranger.delete_pool, ignore_missing=False)
        for verb, found in (
            (stranger.get_pool, self.shown['id']),
            (stranger.retry_pool, self.shown['id']),
            (delete, self.shown['id']),
            (stranger.get_work_order, order.id),
            (stranger.retry_work_order, order.id),
        ):
            error = self.assertRaises(
                exceptions.NotFoundException, verb, found
            )
            self.assertEqual(404, error.status_code)
        self.openstack('pool', 'show', self.pool, cloud=base.STRANGER, code=1)
        names = [pool.name for pool in stranger.pools()]
        self.assertNotIn(self.pool, names)

    def test_a_reader_looks_but_does_not_touch(self):
        self.openstack('pool', 'show', self.pool, cloud=base.READER, code=1)
        reader = self.connect(base.READER).current_user_id
        self.proxy.add_pool_members(self.shown['id'], users=[reader])
        shown = self.json('pool', 'show', self.pool, cloud=base.READER)
        self.assertEqual(self.shown['id'], shown['id'])
        refused = self.openstack(
            'create', self.name(), *base.SPEC, cloud=base.READER, code=1
        )
        self.assertEqual(1, refused.stderr.strip().count('\n') + 1)
        proxy = self.connect(base.READER).desktop
        error = self.assertRaises(
            exceptions.ForbiddenException,
            proxy.resize_pool,
            self.shown['id'],
            1,
        )
        self.assertEqual(403, error.status_code)

    def test_a_name_is_taken_once(self):
        refused = self.openstack(
            'pool', 'create', self.pool, *base.SPEC, '--size', '0', code=1
        )
        self.assertIn(self.pool, refused.stderr)
