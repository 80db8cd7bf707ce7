import datetime
import threading

from oslo_db import exception as db_exc
from oslo_utils import timeutils
import sqlalchemy as sa

from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import models
from clouddesk.db import paging
from clouddesk.db import people
from clouddesk.db.api import assignments
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import desktops
from clouddesk.db.api import image_builds
from clouddesk.db.api import pool_orders
from clouddesk.db.api import pools
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.db import base

ADA = (states.USER, 'ada')
BOB = (states.USER, 'bob')
CLASS = (states.GROUP, 'class')
PAGE = paging.Page(sort_keys=['name'], sort_dirs=['asc'])


class AssignmentsTestCase(base.DatabaseTestCase):
    def take_pool(self, size=3, **values):
        values = {'assignment': states.FIRST_COME} | values
        return self.pool(size, **values)

    def person_of(self, desktop_id):
        row = desktops.get(desktop_id)
        return (row.assignee_type, row.assignee_id)


class AssignTestCase(AssignmentsTestCase):
    def test_to_a_user_and_to_nobody(self):
        desktop = self.desktop()
        given = assignments.assign(desktop.id, 'project', ADA)
        self.assertEqual(ADA, (given.assignee_type, given.assignee_id))
        self.assertIsNotNone(given.assigned_at)
        free = assignments.unassign(desktop.id, 'project')
        self.assertEqual(
            (None, None, None),
            (free.assignee_type, free.assignee_id, free.assigned_at),
        )

    def test_again_to_the_same_changes_nothing(self):
        desktop = self.desktop()
        first = assignments.assign(desktop.id, 'project', ADA)
        again = assignments.assign(desktop.id, 'project', ADA)
        self.assertEqual(first.assigned_at, again.assigned_at)

    def test_strangers(self):
        desktop = self.desktop()
        for call in (
            lambda: assignments.assign(desktop.id, 'other', ADA),
            lambda: assignments.unassign(desktop.id, 'other'),
        ):
            self.assertRaises(exceptions.NotFound, call)
        self.assertEqual((None, None), self.person_of(desktop.id))

    def test_changes_hands_only_when_off(self):
        """S43: a running desktop of somebody is not given to another."""
        desktop = self.desktop()
        assignments.assign(desktop.id, 'project', ADA)
        error = self.assertRaises(
            exceptions.DesktopWrongState,
            assignments.assign,
            desktop.id,
            'project',
            CLASS,
        )
        self.assertIn('running', str(error))
        self.assertEqual(ADA, self.person_of(desktop.id))
        self.set_desktops([desktop.id], states.OFF)
        assignments.assign(desktop.id, 'project', CLASS)
        self.assertEqual(CLASS, self.person_of(desktop.id))

    def builder(self, status):
        """The id of a desktop on which an image is made."""
        build = {
            'name': 'win',
            'kind': 'system',
            'source_type': 'image',
            'source_id': 'image',
        }
        order = image_builds.create(base.ORDER, build, base.SPEC, 'builder')
        desktop_id = order.items[0].subject_id
        self.finish(order, status=status)
        self.set_desktops([desktop_id], status)
        return desktop_id

    def test_a_builder_only_when_off(self):
        """S43: the first time, too; its owner may be told again."""
        desktop_id = self.builder(states.RUNNING)
        error = self.assertRaises(
            exceptions.DesktopWrongState,
            assignments.assign,
            desktop_id,
            'project',
            ADA,
        )
        self.assertIn('running', str(error))
        self.assertEqual((None, None), self.person_of(desktop_id))
        self.set_desktops([desktop_id], states.OFF)
        assignments.assign(desktop_id, 'project', ADA)
        self.set_desktops([desktop_id], states.RUNNING)
        assignments.assign(desktop_id, 'project', ADA)
        self.assertEqual(ADA, self.person_of(desktop_id))

    def test_not_while_it_is_deleted(self):
        desktop = self.desktop(states.DELETING)
        self.assertRaises(
            exceptions.DesktopWrongState,
            assignments.assign,
            desktop.id,
            'project',
            ADA,
        )

    def test_one_desktop_of_a_pool_each(self):
        _pool, (one, two, _three) = self.pool(3)
        assignments.assign(one.id, 'project', ADA)
        self.assertRaises(
            exceptions.AlreadyAssigned,
            assignments.assign,
            two.id,
            'project',
            ADA,
        )
        assignments.assign(two.id, 'project', BOB)

    def test_any_number_outside_of_pools(self):
        for desktop in self.desktops(2):
            assignments.assign(desktop.id, 'project', ADA)


class TakeTestCase(AssignmentsTestCase):
    def test_running_first_then_the_lowest_slot(self):
        pool, (one, two, three) = self.take_pool()
        self.set_desktops([one.id], states.OFF)
        names = ('ada', 'bob', 'eve')
        taken = [assignments.take(pool, name).id for name in names]
        self.assertEqual([two.id, three.id, one.id], taken)
        self.assertRaises(
            exceptions.PoolExhausted, assignments.take, pool, 'zoe'
        )

    def test_again_is_the_same(self):
        pool, _members = self.take_pool()
        self.assertEqual(
            assignments.take(pool, 'ada').id, assignments.take(pool, 'ada').id
        )

    def test_what_is_not_handed_out(self):
        """Locked, faulty, busy, deleting and others' desktops stay."""
        pool, members = self.take_pool(6)
        self.set_desktops([members[0].id], states.RUNNING, locked=True)
        self.set_desktops([members[1].id], states.FAULT)
        self.set_desktops([members[2].id], states.DELETING)
        desktop_orders.act(base.ORDER, 'reboot', [members[3].id], 'project')
        assignments.assign(members[4].id, 'project', CLASS)
        self.assertEqual(members[5].id, assignments.take(pool, 'ada').id)
        self.assertRaises(
            exceptions.PoolExhausted, assignments.take, pool, 'bob'
        )

    def test_hers_is_locked(self):
        """She keeps it, but is not told that it is ready."""
        pool, _members = self.take_pool(2)
        hers = assignments.take(pool, 'ada')
        self.set_desktops([hers.id], states.RUNNING, locked=True)
        self.assertRaises(
            exceptions.DesktopLocked, assignments.take, pool, 'ada'
        )

    def test_hers_goes(self):
        """When it is gone she may take another."""
        pool, members = self.take_pool(2)
        assignments.take(pool, 'ada')
        order = desktop_orders.act(
            base.ORDER, 'delete', [members[0].id], 'project'
        )
        self.assertRaises(
            exceptions.DesktopWrongState, assignments.take, pool, 'ada'
        )
        self.remove_all(order)
        self.assertEqual(members[1].id, assignments.take(pool, 'ada').id)

    def test_by_hand(self):
        pool, (one, *_rest) = self.pool()
        self.assertRaises(exceptions.PoolByHand, assignments.take, pool, 'ada')
        assignments.assign(one.id, 'project', ADA)
        self.assertEqual(one.id, assignments.take(pool, 'ada').id)

    def test_many_at_once(self):
        """No desktop is given twice, and nobody gets two."""
        pool, members = self.take_pool(6)
        results = {}

        def take(user, attempt):
            try:
                results[user, attempt] = assignments.take(pool, user).id
            except exceptions.PoolExhausted:
                results[user, attempt] = None

        users = ['user%d' % n for n in range(8)]
        threads = [
            threading.Thread(target=take, args=(user, attempt))
            for user in users
            for attempt in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(16, len(results))
        given = {u: results[u, 0] for u in users if results[u, 0]}
        given |= {u: results[u, 1] for u in users if results[u, 1]}
        for (user, _attempt), taken in results.items():
            self.assertEqual(given.get(user), taken)
        self.assertEqual(6, len(given))
        self.assertEqual({row.id for row in members}, set(given.values()))


class ReleaseTestCase(AssignmentsTestCase):
    def test_goes_back(self):
        pool, _members = self.take_pool()
        taken = assignments.take(pool, 'ada')
        assignments.release(taken)
        self.assertEqual((None, None), self.person_of(taken.id))

    def test_what_another_has_now_stays(self):
        pool, _members = self.take_pool()
        taken = assignments.take(pool, 'ada')
        assignments.unassign(taken.id, 'project')
        assignments.assign(taken.id, 'project', BOB)
        self.assertRaises(exceptions.Conflict, assignments.release, taken)
        self.assertEqual(BOB, self.person_of(taken.id))

    def test_abandoned(self):
        pool, members = self.take_pool(4, persistence=states.FLOATING)
        for number, user in enumerate(('a', 'b', 'c')):
            assignments.assign(
                members[number].id, 'project', (states.USER, user)
            )
        long_ago = timeutils.utcnow() - datetime.timedelta(seconds=100)
        ids = [row.id for row in members]
        self.set_desktops(ids, states.OFF, updated_at=long_ago)
        self.set_desktops([ids[1]], states.OFF)
        self.set_desktops([ids[2]], states.RUNNING, updated_at=long_ago)
        found = assignments.abandoned(60, 10)
        self.assertEqual([ids[0]], [row.id for row in found])
        self.assertEqual([], assignments.abandoned(1000, 10))
        pools.update(pool.id, {'persistence': states.PERSISTENT})
        self.assertEqual([], assignments.abandoned(60, 10))


class RosterTestCase(AssignmentsTestCase):
    def roster(self, pool, viewer=None):
        return assignments.members([pool.id], viewer)[pool.id]

    def test_add_and_remove(self):
        pool, _members = self.pool(1)
        assignments.add_members(pool.id, [BOB, ADA, ADA, CLASS], 3)
        assignments.add_members(pool.id, [ADA], 3)
        self.assertEqual([CLASS, ADA, BOB], self.roster(pool))
        assignments.remove_members(pool.id, [CLASS, ADA, ('user', 'zoe')])
        self.assertEqual([BOB], self.roster(pool))

    def test_limit(self):
        pool, _members = self.pool(1)
        error = self.assertRaises(
            exceptions.Invalid, assignments.add_members, pool.id, [ADA, BOB], 1
        )
        self.assertEqual(1, error.details['limit'])
        self.assertEqual([], self.roster(pool))

    def test_no_pool(self):
        for change in (
            lambda: assignments.add_members('none', [ADA], 9),
            lambda: assignments.remove_members('none', [ADA]),
        ):
            self.assertRaises(exceptions.NotFound, change)

    def test_a_viewer_sees_herself_only(self):
        pool, _members = self.pool(1)
        assignments.add_members(pool.id, [ADA, BOB, CLASS], 9)
        ada = people.Viewer('ada', ('class', 'choir'))
        self.assertEqual([CLASS, ADA], self.roster(pool, ada))

    def test_goes_with_the_pool(self):
        pool, members = self.pool(2)
        assignments.add_members(pool.id, [ADA], 9)
        assignments.assign(members[0].id, 'project', ADA)
        self.remove_all(pool_orders.delete(base.ORDER, pool.id, 'project'))
        self.assertEqual(0, self.count(models.PoolMember))
        self.assertEqual(0, self.count(models.Desktop))


class ViewerTestCase(AssignmentsTestCase):
    """What a reader sees: hers, and nothing else."""

    def setUp(self):
        super().setUp()
        self.hers, self.groups_, self.bobs, self.free = self.desktops(4)
        assignments.assign(self.hers.id, 'project', ADA)
        assignments.assign(self.groups_.id, 'project', CLASS)
        # The id of a user is no group's.
        assignments.assign(self.bobs.id, 'project', (states.GROUP, 'ada'))
        self.ada = people.Viewer('ada', ('class',))

    def test_desktops(self):
        found = desktops.list_('project', {}, PAGE, self.ada)
        expected = [self.hers.id, self.groups_.id]
        self.assertEqual(expected, [row.id for row in found])
        self.assertEqual(2, desktops.summary('project', {}, self.ada)['count'])
        self.assertEqual([], desktops.list_('other', {}, PAGE, self.ada))

    def test_one_desktop(self):
        desktops.get(self.hers.id, 'project', self.ada)
        for hidden in (self.bobs, self.free):
            self.assertRaises(
                exceptions.NotFound,
                desktops.get,
                hidden.id,
                'project',
                self.ada,
            )

    def test_a_marker_she_does_not_see(self):
        page = paging.Page(marker=self.free.id)
        self.assertRaises(
            exceptions.Invalid, desktops.list_, 'project', {}, page, self.ada
        )

    def test_mine(self):
        """V4: who sees all can ask for what is assigned to her."""
        mine = people.Viewer('ada')
        found = desktops.list_('project', {'mine': mine}, PAGE)
        self.assertEqual([self.hers.id], [row.id for row in found])

    def test_by_assignee(self):
        found = desktops.list_('project', {'assignee_id': 'class'}, PAGE)
        self.assertEqual([self.groups_.id], [row.id for row in found])

    def test_acting(self):
        for hidden in (self.bobs, self.free):
            self.assertRaises(
                exceptions.NotFound,
                desktop_orders.act,
                base.ORDER,
                'stop',
                [self.hers.id, hidden.id],
                'project',
                None,
                self.ada,
            )
        desktop_orders.act(
            base.ORDER, 'stop', [self.hers.id], 'project', None, self.ada
        )

    def test_pools(self):
        mine, _members = self.pool(0, name='mine')
        other, _members = self.pool(0, name='other')
        assignments.add_members(mine.id, [CLASS], 9)
        assignments.add_members(other.id, [BOB], 9)
        found = pools.list_('project', {}, PAGE, self.ada)
        self.assertEqual([mine.id], [row.id for row in found])
        pools.get(mine.id, 'project', self.ada)
        self.assertRaises(
            exceptions.NotFound, pools.get, other.id, 'project', self.ada
        )

    def test_faults_of_others_are_hidden(self):
        pool, members = self.pool(2, status=states.FAULT)
        assignments.assign(members[0].id, 'project', ADA)
        found = pools.faults(pool.id, viewer=self.ada)
        self.assertEqual([members[0].id], [row.id for row in found])

    def test_orders(self):
        """She sees the orders that she made."""
        bob = people.Viewer('bob')
        made = desktop_orders.act(
            base.ORDER, 'stop', [self.hers.id], 'project'
        )
        page = paging.Page()
        orders = work_orders.list_('project', {}, page, self.ada)
        self.assertIn(made.id, [order.id for order in orders])
        work_orders.get(made.id, 'project', viewer=self.ada)
        self.assertEqual([], work_orders.list_('project', {}, page, bob))
        self.assertRaises(
            exceptions.NotFound,
            work_orders.get,
            made.id,
            'project',
            viewer=bob,
        )


class ShrinkTestCase(AssignmentsTestCase):
    def test_what_belongs_to_somebody_goes_last(self):
        pool, members = self.pool(5)
        ids = [row.id for row in members]
        for number, user in ((2, 'a'), (3, 'b'), (4, 'c')):
            assignments.assign(ids[number], 'project', (states.USER, user))
        self.set_desktops([ids[0], ids[3]], states.OFF)
        self.set_desktops([ids[4]], states.FAULT)
        gone = []
        for size in (4, 3, 2, 1):
            order = pool_orders.resize(
                base.ORDER, pool.id, size, 'project', 'school'
            )
            gone.append(order.items[0].desktop_id)
            self.remove_all(order)
        self.assertEqual([ids[4], ids[0], ids[1], ids[3]], gone)


class ConstantStatementsTestCase(AssignmentsTestCase):
    def test_lists_of_a_viewer(self):
        ada = people.Viewer('ada', ('class', 'choir'))
        for count in (2, 20):
            for row in self.desktops(count):
                assignments.assign(row.id, 'project', ADA)
            with base.statements() as sent:
                desktops.list_('project', {}, PAGE, ada)
            # The desktops, and the tags of all of them.
            self.assertEqual(2, len(sent))

    def test_the_index_is_unique(self):
        _pool, (one, two, _three) = self.pool(3)
        assignments.assign(one.id, 'project', ADA)
        statement = sa.update(models.Desktop).filter_by(id=two.id)
        self.assertRaises(
            db_exc.DBDuplicateEntry,
            self.write,
            statement.values(assignee_type='user', assignee_id='ada'),
        )
