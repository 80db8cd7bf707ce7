"""A cloud of canned answers, for real openstacksdk connections."""

import uuid

import fixtures
from keystoneauth1 import fixture as ksa_fixture
from keystoneauth1 import session
from keystoneauth1.identity import v3
from openstack import connection
from requests_mock.contrib import fixture as requests_fixture

AUTH_URL = 'http://identity.example.org/v3'
ENDPOINT = 'http://desktop.example.org:8790'
API = ENDPOINT + '/v1'
PROJECT_ID = 'f3e1a9c04d1b4a25b1c3f2ad3e6d6a10'

_OTHERS = {
    'identity': 'http://identity.example.org/v3',
    'image': 'http://image.example.org',
    'compute': 'http://compute.example.org/v2.1',
    'network': 'http://network.example.org',
}


class Cloud(fixtures.Fixture):
    """Keystone, and a desktop service that answers what a test tells it.

    :param endpoint: what the catalogue says of the desktop service; None
        leaves it out
    """

    def __init__(self, endpoint=ENDPOINT):
        super().__init__()
        self.endpoint = endpoint

    def _setUp(self):
        self.requests = self.useFixture(requests_fixture.Fixture())
        self._add_identity()
        self.offer('1.0')
        self.useFixture(
            fixtures.MonkeyPatch('time.sleep', lambda _seconds: None)
        )

    def connect(self, **config):
        """A connection of openstacksdk to this cloud."""
        auth = v3.Password(
            auth_url=AUTH_URL,
            username='teacher',
            password='secret',
            project_id=PROJECT_ID,
            user_domain_id='default',
        )
        return connection.Connection(
            session=session.Session(auth=auth),
            region_name='RegionOne',
            **config,
        )

    def answer(self, method, path, *answers, **kwargs):
        """Answer a call of the desktop API.

        :param answers: bodies, or dicts of requests_mock with a key
            ``status_code``, one for each call; the last one stays
        """
        listed = [
            answer if 'status_code' in answer else {'json': answer}
            for answer in answers
        ]
        return self.requests.register_uri(method, API + path, listed, **kwargs)

    def refuse(self, method, path, status, message, **more):
        """Answer with an error document of the desktop API."""
        return self.answer(method, path, error(status, message, **more))

    def calls(self, method=None):
        """(method, path with query, body) of every call of the API."""
        return [
            (call.method, call.url.removeprefix(API), _body(call))
            for call in self.requests.request_history
            if call.url.startswith(API + '/')
            and call.url != API + '/'
            and method in (None, call.method)
        ]

    def _add_identity(self):
        token = ksa_fixture.V3Token(project_id=PROJECT_ID)
        catalogue = dict(_OTHERS)
        if self.endpoint:
            catalogue['desktop'] = self.endpoint
        for service_type, url in catalogue.items():
            service = token.add_service(service_type, name=service_type)
            service.add_standard_endpoints(public=url, region='RegionOne')
        self.requests.post(
            AUTH_URL + '/auth/tokens',
            json=token,
            headers={'X-Subject-Token': uuid.uuid4().hex},
        )
        version = ksa_fixture.V3Discovery(AUTH_URL)
        self.requests.get(AUTH_URL, json={'version': version})

    def offer(self, microversion):
        """Be a service whose newest microversion is this one."""
        version = {
            'id': 'v1.0',
            'status': 'CURRENT',
            'min_version': '1.0',
            'max_version': microversion,
            'version': microversion,
            'links': [{'rel': 'self', 'href': API + '/'}],
        }
        self.requests.get(ENDPOINT, json={'versions': [version]})
        self.requests.get(ENDPOINT + '/', json={'versions': [version]})
        self.requests.get(API, json={'version': version})
        self.requests.get(API + '/', json={'version': version})


def error(status, message, code='refused', **details):
    """An error document, as requests_mock wants it."""
    return {
        'status_code': status,
        'headers': {
            'Content-Type': 'application/json',
            'x-openstack-request-id': 'req-1',
        },
        'json': {
            'error': {
                'status': status,
                'code': code,
                'title': 'Title',
                'message': message,
                'details': details,
                'request_id': 'req-1',
            }
        },
    }


def desktop(name='Ada', **attrs):
    """A desktop as the API shows it."""
    return {
        'id': str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
        'name': name,
        'note': '',
        'tags': ['room-3'],
        'status': 'running',
        'fault': None,
        'project_id': PROJECT_ID,
        'user_id': 'u1',
        'pool_id': None,
        'slot': None,
        'work_order_id': None,
        'image_id': 'image-1',
        'flavor_id': 'flavor-1',
        'network_id': 'network-1',
        'boot_from': 'image',
        'volume_size': None,
        'data_images': [],
        'availability_zone': None,
        'vcpus': 2,
        'ram': 2048,
        'disk': 20,
        'floating_network_id': None,
        'remote_protocols': ['rdp'],
        'login': None,
        'components': [],
        'has_user_data': False,
        'keep_running': True,
        'locked': False,
        'lock_reason': None,
        'protected': False,
        'template': None,
        'addresses': [{'address': '10.0.0.5', 'version': 4, 'type': 'fixed'}],
        'server_id': 'server-1',
        'port_id': 'port-1',
        'volume_id': None,
        'data_volumes': [],
        'server_status': 'ACTIVE',
        'assignee': None,
        'created_at': '2026-11-01T10:00:00Z',
        'updated_at': '2026-11-01T10:00:00Z',
        'links': [],
    } | attrs


def pool(name='class', **attrs):
    """A pool as the API shows it."""
    return {
        'id': str(uuid.uuid5(uuid.NAMESPACE_DNS, 'pool ' + name)),
        'name': name,
        'note': '',
        'status': 'active',
        'size': 2,
        'counts': {'running': 2},
        'assignment': 'by_hand',
        'persistence': 'persistent',
        'on_return': 'keep',
        'members': {'users': [], 'groups': []},
        'faults': [],
        'image_id': 'image-1',
        'flavor_id': 'flavor-1',
        'network_id': 'network-1',
        'boot_from': 'image',
        'vcpus': 2,
        'ram': 2048,
        'disk': 20,
        'floating_network_id': None,
        'remote_protocols': ['rdp'],
        'login': None,
        'components': [],
        'has_user_data': False,
        'keep_running': True,
        'template': None,
        'project_id': PROJECT_ID,
        'user_id': 'u1',
        'work_order_id': None,
        'created_at': '2026-11-01T10:00:00Z',
        'updated_at': '2026-11-01T10:00:00Z',
        'links': [],
    } | attrs


def template(name='office', **attrs):
    """A template as the API shows it."""
    return {
        'id': str(uuid.uuid5(uuid.NAMESPACE_DNS, 'template ' + name)),
        'name': name,
        'note': '',
        'region': 'RegionOne',
        'visibility': 'exclusive',
        'department': None,
        'revision': 2,
        'image_id': 'image-1',
        'flavor_id': 'flavor-1',
        'network_id': 'network-1',
        'boot_from': 'image',
        'volume_size': None,
        'data_images': [],
        'availability_zone': None,
        'vcpus': 2,
        'ram': 2048,
        'disk': 20,
        'floating_network_id': None,
        'remote_protocols': ['rdp'],
        'login': None,
        'components': [],
        'has_user_data': False,
        'keep_running': True,
        'project_id': PROJECT_ID,
        'user_id': 'u1',
        'created_at': '2026-11-01T10:00:00Z',
        'updated_at': '2026-11-01T10:00:00Z',
        'links': [],
    } | attrs


def difference(**attrs):
    """A difference as the API shows it."""
    return {
        'id': '0c' * 16,
        'kind': 'orphan_server',
        'resource_type': 'server',
        'resource_id': 'some-server',
        'project_id': PROJECT_ID,
        'desktop_id': 'some-desktop',
        'desktop_name': None,
        'image_build_id': None,
        'message': 'It belongs to nobody.',
        'repair': 'delete',
    } | attrs


def course(name='maths', **attrs):
    """A course as the API shows it."""
    lesson = {'days': ['mon', 'wed'], 'start': '08:00', 'end': '09:35'}
    spec = template()
    for key in ('region', 'visibility', 'department', 'revision'):
        del spec[key]
    return (
        spec
        | {
            'id': str(uuid.uuid5(uuid.NAMESPACE_DNS, 'course ' + name)),
            'name': name,
            'status': 'idle',
            'fault': None,
            'size': 2,
            'roster': {'users': ['u2'], 'groups': []},
            'timetable': {
                'timezone': 'Europe/Berlin',
                'from': '2026-09-01',
                'until': '2027-07-15',
                'lessons': [lesson],
            },
            'ahead': 15,
            'wave': 2,
            'at_end': 'stop',
            'next_event': 'start',
            'next_at': '2026-11-23T06:45:00Z',
            'template': None,
            'name_template': '{base}_{serial:02d}',
            'protects_image': False,
            'pool_id': None,
            'work_order_id': None,
        }
        | attrs
    )


def image_build(name='win11', **attrs):
    """An image build as the API shows it."""
    return {
        'id': str(uuid.uuid5(uuid.NAMESPACE_DNS, 'build ' + name)),
        'name': name,
        'note': 'memo',
        'status': 'configurable',
        'fault': None,
        'kind': 'system',
        'source': {
            'type': 'image',
            'id': 'f6b9a1c2-3d4e-4f50-8a6b-7c8d9e0f1a2b',
        },
        'min_disk': None,
        'min_ram': 2048,
        'max_ram': None,
        'min_vcpus': 2,
        'desktop_id': '1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f',
        'flavor_id': 'm1.desk',
        'network_id': '9c3a0f55-8d0e-4c4a-9b1a-2f8e6d7c5b4a',
        'boot_from': 'volume',
        'volume_size': 64,
        'data_images': [],
        'image_id': None,
        'work_order_id': '4b825dc6-42cb-4eb9-a060-e54bf8d69288',
        'activated_at': None,
        'project_id': PROJECT_ID,
        'user_id': 'u1',
        'created_at': '2026-11-20T09:00:00Z',
        'updated_at': '2026-11-20T09:05:00Z',
        'links': [],
    } | attrs


def image(name='win11', **attrs):
    """An image as the API shows it."""
    return {
        'id': 'f6b9a1c2-3d4e-4f50-8a6b-7c8d9e0f1a2b',
        'name': name,
        'note': 'memo',
        'status': 'active',
        'visibility': 'private',
        'kind': 'system',
        'origin': 'upload',
        'size': 10_737_418_240,
        'virtual_size': 21_474_836_480,
        'disk_format': 'qcow2',
        'container_format': 'bare',
        'checksum': {'algorithm': 'sha512', 'value': 'abc'},
        'min_ram': 1024,
        'min_disk': 20,
        'max_ram': 8192,
        'min_vcpus': 2,
        'multiqueue': True,
        'data_images': [],
        'os_type': 'windows',
        'os_distro': 'windows',
        'os_version': '11',
        'architecture': 'x86_64',
        'tags': ['a'],
        'properties': {'hw_machine_type': 'q35'},
        'protected': False,
        'hidden': False,
        'owner': PROJECT_ID,
        'retired_at': None,
        'work_order_id': None,
        'fault': None,
        'created_at': '2026-11-01T10:00:00Z',
        'updated_at': '2026-11-01T10:00:00Z',
        'links': [],
    } | attrs


def event(action='image.update', **attrs):
    """An event as the API shows it."""
    noun = action.partition('.')[0]
    return {
        'id': str(uuid.uuid5(uuid.NAMESPACE_DNS, 'event ' + action)),
        'action': action,
        'outcome': 'success',
        'code': None,
        'subject': {'type': noun, 'id': image('win11')['id'], 'name': 'win11'},
        'project_id': PROJECT_ID,
        'user_id': 'ada',
        'user_project_id': PROJECT_ID,
        'request_id': 'req-1',
        'work_order_id': None,
        'details': {'fields': ['name', 'note']},
        'created_at': '2026-09-01T08:00:00Z',
    } | attrs


def item(of, status='done', fault=None, step=None):
    """An item of a work order, for a desktop or an image."""
    is_image = 'disk_format' in of
    return {
        'desktop_id': None if is_image else of['id'],
        'image_id': of['id'] if is_image else None,
        'name': of['name'],
        'status': status,
        'step': step,
        'steps_done': 4 if status == 'done' else 2,
        'steps_total': 4,
        'fault': fault,
    }


def order(status='running', items=(), kind='desktop.create', **attrs):
    """A work order as the API shows it."""
    counts = {}
    for one in items:
        counts[one['status']] = counts.get(one['status'], 0) + 1
    return {
        'id': '7d1ff0a5-8b3c-4a9e-9f0e-3f6f1d3c2b10',
        'kind': kind,
        'status': status,
        'subject': None,
        'percent': 100 if status == 'succeeded' else 50,
        'steps': [
            {'name': 'port', 'done': len(items), 'total': len(items)},
            {
                'name': 'server',
                'done': counts.get('done', 0),
                'total': len(items),
            },
        ],
        'counts': counts,
        'fault': None,
        'items': list(items),
        'project_id': PROJECT_ID,
        'user_id': 'u1',
        'request_id': 'req-1',
        'created_at': '2026-11-01T10:00:00Z',
        'updated_at': '2026-11-01T10:00:00Z',
        'started_at': None,
        'finished_at': None,
        'links': [],
    } | attrs


def _body(call):
    return call.json() if call.body else None
