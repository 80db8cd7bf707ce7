"""Desktops in the database."""

import ddt

from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import paging
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import progress
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base

ADDRESSES = [
    {'address': '10.0.0.5', 'version': 4, 'type': 'fixed'},
    {'address': 'fd00::5', 'version': 6, 'type': 'fixed'},
]


class ReadTestCase(base.DatabaseTestCase):
    def test_get(self):
        desktop = self.desktop()
        self.assertEqual(desktop.name, desktops.get(desktop.id).name)
        self.assertEqual(desktop.id, desktops.get(desktop.id, 'project').id)

    def test_strangers_find_nothing(self):
        desktop = self.desktop()
        error = self.assertRaises(
            exceptions.NotFound, desktops.get, desktop.id, 'other'
        )
        self.assertIn(desktop.id, str(error))

    def test_get_unknown(self):
        self.assertRaises(exceptions.NotFound, desktops.get, 'nothing')

    def test_get_many_skips_unknown(self):
        rows = self.desktops(3)
        found = desktops.get_many([rows[0].id, rows[2].id, 'nothing'])
        self.assertEqual(
            sorted([rows[0].id, rows[2].id]), [row.id for row in found]
        )

    def test_held_by(self):
        self.desktop()
        order = desktop_orders.create(base.ORDER, base.SPEC, ['a', 'b'])
        held = desktops.held_by(order.id)
        self.assertEqual({'a', 'b'}, {row.name for row in held})

    def test_by_server_ids(self):
        first, second = self.desktops(2)
        self.set_desktops([first.id], states.RUNNING, server_id='server')
        found = desktops.by_server_ids(['server', 'another'])
        self.assertEqual(['server'], list(found))
        self.assertEqual(first.id, found['server'].id)

    def test_page_with_server(self):
        rows = self.desktops(5)
        for number, row in enumerate(rows[:4]):
            self.set_desktops([row.id], states.OFF, server_id=str(number))
        first = desktops.page_with_server(None, 3)
        second = desktops.page_with_server(first[-1].id, 3)
        ids = [row.id for row in first + second]
        self.assertEqual(sorted(row.id for row in rows[:4]), ids)


@ddt.ddt
class ListTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.first = self.desktop()
        self.second = self.desktop(
            states.OFF, image_id='other', flavor_id='big', network_id='lab'
        )
        self.theirs = self.desktop(order=base.STRANGER)

    def names(self, project_id='project', **filters):
        page = paging.Page(sort_keys=['name'], sort_dirs=['asc'])
        rows = desktops.list_(project_id, filters, page)
        return [row.name for row in rows]

    def test_project(self):
        mine = [self.first.name, self.second.name]
        self.assertEqual(mine, self.names())
        self.assertEqual([self.theirs.name], self.names('other'))
        self.assertEqual(mine + [self.theirs.name], self.names(None))

    @ddt.data(
        {'image_id': 'other'},
        {'flavor_id': 'big'},
        {'network_id': 'lab'},
        {'status': [states.OFF]},
        {'status': [states.OFF, states.FAULT]},
    )
    def test_filters(self, filters):
        """V7"""
        self.assertEqual([self.second.name], self.names(**filters))

    def test_more_filters(self):
        pool, members = self.pool(1)
        self.set_desktops([members[0].id], states.RUNNING, server_id='s')
        name = [members[0].name]
        self.assertEqual(name, self.names(pool_id=pool.id))
        self.assertEqual(name, self.names(server_id='s'))
        self.assertEqual(name, self.names(name=members[0].name))
        order = desktop_orders.act(
            base.ORDER, 'stop', [members[0].id], 'project'
        )
        self.assertEqual(name, self.names(work_order_id=order.id))

    def test_filters_are_all_met(self):
        filters = {'image_id': 'other', 'status': [states.RUNNING]}
        self.assertEqual([], self.names(**filters))

    def test_name_is_exact(self):
        self.assertEqual([], self.names(name='DESK1'))
        self.assertEqual([], self.names(name='desk'))

    def test_search_part_of_name(self):
        """V5: in any case."""
        desktops.update(self.first.id, {'name': 'Teacher_Ada'})
        self.assertEqual(['Teacher_Ada'], self.names(q='r_ad'))

    @ddt.data('%', '_', 'd%k', '/', "'", '\\')
    def test_search_takes_every_character_as_it_is(self, text):
        """V5: a wildcard of SQL finds only itself."""
        self.assertEqual([], self.names(q=text))

    def test_search_wildcard_in_name(self):
        desktops.update(self.first.id, {'name': 'a_b'})
        desktops.update(self.second.id, {'name': 'aXb'})
        self.assertEqual(['a_b'], self.names(q='a_b'))

    def test_search_owner(self):
        """V5: exactly."""
        self.assertEqual([self.theirs.name], self.names(None, q='eve'))
        self.assertEqual([], self.names(None, q='ev'))

    @ddt.data('10.0.0.5', 'fd00::5', 'FD00:0:0::5')
    def test_search_address(self, text):
        """V5: exactly, however an IPv6 address is written."""
        desktops.observe([{'id': self.first.id, 'addresses': ADDRESSES}])
        self.assertEqual([self.first.name], self.names(q=text))

    @ddt.data('10.0.0.50', '10.0.0', '0.0.0.5', 'fixed', 'fd00::')
    def test_search_other_address(self, text):
        desktops.observe([{'id': self.first.id, 'addresses': ADDRESSES}])
        self.assertEqual([], self.names(q=text))

    def test_summary(self):
        """V8: of everything that the filters let through."""
        both = {'count': 2, 'vcpus': 4, 'ram': 2048, 'disk': 20}
        self.assertEqual(both, desktops.summary('project', {}))
        off = desktops.summary('project', {'status': [states.OFF]})
        self.assertEqual(1, off['count'])

    def test_summary_of_nothing(self):
        nothing = {'count': 0, 'vcpus': 0, 'ram': 0, 'disk': 0}
        self.assertEqual(nothing, desktops.summary('nobody', {}))


class UpdateTestCase(base.DatabaseTestCase):
    def test_name_and_note(self):
        """V32, V36."""
        desktop = self.desktop()
        changed = desktops.update(
            desktop.id, {'name': 'Ada', 'note': 'left row'}, 'project'
        )
        self.assertEqual(('Ada', 'left row'), (changed.name, changed.note))
        self.assertEqual('Ada', desktops.get(desktop.id).name)
        self.assertGreater(changed.updated_at, desktop.updated_at)

    def test_one_leaves_the_other(self):
        desktop = self.desktop()
        desktops.update(desktop.id, {'note': 'left row'})
        desktops.update(desktop.id, {'name': 'Ada'})
        self.assertEqual('left row', desktops.get(desktop.id).note)

    def test_names_may_repeat(self):
        """V32."""
        first, second = self.desktops(2)
        desktops.update(second.id, {'name': first.name})
        self.assertEqual(first.name, desktops.get(second.id).name)

    def test_nothing_else(self):
        desktop = self.desktop()
        desktops.update(desktop.id, {'status': states.OFF, 'name': 'Ada'})
        self.assertEqual(states.RUNNING, desktops.get(desktop.id).status)

    def test_strangers_find_nothing(self):
        self.assertRaises(
            exceptions.NotFound,
            desktops.update,
            self.desktop().id,
            {'name': 'Mine'},
            'other',
        )


class ObserveTestCase(base.DatabaseTestCase):
    def observe(self, desktop, **values):
        desktops.observe([{'id': desktop.id} | values])
        return desktops.get(desktop.id)

    def test_records_what_nova_says(self):
        seen = self.observe(
            self.desktop(),
            server_status='SHUTOFF',
            task_state='powering-on',
            addresses=ADDRESSES,
            status=states.STARTING,
        )
        self.assertEqual('SHUTOFF', seen.server_status)
        self.assertEqual('powering-on', seen.task_state)
        self.assertEqual(ADDRESSES, seen.addresses)
        self.assertEqual(states.STARTING, seen.status)
        self.assertIsNotNone(seen.observed_at)

    def test_status_is_the_orders_while_it_holds(self):
        desktop = self.desktop()
        desktop_orders.act(base.ORDER, 'stop', [desktop.id], 'project')
        seen = self.observe(
            desktop, server_status='SHUTOFF', status=states.OFF
        )
        self.assertEqual('SHUTOFF', seen.server_status)
        self.assertEqual(states.STOPPING, seen.status)

    def test_order_that_takes_it_meanwhile_wins(self):
        """The condition is in the UPDATE, not only in the look before it."""
        desktop = self.desktop()
        desktop_orders.act(base.ORDER, 'stop', [desktop.id], 'project')
        free = desktops.get(desktop.id)
        free.work_order_id = None
        said = {desktop.id: {'id': desktop.id, 'status': states.OFF}}
        with desktops.db.writer() as session:
            desktops._observe_statuses(session, [free], said)
        self.assertEqual(states.STOPPING, desktops.get(desktop.id).status)

    def test_unchanged_rows_are_not_written(self):
        desktop = self.desktop()
        values = {
            'server_status': 'ACTIVE',
            'task_state': None,
            'addresses': ADDRESSES,
            'status': states.RUNNING,
        }
        first = self.observe(desktop, **values)
        with base.statements() as sent:
            second = self.observe(desktop, **values)
        self.assertEqual(first.updated_at, second.updated_at)
        self.assertEqual([], [sql for sql in sent if 'UPDATE' in sql])

    def test_fault_and_its_end(self):
        desktop = self.desktop()
        seen = self.observe(
            desktop,
            status=states.FAULT,
            fault_code='server_error',
            fault_message='No host.',
        )
        self.assertEqual(states.FAULT, seen.status)
        self.assertEqual('server_error', seen.fault_code)
        self.assertEqual('No host.', seen.fault_message)
        self.assertIsNotNone(seen.faulted_at)
        seen = self.observe(desktop, status=states.RUNNING)
        self.assertEqual(states.RUNNING, seen.status)
        self.assertIsNone(seen.fault_code)
        self.assertIsNone(seen.fault_message)
        self.assertIsNone(seen.faulted_at)

    def test_same_fault_keeps_its_time(self):
        desktop = self.desktop()
        values = {
            'status': states.FAULT,
            'fault_code': 'server_error',
            'fault_message': 'x' * (desktops.MAX_MESSAGE + 1),
        }
        first = self.observe(desktop, **values)
        second = self.observe(desktop, **values)
        self.assertEqual(first.faulted_at, second.faulted_at)
        self.assertEqual(desktops.MAX_MESSAGE, len(first.fault_message))

    def test_no_status_leaves_the_fault(self):
        desktop = self.desktop(states.FAULT)
        self.set_desktops([desktop.id], states.FAULT, fault_code='old')
        seen = self.observe(desktop, server_status='ERROR')
        self.assertEqual('old', seen.fault_code)

    def test_many_at_once(self):
        rows = self.desktops(30)
        with base.statements() as sent:
            desktops.observe(
                [
                    {'id': row.id, 'status': states.OFF, 'addresses': []}
                    | {'server_status': 'SHUTOFF'}
                    for row in rows
                ]
            )
        self.assertEqual(3, len(set(sent)))
        found = desktops.get_many([row.id for row in rows])
        self.assertEqual({states.OFF}, {row.status for row in found})

    def test_unknown_desktop(self):
        desktops.observe([{'id': 'nothing', 'status': states.OFF}])
        desktops.observe([])
        self.assertEqual(0, desktops.summary(None, {})['count'])


@ddt.ddt
class StrandedTestCase(base.DatabaseTestCase):
    def stranded(self):
        return [row.id for row in desktops.stranded(100)]

    @ddt.data(*sorted(states.DESKTOP_UNSTABLE))
    def test_nobody_holds_it(self, status):
        desktop = self.desktop(status)
        self.assertEqual([desktop.id], self.stranded())

    @ddt.data(*sorted(states.DESKTOP_STABLE))
    def test_stable(self, status):
        self.desktop(status)
        self.assertEqual([], self.stranded())

    def test_held_by_unfinished_order(self):
        order = desktop_orders.create(base.ORDER, base.SPEC, ['a'])
        self.assertEqual([], self.stranded())
        work_orders.act('pause', [order.id], 'project')
        self.assertEqual([], self.stranded())

    def test_held_by_finished_order(self):
        order = desktop_orders.create(base.ORDER, base.SPEC, ['a'])
        self.set_order(order, status=states.FAILED)
        self.assertEqual([order.items[0].desktop_id], self.stranded())

    def test_left_by_its_item(self):
        order = desktop_orders.create(base.ORDER, base.SPEC, ['a'])
        epoch = self.claim(order).epoch
        item = order.items[0]
        progress.finish_item(order.id, epoch, item.id, states.ITEM_UNDONE, {})
        self.assertEqual([item.desktop_id], self.stranded())

    def test_limit(self):
        self.desktops(3, states.STARTING)
        self.assertEqual(2, len(desktops.stranded(2)))
