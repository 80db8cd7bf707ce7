import pathlib
import time
from unittest import mock

import fixtures
from oslo_config import fixture as config_fixture
from oslo_policy import policy as oslo_policy
from oslotest import base

from clouddesk import conf
from clouddesk import context
from clouddesk import exceptions
from clouddesk import policy
from clouddesk.policies import desktops as rules


class PolicyTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        conf.CONF([], default_config_files=[], default_config_dirs=[])
        self.config = self.useFixture(config_fixture.Config(conf.CONF)).config
        policy.reset()
        self.addCleanup(policy.reset)
        self.reader = context.RequestContext(
            project_id='a', user_id='u', roles=['reader'], overwrite=False
        )

    def test_the_callers_project_is_the_default_target(self):
        self.assertTrue(policy.check(self.reader, rules.LIST))
        self.assertFalse(
            policy.check(self.reader, rules.LIST, {'project_id': 'b'})
        )

    def test_a_refusal_names_the_rule(self):
        error = self.assertRaises(
            exceptions.Forbidden, policy.authorize, self.reader, rules.CREATE
        )
        self.assertEqual({'rule': rules.CREATE}, error.details)
        self.assertIn(rules.CREATE, error.text)

    def test_an_unknown_rule_is_a_bug(self):
        self.assertRaises(
            oslo_policy.PolicyNotRegistered,
            policy.check,
            self.reader,
            'clouddesk:nothing',
        )

    def test_operators_may_change_rules(self):
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder, 'policy.yaml')
        path.write_text('"%s": "role:admin"\n' % rules.LIST)
        policy.get_enforcer()
        self.config(group='oslo_policy', policy_file=str(path))
        policy.reset()
        self.assertFalse(policy.check(self.reader, rules.LIST))

    def test_rules_that_change_are_noticed_a_second_later(self):
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder, 'policy.yaml')
        path.write_text('"%s": "role:reader"\n' % rules.LIST)
        self.config(group='oslo_policy', policy_file=str(path))
        policy.reset()
        now = time.monotonic()
        with mock.patch.object(
            policy.time, 'monotonic', autospec=True
        ) as clock:
            clock.return_value = now
            self.assertTrue(policy.check(self.reader, rules.LIST))
            # Longer than before: a file system may not tell parts of seconds.
            path.write_text('"%s": "role:admin or role:x"\n' % rules.LIST)
            self.assertTrue(policy.check(self.reader, rules.LIST))
            clock.return_value = now + 1
            self.assertFalse(policy.check(self.reader, rules.LIST))

    def test_nobody_gets_the_answer_for_somebody_else(self):
        self.assertFalse(policy.check(self.reader, rules.CREATE))
        for more in (
            {'roles': ['reader', 'member']},
            {'roles': ['reader', 'member'], 'project_id': 'b'},
        ):
            told = {'project_id': 'a', 'user_id': 'u', 'overwrite': False}
            other = context.RequestContext(**told | more)
            self.assertTrue(policy.check(other, rules.CREATE))
        self.assertFalse(policy.check(self.reader, rules.CREATE))

    def test_tools_find_the_enforcer(self):
        self.assertIs(policy.get_enforcer(), policy.get_enforcer())
        self.assertIn(rules.LIST, policy.get_enforcer().registered_rules)
