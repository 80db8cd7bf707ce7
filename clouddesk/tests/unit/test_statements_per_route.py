"""What a request costs the database: the same for few rows and for many.

The requests are those of ``policies/matrix.yaml``, and further forms of them.
A new route needs a number here; one that is larger for more rows is a defect.
"""

import collections
import re

from clouddesk.api import exposure
from clouddesk.api.controllers import root
from clouddesk.cloud import types
from clouddesk.tests.unit import filling
from clouddesk.tests.unit.api import base
from clouddesk.tests.unit.db import base as db_base
from clouddesk.tests.unit.policies import test_matrix as matrix

#: Things of each noun that there are, and that one request is about.
FEW = 5
MANY = 50

#: SQL statements of each route.
STATEMENTS = {
    'GET /v1/capabilities': 0,
    'GET /v1/checks': 0,
    'GET /v1/courses': 3,
    'POST /v1/courses': 3,
    'DELETE /v1/courses/{course_id}': 4,
    'GET /v1/courses/{course_id}': 2,
    'PATCH /v1/courses/{course_id}': 6,
    'POST /v1/courses/{course_id}/actions/end': 4,
    'POST /v1/courses/{course_id}/actions/start': 11,
    'GET /v1/desktops': 2,
    'POST /v1/desktops': 7,
    'POST /v1/desktops/actions/delete': 9,
    'POST /v1/desktops/actions/lock': 4,
    'POST /v1/desktops/actions/reboot': 8,
    'POST /v1/desktops/actions/rebuild': 8,
    'POST /v1/desktops/actions/retry': 8,
    'POST /v1/desktops/actions/start': 8,
    'POST /v1/desktops/actions/stop': 8,
    'POST /v1/desktops/actions/unlock': 4,
    'GET /v1/desktops/export': 3,
    'DELETE /v1/desktops/{desktop_id}': 8,
    'GET /v1/desktops/{desktop_id}': 1,
    'PATCH /v1/desktops/{desktop_id}': 3,
    'POST /v1/desktops/{desktop_id}/actions/assign': 5,
    'POST /v1/desktops/{desktop_id}/actions/console': 2,
    'POST /v1/desktops/{desktop_id}/actions/create_image': 8,
    'POST /v1/desktops/{desktop_id}/actions/delete': 8,
    'POST /v1/desktops/{desktop_id}/actions/lock': 4,
    'POST /v1/desktops/{desktop_id}/actions/login': 3,
    'POST /v1/desktops/{desktop_id}/actions/migrate': 8,
    'POST /v1/desktops/{desktop_id}/actions/protect': 4,
    'POST /v1/desktops/{desktop_id}/actions/reboot': 7,
    'POST /v1/desktops/{desktop_id}/actions/rebuild': 7,
    'POST /v1/desktops/{desktop_id}/actions/release': 4,
    'POST /v1/desktops/{desktop_id}/actions/retry': 7,
    'POST /v1/desktops/{desktop_id}/actions/start': 7,
    'POST /v1/desktops/{desktop_id}/actions/stop': 7,
    'POST /v1/desktops/{desktop_id}/actions/unassign': 4,
    'POST /v1/desktops/{desktop_id}/actions/unlock': 4,
    'POST /v1/desktops/{desktop_id}/actions/unprotect': 4,
    'GET /v1/differences': 0,
    'POST /v1/differences/actions/repair': 1,
    'GET /v1/events': 1,
    'GET /v1/image-builds': 1,
    'POST /v1/image-builds': 8,
    'DELETE /v1/image-builds/{image_build_id}': 9,
    'GET /v1/image-builds/{image_build_id}': 1,
    'PATCH /v1/image-builds/{image_build_id}': 3,
    'POST /v1/image-builds/{image_build_id}/actions/cancel': 5,
    'POST /v1/image-builds/{image_build_id}/actions/finish': 9,
    'POST /v1/image-builds/{image_build_id}/actions/retry': 10,
    'GET /v1/images': 1,
    'POST /v1/images': 2,
    'POST /v1/images/actions/delete': 10,
    'POST /v1/images/actions/retire': 9,
    'GET /v1/images/export': 0,
    'GET /v1/images/usage': 0,
    'DELETE /v1/images/{image_id}': 10,
    'GET /v1/images/{image_id}': 1,
    'PATCH /v1/images/{image_id}': 2,
    'POST /v1/images/{image_id}/actions/activate': 3,
    'POST /v1/images/{image_id}/actions/check': 3,
    'POST /v1/images/{image_id}/actions/import': 1,
    'GET /v1/images/{image_id}/imports': 0,
    'POST /v1/images/{image_id}/actions/respond': 2,
    'POST /v1/images/{image_id}/actions/deactivate': 3,
    'POST /v1/images/{image_id}/actions/restore': 5,
    'POST /v1/images/{image_id}/actions/retire': 9,
    'GET /v1/images/{image_id}/history': 1,
    'DELETE /v1/images/{image_id}/login': 3,
    'GET /v1/images/{image_id}/login': 1,
    'PUT /v1/images/{image_id}/login': 4,
    'GET /v1/limits': 1,
    'GET /v1/pools': 3,
    'POST /v1/pools': 8,
    'DELETE /v1/pools/{pool_id}': 11,
    'GET /v1/pools/{pool_id}': 4,
    'PATCH /v1/pools/{pool_id}': 6,
    'POST /v1/pools/{pool_id}/actions/add_members': 9,
    'POST /v1/pools/{pool_id}/actions/adopt': 2,
    'POST /v1/pools/{pool_id}/actions/remove_members': 8,
    'POST /v1/pools/{pool_id}/actions/resize': 14,
    'POST /v1/pools/{pool_id}/actions/retry': 14,
    'POST /v1/pools/{pool_id}/actions/take': 7,
    'GET /v1/templates': 2,
    'POST /v1/templates': 3,
    'DELETE /v1/templates/{template_id}': 8,
    'GET /v1/templates/{template_id}': 2,
    'PATCH /v1/templates/{template_id}': 6,
    'GET /v1/templates/{template_id}/revisions': 3,
    'GET /v1/work-orders': 2,
    'POST /v1/work-orders/actions/cancel': 4,
    'POST /v1/work-orders/actions/pause': 4,
    'POST /v1/work-orders/actions/resume': 4,
    'POST /v1/work-orders/actions/retry': 9,
    'GET /v1/work-orders/{work_order_id}': 2,
    'POST /v1/work-orders/{work_order_id}/actions/cancel': 4,
    'POST /v1/work-orders/{work_order_id}/actions/pause': 4,
    'POST /v1/work-orders/{work_order_id}/actions/resume': 4,
    'POST /v1/work-orders/{work_order_id}/actions/retry': 9,
}

#: Answers that show more where there is more.
GROWING = frozenset(
    {
        'GET /v1/courses',
        'GET /v1/desktops',
        'GET /v1/desktops/export',
        'GET /v1/events',
        'GET /v1/image-builds',
        'GET /v1/images',
        'GET /v1/images/export',
        'GET /v1/images/{image_id}/history',
        'GET /v1/pools',
        'GET /v1/templates',
        'GET /v1/templates/{template_id}/revisions',
        'GET /v1/work-orders',
    }
)
#: But for one row, and what cannot be counted.
_EVEN = ('?limit=1', '?format=xlsx')

_SPEC = '"image_id": "{image_id}", "flavor_id": "{flavor_id}"'
_OFF = ' {"filter": {"status": ["off"]}}'
_RUNNING = ' {"filter": {"status": ["running"]}}'
_FAULT = ' {"filter": {"status": ["fault"]}}'
_EXAM = ' {"filter": {"tags": ["exam"], "status": ["running"]}}'
_FROM_TEMPLATE = ' {"name": "tpl{serial}", "template_id": "{template_id}"}'
_SIZED = _FROM_TEMPLATE.replace('{"name"', '{"size": 1, "name"')

#: SQL statements of the forms of each route: what follows its path.
FORMS = {
    'GET /v1/courses': {
        '?limit=1': 3,
        '?sort_key=name': 3,
        '?status=idle': 3,
        '?template_id={template_id}': 3,
        '?image_id={image_id}': 3,
        '?drift=true': 3,
        '?all_projects=true': 3,
    },
    'POST /v1/courses': {
        '?dry_run=true': 3,
        '?dry_run=true' + _SIZED: 6,
        _SIZED: 6,
        ' {"name": "c{serial}", "size": 1, %s, "roster": {"users": ["u"]}}'
        % _SPEC: 4,
    },
    'PATCH /v1/courses/{course_id}': {
        ' {"template_id": "{template_id}"}': 10,
        ' {"roster": {"users": ["u"]}}': 10,
    },
    'GET /v1/desktops': {
        '?limit=1': 2,
        '?sort_key=name': 2,
        '?summary=true': 3,
        '?status=running': 2,
        '?pool_id={pool_id}': 2,
        '?image_id={image_id}': 2,
        '?flavor_id={flavor_id}': 2,
        '?network_id={network_id}': 2,
        '?work_order_id={work_order_id}': 2,
        '?template_id={template_id}': 2,
        '?drift=true': 2,
        '?assignee_id=user-assignee': 2,
        '?mine=true': 2,
        '?tags=exam': 2,
        '?tags-any=exam,other': 2,
        '?q=copy': 2,
        '?all_projects=true': 2,
        '?all_projects=true&summary=true': 3,
    },
    'POST /v1/desktops': {
        '?dry_run=true': 6,
        '?dry_run=true' + _FROM_TEMPLATE: 8,
        _FROM_TEMPLATE: 9,
        ' {"name": "Ada", %s, "tags": ["exam", "maths"]}' % _SPEC: 8,
    },
    'POST /v1/desktops/actions/delete': {_RUNNING: 13, _EXAM: 13},
    'POST /v1/desktops/actions/lock': {_RUNNING: 6},
    'POST /v1/desktops/actions/reboot': {_RUNNING: 11},
    'POST /v1/desktops/actions/rebuild': {_RUNNING: 11},
    'POST /v1/desktops/actions/retry': {_FAULT: 11},
    'POST /v1/desktops/actions/start': {_OFF: 11},
    'POST /v1/desktops/actions/stop': {_RUNNING: 11},
    'POST /v1/desktops/actions/unlock': {_RUNNING: 6},
    'GET /v1/desktops/export': {
        '?format=xlsx': 3,
        '?columns=id,name': 3,
        '?status=running': 3,
        '?all_projects=true': 3,
    },
    'GET /v1/differences': {'?all_projects=true': 1},
    'POST /v1/differences/actions/repair': {'?all_projects=true': 2},
    'GET /v1/events': {
        '?limit=1': 1,
        '?action=image.retire': 1,
        '?outcome=success': 1,
        '?user_id=user-assignee': 1,
        '?subject_type=image': 1,
        '?subject_id={image_id}': 1,
        '?request_id=req-told': 1,
        '?since=2026-01-01T00:00:00Z': 1,
        '?until=2999-01-01T00:00:00Z': 1,
        '?all_projects=true': 1,
    },
    'GET /v1/image-builds': {
        '?limit=1': 1,
        '?sort_key=name': 1,
        '?status=configurable': 1,
        '?kind=system': 1,
        '?source_id={image_id}': 1,
        '?all_projects=true': 1,
    },
    'POST /v1/image-builds': {
        '?dry_run=true': 7,
        _FROM_TEMPLATE: 10,
    },
    'GET /v1/images': {
        '?limit=1': 1,
        '?sort_key=name': 1,
        '?status=all': 1,
        '?visibility=all': 1,
        '?kind=system': 1,
        '?hidden=true': 1,
        '?tag=exam': 1,
        '?q=linux': 1,
    },
    'POST /v1/images/actions/delete': {' {"image_ids": {image_ids}}': 10},
    'POST /v1/images/actions/retire': {' {"image_ids": {image_ids}}': 10},
    'GET /v1/images/export': {
        '?format=xlsx': 0,
        '?columns=id,name': 0,
        '?status=all': 0,
    },
    'GET /v1/images/{image_id}/history': {
        '?limit=1': 1,
        '?action=image.retire': 1,
        '?outcome=success': 1,
        '?user_id=user-assignee': 1,
        '?since=2026-01-01T00:00:00Z': 1,
    },
    'GET /v1/limits': {'?project_id=elsewhere': 1},
    'GET /v1/pools': {
        '?limit=1': 3,
        '?sort_key=name': 3,
        '?template_id={template_id}': 3,
        '?drift=true': 3,
        '?all_projects=true': 3,
    },
    'POST /v1/pools': {
        '?dry_run=true': 7,
        '?dry_run=true' + _SIZED: 9,
        _SIZED: 10,
    },
    'POST /v1/pools/{pool_id}/actions/resize': {'?dry_run=true': 13},
    'GET /v1/templates': {
        '?limit=1': 2,
        '?sort_key=name': 2,
        '?visibility=exclusive': 2,
        '?department=maths': 2,
        '?all_projects=true': 1,
    },
    'POST /v1/templates': {'?dry_run=true': 2},
    'PATCH /v1/templates/{template_id}': {
        ' {"flavor_id": "{flavor_id}", "keep_running": true}': 5
    },
    'GET /v1/work-orders': {
        '?limit=1': 2,
        '?status=queued': 2,
        '?kind=desktop.create': 2,
        '?subject_id={image_id}': 2,
        '?desktop_id={desktop_id}': 2,
        '?image_id={image_id}': 2,
        '?all_projects=true': 2,
    },
}

#: What many things of a body are made of.
_LISTS = {
    'desktop_ids': 'desktop_id',
    'image_ids': 'image_id',
    'work_order_ids': 'work_order_id',
}
_PEOPLE = ('user_ids', 'group_ids', 'users', 'groups', 'members')
#: Rules of queries, whose rows come first.
_WIDE = ('clouddesk:all_projects', 'clouddesk:whole_project')
_QUERIES = ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'WITH')
_ID = re.compile('[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')


def routes():
    """Each route that asks for a token, and a request of it that is good."""
    asked = {}
    for rule, rows in matrix.RULES.items():
        for row in rows:
            name = row['request'].split('?')[0].split(' ')
            name = ' '.join(name[:2]).replace('{floating_id}', '{desktop_id}')
            if rule not in _WIDE:
                asked.setdefault(name, row)
    for name, is_public in _walk():
        if not is_public:
            yield name, asked[name]


def _walk():
    for method, path, function in exposure.walk(root.Root()):
        is_public = function.route.rule == exposure.PUBLIC
        yield '%s %s' % (method, path), is_public


def formed(row, form):
    """The row of a route with another query or another body.

    :param form: what follows the path; without a body it has that of the row
    """
    method, url, *body = row['request'].split(' ', 2)
    path, _mark, _query = url.partition('?')
    query, *own = form.split(' ', 1)
    return row | {'request': ' '.join([method, path + query, *(own or body)])}


def is_reading(name, form):
    """Whether it leaves everything as it is."""
    return name.startswith('GET ') or 'dry_run' in form


class StatementsTest(filling.Filling, base.ApiTest):
    def setUp(self):
        super().setUp()
        for name in matrix.OWN:
            self.add_token(name, base.PROJECT, matrix.ROLES[name])
        self.cloud.tenant.compute.console.return_value = types.Console(
            'novnc', 'vnc', 'http://x.example/'
        )
        self.conductor.prepare.return_value.call.return_value = []
        self.config(
            group='desktop', max_batch_size=MANY, max_action_size=10 * MANY
        )
        self.cloud.tenant.quotas.compute.return_value = dict.fromkeys(
            base.PLENTIFUL['compute'], types.Limit(10**9, 0)
        )
        self.keep_secrets()
        self.prepare()

    def make_full(self, row, size):
        self.size = size
        self.fill(row.get('given', {}))

    def cost(self, name, row, form=''):
        """What a request sends, and how many rows it is answered with."""
        given = row.get('given', {})
        there = self.there if form else {}
        method, url, body = self.filled(
            formed(row, form) if form else row,
            lambda place: there.get(place) or self.makers[place](given),
        )
        self.enlarge(name, row, body)
        self.tell(_ID.findall(url))
        persona = self.persona(row, form)
        # What is remembered from now on.
        self.get('/v1/desktops?limit=1', persona)
        with db_base.statements() as sent:
            answer = self.call(method, url, body, persona)
            # Some come piece by piece.
            rows = _rows(answer)
        self.assertEqual(
            200 if '?' in form else _allowed(row)[persona],
            answer.status_int,
            (name, form, answer.body),
        )
        return [each for each in sent if each.startswith(_QUERIES)], rows

    def persona(self, row, form):
        if 'all_projects' in form or 'project_id' in form:
            return 'admin'
        if 'mine' in form:
            return 'assignee'
        for name in ('member', 'manager', 'admin'):
            if _allowed(row)[name] not in (403, 404):
                return name
        self.fail('nobody may: %s' % row)

    def enlarge(self, name, row, body):
        """Let the body be about many things."""
        given = row.get('given', {})
        for key, place in _LISTS.items():
            if body and key in body:
                body[key] += [
                    self.makers[place](given) for _each in range(self.size - 1)
                ]
        for part in (body, (body or {}).get('roster')):
            for key in _PEOPLE:
                if part and key in part:
                    people = range(self.size - 1)
                    part[key] += ['person%d' % n for n in people]
        if name == 'POST /v1/desktops':
            body['count'] = self.size
        if name in ('POST /v1/pools', 'POST /v1/courses'):
            body['size'] = self.size
        if name.endswith('/resize'):
            body['size'] = 2 * self.size

    def assert_more(self, name, form, few, many):
        if name in GROWING and form not in _EVEN:
            self.assertLessEqual(few + MANY - FEW, many, (name, form))

    # -- the tests ------------------------------------------------------------

    def test_every_route_has_a_number(self):
        known = {name for name, _row in routes()}
        self.assertEqual(known, set(STATEMENTS))
        self.assertEqual(set(), (set(FORMS) | GROWING) - known)

    def test_public_routes_send_none(self):
        public = [name.split(' ') for name, is_public in _walk() if is_public]
        self.assertIn(['GET', '/v1/openapi.json'], public)
        with db_base.statements() as sent:
            for method, path in public:
                answer = self.call(method, path, persona=None)
                self.assertEqual(200, answer.status_int, path)
        self.assertEqual([], sent)


def _allowed(row):
    return dict(zip(matrix.OWN, row['own'], strict=True))


def _rows(answer):
    """How many things an answer shows."""
    if answer.content_type != 'application/json' or not answer.body:
        return answer.body.count(b'\n')
    lists = [each for each in answer.json.values() if isinstance(each, list)]
    return max(map(len, lists), default=0)


def _test_of(name, row, form, number):
    def test(self):
        self.make_full(row, FEW)
        few, _rows = self.cost(name, row, form)
        self.make_full(row, MANY)
        many, _rows = self.cost(name, row, form)
        self.assertEqual(
            [number] * 2,
            [len(few), len(many)],
            '%s%s\n%s'
            % (name, form, '\n'.join(each[:200] for each in many[:60])),
        )

    return test


def _test_of_reading(asked):
    """All requests for a noun that change nothing, about the same things."""

    def costs(self, size):
        self.make_full({}, size)
        return {
            name + form: self.cost(name, row, form)
            for name, row, form, _number in asked
        }

    def test(self):
        numbers = {name + form: number for name, _row, form, number in asked}
        few = costs(self, FEW)
        many = costs(self, MANY)
        for found in (few, many):
            counts = {key: len(sent) for key, (sent, _rows) in found.items()}
            self.assertEqual(numbers, counts)
        for name, _row, form, _number in asked:
            key = name + form
            self.assert_more(name, form, few[key][1], many[key][1])

    return test


def _add(test, *of):
    method = 'test_' + re.sub(r'\W+', '_', ''.join(of)).strip('_')
    assert not hasattr(StatementsTest, method), method
    setattr(StatementsTest, method, test)


def _add_all():
    reading = collections.defaultdict(list)
    for name, row in routes():
        numbers = {'': STATEMENTS.get(name, 0)} | FORMS.get(name, {})
        for form, number in numbers.items():
            if is_reading(name, form):
                noun = name.split('/')[2]
                reading[noun].append((name, row, form, number))
            else:
                _add(_test_of(name, row, form, number), name, form)
    for noun, asked in reading.items():
        _add(_test_of_reading(asked), 'reading_', noun)


_add_all()
