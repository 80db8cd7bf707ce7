"""Who may do what, for every rule and every persona."""

import itertools

from oslo_policy import policy as oslo_policy
from oslotest import base

from clouddesk import conf
from clouddesk import context
from clouddesk import policies
from clouddesk import policy

MINE, THEIRS = 'a', 'b'

PERSONAS = {
    'nobody': [],
    'service': ['service'],
    'reader': ['reader'],
    'member': ['member', 'reader'],
    'manager': ['manager', 'member', 'reader'],
    'admin': ['admin', 'manager', 'member', 'reader'],
}

LOOK = {'reader', 'member', 'manager', 'admin'}
CHANGE = {'member', 'manager', 'admin'}
MANAGE = {'manager', 'admin'}
RULE = {'admin'}

MATRIX = {
    'clouddesk:all_projects': RULE,
    # Nothing for people who only use desktops.
    'clouddesk:templates:list': CHANGE,
    'clouddesk:templates:get': CHANGE,
    'clouddesk:templates:share': MANAGE,
}
for _noun, _verbs in (
    (
        'desktops',
        'create update delete console start stop reboot retry rebuild',
    ),
    ('pools', 'create update resize retry adopt delete'),
    ('templates', 'create update delete'),
    ('work_orders', 'retry pause resume cancel'),
):
    for _verb in ('list', 'get'):
        MATRIX.setdefault('clouddesk:%s:%s' % (_noun, _verb), LOOK)
    for _verb in _verbs.split():
        MATRIX['clouddesk:%s:%s' % (_noun, _verb)] = CHANGE


class MatrixTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        conf.CONF([], default_config_files=[], default_config_dirs=[])
        policy.reset()
        self.addCleanup(policy.reset)

    def allowed(self, rule, project_id):
        return {
            name
            for name, roles in PERSONAS.items()
            if policy.check(
                context.RequestContext(
                    project_id=MINE, roles=roles, overwrite=False
                ),
                rule,
                {'project_id': project_id},
            )
        }

    def test_every_rule_is_in_the_matrix(self):
        documented = {
            rule.name
            for rule in policies.list_rules()
            if isinstance(rule, oslo_policy.DocumentedRuleDefault)
        }
        self.assertEqual(set(MATRIX), documented)

    def test_in_the_own_project(self):
        for rule, expected in MATRIX.items():
            self.assertEqual(expected, self.allowed(rule, MINE), rule)

    def test_in_another_project_only_admins(self):
        for rule in MATRIX:
            self.assertEqual(RULE, self.allowed(rule, THEIRS), rule)


class RulesTest(base.BaseTestCase):
    def test_nothing_is_allowed_to_all(self):
        for rule in policies.list_rules():
            self.assertNotIn(rule.check_str, ('', '@'), rule.name)

    def test_only_project_scope(self):
        for rule in policies.list_rules():
            self.assertIn(rule.scope_types, (None, ['project']), rule.name)

    def test_names_are_unique_and_described(self):
        names = [rule.name for rule in policies.list_rules()]
        self.assertEqual(len(set(names)), len(names))
        for rule in policies.list_rules():
            self.assertTrue(rule.description.endswith(('.', 'projects.')))

    def test_no_deprecated_halves(self):
        rules = list(policies.list_rules())
        self.assertFalse([r for r in rules if r.deprecated_rule])

    def test_aliases_exist(self):
        names = {rule.name for rule in policies.list_rules()}
        for rule in policies.list_rules():
            words = itertools.chain(rule.check_str.split())
            for word in words:
                if word.startswith('rule:'):
                    self.assertIn(word.removeprefix('rule:'), names)
