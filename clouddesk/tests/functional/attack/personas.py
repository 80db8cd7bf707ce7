"""Everybody who may come to the door, and the token that she brings."""

from typing import Any

from clouddesk.tests.fixtures.emulator import school as schools
from clouddesk.tests.unit.policies import test_matrix

#: Who has no token that is one: all are answered 401.
WITHOUT_TOKEN = (
    'nobody',
    'expired',
    'expired with another token as service',
    'revoked',
    'garbage',
    'not ASCII',
    'very long',
    'service token alone',
    'as Authorization',
    'as X-Subject-Token',
    'in the query',
    'in a cookie',
    'forged identity headers',
)
#: Who has one that is of no project: all are answered 403.
BESIDE = ('unscoped', 'domain admin', 'system admin')
#: Who has a role that means nothing here.
POWERLESS = ('role of another service',)
#: Whom the column of ``other-…`` in the matrix is about, too.
ELSEWHERE = {
    'other domain member': 'member',
    'other domain manager': 'manager',
    'project without clouddesk, member': 'member',
}

Credentials = dict[str, Any]


class Personas:
    """:ivar ids: of the users, by persona"""

    def __init__(self, school: schools.School) -> None:
        self._school = school
        self._keystone = school.cloud.keystone
        self._keystone.roles['swimmer'] = {'id': 'swim', 'name': 'swimmer'}
        self.ids: dict[str, str] = {}
        #: Headers and query of each persona's requests.
        self.credentials: dict[str, Credentials] = {}
        #: Where each is a member, if anywhere.
        self.projects: dict[str, str] = {}
        self._admit_own()
        self._admit_other()
        self._admit_powerless()
        self._admit_without_token()

    def _admit(self, persona: str, project: str, *roles: str) -> str:
        domain = self._keystone.projects[project]['domain_id']
        user = self._keystone.create_user('p-' + persona, domain=domain)
        self._keystone.grant(user, project, *roles)
        token = self._keystone.issue(user, project)
        self.ids[persona] = user
        self.projects[persona] = project
        self.credentials[persona] = _header(token)
        return token

    def _admit_own(self) -> None:
        for name in test_matrix.OWN:
            roles = test_matrix.ROLES[name]
            self._admit(name, self._school.project_id, *roles)

    def _admit_other(self) -> None:
        neutron = self._school.cloud.neutron
        there = self._school.other_project_id
        for name in test_matrix.OTHER:
            self._admit('other-' + name, there, *test_matrix.ROLES[name])
        domain = self._keystone.create_domain('elsewhere')
        college = self._keystone.create_project('college', domain)
        bare = self._keystone.create_project('bare', domain)
        self._keystone.grant(self._service_user(), college, 'member')
        for project in (there, college, bare):
            neutron.create_network(project, 'class', '10.4.0.0/22')
        for persona, role in ELSEWHERE.items():
            project = bare if 'without' in persona else college
            self._admit(persona, project, role)

    def _service_user(self) -> str:
        (user,) = (
            id_
            for id_, user in self._keystone.users.items()
            if user['name'] == 'clouddesk'
        )
        return user

    def _admit_powerless(self) -> None:
        self._admit(POWERLESS[0], self._school.project_id, 'swimmer')
        user = self._keystone.create_user('p-beside')
        domain = {'id': 'default', 'name': 'Default'}
        for persona, scope in (
            ('unscoped', {}),
            ('domain admin', {'domain': domain}),
            ('system admin', {'system': {'all': True}}),
        ):
            token = self._keystone.issue_beside(user, **scope)
            self.credentials[persona] = _header(token)

    def _admit_without_token(self) -> None:
        keystone, project = self._keystone, self._school.project_id
        user = self._school.users['grace']
        good = keystone.issue(user, project)
        service = keystone.issue(
            self._service_user(), self._school.service_project_id
        )
        expired = keystone.expire(keystone.issue(user, project))
        revoked = keystone.revoke(keystone.issue(user, project))
        forged = {
            'X-Roles': 'admin',
            'X-Role': 'admin',
            'X-User-Id': user,
            'X-Project-Id': project,
            'X-Identity-Status': 'Confirmed',
            'X-Is-Admin-Project': 'True',
        }
        self.credentials |= {
            'nobody': {'headers': {}},
            'expired': _header(expired),
            'expired with another token as service': {
                'headers': {
                    'X-Auth-Token': expired,
                    'X-Service-Token': good,
                }
            },
            'revoked': _header(revoked),
            'garbage': _header('gAAAA' + 'x' * 150),
            'not ASCII': _header('t\xf6k\xe9n\xff'),
            'very long': _header('x' * 60_000),
            'service token alone': {'headers': {'X-Service-Token': service}},
            'as Authorization': {'headers': {'Authorization': good}},
            'as X-Subject-Token': {'headers': {'X-Subject-Token': good}},
            'in the query': {'params': {'X-Auth-Token': good}},
            'in a cookie': {'headers': {'Cookie': 'X-Auth-Token=' + good}},
            'forged identity headers': {'headers': forged},
        }
        assert set(WITHOUT_TOKEN) < set(self.credentials)


def _header(token: str) -> Credentials:
    return {'headers': {'X-Auth-Token': token}}
