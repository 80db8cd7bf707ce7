"""The machines are whole: everything is reachable, nothing is a trap."""

import ddt
from oslotest import base

from clouddesk import states


def edges(machine):
    """Pairs of a status and one that may follow it."""
    return {
        (before, after)
        for before, _event, after in machine
        if after is not None
    }


def reachable(machine, start):
    """Statuses that some way leads to."""
    ways = edges(machine)
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        new = {after for before, after in ways if before == here} - seen
        seen |= new
        todo += new
    return seen


class DesktopMachineTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.machine = states.desktop_machine()

    def test_statuses(self):
        """V3: nine of them, each either stable or not."""
        self.assertEqual(states.DESKTOP_STATUSES, set(self.machine.states))
        self.assertEqual(9, len(states.DESKTOP_STATUSES))
        both = states.DESKTOP_STABLE & states.DESKTOP_UNSTABLE
        self.assertEqual(frozenset(), both)

    def test_every_status_is_reached(self):
        found = reachable(self.machine, self.machine.default_start_state)
        self.assertEqual(states.DESKTOP_STATUSES, found)

    def test_every_unstable_status_has_a_way_out(self):
        ways = edges(self.machine)
        for status in states.DESKTOP_UNSTABLE:
            after = {end for start, end in ways if start == status}
            self.assertTrue(after & states.DESKTOP_STABLE, status)
            self.assertIn(states.FAULT, after)

    def test_every_status_leads_back_to_running_and_to_the_end(self):
        for status in states.DESKTOP_STATUSES:
            found = reachable(self.machine, status)
            self.assertIn(states.RUNNING, found)
            self.assertIn(states.DELETING, found)

    def test_actions_agree_with_the_machine(self):
        ways = edges(self.machine)
        for action, after in states.ACTION_TO.items():
            for before in states.ACTION_FROM.get(action, ()):
                self.assertIn((before, after), ways, action)

    def test_actions_begin_in_stable_statuses(self):
        """What another order or Nova works on is left alone."""
        for action, before in states.ACTION_FROM.items():
            self.assertLessEqual(set(before), states.DESKTOP_STABLE, action)

    def test_actions_end_in_unstable_statuses(self):
        after = dict(states.ACTION_TO)
        # It changes nothing.
        self.assertEqual(
            (after.pop('capture'),), states.ACTION_FROM['capture']
        )
        self.assertLessEqual(set(after.values()), states.DESKTOP_UNSTABLE)
        self.assertEqual(
            states.ACTION_TO['create'], self.machine.default_start_state
        )

    def test_every_stable_status_can_be_left_by_a_person(self):
        for status in states.DESKTOP_STABLE:
            actions = [
                action
                for action, before in states.ACTION_FROM.items()
                if status in before and action in states.ACTION_TO
            ]
            self.assertIn('delete', actions)
            self.assertGreater(len(actions), 1, status)


class OrderMachineTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.machine = states.order_machine()

    def test_statuses(self):
        self.assertEqual(states.ORDER_STATUSES, set(self.machine.states))
        kinds = (states.ORDER_FINISHED, states.ORDER_CLAIMABLE)
        self.assertEqual(frozenset(), kinds[0] & kinds[1])

    def test_every_status_is_reached(self):
        found = reachable(self.machine, self.machine.default_start_state)
        self.assertEqual(states.ORDER_STATUSES, found)

    def test_every_unfinished_status_leads_to_an_end(self):
        unfinished = states.ORDER_STATUSES - states.ORDER_FINISHED
        for status in unfinished:
            found = reachable(self.machine, status)
            self.assertTrue(found & states.ORDER_FINISHED, status)

    def test_what_nobody_works_on_can_be_claimed_or_acted_on(self):
        """No status is left to manual clean-up."""
        acted = {
            before
            for statuses in states.ORDER_ACTION_FROM.values()
            for before in statuses
        }
        unfinished = states.ORDER_STATUSES - states.ORDER_FINISHED
        self.assertLessEqual(unfinished, states.ORDER_CLAIMABLE | acted)

    def test_actions_agree_with_the_machine(self):
        ways = edges(self.machine)
        for action, after in states.ORDER_ACTION_TO.items():
            for before in states.ORDER_ACTION_FROM[action]:
                self.assertIn((before, after), ways, action)

    def test_success_and_cancellation_are_closed(self):
        """S16."""
        for status in (states.SUCCEEDED, states.CANCELLED):
            self.assertEqual({status}, reachable(self.machine, status))

    def test_only_failure_can_be_retried(self):
        """S14."""
        self.assertEqual((states.FAILED,), states.ORDER_ACTION_FROM['retry'])

    def test_pause_only_before_the_claim(self):
        """S15."""
        self.assertEqual((states.QUEUED,), states.ORDER_ACTION_FROM['pause'])


class CourseMachineTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.machine = states.course_machine()

    def test_statuses(self):
        self.assertEqual(states.COURSE_STATUSES, set(self.machine.states))

    def test_every_status_is_reached(self):
        found = reachable(self.machine, self.machine.default_start_state)
        self.assertEqual(states.COURSE_STATUSES, found)

    def test_every_unstable_status_has_a_way_out(self):
        """I14: neither starting nor ending is for ever."""
        ways = edges(self.machine)
        for status in states.COURSE_UNSTABLE:
            after = {end for start, end in ways if start == status}
            self.assertTrue(after - states.COURSE_UNSTABLE, status)
            self.assertIn(states.COURSE_IDLE, reachable(self.machine, status))


class BuildMachineTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.machine = states.build_machine()

    def test_statuses(self):
        """I13: six of them."""
        self.assertEqual(states.BUILD_STATUSES, set(self.machine.states))

    def test_every_status_is_reached(self):
        found = reachable(self.machine, self.machine.default_start_state)
        self.assertEqual(states.BUILD_STATUSES, found)

    def test_every_unstable_status_has_a_way_out(self):
        """I9: it moves by itself, or somebody cancels."""
        ways = edges(self.machine)
        for status in states.BUILD_UNSTABLE:
            after = {end for start, end in ways if start == status}
            self.assertTrue(after - states.BUILD_UNSTABLE, status)
            self.assertIn(states.BUILD_FAULT, after)

    def test_every_stable_status_can_be_left_by_a_person(self):
        for status in states.BUILD_STATUSES - states.BUILD_UNSTABLE:
            self.assertIn(status, states.BUILD_ACTION_FROM['delete'])

    def test_a_fault_leads_to_an_image(self):
        found = reachable(self.machine, states.BUILD_FAULT)
        self.assertIn(states.BUILD_ACTIVATED, found)


@ddt.ddt
class FromServerTestCase(base.BaseTestCase):
    @ddt.data(
        ('ACTIVE', None, states.RUNNING),
        ('ACTIVE', 'powering-off', states.STOPPING),
        ('SHUTOFF', None, states.OFF),
        ('SHUTOFF', 'powering-on', states.STARTING),
        ('ACTIVE', 'rebooting', states.REBOOTING),
        ('HARD_REBOOT', 'rebooting_hard', states.REBOOTING),
        ('BUILD', 'spawning', states.BUILDING),
        ('MIGRATING', 'migrating', states.MIGRATING),
        ('ACTIVE', 'deleting', states.DELETING),
        ('ERROR', 'powering-on', states.FAULT),
        ('ERROR', None, states.FAULT),
        ('SOMETHING_NEW', None, states.FAULT),
    )
    @ddt.unpack
    def test_from_server(self, status, task, wanted):
        self.assertEqual(wanted, states.from_server(status, task))

    def test_every_answer_is_a_status(self):
        found = set(states._SERVER_STATUSES.values())
        found |= set(states._SERVER_TASKS.values())
        self.assertLessEqual(found, states.DESKTOP_STATUSES)
