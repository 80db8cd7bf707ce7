"""Rows for tests of the database."""

import collections
import contextlib
import itertools
import threading

from oslotest import base
import sqlalchemy as sa

from clouddesk import db
from clouddesk import states
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import leases
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import progress
from clouddesk.tests.fixtures import database

ORDER = {'project_id': 'project', 'user_id': 'ada', 'request_id': 'req-1'}
STRANGER = {'project_id': 'other', 'user_id': 'eve', 'request_id': 'req-2'}
SPEC = {
    'image_id': 'image',
    'flavor_id': 'flavor',
    'network_id': 'network',
    'boot_from': 'image',
    'volume_size': None,
    'availability_zone': None,
    'vcpus': 2,
    'ram': 1024,
    'disk': 10,
}
POOL = SPEC | {
    'name': 'class',
    'note': '',
    'size': 3,
    'name_template': '{base}-{serial:02d}',
}
OWNER = 'conductor-1'


class DatabaseTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.database = self.useFixture(database.Database())
        self._serial = itertools.count(1)

    def at_once(self, *calls):
        """Call all in threads of their own.

        :returns: what they answered, and the errors they raised, by type
        """
        start = threading.Barrier(len(calls))
        results = collections.defaultdict(list)

        def run(call):
            start.wait()
            try:
                results['answers'].append(call())
            except Exception as error:
                results[type(error)].append(error)

        threads = [
            threading.Thread(target=run, args=(call,)) for call in calls
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def desktops(self, count=1, status=states.RUNNING, order=ORDER, **spec):
        """Desktops that no order holds."""
        names = ['desk%d' % next(self._serial) for _each in range(count)]
        made = desktop_orders.create(order, SPEC | spec, names)
        return self._settled(made, status)

    def desktop(self, status=states.RUNNING, order=ORDER, **spec):
        return self.desktops(1, status, order, **spec)[0]

    def pool(self, size=3, status=states.RUNNING, **values):
        """A pool that no order holds, and its desktops by slot."""
        pool = POOL | {'size': size} | values
        made = pool_orders.create(ORDER, pool, 'school')
        members = self._settled(made, status)
        return pools.get(made.subject_id), members

    def _settled(self, made, status):
        self.finish(made, status=status)
        self.set_desktops([item.desktop_id for item in made.items], status)
        found = desktops.get_many([item.desktop_id for item in made.items])
        order = [item.desktop_id for item in made.items]
        return sorted(found, key=lambda row: order.index(row.id))

    def claim(self, order):
        claimed = leases.claim(order.id, OWNER, 60)
        self.assertIsNotNone(claimed)
        return claimed

    def finish(self, order, status=states.RUNNING, fault=None):
        """Do all of an order; ``status`` is what its desktops get."""
        claimed = self.claim(order)
        failed = status == states.FAULT
        for item in claimed.items:
            progress.finish_item(
                order.id,
                claimed.epoch,
                item.id,
                states.ITEM_FAILED if failed else states.ITEM_DONE,
                {'status': status},
                ('broken', 'It broke.') if failed else None,
            )
        end = states.FAILED if failed else states.SUCCEEDED
        progress.finish_order(order.id, claimed.epoch, end, fault)

    def remove_all(self, order):
        """Do all of an order that removes desktops."""
        claimed = self.claim(order)
        for item in claimed.items:
            progress.forget(order.id, claimed.epoch, item.id)
        progress.finish_order(order.id, claimed.epoch, states.SUCCEEDED)

    def set_desktops(self, ids, status, **values):
        """Change rows behind the back of everything."""
        statement = sa.update(models.Desktop).where(models.Desktop.id.in_(ids))
        self.write(statement.values(status=status, **values))

    def set_order(self, order, **values):
        statement = sa.update(models.WorkOrder).filter_by(id=order.id)
        self.write(statement.values(**values))

    def write(self, statement):
        with db.writer() as session:
            session.execute(
                statement, execution_options={'synchronize_session': False}
            )

    def members(self, pool):
        """The desktops of a pool by slot."""
        query = sa.select(models.Desktop).filter_by(pool_id=pool.id)
        with db.reader() as session:
            rows = session.scalars(query.order_by(models.Desktop.slot))
            return {row.slot: row for row in rows}

    def count(self, model):
        with db.reader() as session:
            return session.scalar(
                sa.select(sa.func.count()).select_from(model)
            )

    def assertNothingHeldBy(self, order):
        self.assertEqual([], desktops.held_by(order.id))
        held = sa.select(models.Pool.id).filter_by(work_order_id=order.id)
        with db.reader() as session:
            self.assertEqual([], session.scalars(held).all())


@contextlib.contextmanager
def statements():
    """Collects the SQL that is sent in the block, without BEGIN and END."""
    sent = []
    engine = db.engine()

    def execute(conn, cursor, statement, parameters, context, many):
        if not statement.startswith(('BEGIN', 'END')):
            sent.append(statement)

    sa.event.listen(engine, 'before_cursor_execute', execute)
    try:
        yield sent
    finally:
        sa.event.remove(engine, 'before_cursor_execute', execute)
