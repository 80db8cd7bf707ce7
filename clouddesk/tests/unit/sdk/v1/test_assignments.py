from openstack import exceptions

from clouddesk.sdk.v1 import desktop
from clouddesk.sdk.v1 import work_order
from clouddesk.tests.unit.sdk import base
from clouddesk.tests.unit.sdk import fakes

ADA = fakes.desktop('Ada')
CLASS = fakes.pool('class')
PATH = '/desktops/%s/actions/' % ADA['id']
POOL_PATH = '/pools/%s/actions/' % CLASS['id']
HERS = {'type': 'user', 'id': 'u1', 'assigned_at': '2026-11-01T10:00:00Z'}


class AssignmentsTest(base.SDKTest):
    def test_assign(self):
        self.cloud.answer('POST', PATH + 'assign', ADA | {'assignee': HERS})
        found = self.proxy.assign_desktop(ADA['id'], user='u1')
        self.assertEqual(HERS, found.assignee)
        self.proxy.assign_desktop(ADA['id'], group='g1')
        bodies = [call[2] for call in self.cloud.calls('POST')]
        self.assertEqual([{'user_id': 'u1'}, {'group_id': 'g1'}], bodies)

    def test_unassign(self):
        self.cloud.answer('POST', PATH + 'unassign', ADA)
        found = self.proxy.unassign_desktop(ADA['id'])
        self.assertIsNone(found.assignee)

    def test_release(self):
        order = fakes.order(kind='desktop.rebuild')
        self.cloud.answer(
            'POST',
            PATH + 'release',
            ADA,
            {'status_code': 202, 'json': order},
        )
        kept = self.proxy.release_desktop(ADA['id'])
        self.assertIsInstance(kept, desktop.Desktop)
        made_again = self.proxy.release_desktop(ADA['id'])
        self.assertIsInstance(made_again, work_order.WorkOrder)
        self.assertEqual(order['id'], made_again.id)

    def test_take(self):
        self.cloud.answer(
            'POST',
            POOL_PATH + 'take',
            ADA,
            fakes.error(409, 'None is free.', 'pool_exhausted'),
        )
        taken = self.proxy.take_desktop(CLASS['id'])
        self.assertEqual(('Ada', 'running'), (taken.name, taken.status))
        self.assertRaises(
            exceptions.ConflictException, self.proxy.take_desktop, CLASS['id']
        )

    def test_roster(self):
        members = {'users': ['u1'], 'groups': ['g1']}
        for verb in ('add', 'remove'):
            self.cloud.answer(
                'POST',
                '%s%s_members' % (POOL_PATH, verb),
                CLASS | {'members': members},
            )
        pool = self.proxy.add_pool_members(
            CLASS['id'], users=['u1'], groups=['g1']
        )
        self.assertEqual(members, pool.members)
        self.proxy.remove_pool_members(CLASS['id'], users=['u2'])
        bodies = [call[2] for call in self.cloud.calls('POST')]
        self.assertEqual([members, {'users': ['u2']}], bodies)

    def test_lists(self):
        """V4"""
        call = self.cloud.answer('GET', '/desktops', {'desktops': [ADA]})
        list(self.proxy.desktops(mine=True, assignee_id='u1'))
        self.assertEqual(
            {'mine': ['true'], 'assignee_id': ['u1']}, call.last_request.qs
        )
