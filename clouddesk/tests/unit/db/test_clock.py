"""The clock of the database."""

import datetime

import sqlalchemy as sa

from clouddesk import db
from clouddesk.db import clock
from clouddesk.db import models
from clouddesk.tests.unit.db import base


class ClockTestCase(base.DatabaseTestCase):
    def value(self, expression):
        with db.reader() as session:
            return session.scalar(sa.select(expression))

    def test_is_a_time_of_the_database(self):
        self.assertIsInstance(self.value(clock.now()), datetime.datetime)

    def test_seconds_are_added(self):
        query = sa.select(clock.now(), clock.now(90), clock.now(-0.5))
        with db.reader() as session:
            now, later, before = session.execute(query).one()
        # Several calls in one statement read the clock once.
        self.assertEqual(datetime.timedelta(seconds=90), later - now)
        self.assertEqual(datetime.timedelta(seconds=-0.5), before - now)

    def test_compares_with_what_was_stored(self):
        order = self.claim_something()
        for seconds, expired in ((-60, True), (60, False)):
            self.set_order(order, lease_expires_at=clock.now(seconds))
            query = sa.select(
                models.WorkOrder.lease_expires_at < clock.now()
            ).filter_by(id=order.id)
            with db.reader() as session:
                self.assertEqual(expired, bool(session.scalar(query)))

    def test_stored_time_keeps_its_order_against_python(self):
        """What was stored by Python and by the database sorts as one."""
        order = self.claim_something()
        moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 678000)
        self.set_order(order, finished_at=moment)
        same = sa.select(models.WorkOrder.id).where(
            models.WorkOrder.finished_at == moment,
            models.WorkOrder.finished_at < clock.now(),
        )
        with db.reader() as session:
            self.assertEqual([order.id], session.scalars(same).all())

    def claim_something(self):
        desktop = self.desktop()
        with db.reader() as session:
            query = sa.select(models.WorkOrder).limit(1)
            order = session.scalars(query).one()
        self.assertEqual(desktop.project_id, order.project_id)
        return order
