"""Pools from the first desktop to the last."""

from clouddesk.tests.functional import base


class PoolLifeTest(base.FunctionalTestCase):
    def test_create_grow_shrink_delete(self):
        """I15: N equal desktops, more of them, fewer, none."""
        order = self.create_pool(5)
        self.assertEqual('pool.create', order['kind'])
        self.assertEqual(5, len(order['items']))
        pool_id = self.finish(order)['subject']['id']
        self.assertOneOfEach(5)
        self.assertPool(pool_id, 'active', 5, {'running': 5})

        self.finish(self.act('pools', pool_id, 'resize', size=7))
        self.assertOneOfEach(7)
        self.assertPool(pool_id, 'active', 7, {'running': 7})

        self.finish(self.act('pools', pool_id, 'resize', size=3))
        self.assertOneOfEach(3)
        self.assertPool(pool_id, 'active', 3, {'running': 3})

        self.finish(self.api.delete('/pools/' + pool_id))
        self.assertNothingLeft()

    def assertPool(self, pool_id, status, size, counts):
        pool = self.pool(pool_id)
        self.assertEqual(
            (status, size, counts),
            (pool['status'], pool['size'], pool['counts']),
        )

    def test_desktops_are_named_by_the_template(self):
        """V11"""
        self.build_pool(2, name='math')
        names = [d['name'] for d in self.desktops(sort_key='name')]
        self.assertEqual({'math_01', 'math_02'}, set(names))

    def test_pool_of_volumes(self):
        pool_id = self.build_pool(2, boot_from='volume', volume_size=3)
        self.assertEqual(2, len(self.cinder.volumes))
        self.assertOneOfEach(2)
        self.finish(self.api.delete('/pools/' + pool_id))
        self.assertNothingLeft()

    def test_shrinking_takes_what_is_off_first(self):
        pool_id = self.build_pool(3)
        first = self.desktops(pool_id=pool_id, sort_key='name')
        off = sorted(first, key=lambda d: d['name'])[0]['id']
        self.finish(self.act('desktops', off, 'stop'))
        self.finish(self.act('pools', pool_id, 'resize', size=2))
        self.assertNotIn(off, [d['id'] for d in self.desktops()])

    def test_empty_pool(self):
        pool_id = self.build_pool(0)
        self.assertPool(pool_id, 'active', 0, {})
        self.finish(self.api.delete('/pools/' + pool_id))
        self.assertNothingLeft()


class PartlyFailedPoolTest(base.FunctionalTestCase):
    def setUp(self):
        super().setUp()
        self.nova.fail_builds(1)
        order = self.finish(self.create_pool(4), 'failed')
        self.pool_id = order['subject']['id']
        self.order_id = order['id']

    def test_degraded_pool_keeps_what_works(self):
        pool = self.pool(self.pool_id)
        self.assertEqual('degraded', pool['status'])
        self.assertEqual({'running': 3, 'fault': 1}, pool['counts'])
        (fault,) = pool['faults']
        self.assertEqual('build_failed', fault['code'])
        self.assertIn('No valid host', fault['message'])

    def test_retry_of_the_pool_heals(self):
        self.finish(self.act('pools', self.pool_id, 'retry'))
        self.assertHealed()

    def test_retry_of_the_order_heals(self):
        """S14"""
        self.act('work-orders', self.order_id, 'retry')
        self.finish({'id': self.order_id})
        self.assertHealed()

    def assertHealed(self):
        pool = self.pool(self.pool_id)
        self.assertEqual('active', pool['status'])
        self.assertEqual({'running': 4}, pool['counts'])
        self.assertOneOfEach(4)

    def test_delete_from_degraded(self):
        self.finish(self.api.delete('/pools/' + self.pool_id))
        self.assertNothingLeft()

    def test_shrinking_takes_the_broken_one(self):
        self.finish(self.act('pools', self.pool_id, 'resize', size=3))
        self.assertOneOfEach(3)
        self.assertEqual('active', self.pool(self.pool_id)['status'])


class BrokenImageTest(base.FunctionalTestCase):
    options = {'max_builds_per_order': 1, 'consecutive_failure_limit': 3}

    def test_rest_is_not_begun(self):
        """A broken image cannot loop through a whole pool."""
        self.nova.fail_builds(None)
        order = self.finish(self.create_pool(10), 'failed')
        created = self.cloud.calls('compute', 'POST')
        self.assertEqual(3, len(created))
        codes = [item['fault']['code'] for item in order['items']]
        self.assertEqual(7, codes.count('too_many_failures'))


class QuotaTest(base.FunctionalTestCase):
    def test_quota_names_itself_and_room_heals(self):
        # As when others were faster after the look at the limits.
        self.cloud.fault(
            'compute',
            'POST',
            '/servers$',
            skip=2,
            status=403,
            message='Quota exceeded for instances: Requested 1, but already '
            'used 2 of 2 instances',
        )
        order = self.finish(self.create_pool(3), 'failed')
        pool = self.pool(order['subject']['id'])
        self.assertEqual('cloud_quota_exceeded', pool['faults'][0]['code'])
        self.assertIn('2 of 2 instances', pool['faults'][0]['message'])
        self.finish(self.act('pools', pool['id'], 'retry'))
        self.assertOneOfEach(3)


class CallsTest(base.FunctionalTestCase):
    """What a desktop costs the other services."""

    def of(self, method, service_type):
        return len(self.cloud.calls(service_type, method))

    def test_two_calls_make_a_desktop(self):
        self.build_pool(10)
        self.assertEqual(10, self.of('POST', 'compute'))
        # Ports that are wanted at the same moment are made by one call.
        self.assertGreaterEqual(10, self.of('POST', 'network'))

    def test_looks_do_not_grow_with_the_pool(self):
        self.nova.build_seconds = 0.5
        self.build_pool(20)
        looks = {call.path for call in self.cloud.calls('compute', 'GET')}
        self.assertEqual({'/v2.1/servers/detail'}, looks - self.references())

    def references(self):
        """What the API asked before it took the order."""
        return {'/v2.1/flavors/' + self.school.flavor_id, '/v2.1/limits'}

    def test_two_calls_remove_a_desktop(self):
        pool_id = self.build_pool(10)
        self.finish(self.api.delete('/pools/' + pool_id))
        self.assertEqual(10, self.of('DELETE', 'compute'))
        self.assertEqual(10, self.of('DELETE', 'network'))
