"""What a request costs the database: the same for few rows and for many.

The requests are those of ``policies/matrix.yaml``. A new route needs a number
here; one that is larger for more rows is a defect.
"""

import re
import uuid

import sqlalchemy as sa

from clouddesk import db
from clouddesk.api import exposure
from clouddesk.api.controllers import root
from clouddesk.cloud import types
from clouddesk.db import models
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import images as images_db
from clouddesk.tests.unit.api import base
from clouddesk.tests.unit.db import base as db_base
from clouddesk.tests.unit.policies import test_matrix as matrix

#: Desktops, pools, orders, templates, courses that there are, and things
#: that one request is about.
FEW = 5
MANY = 50

#: SQL statements of each route.
STATEMENTS = {
    'GET /v1/capabilities': 0,
    'GET /v1/checks': 0,
    'GET /v1/courses': 2,
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
    'GET /v1/pools': 2,
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

#: What many things of a body are made of.
_LISTS = {
    'desktop_ids': 'desktop_id',
    'image_ids': 'image_id',
    'work_order_ids': 'work_order_id',
}
_PEOPLE = ('user_ids', 'group_ids', 'users', 'groups', 'members')
_QUERIES = ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'WITH')


def routes():
    """Each route that asks for a token, and a request of it that is good."""
    asked = {}
    for rule, rows in matrix.RULES.items():
        for row in rows:
            name = row['request'].split('?')[0].split(' ')
            name = ' '.join(name[:2]).replace('{floating_id}', '{desktop_id}')
            if rule != 'clouddesk:all_projects':
                asked.setdefault(name, row)
    for method, path, function in exposure.walk(root.Root()):
        if function.route.rule != exposure.PUBLIC:
            name = '%s %s' % (method, path)
            yield name, asked[name]


class StatementsTest(matrix.Asking, base.ApiTest):
    def setUp(self):
        super().setUp()
        for name in matrix.OWN:
            self.add_token(name, base.PROJECT, matrix.ROLES[name])
        self.cloud.tenant.compute.console.return_value = types.Console(
            'novnc', 'vnc', 'http://x.example/'
        )
        self.conductor.prepare.return_value.call.return_value = []
        self.config(group='desktop', max_batch_size=MANY)
        self.cloud.tenant.quotas.compute.return_value = dict.fromkeys(
            base.PLENTIFUL['compute'], types.Limit(10**9, 0)
        )
        self.keep_secrets()
        self.prepare()

    def cost(self, name, row, size):
        """What a request sends when there are so many of everything."""
        self.size = size
        self.fill()
        method, url, body = self.question(row)
        self.enlarge(name, row, body)
        persona = self.persona(row)
        # What is remembered from now on.
        self.get('/v1/desktops?limit=1', persona)
        with db_base.statements() as sent:
            answer = self.call(method, url, body, persona)
        self.assertEqual(
            dict(zip(matrix.OWN, row['own'], strict=True))[persona],
            answer.status_int,
            (name, answer.text),
        )
        return [each for each in sent if each.startswith(_QUERIES)]

    def persona(self, row):
        allowed = dict(zip(matrix.OWN, row['own'], strict=True))
        for name in ('member', 'manager', 'admin'):
            if allowed[name] not in (403, 404):
                return name
        self.fail('nobody may: %s' % row)

    # -- many -----------------------------------------------------------------

    def fill(self):
        """Many of everything, as copies of one."""
        given = {}
        template_id = self.make_template(given)
        pool_id = super().make_one_pool(given, 0)
        pools = self.copies(models.Pool, pool_id)
        desktop_id = self.make_one_desktop(given)
        self.copies(models.Desktop, desktop_id, pool_id=pools)
        self.copies(models.Course, self.make_course(given))
        self.copies(models.Template, template_id)
        self.copies(models.WorkOrder, self.make_order())
        builders = [None] * self.size
        build_id = self.make_image_build(given)
        self.copies(models.ImageBuild, build_id, builder_id=builders)
        image = self.cloud.user.image.get(self.image_id)
        images_db.update(images_db.Known.of(image), {})
        self.sql(
            'UPDATE desktops SET template_id = :id, template_revision = 1',
            id=template_id,
        )
        self.sql(
            'INSERT INTO desktop_tags (desktop_id, tag) '
            "SELECT id, 'exam' FROM desktops WHERE id NOT IN "
            '(SELECT desktop_id FROM desktop_tags)'
        )

    def copies(self, model, id_, **columns):
        """:param columns: the values of each copy, by name"""
        table = model.__table__
        ids = [str(uuid.uuid4()) for _each in range(self.size)]
        fresh = {
            'id': ids,
            'name': ['copy%d' % next(self._serial) for _each in ids],
            'server_id': ids,
            'slot': [1] * self.size,
            **columns,
        }
        with db.engine().begin() as connection:
            query = sa.select(table).where(table.c.id == id_)
            row = connection.execute(query).one()._asdict()
            new = [
                row | {key: fresh[key][n] for key in fresh if key in row}
                for n in range(self.size)
            ]
            connection.execute(sa.insert(table), new)
        return ids

    def make_one_pool(self, given, size=None):
        pool_id = super().make_one_pool(
            given, self.size if size is None else size
        )
        if 'size' in given.get('pool', {}):
            # It lacks some.
            self.change('pool', pool_id, {'size': 2 * self.size})
        return pool_id

    def make_order(self, status='queued'):
        """With many items."""
        made = desktop_orders.create(
            {'project_id': base.PROJECT, 'user_id': 'ada'},
            self.SPEC,
            ['desk'] * self.size,
        )
        self.sql(
            'UPDATE work_orders SET status = :status WHERE id = :id',
            id=made.id,
            status=status,
        )
        return made.id

    def enlarge(self, name, row, body):
        """Let the body be about many things."""
        given = row.get('given', {})
        for key, place in _LISTS.items():
            if body and key in body:
                body[key] += [
                    self.makers[place](given) for _each in range(self.size - 1)
                ]
        for key in _PEOPLE:
            if body and key in body:
                body[key] += ['person%d' % n for n in range(self.size - 1)]
        if name == 'POST /v1/desktops':
            body['count'] = self.size
        if name in ('POST /v1/pools', 'POST /v1/courses'):
            body['size'] = self.size
        if name.endswith('/resize'):
            body['size'] = 2 * self.size

    # -- the tests ------------------------------------------------------------

    def test_every_route_has_a_number(self):
        self.assertEqual({name for name, _row in routes()}, set(STATEMENTS))


def _test_of(name, row):
    def test(self):
        few = self.cost(name, row, FEW)
        many = self.cost(name, row, MANY)
        self.assertEqual(
            [STATEMENTS.get(name, 0)] * 2,
            [len(few), len(many)],
            '%s\n%s' % (name, '\n'.join(each[:200] for each in many[:60])),
        )

    return test


for _name, _row in routes():
    _method = 'test_' + re.sub(r'\W+', '_', _name)
    setattr(StatementsTest, _method, _test_of(_name, _row))
