"""clouddesk's own limits hold, whoever comes at the same time."""

import fixtures
import sqlalchemy as sa

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import models
from clouddesk.db import quotas
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base


class QuotaTest(base.DatabaseTestCase):
    def create(self, count=1, **limits):
        names = ['desk%d' % number for number in range(count)]
        return desktop_orders.create(base.ORDER, base.SPEC, names, limits)

    def create_pool(self, size, name='class', **limits):
        pool = base.POOL | {'size': size, 'name': name}
        return pool_orders.create(base.ORDER, pool, '', limits)

    def refused(self, call, *args, **kwargs):
        error = self.assertRaises(exceptions.OverQuota, call, *args, **kwargs)
        return {
            each['resource']: (each['needed'], each['free'], each['limit'])
            for each in error.details['refusals']
        }

    def count(self):
        return quotas.usage('project')

    def test_up_to_the_limit(self):
        """H17"""
        self.create(3, desktops=5)
        self.create(2, desktops=5)
        self.assertEqual(
            {'desktops': (1, 0, 5)}, self.refused(self.create, desktops=5)
        )
        self.assertEqual({'desktops': 5, 'pools': 0}, self.count())

    def test_nothing_is_made_by_halves(self):
        refused = self.refused(self.create_pool, 3, desktops=2, pools=0)
        self.assertEqual({'desktops': (3, 2, 2), 'pools': (1, 0, 0)}, refused)
        self.assertEqual({'desktops': 0, 'pools': 0}, self.count())
        self.assertEqual([], work_orders.list_('project', {}, _all()))

    def test_others_do_not_count(self):
        self.desktops(3, order=base.STRANGER)
        self.create(1, desktops=1)

    def test_no_limit(self):
        self.create(3, desktops=-1)
        self.create(3)

    def test_resize(self):
        pool, _members = self.pool(2)

        def resize(size, most):
            return pool_orders.resize(
                base.ORDER, pool.id, size, None, '', {'desktops': most}
            )

        self.assertEqual({'desktops': (2, 1, 3)}, self.refused(resize, 4, 3))
        self.assertEqual(2, pools.get(pool.id).size)
        # Less is right, however much is too much already.
        resize(1, 0)

    def test_retry(self):
        """H17: what a pool lacks counts; what is built again does not."""
        pool, members = self.pool(3)

        def retry(most):
            return pool_orders.retry(
                base.ORDER, pool.id, None, '', {'desktops': most}
            )

        self.set_desktops([members[0].id], states.FAULT)
        self.write(
            sa.delete(models.Desktop).where(models.Desktop.id == members[2].id)
        )
        self.assertEqual({'desktops': (1, 0, 2)}, self.refused(retry, 2))
        self.assertEqual({'desktops': 2, 'pools': 1}, self.count())
        self.assertEqual(2, len(retry(3).items))

    def test_several_at_once(self):
        """H17: two creates together do not pass a limit by."""
        calls = [lambda: self.create(2, desktops=5) for _each in range(6)]
        results = self.at_once(*calls)
        self.assertEqual(2, len(results['answers']), results)
        self.assertEqual(4, len(results[exceptions.OverQuota]), results)
        self.assertEqual(4, self.count()['desktops'])

    def test_the_first_two_at_once(self):
        """Who does not see the turn of the other yet comes again."""
        self.create(1, desktops=2)
        execute = quotas.holds.execute
        answers = iter([0])
        self.useFixture(
            fixtures.MockPatchObject(
                quotas.holds,
                'execute',
                lambda *args: next(answers, execute) and execute(*args),
            )
        )
        self.create(1, desktops=2)
        self.assertEqual(2, self.count()['desktops'])


def _all():
    return desktops.paging.Page()


class RehearsalTest(base.DatabaseTestCase):
    def test_it_leaves_no_trace(self):
        """V23"""
        with db.rehearsal():
            order = pool_orders.create(base.ORDER, base.POOL, '')
            self.assertEqual(
                ['class-01', 'class-02', 'class-03'],
                [item.subject_name for item in order.items],
            )
        self.assertEqual({'desktops': 0, 'pools': 0}, quotas.usage('project'))
        self.assertEqual([], work_orders.list_('project', {}, _all()))
        pool_orders.create(base.ORDER, base.POOL, '')
        self.assertEqual({'desktops': 3, 'pools': 1}, quotas.usage('project'))

    def test_it_finds_what_is_in_the_way(self):
        self.pool(1, name='class')
        with db.rehearsal():
            self.assertRaises(
                exceptions.NameTaken,
                pool_orders.create,
                base.ORDER,
                base.POOL,
                '',
            )

    def test_of_a_resize(self):
        pool, _members = self.pool(3)
        with db.rehearsal():
            order = pool_orders.resize(base.ORDER, pool.id, 1, None, '')
        self.assertEqual(2, len(order.items))
        self.assertEqual(3, pools.get(pool.id).size)
        self.assertIsNone(pools.get(pool.id).work_order_id)
