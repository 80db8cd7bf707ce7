"""Every route, refused to everybody who may not (house rule 10).

The expectations are those of ``tests/unit/policies/matrix.yaml``; the tokens
are Keystone's, and those that are none any more were ones.
"""

from concurrent import futures
import json
import re
import uuid

from keystoneauth1 import session as ks_session
from keystoneauth1.identity import v3
import requests
from requests import adapters
from urllib3.util import retry

from clouddesk.tests.cloud import base
from clouddesk.tests.functional.attack import walk
from clouddesk.tests.unit.policies import test_matrix

ADMIN = base.setting('ADMIN_CLOUD', 'admin')
MANAGER = base.setting('MANAGER_CLOUD', base.MEMBER + '-manager')
SYSTEM = base.setting('SYSTEM_CLOUD', 'system')

MISSING = '99999999-9999-4999-8999-999999999999'
#: Personas that ask at the same time.
_AT_ONCE = 6
_OF_ONE_REQUEST = ('date', 'x-openstack-request-id', 'content-length')
_REQUEST = re.compile('req-[0-9a-f-]{36}')
_ID = re.compile('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
#: Statuses that tell that nothing was done.
_REFUSED = (401, 403, 404)

#: Personas of the matrix, and their clouds. An assignee is nobody here.
_OWN = {
    'service': '%s-service',
    'reader': '%s-reader',
    'manager': '%s-manager',
}
_OTHER = {
    'service': '%s-service',
    'reader': '%s-reader',
    'member': '%s',
    'manager': '%s-manager',
}


class PersonasTest(base.CloudTest):
    def setUp(self):
        super().setUp()
        self.admin = self.connect(ADMIN)
        self.project_id = self.connection.current_project_id
        self.url = self.proxy.get_endpoint().partition('/v1')[0]
        self.made = self._make()
        self.headers = {}
        self.expected = {}
        self._add_people()
        self._add_beside()
        self._add_gone()

    # -- what they ask about -----------------------------------------------

    def _make(self):
        """A thing of each kind, in the project of the member."""
        name = self.name()
        spec = ('--image', base.IMAGE, '--flavor', base.FAKE_FLAVOR)
        spec += ('--network', base.NETWORK)
        zone = ('--availability-zone', base.FAKE_ZONE)
        self.json('pool', 'create', name, *spec, '--size', '0')
        desktop = self.json('create', name, *spec, *zone, '--wait')
        template = self.json('template', 'create', name, *spec)
        course = self.json('course', 'create', name, *spec, '--size', '1')
        for noun, thing in (('template', template), ('course', course)):
            self.addCleanup(
                self.openstack, noun, 'delete', thing['id'], '--yes'
            )
        # Others find it, too, as they find that of the matrix.
        image = self.connection.image.create_image(
            name=name,
            data=bytes(512),
            disk_format='raw',
            container_format='bare',
            visibility='community',
        )
        self.addCleanup(self.connection.image.delete_image, image.id)
        build = self.json(
            *('image', 'build', 'create', name, *spec, *zone, '--wait'),
            cloud=MANAGER,
        )
        self.addCleanup(
            self.openstack,
            *('image', 'build', 'delete', build['id'], '--yes', '--wait'),
            cloud=MANAGER,
        )
        (order, *_others) = self.proxy.work_orders(desktop_id=desktop['id'])
        pool = self.proxy.find_pool(name, ignore_missing=False)
        return {
            'desktop_id': desktop['id'],
            'floating_id': desktop['id'],
            'desktop_name': name,
            'pool_id': pool.id,
            'template_id': template['id'],
            'course_id': course['id'],
            'work_order_id': order.id,
            'image_id': image.id,
            'image_build_id': build['id'],
            'flavor_id': desktop['flavor_id'],
            'serial': '1',
        }

    # -- who asks ----------------------------------------------------------

    def _add(self, persona, token, expected):
        self.headers[persona] = {'X-Auth-Token': token}
        self.expected[persona] = expected

    def _add_people(self):
        for persona, cloud in _OWN.items():
            place = test_matrix.OWN.index(persona)
            token = self.connect(cloud % base.MEMBER).auth_token
            self._add(persona, token, ('own', place))
        for persona, cloud in _OTHER.items():
            place = test_matrix.OTHER.index(persona)
            token = self.connect(cloud % base.STRANGER).auth_token
            self._add('other-' + persona, token, ('other', place))

    def _add_beside(self):
        """Somebody of a domain and a project that nobody told us of."""
        identity = self.admin.identity
        name = 'attack' + uuid.uuid4().hex[:8]
        domain = identity.create_domain(name=name)
        self.addCleanup(identity.delete_domain, domain)
        self.addCleanup(identity.update_domain, domain, is_enabled=False)
        project = identity.create_project(name=name, domain_id=domain.id)
        user = identity.create_user(
            name=name, password=name, domain_id=domain.id
        )
        member = identity.find_role('member', ignore_missing=False)
        identity.assign_project_role_to_user(project, user, member)
        identity.assign_domain_role_to_user(domain, user, member)
        self.user = user
        there = {'project_id': project.id}
        place = test_matrix.OTHER.index('member')
        self._add(
            'project without clouddesk, member',
            self._token(name, **there),
            ('other', place),
        )
        self._add('unscoped', self._token(name, unscoped=True), 403)
        self._add('domain member', self._token(name, domain_id=domain.id), 403)
        self._add('system admin', self.connect(SYSTEM).auth_token, 403)
        self._add_wrong(self._token(name, **there))
        gone = self._token(name, **there)
        requests.delete(
            self._keystone() + '/auth/tokens',
            headers={'X-Auth-Token': gone, 'X-Subject-Token': gone},
            timeout=60,
        ).raise_for_status()
        self._add('revoked', gone, 401)

    def _add_wrong(self, token):
        service = self.connect('%s-service' % base.MEMBER).auth_token
        for persona, headers in (
            ('nobody', {}),
            ('garbage', {'X-Auth-Token': 'gAAAAA' + 'x' * 170}),
            ('not ASCII', {'X-Auth-Token': 't\xf6k\xe9n'}),
            ('very long', {'X-Auth-Token': 'x' * 30_000}),
            ('service token alone', {'X-Service-Token': service}),
            ('as Authorization', {'Authorization': 'Bearer ' + token}),
            ('as X-Subject-Token', {'X-Subject-Token': token}),
            (
                'forged identity headers',
                {'X-Roles': 'admin', 'X-Project-Id': self.project_id},
            ),
        ):
            self.headers[persona] = headers
            self.expected[persona] = 401

    def _add_gone(self):
        """A user who was let in, and is disabled since."""
        identity = self.admin.identity
        name = 'gone' + uuid.uuid4().hex[:8]
        user = identity.create_user(
            name=name, password=name, domain_id=self.user.domain_id
        )
        member = identity.find_role('member', ignore_missing=False)
        project = identity.get_project(self.project_id)
        identity.assign_project_role_to_user(project, user, member)
        token = self._token(name, project_id=self.project_id)
        self._add('disabled user', token, 401)
        # Before clouddesk saw the token: what it knows, it believes for the
        # token_cache_time of keystonemiddleware.
        identity.update_user(user, is_enabled=False)

    def _keystone(self):
        url = self.connection.config.config['auth']['auth_url'].rstrip('/')
        return url if url.endswith('/v3') else url + '/v3'

    def _token(self, name, **scope):
        auth = v3.Password(
            auth_url=self._keystone(),
            username=name,
            password=name,
            user_domain_id=self.user.domain_id,
            **scope,
        )
        return ks_session.Session(auth=auth).get_token()

    def _asked(self, persona, method, url, body=None):
        with requests.Session() as http:
            # A service that is just started again is no answer.
            attempts = retry.Retry(total=None, connect=8, backoff_factor=0.5)
            http.mount('http', adapters.HTTPAdapter(max_retries=attempts))
            return http.request(
                method,
                self.url + url,
                json=body,
                headers=self.headers[persona],
                timeout=60,
            )

    # -- what they are told ------------------------------------------------

    def test_the_walk(self):
        rows = [row for rows in test_matrix.RULES.values() for row in rows]
        before = self.state()
        wrong = [each for row in rows for each in self._walk(row)]
        self.assertEqual([], wrong)
        self.assertEqual(before, self.state())

    def _walk(self, row):
        there = test_matrix.Asking.filled(row, self.made.__getitem__)
        nowhere = test_matrix.Asking.filled(row, self._missing)

        def ask(persona):
            return list(self._step(row, persona, there, nowhere))

        with futures.ThreadPoolExecutor(_AT_ONCE) as pool:
            for wrong in pool.map(ask, self.expected):
                yield from wrong

    def _step(self, row, persona, there, nowhere):
        status = wanted = self.expected[persona]
        if isinstance(wanted, tuple):
            side, place = wanted
            status = row[side][place]
        if status not in _REFUSED and there[0] != 'GET':
            # It would do what it asks for.
            return
        answer = self._asked(persona, *there)
        yield from self._verdict(row, persona, answer, status)
        if answer.status_code == 404:
            other = self._asked(persona, *nowhere)
            if _shape(answer) != _shape(other):
                about = (row['request'], persona, answer.text, other.text)
                yield '%s as %s: %s is not %s' % about

    def _missing(self, name):
        return MISSING if name.endswith('_id') else 'none'

    def _verdict(self, row, persona, answer, status):
        request = ' '.join(row['request'].split())
        good = answer.status_code == status
        walk.step(request, persona, answer.status_code, good)
        if not good:
            said = (request, persona, answer.status_code, status, answer.text)
            yield '%s as %s: %d instead of %d: %s' % said
        # Their own history has the ids that they asked for themselves.
        is_history = row['request'].startswith('GET /v1/events')
        if persona.startswith(('other', 'project')) and not is_history:
            for name in ('desktop_id', 'pool_id', 'work_order_id'):
                asked = self.made[name] in answer.url
                if not asked and self.made[name] in answer.text:
                    if answer.status_code < 400:
                        yield '%s as %s shows %s' % (request, persona, name)

    def state(self):
        """The things of the member, as she sees them."""
        get = self.proxy.get
        seen = [
            get('/%s/%s' % (noun, self.made[name])).json()
            for noun, name in (
                ('desktops', 'desktop_id'),
                ('pools', 'pool_id'),
                ('templates', 'template_id'),
                ('courses', 'course_id'),
                ('work-orders', 'work_order_id'),
            )
        ]
        for thing in seen:
            thing.pop('updated_at')
        return seen


def _shape(answer):
    """An error without what is about this one request."""
    text = _ID.sub('ID', _REQUEST.sub('REQUEST', answer.text))
    return json.loads(text), {
        name: value
        for name, value in answer.headers.items()
        if name.lower() not in _OF_ONE_REQUEST
    }
