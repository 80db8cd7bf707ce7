"""What the audit lists, and what each of its repairs does."""

import dataclasses
import threading
from unittest import mock

from clouddesk import conf
from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import types
from clouddesk.conductor import audit
from clouddesk.conductor import sync
from clouddesk.db.api import locks
from clouddesk.tests.unit.conductor import base

ASKER = {'user_id': 'grace', 'request_id': 'req-9'}
HAND_MADE = '3f0e8c1a-0000-4000-8000-000000000000'


class AuditTestCase(base.ConductorTestCase):
    def setUp(self):
        super().setUp()
        self.ids = self.built(2, base.VOLUME_SPEC)
        self.run_order = mock.Mock()
        sync_ = sync.Sync(
            self.world.for_project,
            conf.CONF,
            mock.Mock(),
            threading.Event(),
        )
        sync_.all()
        self.audit = audit.Audit(
            self.world.for_project,
            sync_,
            self.run_order,
            lambda: self.clock.now,
        )

    def found(self):
        return self.audit.differences(base.PROJECT)

    def kinds(self):
        return [each.kind for each in self.found()]

    def repair(self, ids=None):
        return self.audit.repair(base.PROJECT, ids, ASKER)

    def verdicts(self, ids=None):
        told = self.repair(ids)
        self.world.tick()
        return {each['kind']: each['verdict'] for each in told}


class ListTest(AuditTestCase):
    def test_what_is_as_it_should_be_is_not_listed(self):
        self.assertEqual([], self.found())

    def test_a_vanished_server(self):
        self.world.vanish(self.desktop(self.ids[0]).server_id)
        (one,) = self.found()
        self.assertEqual('vanished_server', one.kind)
        self.assertEqual('retry', one.repair)
        self.assertEqual(self.ids[0], one.desktop_id)
        self.assertEqual('desk_01', one.desktop_name)

    def test_a_vanished_server_that_the_sync_saw_first(self):
        self.world.vanish(self.desktop(self.ids[0]).server_id)
        before = self.found()
        self.audit._sync.all()
        self.assertEqual(states.FAULT, self.desktop(self.ids[0]).status)
        self.assertEqual(before, self.found())

    def test_a_server_that_lost_its_tag_is_there(self):
        server_id = self.desktop(self.ids[0]).server_id
        self.world.change(server_id, desktop_id=None)
        self.assertEqual([], self.kinds())

    def test_orphans_that_our_history_never_knew(self):
        self.world.put(base.server(HAND_MADE, 'server'), base.PROJECT)
        self.world.put(
            types.Port('port', 'x', device_id='server', desktop_id=HAND_MADE),
            base.PROJECT,
        )
        self.world.put(
            types.Volume('volume', 'available', desktop_id=HAND_MADE),
            base.PROJECT,
        )
        self.world.put(
            types.FloatingIP('fip', '1.2.3.4', 'net', desktop_id=HAND_MADE),
            base.PROJECT,
        )
        self.assertEqual(
            [
                'orphan_floating_ip',
                'orphan_port',
                'orphan_server',
                'orphan_volume',
            ],
            self.kinds(),
        )
        self.assertEqual({'delete'}, {each.repair for each in self.found()})

    def test_what_somebody_uses_is_left_alone(self):
        self.world.put(
            types.Port('port', 'x', device_id='web', desktop_id=HAND_MADE),
            base.PROJECT,
        )
        self.world.put(
            types.Volume('volume', 'in-use', desktop_id=HAND_MADE),
            base.PROJECT,
        )
        self.assertEqual([], self.kinds())

    def test_those_of_another_installation(self):
        server = base.server(HAND_MADE, 'server')
        theirs = dataclasses.replace(server, ours=False)
        self.world.put(theirs, base.PROJECT)
        self.assertEqual([], self.kinds())

    def test_a_twin(self):
        self.world.put(base.server(self.ids[0], 'twin'), base.PROJECT)
        self.assertEqual(['twin_server'], self.kinds())

    def test_a_row_of_another_project_explains_nothing(self):
        """Nor does the audit tell that there is one."""
        self.world.put(base.server(self.ids[0], 'forged'), 'other')
        (one,) = self.audit.differences('other')
        self.assertEqual('orphan_server', one.kind)
        self.assertIsNone(one.desktop_name)

    def test_drifts(self):
        server_id = self.desktop(self.ids[0]).server_id
        self.world.change(server_id, status='SHUTOFF', name='renamed')
        drifts = {each.kind: (each.cloud, each.ours) for each in self.found()}
        self.assertEqual(
            {
                'status_drift': ('off', 'running'),
                'name_drift': ('renamed', 'desk_01'),
            },
            drifts,
        )

    def test_a_lock_that_nobody_wants(self):
        server_id = self.desktop(self.ids[0]).server_id
        self.world.change(server_id, locked=True)
        (one,) = self.found()
        self.assertEqual(
            ('lock_drift', 'locked', 'unlocked'),
            (one.kind, one.cloud, one.ours),
        )

    def test_vanished_ports_and_volumes(self):
        row = self.desktop(self.ids[0])
        del self.world.things[row.port_id]
        del self.world.things[row.volume_id]
        self.assertEqual(['vanished_port', 'vanished_volume'], self.kinds())

    def test_a_vanished_port_does_not_cost_the_disk(self):
        del self.world.things[self.desktop(self.ids[0]).port_id]
        (one,) = self.found()
        self.assertEqual('reattach', one.repair)

    def test_a_port_of_a_broken_server(self):
        row = self.desktop(self.ids[0])
        del self.world.things[row.port_id]
        self.world.change(row.server_id, status='ERROR')
        repairs = {each.kind: each.repair for each in self.found()}
        self.assertEqual(
            {'vanished_port': 'retry', 'status_drift': 'synchronise'}, repairs
        )

    def test_a_port_that_is_unplugged(self):
        self.world.change(self.desktop(self.ids[0]).port_id, device_id=None)
        (one,) = self.found()
        self.assertEqual(
            ('unplugged_port', 'reattach'), (one.kind, one.repair)
        )

    def test_a_renamed_port_is_there(self):
        row = self.desktop(self.ids[0])
        self.world.change(row.port_id, desktop_id=None)
        self.assertEqual([], self.kinds())

    def test_what_an_order_holds_is_its_own_affair(self):
        self.world.vanish(self.desktop(self.ids[0]).server_id)
        self.act('delete', self.ids)
        self.assertEqual([], self.kinds())

    def test_the_id_of_a_difference_stays(self):
        self.world.put(base.server(HAND_MADE, 'server'), base.PROJECT)
        first, again = self.found()[0].id, self.found()[0].id
        self.assertEqual(first, again)

    def test_a_service_that_does_not_tell(self):
        error = exceptions.CloudError(service='Nova', reason='503')
        self.world.fail('list_servers', error)
        self.assertRaises(exceptions.CloudError, self.found)


class RepairTest(AuditTestCase):
    def test_a_vanished_server_is_built_again(self):
        old = self.desktop(self.ids[0]).server_id
        self.world.vanish(old)
        (told,) = self.repair()
        self.assertEqual('ordered', told['verdict'])
        self.run_order.assert_called_once_with(told['work_order_id'])
        order = self.work(told['work_order_id'])
        self.assertEqual(
            (states.SUCCEEDED, 'desktop.retry', 'grace'),
            (order.status, order.kind, order.user_id),
        )
        row = self.desktop(self.ids[0])
        self.assertEqual(states.RUNNING, row.status)
        self.assertNotEqual(old, row.server_id)
        self.assertEqual([], self.found())

    def test_many_vanished_servers_are_one_order(self):
        for id_ in self.ids:
            self.world.vanish(self.desktop(id_).server_id)
        told = self.repair()
        self.assertEqual(2, len(told))
        self.assertEqual(1, len({each['work_order_id'] for each in told}))

    def test_one_that_cannot_go_does_not_hold_the_others(self):
        for id_ in self.ids:
            self.world.vanish(self.desktop(id_).server_id)
        found = self.audit.differences
        self.audit.differences = lambda project_id: self.before
        self.before = found(base.PROJECT)
        self.work(self.act('delete', [self.ids[1]]))
        told = {each['desktop_id']: each for each in self.repair()}
        self.assertEqual('ordered', told[self.ids[0]]['verdict'])
        self.assertEqual('refused', told[self.ids[1]]['verdict'])
        self.assertEqual('not_found', told[self.ids[1]]['code'])

    def test_orphans_are_deleted_and_twice_does_no_harm(self):
        self.world.put(base.server(HAND_MADE, 'server'), base.PROJECT)
        self.world.put(
            types.Port('port', 'x', device_id='server', desktop_id=HAND_MADE),
            base.PROJECT,
        )
        ids = [each.id for each in self.found()]
        self.assertEqual(
            {'orphan_port': 'repaired', 'orphan_server': 'repaired'},
            self.verdicts(),
        )
        self.assertEqual([], self.world.servers(HAND_MADE))
        self.assertEqual([], self.found())
        again = self.repair(ids)
        self.assertEqual(['gone', 'gone'], [v['verdict'] for v in again])

    def test_only_what_was_chosen(self):
        self.world.put(base.server(HAND_MADE, 'one'), base.PROJECT)
        self.world.put(base.server(HAND_MADE, 'two'), base.PROJECT)
        chosen = self.found()[0]
        self.repair([chosen.id])
        self.world.tick()
        (left,) = self.world.servers(HAND_MADE)
        self.assertNotEqual(chosen.resource_id, left.id)

    def test_the_row_is_asked_again_before_anything_goes(self):
        self.world.put(base.server(self.ids[0], 'twin'), base.PROJECT)
        before = self.found()
        self.audit.differences = lambda project_id: before
        self.world.calls.clear()
        self.act('delete', [self.ids[0]])
        self.assertEqual({'twin_server': 'gone'}, self.verdicts())
        self.assertEqual([], self.world.verbs('delete_server'))

    def test_what_a_service_refuses_is_told(self):
        self.world.put(base.server(HAND_MADE, 'server'), base.PROJECT)
        error = exceptions.CloudConflict(service='Nova', reason='locked')
        self.world.fail('delete_server', error)
        (told,) = self.repair()
        self.assertEqual('failed', told['verdict'])
        self.assertIn('locked', told['reason'])

    def test_patience_ends(self):
        self.world.put(base.server(HAND_MADE, 'one'), base.PROJECT)
        self.world.put(base.server(HAND_MADE, 'two'), base.PROJECT)

        def slow(verb, when):
            self.clock.now += audit.PATIENCE + 1

        self.audit._cloud_of(base.PROJECT)
        found = self.found()
        self.audit.differences = lambda project_id: found
        self.world.watch = slow
        told = [each['verdict'] for each in self.repair()]
        self.assertEqual(['repaired', 'later'], told)

    def test_drifts_are_synchronised(self):
        server_id = self.desktop(self.ids[0]).server_id
        self.world.change(server_id, status='SHUTOFF', name='renamed')
        self.assertEqual(
            {'status_drift': 'repaired', 'name_drift': 'repaired'},
            self.verdicts(),
        )
        self.assertEqual(states.OFF, self.desktop(self.ids[0]).status)
        self.assertEqual('desk_01', self.world.servers(self.ids[0])[0].name)

    def test_locks_are_synchronised_in_both_directions(self):
        """V39, V40: what Nova shows follows what people want here."""
        locks.protect([self.ids[0]], base.PROJECT, True)
        self.world.change(self.desktop(self.ids[1]).server_id, locked=True)
        self.assertEqual(['lock_drift'] * 2, self.kinds())
        self.assertEqual({'lock_drift': 'repaired'}, self.verdicts())
        self.assertEqual(
            [True, False],
            [self.world.servers(id_)[0].locked for id_ in self.ids],
        )

    def test_a_lock_that_stays_is_told(self):
        locks.lock([self.ids[0]], base.PROJECT, 'Exam')
        error = exceptions.CloudForbidden(service='Nova', reason='no')
        self.world.fail('lock', error)
        self.assertEqual({'lock_drift': 'failed'}, self.verdicts())

    def test_a_drift_that_stays_is_told(self):
        server_id = self.desktop(self.ids[0]).server_id
        self.world.change(server_id, name='renamed')
        error = exceptions.CloudConflict(service='Nova', reason='locked')
        self.world.fail('rename', error)
        self.assertEqual({'name_drift': 'failed'}, self.verdicts())

    def test_a_desktop_without_its_disk_is_made_again(self):
        row = self.desktop(self.ids[0])
        del self.world.things[row.port_id]
        del self.world.things[row.volume_id]
        told = self.repair()
        self.assertEqual(['ordered'] * 2, [v['verdict'] for v in told])
        self.assertEqual(1, len({v['work_order_id'] for v in told}))
        self.assertEqual(
            'desktop.rebuild', self.order(told[0]['work_order_id']).kind
        )

    def test_a_desktop_without_its_port_keeps_its_server(self):
        row = self.desktop(self.ids[0])
        del self.world.things[row.port_id]
        (told,) = self.repair()
        order = self.work(told['work_order_id'])
        self.assertEqual(
            (states.SUCCEEDED, 'desktop.reattach'), (order.status, order.kind)
        )
        self.assertEqual([], self.found())
        again = self.desktop(self.ids[0])
        self.assertEqual(row.server_id, again.server_id)
        self.assertEqual(row.volume_id, again.volume_id)


class FloatingIPTest(AuditTestCase):
    def setUp(self):
        super().setUp()
        (self.desk_id,) = self.built(spec=base.FLOATING_SPEC)

    def test_vanished(self):
        (floating_ip,) = self.world.floating_ips()
        del self.world.things[floating_ip.id]
        self.assertEqual(['vanished_floating_ip'], self.kinds())
        self.mend()

    def test_unplugged(self):
        (floating_ip,) = self.world.floating_ips()
        self.world.change(floating_ip.id, port_id=None)
        self.assertEqual(['unplugged_floating_ip'], self.kinds())
        self.mend()

    def mend(self):
        (told,) = self.repair()
        self.work(told['work_order_id'])
        self.assertEqual([], self.found())
        (floating_ip,) = self.world.floating_ips()
        row = self.desktop(self.desk_id)
        self.assertEqual(row.port_id, floating_ip.port_id)
        self.assertEqual(row.floating_ip_id, floating_ip.id)


class PrimitiveTest(base.base.BaseTestCase):
    def test_what_goes_over_the_bus(self):
        one = audit.Difference(
            kind='twin_server',
            resource_type='server',
            resource_id='s',
            project_id='p',
            desktop_id='d',
            desktop_name=None,
            repair='delete',
        )
        told = one.primitive()
        self.assertEqual(one.id, told.pop('id'))
        self.assertEqual(32, len(one.id))
        self.assertEqual('server', told['resource_type'])
