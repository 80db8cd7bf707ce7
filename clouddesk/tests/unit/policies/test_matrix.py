"""Who may do what, for every rule, every route and every persona.

What is expected stands in ``matrix.yaml``; each cell is a real request.
"""

from collections.abc import Callable
import itertools
import json
import pathlib
import re
from typing import Any

from oslo_policy import policy as oslo_policy
from oslo_utils import uuidutils
from oslotest import base as oslo_base
import yaml

from clouddesk import policies
from clouddesk.api import exposure
from clouddesk.api.controllers import root
from clouddesk.cloud import types
from clouddesk.db.api import work_orders
from clouddesk.tests.unit.api import base

_FILE = pathlib.Path(__file__).with_name('matrix.yaml')
RULES = yaml.safe_load(_FILE.read_text())['rules']

OWN = ('service', 'reader', 'assignee', 'member', 'manager', 'admin')
OTHER = ('service', 'reader', 'member', 'manager', 'admin')
ROLES = base.PERSONAS | {'service': ['service'], 'assignee': ['reader']}

_REQUEST = re.compile(r'(\w+) ([^ ?]+)(\?\S+)?(?: ({.*))?', re.DOTALL)
_PLACE = re.compile(r'{(\w+)}')

#: Tables of what rows are made of.
_TABLES = {
    'desktop': 'desktops',
    'pool': 'pools',
    'work_order': 'work_orders',
}
_CONSOLE = types.Console('novnc', 'vnc', 'http://x.example/')


class Asking:
    """Makes what a request is about, anew for every question.

    To let a new placeholder stand in ``matrix.yaml``, give its maker to
    :attr:`makers`.
    """

    #: What things are made from, and whose they are.
    image_id = base.IMAGE
    flavor_id = base.FLAVOR
    assignee_id = 'user-assignee'

    #: Of the test that asks, see ``ApiTest``.
    cloud: Any
    make_desktops: Callable[..., Any]
    make_order: Callable[..., Any]
    make_pool: Callable[..., Any]
    post: Callable[..., Any]
    sql: Callable[..., Any]

    def prepare(self):
        self._serial = itertools.count(1)
        self.makers = {
            'serial': lambda given: str(next(self._serial)),
            'image_id': self.make_image,
            'flavor_id': lambda given: self.flavor_id,
            'desktop_id': self.make_one_desktop,
            'desktop_name': self.make_named_desktop,
            'floating_id': self.make_floating,
            'pool_id': self.make_one_pool,
            'course_id': self.make_course,
            'template_id': self.make_template,
            'image_build_id': self.make_image_build,
            'work_order_id': self.make_one_order,
        }

    def question(self, row):
        """Method, URL and body of a row, about what is made for it."""
        return self.filled(
            row, lambda name: self.makers[name](row.get('given', {}))
        )

    @staticmethod
    def filled(row, make):
        """Method, URL and body of a row.

        :param make: what stands in a place, by its name; asked once for each
        """
        method, path, query, body = _REQUEST.fullmatch(row['request']).groups()
        made = {}

        def fill(match):
            name = match.group(1)
            if name not in made:
                made[name] = make(name)
            return made[name]

        url = _PLACE.sub(fill, path + (query or ''))
        wanted = json.loads(_PLACE.sub(fill, body)) if body else None
        if wanted is None and method == 'POST':
            wanted = {}
        return method, url, wanted

    # -- what requests are about ------------------------------------------

    def change(self, noun, id_, values):
        for column, value in values.items():
            self.sql(
                'UPDATE %s SET %s = :value WHERE id = :id'
                % (_TABLES[noun], column),
                value=value,
                id=id_,
            )

    def assign(self, desktop_id):
        values = {'type': 'user', 'id': self.assignee_id}
        values = {'assignee_%s' % key: value for key, value in values.items()}
        values['assigned_at'] = '2026-01-01 00:00:00.000000'
        self.change('desktop', desktop_id, values)

    def make_one_desktop(self, given):
        (desktop_id,) = self.make_desktops(1)
        self.assign(desktop_id)
        self.change('desktop', desktop_id, given.get('desktop', {}))
        return desktop_id

    def make_named_desktop(self, given):
        name = 'desk%d' % next(self._serial)
        self.change('desktop', self.make_one_desktop(given), {'name': name})
        return name

    def make_one_pool(self, given, size=2):
        name = 'class%d' % next(self._serial)
        pool_id = self.make_pool(size, name)
        self.sql(
            'INSERT INTO pool_members (pool_id, assignee_type, assignee_id) '
            "VALUES (:id, 'user', :assignee)",
            id=pool_id,
            assignee=self.assignee_id,
        )
        self.change('pool', pool_id, given.get('pool', {}))
        return pool_id

    def make_floating(self, given):
        pool_id = self.make_one_pool({'pool': {'persistence': 'floating'}}, 0)
        desktop_id = self.make_one_desktop(given)
        self.change('desktop', desktop_id, {'pool_id': pool_id, 'slot': 1})
        return desktop_id

    def make_image(self, given):
        if 'image' in given:
            return self.make_own_image(**given['image'])
        return self.image_id

    def make_own_image(self, shared=False, **columns):
        """One of the project that nothing refers to.

        :param shared: it is another project's, which shares it
        """
        if shared:
            columns |= {'owner': '0c' * 16, 'visibility': 'shared'}
        return self.cloud.add_image(**columns).id

    def make_course(self, given):
        course = {'name': 'maths%d' % next(self._serial), 'size': 1}
        course |= {'image_id': self.image_id, 'flavor_id': self.flavor_id}
        return self.post('/v1/courses', course).json['id']

    def make_image_build(self, given):
        """One with a builder; ``given`` may have a status of its order."""
        status = given.get('image_build')
        build_id = uuidutils.generate_uuid()
        order_id = self.make_order(status) if status else None
        if status:
            self.sql(
                "UPDATE work_orders SET kind = 'image.generate', "
                "subject_type = 'image_build', subject_id = :build, "
                "subject_name = 'win' WHERE id = :id",
                id=order_id,
                build=build_id,
            )
        if status == 'failed':
            self.sql(
                "UPDATE desktops SET status = 'fault', work_order_id = NULL "
                'WHERE work_order_id = :id',
                id=order_id,
            )
        self.sql(
            'INSERT INTO image_builds (id, project_id, user_id, name, note, '
            'kind, source_type, source_id, properties, builder_id, '
            "created_at, updated_at, work_order_id) SELECT :id, project_id, "
            "user_id, 'win', '', 'system', 'image', image_id, '{}', id, "
            'created_at, updated_at, :order_id FROM desktops WHERE id = :of',
            id=build_id,
            order_id=order_id,
            of=self._of_order(order_id)
            if order_id
            else self.make_one_desktop({}),
        )
        return build_id

    def _of_order(self, order_id):
        item, *_others = work_orders.get(order_id).items
        return item.subject_id

    def make_template(self, given):
        template = {'name': 'win%d' % next(self._serial)}
        template |= {'image_id': self.image_id, 'flavor_id': self.flavor_id}
        return self.post('/v1/templates', template).json['id']

    def make_one_order(self, given):
        order_id = self.make_order()
        values = {'user_id': self.assignee_id} | given.get('work_order', {})
        self.change('work_order', order_id, values)
        if values.get('status') == 'failed':
            self.sql(
                "UPDATE desktops SET status = 'fault', work_order_id = NULL "
                'WHERE work_order_id = :id',
                id=order_id,
            )
        return order_id


class MatrixTestCase(Asking, base.ApiTest):
    def setUp(self):
        super().setUp()
        for name in OWN:
            self.add_token(name, base.PROJECT, ROLES[name])
        for name in OTHER:
            self.add_token('other-' + name, base.OTHER_PROJECT, ROLES[name])
        self.cloud.tenant.compute.console.return_value = _CONSOLE
        # What is asked with a longer patience answers lists.
        self.conductor.prepare.return_value.call.return_value = []
        self.keep_secrets()
        self.prepare()

    def assert_cells(self, rows):
        wrong = []
        for row in rows:
            cells = list(zip(OWN, row['own'], strict=True))
            cells += [
                ('other-' + name, status)
                for name, status in zip(OTHER, row['other'], strict=True)
            ]
            for persona, status in cells:
                answer = self.call(*self.question(row), persona)
                if answer.status_int != status:
                    wrong.append(
                        '%s as %s: %d instead of %d: %s'
                        % (
                            row['request'],
                            persona,
                            answer.status_int,
                            status,
                            answer.text[:300],
                        )
                    )
        self.assertEqual([], wrong)


class MatrixTest(MatrixTestCase):
    """One test for each rule; see the end of the module."""


class ListsTest(MatrixTestCase):
    def test_how_much_is_seen(self):
        self.make_one_desktop({})
        self.make_one_pool({}, 0)
        self.make_one_order({})
        self.sql(
            "UPDATE desktops SET assignee_type = 'user', "
            "assignee_id = 'user-assignee' "
            'WHERE work_order_id IS NULL'
        )
        self.sql('DELETE FROM desktops WHERE work_order_id IS NOT NULL')
        self.sql("DELETE FROM work_orders WHERE user_id = 'ada'")
        for noun in ('desktops', 'pools', 'work-orders'):
            path = '/v1/%s' % noun
            (row,) = [
                row
                for rows in RULES.values()
                for row in rows
                if row['request'] == 'GET ' + path
            ]
            for persona, status, count in zip(
                OWN, row['own'], row['rows'], strict=True
            ):
                if status == 200:
                    answer = self.get(path, persona).json
                    found = answer[noun.replace('-', '_')]
                    self.assertEqual(count, len(found), (path, persona))
            for persona in OTHER[1:]:
                answer = self.get(path, 'other-' + persona).json
                self.assertEqual([], answer[noun.replace('-', '_')])


class CompleteTest(oslo_base.BaseTestCase):
    def test_every_rule_has_a_row(self):
        documented = {
            rule.name
            for rule in policies.list_rules()
            if isinstance(rule, oslo_policy.DocumentedRuleDefault)
        }
        self.assertEqual(documented, set(RULES))

    def test_every_route_has_a_row(self):
        """For the rule that guards it."""
        asked = set()
        for name, rows in RULES.items():
            for row in rows:
                method, path = row['request'].partition('?')[0].split()[:2]
                path = path.replace('{floating_id}', '{desktop_id}')
                asked.add((name, method, path))
        routes = {
            (function.route.rule, method, path)
            for method, path, function in exposure.walk(root.Root())
            if function.route.rule != exposure.PUBLIC
        }
        self.assertEqual(set(), routes - asked)


class RulesTest(oslo_base.BaseTestCase):
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


def _test_of(rows):
    def test(self):
        self.assert_cells(rows)

    return test


for _name, _rows in RULES.items():
    _method = 'test_' + re.sub(r'\W', '_', _name.removeprefix('clouddesk:'))
    setattr(MatrixTest, _method, _test_of(_rows))
