"""A project of its own, with many desktops that are only rows."""

from collections.abc import Iterator
import contextlib
import dataclasses
import datetime
import os
import pathlib
from typing import Any
import uuid

import openstack
from oslo_config import cfg
from oslo_db import options
import sqlalchemy as sa

from clouddesk import states
from clouddesk.db import models
from clouddesk.tests.benchmarks import clouds
from clouddesk.tests.benchmarks import machine
from clouddesk.tests.benchmarks import report

#: Rows that are written or deleted at once.
_BATCH = 5000
#: Desktops of a pool.
POOL = 100
#: What every tenth desktop is tagged with.
TAG = 'exam'

_DESKTOPS = models.Desktop.__table__
_POOLS = models.Pool.__table__
_TAGS = models.DesktopTag.__table__

_SPEC = {
    'image_id': str(uuid.uuid4()),
    'flavor_id': 'm1.desk',
    'network_id': str(uuid.uuid4()),
    'boot_from': 'image',
    'vcpus': 2,
    'ram': 4096,
    'disk': 20,
}
_BEGAN = datetime.datetime(2026, 1, 1)


def config_file() -> str:
    """The configuration of the clouddesk that is measured.

    :raises Failed: nothing says where it is
    """
    told = os.environ.get('CLOUDDESK_BENCHMARK_CONFIG')
    home = machine.home()
    if told or home is None:
        found = pathlib.Path(told or '/etc/clouddesk/clouddesk.conf')
    else:
        found = home / 'etc/clouddesk/clouddesk.conf'
    if not found.exists():
        raise report.Failed('%s: set CLOUDDESK_BENCHMARK_CONFIG' % found)
    return str(found)


@contextlib.contextmanager
def engine() -> Iterator[sa.Engine]:
    """The database of that clouddesk."""
    conf = cfg.ConfigOpts()
    options.set_defaults(conf)
    conf([], default_config_files=[config_file()])
    made = sa.create_engine(conf.database.connection)
    try:
        yield made
    finally:
        made.dispose()


@dataclasses.dataclass
class School:
    """A project and a member of it."""

    connection: Any
    admin: Any
    project_id: str

    def headers(self) -> dict[str, str]:
        return {
            'X-Auth-Token': self.connection.session.get_token(),
            'Accept': 'application/json',
        }

    def endpoint(self, service: str) -> str:
        """The URL of a service, without a slash at its end."""
        found = self.connection.session.get_endpoint(service_type=service)
        return str(found).rstrip('/')

    def environ(self) -> dict[str, str]:
        """What makes ``openstack`` the member."""
        auth = self.admin.config.get_auth_args()
        told = {
            'OS_%s' % key.upper(): value
            for key, value in auth.items()
            if value and not key.startswith('project_')
        }
        region = self.admin.config.get_region_name() or ''
        return {
            **told,
            'OS_PROJECT_ID': self.project_id,
            'OS_IDENTITY_API_VERSION': '3',
            'OS_REGION_NAME': region,
        }


@contextlib.contextmanager
def opened() -> Iterator[School]:
    """A new project; it must be empty again at the end."""
    admin = openstack.connect(cloud=clouds.ADMIN)
    project = admin.identity.create_project(name=clouds.name())
    try:
        admin.identity.assign_project_role_to_user(
            project, admin.current_user_id, admin.identity.find_role('member')
        )
        member = admin.connect_as_project(project)
        yield School(member, admin, project.id)
    finally:
        admin.identity.delete_project(project)


class Rows:
    """Desktops of a project, written straight into the tables."""

    def __init__(self, database: sa.Engine, project_id: str) -> None:
        self._engine = database
        self._owner = {'project_id': project_id, 'user_id': uuid.uuid4().hex}
        self._project_id = project_id
        #: Ids in the order in which they came to be, and of their pools.
        self.ids: list[str] = []
        self.pools: list[str] = []

    def __enter__(self) -> 'Rows':
        return self

    def __exit__(self, *exc_info: object) -> None:
        for table in (_DESKTOPS, _POOLS):
            # A project of a moment: few rows hold few locks.
            some = (
                sa.delete(table)
                .where(table.c.project_id == self._project_id)
                .with_dialect_options(mysql_limit=_BATCH)
            )
            while self._execute(some):
                pass

    def grow(self, size: int) -> None:
        """Add desktops until there are so many; they run, stand or failed."""
        while len(self.ids) < size:
            wanted = min(_BATCH, size - len(self.ids))
            self._add([self._desktop(each) for each in range(wanted)])
        with self._engine.connect() as connection:
            # What a server does by itself some time after so many changes.
            for model in (models.Desktop, models.DesktopTag):
                name = model.__tablename__
                connection.execute(sa.text('ANALYZE TABLE ' + name))

    def _desktop(self, offset: int) -> dict[str, Any]:
        number = len(self.ids) + offset
        status = states.OFF if number % 7 == 0 else states.RUNNING
        return {
            **self._owner,
            **_SPEC,
            'id': str(uuid.uuid4()),
            'name': 'desk_%06d' % number,
            'status': states.FAULT if number % 50 == 0 else status,
            'pool_id': self._pool(number // POOL),
            'slot': number % POOL + 1,
            'addresses': [
                {
                    'address': '10.%d.%d.%d'
                    % (number >> 16, number >> 8 & 255, number & 255),
                    'version': 4,
                    'type': 'fixed',
                }
            ],
            'created_at': _BEGAN + datetime.timedelta(seconds=number),
        }

    def _pool(self, number: int) -> str:
        if number == len(self.pools):
            pool = {
                **self._owner,
                **_SPEC,
                'id': str(uuid.uuid4()),
                'name': 'class-%d' % number,
                'size': POOL,
                'name_template': '{base}_{serial}',
            }
            self._execute(sa.insert(_POOLS), [pool])
            self.pools.append(pool['id'])
        return self.pools[number]

    def _add(self, desktops: list[dict[str, Any]]) -> None:
        ids = [each['id'] for each in desktops]
        self._execute(sa.insert(_DESKTOPS), desktops)
        tags = [{'desktop_id': each, 'tag': TAG} for each in ids[::10]]
        self._execute(sa.insert(_TAGS), tags)
        self.ids += ids

    def _execute(self, statement: Any, values: Any = None) -> int:
        with self._engine.begin() as connection:
            return connection.execute(statement, values).rowcount
