"""Every route, asked for by everybody (house rules 9 and 10).

What is expected stands in ``tests/unit/policies/matrix.yaml``; here real
tokens go through Keystone's middleware over HTTP.
"""

import json
import re
import sqlite3
from unittest import mock

import oslo_messaging
import requests

from clouddesk import rpc
from clouddesk.api import access
from clouddesk.api import exposure
from clouddesk.api.controllers import root
from clouddesk.conductor import rpcapi
from clouddesk.tests.fixtures.emulator import servers
from clouddesk.tests.functional import base
from clouddesk.tests.functional.attack import personas
from clouddesk.tests.functional.attack import walk
from clouddesk.tests.unit.policies import test_matrix

#: Tables whose rows belong to a project.
OWNED = ('desktops', 'pools', 'courses', 'templates', 'work_orders')
#: Where servers are; only for admins.
HOST = 'compute1'
#: What nobody has.
MISSING = '99999999-9999-4999-8999-999999999999'
UUID = re.compile('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
_OF_ONE_REQUEST = ('date', 'x-openstack-request-id', 'content-length')
_READING = ('GET', 'HEAD')


class _Conductor:
    """Answers what the API waits for; no order is worked on."""

    target = oslo_messaging.Target(version=rpcapi.VERSION)

    def run_order(self, ctxt, order_id):
        pass

    def look_at(self, ctxt, desktop_id):
        pass

    def checks(self, ctxt, project_id):
        return []

    def differences(self, ctxt, project_id):
        return []

    def repair(self, ctxt, project_id, ids):
        return []

    def ping(self, ctxt):
        return 'pong'


class PersonasTestCase(test_matrix.Asking, base.FunctionalTestCase):
    conductor = False

    def setUp(self):
        super().setUp()
        access.forget()
        self.image_id = self.school.image_id
        self.flavor_id = self.school.flavor_id
        self.people = personas.Personas(self.school)
        self.assignee_id = self.people.ids['assignee']
        self.cloud.keystone.create_user('bob')
        self.nova.hosts['compute2'] = ('nova', True)
        self.prepare()
        target = oslo_messaging.Target(topic=rpc.CONDUCTOR_TOPIC, server='x')
        server = rpc.server(target, [_Conductor()])
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)

    # -- asking ------------------------------------------------------------

    def call(self, method, url, body=None, persona='member'):
        return requests.request(
            method,
            self.service.url + url,
            json=body,
            timeout=30,
            **self.people.credentials[persona],
        )

    def tell(self, row, persona, answer, expected):
        """Keep an answer; what is wrong with it, if anything."""
        request = ' '.join(row['request'].split())
        status = answer.status_code
        walk.step(request, persona, status, status == expected)
        if status == expected:
            return []
        said = '%s as %s: %d instead of %d: %s'
        about = (request, persona, status, expected, answer.text[:300])
        return [said % about]

    # -- what they ask about -----------------------------------------------

    def post(self, path, body):
        answer = self.call('POST', path, body)
        self.assertLess(answer.status_code, 300, answer.text)
        return mock.Mock(json=answer.json())

    def sql(self, statement, **values):
        with sqlite3.connect(self.service._database) as connection:
            connection.execute(statement, values)
        connection.close()

    def make_desktops(self, count=1):
        body = self.spec(name='desk')
        made = self.post('/v1/desktops', body).json
        self._settle(made['id'])
        return [item['desktop_id'] for item in made['items']]

    def make_own_image(self, shared=False, **columns):
        """:param shared: it is another project's, which shares it with all"""
        glance, school = self.cloud.glance, self.school
        if not shared:
            return glance.create_image(school.project_id, 'mine', **columns)
        image_id = glance.create_image(
            school.service_project_id, 'theirs', visibility='shared', **columns
        )
        projects = self.cloud.keystone.projects
        glance.members[image_id] = dict.fromkeys(projects, 'pending')
        return image_id

    def make_pool(self, size=2, name='class-a'):
        made = self.post('/v1/pools', self.spec(name=name, size=size)).json
        self._settle(made['id'])
        self.sql('UPDATE pools SET work_order_id = NULL')
        return made['subject']['id']

    def make_order(self, status='queued'):
        made = self.post('/v1/desktops', self.spec(name='desk')).json
        self.sql(
            'UPDATE work_orders SET status = :status WHERE id = :id',
            id=made['id'],
            status=status,
        )
        return made['id']

    def _settle(self, order_id):
        """Let the desktops of an order run, on servers of the same ids."""
        self.sql(
            "UPDATE desktops SET status = 'running', work_order_id = NULL, "
            'server_id = id WHERE work_order_id = :id',
            id=order_id,
        )
        for item in self.api.get('/work-orders/' + order_id)['items']:
            self._add_server(item['desktop_id'])

    def _add_server(self, server_id):
        server = servers.Server(
            id=server_id,
            name='desk',
            project_id=self.school.project_id,
            user_id='',
            hostname='desk',
            flavor=self.nova.flavors[self.flavor_id],
            image_id=self.image_id,
            volume_id=None,
            port_ids=[],
            created=0.0,
            availability_zone='nova',
        )
        server.become('active', servers.RUNNING)
        server.launched = True
        self.nova.servers[server_id] = server

    # -- what became of it -------------------------------------------------

    def state(self):
        """All that clouddesk knows, and all that it changed elsewhere."""
        connection = sqlite3.connect(self.service._database)
        try:
            # The history tells of refusals, too.
            rows = [
                line
                for line in connection.iterdump()
                if not line.startswith('INSERT INTO "events"')
            ]
        finally:
            connection.close()
        calls = [
            call
            for call in self.cloud.calls()
            # What another service refuses changes nothing either.
            if call.method not in _READING and (call.status or 0) < 400
        ]
        return rows, calls


class WalkTest(PersonasTestCase):
    """One test for each rule; see the end of the module."""

    def walk(self, row):
        columns = [
            *zip(test_matrix.OWN, row['own'], strict=True),
            *(
                ('other-' + name, status)
                for name, status in zip(
                    test_matrix.OTHER, row['other'], strict=True
                )
            ),
        ]
        known = dict(columns)
        columns += [
            (persona, known['other-' + role])
            for persona, role in personas.ELSEWHERE.items()
        ]
        columns += [(persona, 403) for persona in personas.POWERLESS]
        columns += [(persona, 403) for persona in personas.BESIDE]
        columns += [(persona, 401) for persona in personas.WITHOUT_TOKEN]
        wrong = self.refusals(row, [c for c in columns if c[1] >= 400])
        for persona, status in columns:
            if status < 400:
                wrong += self.admission(row, persona, status)
        return wrong

    def refusals(self, row, columns):
        """Nobody who is refused changes anything, or learns anything."""
        self.fill()
        question = self.question(row)
        nothing = self.filled(row, self._missing)
        wrong = []
        before = self.state()
        for persona, status in columns:
            answer = self.call(*question, persona)
            wrong += self.tell(row, persona, answer, status)
            if answer.status_code == 404:
                there = self.call(*nothing, persona)
                if _shape(answer) != _shape(there):
                    wrong.append(
                        '%s as %s differs from what is not there: %s, %s'
                        % (row['request'], persona, answer.text, there.text)
                    )
        if self.state() != before:
            wrong.append('%s changed something' % row['request'])
        return wrong

    def _missing(self, name):
        return MISSING if name.endswith('_id') else 'none'

    def admission(self, row, persona, status):
        """Whoever is let in sees what is hers."""
        question = self.question(row)
        secret = self.foreign_ids(persona) | {HOST}
        answer = self.call(*question, persona)
        wrong = self.tell(row, persona, answer, status)
        if 'admin' not in persona:
            wrong += [
                '%s as %s shows %s: %s'
                % (row['request'], persona, each, answer.text)
                for each in secret
                if each in answer.text
            ]
        return wrong

    def fill(self):
        """Something of everything, which strangers must not see."""
        for name in ('desktop', 'pool', 'course', 'template', 'work_order'):
            self.makers[name + '_id']({})

    def foreign_ids(self, persona):
        """Ids of what is none of the persona's business."""
        project_id = self.people.projects[persona]
        if persona == 'reader':
            # In the project, and nothing is hers.
            project_id = ''
        query = ' UNION '.join(
            'SELECT id FROM %s WHERE project_id != :id' % table
            for table in OWNED
        )
        connection = sqlite3.connect(self.service._database)
        try:
            rows = connection.execute(query, {'id': project_id}).fetchall()
        finally:
            connection.close()
        return {id_ for (id_,) in rows}


def _shape(answer):
    """An error without what is about this one request."""
    error = json.loads(UUID.sub('ID', answer.text))['error']
    return error, {
        name: value
        for name, value in answer.headers.items()
        if name.lower() not in _OF_ONE_REQUEST
    }


class PublicTest(PersonasTestCase):
    def test_everybody_may_look_at_the_versions(self):
        public = [
            (method, path)
            for method, path, function in exposure.walk(root.Root())
            if function.route.rule == exposure.PUBLIC
        ]
        self.assertEqual(3, len(public))
        wrong = []
        for method, path in public:
            row = {'request': '%s %s' % (method, path)}
            for persona in self.people.credentials:
                answer = self.call(method, path, persona=persona)
                # No such parameter is known.
                status = 400 if persona == 'in the query' else 200
                wrong += self.tell(row, persona, answer, status)
        self.assertEqual([], wrong)


class CompleteTest(PersonasTestCase):
    def test_every_persona_walks(self):
        """And every route has its row: tests/unit/policies/test_matrix.py."""
        walking = {
            *test_matrix.OWN,
            *('other-' + name for name in test_matrix.OTHER),
            *personas.ELSEWHERE,
            *personas.POWERLESS,
            *personas.BESIDE,
            *personas.WITHOUT_TOKEN,
        }
        self.assertEqual(walking, set(self.people.credentials))


def _test_of(rows):
    def test(self):
        wrong = [each for row in rows for each in self.walk(row)]
        self.assertEqual([], wrong)

    return test


for _name, _rows in test_matrix.RULES.items():
    _method = 'test_' + re.sub(r'\W', '_', _name.removeprefix('clouddesk:'))
    setattr(WalkTest, _method, _test_of(_rows))
