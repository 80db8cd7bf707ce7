import datetime
from unittest import mock

from oslo_utils import timeutils
import sqlalchemy as sa

from clouddesk import conf
from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.conductor import returns
from clouddesk.db import models
from clouddesk.db.api import assignments
from clouddesk.db.api import desktops
from clouddesk.db.api import pools
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.conductor import base

ADA = (states.USER, 'ada')


class ReturnsTest(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.config(group='desktop', return_after=60)
        self.loop = returns.Returns(conf.CONF)
        self.pool_id, order_id = self.create_pool(1)
        pools.update(
            self.pool_id,
            {'assignment': 'first_come', 'persistence': 'floating'},
        )
        self.desktop_id = work_orders.get(order_id).items[0].desktop_id
        self.free(states.OFF, 3600)
        assignments.assign(self.desktop_id, base.PROJECT, ADA)

    def free(self, status, seconds, **values):
        """Nobody's order holds the desktop, which changed long ago."""
        then = timeutils.utcnow() - datetime.timedelta(seconds=seconds)
        values |= {'status': status, 'work_order_id': None}
        with db.writer() as session:
            session.execute(sa.update(models.Pool).values(work_order_id=None))
            session.execute(
                sa.update(models.Desktop).values(updated_at=then, **values)
            )

    def user(self):
        return desktops.get(self.desktop_id).assignee_id

    def test_what_was_left_goes_back(self):
        self.free(states.OFF, 61)
        self.assertEqual({'returned': 1, 'failed': 0}, self.loop.run())
        self.assertIsNone(self.user())
        self.assertEqual({'returned': 0, 'failed': 0}, self.loop.run())

    def test_what_is_in_use_stays(self):
        for status, seconds in ((states.RUNNING, 61), (states.OFF, 30)):
            self.free(status, seconds)
            self.assertEqual({'returned': 0, 'failed': 0}, self.loop.run())
            self.assertEqual('ada', self.user())

    def test_what_was_just_taken_stays(self):
        """It may be off for long; its user comes only now."""
        self.assertEqual(0, self.loop.run()['returned'])
        self.assertEqual('ada', self.user())

    def test_the_loop_can_be_switched_off(self):
        self.config(group='desktop', return_after=0)
        self.free(states.OFF, 3600)
        self.assertEqual(0, self.loop.run()['returned'])
        self.assertEqual('ada', self.user())

    def test_one_that_is_rebuilt(self):
        pools.update(self.pool_id, {'on_return': 'rebuild'})
        self.free(states.OFF, 61)
        self.assertEqual(1, self.loop.run()['returned'])
        desktop = desktops.get(self.desktop_id)
        order = work_orders.get(desktop.work_order_id)
        self.assertEqual('desktop.rebuild', order.kind)
        self.assertEqual(
            (states.BUILDING, None), (desktop.status, desktop.assignee_id)
        )

    def test_somebody_comes_back_at_the_last_moment(self):
        """Neither her desktop nor what is on it is taken away."""
        for on_return in ('keep', 'rebuild'):
            pools.update(self.pool_id, {'on_return': on_return})
            self.free(states.OFF, 61)
            found = assignments.abandoned(60, 10)
            self.free(states.RUNNING, 0)
            with mock.patch.object(
                assignments, 'abandoned', autospec=True, return_value=found
            ):
                self.assertEqual(0, self.loop.run()['returned'])
            desktop = desktops.get(self.desktop_id)
            self.assertEqual(
                (states.RUNNING, 'ada', None),
                (desktop.status, desktop.assignee_id, desktop.work_order_id),
            )

    def test_one_that_fails_keeps_none_of_the_others(self):
        self.free(states.OFF, 61)
        with mock.patch.object(
            pools,
            'get',
            autospec=True,
            side_effect=exceptions.NotFound(kind='pool', id='x'),
        ):
            self.assertEqual({'returned': 0, 'failed': 1}, self.loop.run())
        self.assertEqual('ada', self.user())
