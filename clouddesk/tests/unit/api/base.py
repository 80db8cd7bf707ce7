"""Tests that send requests through the whole onion.

Only Keystone's answers, the other services and the message bus are stood in
for; the layers, the controllers and the database are the real ones.
"""

import dataclasses
import datetime
import json
from typing import Any
from unittest import mock

import fixtures
from keystonemiddleware import fixture as auth_fixture
from oslo_config import fixture as config_fixture
from oslo_utils import timeutils
from oslo_utils import uuidutils
from oslotest import base
import sqlalchemy as sa
import webob

from clouddesk import cloud
from clouddesk import conf
from clouddesk import db
from clouddesk import exceptions
from clouddesk import policy
from clouddesk import states
from clouddesk.api import access
from clouddesk.api import app
from clouddesk.cloud import catalogue
from clouddesk.cloud import compute
from clouddesk.cloud import identity
from clouddesk.cloud import image
from clouddesk.cloud import image_data
from clouddesk.cloud import network
from clouddesk.cloud import quotas
from clouddesk.cloud import security_groups
from clouddesk.cloud import types
from clouddesk.cloud import volume
from clouddesk.conductor import rpcapi
from clouddesk.db.api import desktop_orders
from clouddesk.db.api import pool_orders
from clouddesk.drivers.secret_store import keys
from clouddesk.tests.fixtures import database
from clouddesk.tests.fixtures import disks

PROJECT = '0a' * 16
OTHER_PROJECT = '0b' * 16

IMAGE = '11111111-1111-4111-8111-111111111111'
#: Where people find Glance.
GLANCE = 'http://glance.example.org/v2'
NETWORK = '22222222-2222-4222-8222-222222222222'
FLAVOR = 'm1.desk'
UNKNOWN = '99999999-9999-4999-8999-999999999999'

#: What the catalogue has.
SERVICES = dict.fromkeys(
    ('volume', 'key_manager', 'instance_ha', 'load_balancer', 'dns'), True
) | {'object_store': False}

#: What nobody reaches.
PLENTY = types.Limit(100000, 10)
PLENTIFUL = {
    'compute': ('instances', 'cores', 'ram'),
    'volume': ('volumes', 'gigabytes', 'snapshots'),
    'network': ('ports', 'floating_ips', 'security_groups'),
}

#: Name of the token: roles in Keystone, with those that they imply.
PERSONAS = {
    'nobody': [],
    'reader': ['reader'],
    'member': ['member', 'reader'],
    'manager': ['manager', 'member', 'reader'],
    'admin': ['admin', 'manager', 'member', 'reader'],
}


class Answer(webob.Response):
    """An answer that tells what an error said."""

    @property
    def error(self) -> dict[str, Any]:
        return self.json['error']


class Request(webob.Request):
    ResponseClass = Answer


class FakeCloud(fixtures.Fixture):
    """One image, one flavor and one network, as the user sees them.

    :ivar user: what ``cloud.for_user`` answers; autospecced
    """

    def _setUp(self) -> None:
        self.user = mock.create_autospec(cloud.Cloud, instance=True)
        for name, kind in (
            ('compute', compute.Compute),
            ('image', image.Image),
            ('image_data', image_data.ImageData),
            ('network', network.Network),
            ('volume', volume.Volume),
            ('identity', identity.Identity),
            ('catalogue', catalogue.Catalogue),
        ):
            setattr(self.user, name, mock.create_autospec(kind, instance=True))
        self.user.compute.get_flavor.return_value = types.Flavor(
            FLAVOR, 'desk', vcpus=2, ram=2048, disk=10
        )
        self.user.compute.has_zone.return_value = True
        self.user.volume.is_offered.return_value = True
        self.user.catalogue.services.return_value = SERVICES
        self.user.catalogue.import_methods.return_value = ['glance-direct']
        self.user.image.get.return_value = types.Image(
            IMAGE,
            'win11',
            'active',
            size=1024**3,
            min_disk=5,
            min_ram=1024,
            visibility='public',
            owner=PROJECT,
            created_at='2026-01-01T00:00:00Z',
            updated_at='2026-01-01T00:00:00Z',
        )
        #: Those of :meth:`add_image`, by id.
        self.images: dict[str, types.Image] = {}
        self.user.image.get.side_effect = lambda ref: self.images.get(
            ref, mock.DEFAULT
        )
        self.user.image.get_many.side_effect = lambda ids: {
            each: self.images[each] for each in ids if each in self.images
        }
        self.user.image.why_unusable.return_value = None
        self.user.image.list_.side_effect = lambda wanted, count: iter(
            [self.user.image.get.return_value][:count]
        )
        self.user.image.change.side_effect = self._change_image
        self.user.image.set_active.side_effect = self._change_image
        self.user.image.respond.side_effect = self._respond
        self.user.image.used.return_value = 3 * 1024**3
        self.user.quotas = mock.create_autospec(quotas.Quotas, instance=True)
        self.user.quotas.image.return_value = {}
        self.user.image_data.address.return_value = GLANCE
        self.user.image_data.make.return_value = (
            self.user.image.get.return_value
        )
        self.user.image_data.begin_import.side_effect = self._begin_import
        self.user.image_data.imports.return_value = []
        self.user.image_data.read.side_effect = lambda *_where: iter(
            [disks.qcow2()]
        )
        self.network = types.Network(NETWORK, 'class', subnets=('s',))
        self.user.network.get_network.return_value = self.network
        self.user.network.pick_network.return_value = self.network
        self.user.identity.group_ids.return_value = ()
        access.forget()
        #: What ``cloud.for_service`` answers.
        self.service = mock.create_autospec(cloud.Cloud, instance=True)
        self.service.identity = mock.create_autospec(
            identity.Identity, instance=True
        )
        self.service.identity.user_id.side_effect = lambda id_, _domain: id_
        self.service.identity.group_id.side_effect = lambda id_, _domain: id_
        self.useFixture(
            fixtures.MockPatchObject(
                cloud, 'for_service', autospec=True, return_value=self.service
            )
        )
        self.service.compute = mock.create_autospec(
            compute.Compute, instance=True
        )
        self.service.compute.get_server.side_effect = lambda id_: types.Server(
            id_, 'x', 'ACTIVE', host='one', availability_zone='nova'
        )
        self.service.compute.hosts_in.return_value = ['one', 'two']
        self.service.quotas = mock.create_autospec(
            quotas.Quotas, instance=True
        )
        self.service.quotas.addresses.return_value = PLENTY
        self._add_tenant()
        self.for_user = self.useFixture(
            fixtures.MockPatchObject(
                cloud, 'for_user', autospec=True, side_effect=self._for_user
            )
        ).mock

    def _for_user(self, context: Any) -> Any:
        #: Who asks.
        self.asker = context
        return self.user

    def _change_image(self, image_id: str, *change: Any) -> types.Image:
        """What Glance lets only owners do."""
        image: types.Image = self.user.image.get(image_id)
        if image.owner != self.asker.project_id and (
            'admin' not in self.asker.roles
        ):
            raise exceptions.CloudForbidden(service='Glance', reason='no')
        if image_id in self.images and change:
            changes = change[0]
            if isinstance(changes, bool):
                status = 'active' if changes else 'deactivated'
                changes = {'status': status}
            image = dataclasses.replace(image, **changes)
            self.images[image_id] = image
        return image

    def _respond(self, image_id: str, project_id: str, status: str) -> None:
        """What only those can who an image is shared with."""
        image = self.user.image.get(image_id)
        if image.visibility != 'shared' or image.owner == project_id:
            raise exceptions.CloudForbidden(service='Glance', reason='no')

    def _begin_import(self, image_id: str, *_how: Any) -> None:
        """It has bytes already, as Glance tells everybody who sees it."""
        self.user.image.get(image_id)
        raise exceptions.CloudConflict(service='Glance', reason='is active')

    def add_image(
        self, os_hidden: bool = False, **columns: Any
    ) -> types.Image:
        """A private image of the project, unless it is told otherwise."""
        values: dict[str, Any] = {
            'id': uuidutils.generate_uuid(),
            'name': 'linux',
            'status': 'active',
            'visibility': 'private',
            'owner': PROJECT,
            'hidden': os_hidden,
            'created_at': '2026-01-01T00:00:00Z',
            'updated_at': '2026-01-01T00:00:00Z',
        }
        image = types.Image(**values | columns)
        self.images[image.id] = image
        return image

    def _add_tenant(self) -> None:
        #: What ``cloud.for_project`` answers.
        self.tenant = mock.create_autospec(cloud.Cloud, instance=True)
        self.tenant.quotas = mock.create_autospec(quotas.Quotas, instance=True)
        self.tenant.quotas.image.return_value = {}
        self.tenant.compute = mock.create_autospec(
            compute.Compute, instance=True
        )
        self.tenant.security_groups = mock.create_autospec(
            security_groups.SecurityGroups, instance=True
        )
        self.tenant.security_groups.missing.side_effect = list
        for service, resources in PLENTIFUL.items():
            getattr(self.tenant.quotas, service).return_value = dict.fromkeys(
                resources, PLENTY
            )
        self.for_project = self.useFixture(
            fixtures.MockPatchObject(
                cloud, 'for_project', autospec=True, return_value=self.tenant
            )
        ).mock


class ApiTest(base.BaseTestCase):
    """A service with an empty database.

    :ivar cloud: :class:`FakeCloud`
    :ivar conductor: the RPC client, autospecced
    """

    def setUp(self) -> None:
        super().setUp()
        # oslo.policy looks for its file next to the configuration.
        conf.CONF([], default_config_files=[], default_config_dirs=[])
        self.useFixture(database.Database())
        self.config = self.useFixture(config_fixture.Config(conf.CONF)).config
        self.config(group='api', response_validation='error')
        policy.reset()
        self.addCleanup(policy.reset)
        self.cloud = self.useFixture(FakeCloud())
        self.conductor = self.useFixture(
            fixtures.MockPatchObject(
                rpcapi.ConductorAPI, '_client', autospec=True
            )
        ).mock.return_value
        self._set_up_tokens()
        self.build()

    def build(self) -> None:
        """Make the application anew, after a change of options."""
        self.app = app.build(conf.CONF)

    def _set_up_tokens(self) -> None:
        self.tokens = self.useFixture(auth_fixture.AuthTokenFixture())
        # Registers the options of the group.
        app.build(conf.CONF)
        self.config(
            group='keystone_authtoken',
            www_authenticate_uri='http://keystone.example/',
        )
        for name, roles in PERSONAS.items():
            self.add_token(name, PROJECT, roles)
        self.add_token('stranger', OTHER_PROJECT, PERSONAS['member'])
        self.add_token('unscoped', None, PERSONAS['member'])

    def add_token(
        self, token: str, project_id: str | None, roles: list[str]
    ) -> None:
        self.tokens.add_token_data(
            token_id=token,
            expires=timeutils.utcnow() + datetime.timedelta(hours=1),
            user_id='user-%s' % token,
            project_id=project_id,
            project_name='school' if project_id else None,
            role_list=roles,
        )

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        persona: str | None = 'member',
        headers: dict[str, str] | None = None,
        **environ: Any,
    ) -> Answer:
        """Send a request.

        :param body: sent as JSON
        :param persona: whose token goes along, if any
        :param environ: of WSGI
        """
        request = Request.blank(path, method=method)
        request.environ.update(environ)
        if persona is not None:
            request.headers['X-Auth-Token'] = persona
        if body is not None:
            request.body = json.dumps(body).encode()
            request.content_type = 'application/json'
        request.headers.update(headers or {})
        answer = request.get_response(self.app)
        rpcapi.flush()
        return answer

    def get(self, path: str, persona: str = 'member') -> Answer:
        return self.call('GET', path, persona=persona)

    def post(
        self, path: str, body: Any = None, persona: str = 'member'
    ) -> Answer:
        return self.call('POST', path, body, persona=persona)

    def assert_error(
        self, answer: Answer, status: int, code: str, field: str = ''
    ) -> dict[str, Any]:
        """Check the form of an error, and what it is about."""
        self.assertEqual(status, answer.status_int, answer.text)
        error = answer.error
        self.assertEqual((status, code), (error['status'], error['code']))
        self.assertEqual(
            answer.headers['X-OpenStack-Request-ID'], error['request_id']
        )
        if field:
            self.assertEqual(field, error['details']['field'])
            self.assertIn(field, error['message'])
        return error

    def hinted(self) -> list[str]:
        """The orders that conductors were told of."""
        return [
            call.kwargs['order_id']
            for call in self.conductor.cast.call_args_list
            if 'order_id' in call.kwargs
        ]

    # -- rows -----------------------------------------------------------------

    SPEC = {
        'image_id': IMAGE,
        'flavor_id': FLAVOR,
        'network_id': NETWORK,
        'boot_from': 'image',
        'vcpus': 2,
        'ram': 2048,
        'disk': 10,
    }

    def make_desktops(self, count: int = 1, project: str = PROJECT) -> list:
        """Desktops that run, with no order that holds them."""
        order = {'project_id': project, 'user_id': 'ada'}
        names = ['desk_%03d' % serial for serial in range(count)]
        made = desktop_orders.create(order, self.SPEC, names)
        self.sql(
            "UPDATE desktops SET status = 'running', work_order_id = NULL, "
            'server_id = id WHERE work_order_id = :id',
            id=made.id,
        )
        return [item.desktop_id for item in made.items]

    def make_pool(self, size: int = 2, name: str = 'class-a') -> str:
        """A pool whose desktops run, with no order that holds it."""
        order = {'project_id': PROJECT, 'user_id': 'ada'}
        pool = self.SPEC | {
            'name': name,
            'size': size,
            'name_template': '{base}_{serial:02d}',
        }
        made = pool_orders.create(order, pool, '')
        self.sql(
            "UPDATE desktops SET status = 'running', work_order_id = NULL "
            'WHERE work_order_id = :id',
            id=made.id,
        )
        self.sql(
            'UPDATE pools SET work_order_id = NULL WHERE work_order_id = :id',
            id=made.id,
        )
        return made.subject_id

    def make_order(self, status: str = 'queued') -> str:
        """An order for one desktop, in any status."""
        order = {'project_id': PROJECT, 'user_id': 'ada'}
        made = desktop_orders.create(order, self.SPEC, ['desk'])
        self.sql(
            'UPDATE work_orders SET status = :status WHERE id = :id',
            id=made.id,
            status=status,
        )
        if status in states.ORDER_FINISHED:
            self.sql(
                "UPDATE desktops SET status = 'fault', work_order_id = NULL "
                'WHERE work_order_id = :id',
                id=made.id,
            )
        return made.id

    def keep_secrets(self) -> None:
        """Let the embedded secret store have a key."""
        folder = self.useFixture(fixtures.TempDir())
        file = folder.join('secrets.keys')
        keys.add(file)
        self.config(group='secrets', key_file=file)

    def sql(self, statement: str, **values: Any) -> None:
        with db.engine().begin() as connection:
            connection.execute(sa.text(statement), values)

    def count_statements(self) -> list[str]:
        """The list that every statement from now on is added to."""
        seen: list[str] = []

        def remember(conn: Any, cursor: Any, statement: str, *rest: Any):
            if statement.startswith(('SELECT', 'UPDATE', 'INSERT', 'DELETE')):
                seen.append(statement)

        sa.event.listen(db.engine(), 'before_cursor_execute', remember)
        self.addCleanup(
            sa.event.remove, db.engine(), 'before_cursor_execute', remember
        )
        return seen
