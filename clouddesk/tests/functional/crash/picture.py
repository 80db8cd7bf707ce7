"""What there is, in our tables and in the cloud, without what is by chance.

Two runs of the same scene give the same picture: ids become names, times and
addresses go, and lists are sorted. What was made once too often stays visible
even when somebody has removed it again.
"""

import collections
import copy
import json
import re
import threading
from typing import Any

import sqlalchemy as sa

from clouddesk import cloud
from clouddesk import db
from clouddesk import states
from clouddesk.conductor import audit
from clouddesk.conductor import sync
from clouddesk.conf import CONF
from clouddesk.db import models

_ID = re.compile('[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}')
_ADDRESS = re.compile(r'\d+\.\d+\.\d+\.\d+')
#: Says nothing about the end: times, addresses of one run, who asked.
_BY_CHANCE = frozenset(
    {
        'created',
        'created_at',
        'updated',
        'updated_at',
        'started_at',
        'finished_at',
        'links',
        'request_id',
        'mac_address',
        'hostname',
        'user_data',
        'finish',
        'due',
        '_due',
        'next_at',
    }
)
#: Columns of a desktop that the API does not show.
_HIDDEN = ('wanted_power', 'restarts', 'work_order_id', 'secret_ref')


class Labels:
    """Ids, and what they are called in a picture."""

    def __init__(self, house: Any, desktops: list[dict[str, Any]]) -> None:
        images = house.cloud.glance.images.values()
        self._names = {
            each['id']: each['name'] for each in (*images, *desktops)
        }
        for kind, things in _carriers(house).items():
            for id_, text in things.items():
                owner = self.said(text)
                self._names[id_] = '%s of %s' % (kind, owner)

    def said(self, text: str) -> str:
        """A text with names instead of ids."""
        named = _ID.sub(lambda m: self._names.get(m[0], 'ID'), text)
        return _ADDRESS.sub('ADDRESS', named)

    def plain(self, value: Any) -> Any:
        """The same for anything that JSON knows."""
        if isinstance(value, dict):
            return {
                self.said(key): self.plain(each)
                for key, each in value.items()
                if key not in _BY_CHANCE
            }
        if isinstance(value, list | tuple):
            return sorted(map(self.plain, value), key=_order)
        return self.said(value) if isinstance(value, str) else value


def is_current(house: Any) -> bool:
    """Whether we know what Nova says of the servers that are there.

    A look that began before the end of an order may come after it; the next
    one puts that right.
    """
    servers = house.nova.servers
    return all(
        servers[each['server_id']].status == each['server_status']
        for each in house.desktops()
        if each['server_id'] in servers
    )


def of(house: Any) -> dict[str, Any]:
    """The picture.

    :param house: a :class:`clouddesk.tests.functional.base.FunctionalTestCase`
    """
    with house.cloud.lock:
        house.cinder.settle()
        house.nova.settle()
    desktops = house.desktops()
    labels = Labels(house, desktops)
    orders = house.api.get('/work-orders', limit=100)['work_orders']
    with house.cloud.lock:
        seen = {
            'desktops': [
                each | _unbuilt(each) | _hidden(each['id'])
                for each in desktops
            ],
            'pools': _shown(house, 'pools'),
            'courses': _shown(house, 'courses'),
            'orders': [
                house.api.get('/work-orders/' + order['id'])
                for order in orders
            ],
            'servers': [vars(each) for each in house.nova.servers.values()],
            'ports': list(house.neutron.ports.values()),
            'floating_ips': list(house.neutron.floating_ips.values()),
            'groups': list(house.neutron.groups.values()),
            'volumes': list(house.cinder.volumes.values()),
            'snapshots': list(house.cinder.snapshots.values()),
            'images': list(house.cloud.glance.images.values()),
            'builds': [_built(each) for each in _rows(models.ImageBuild)],
            'known_images': [_known(each) for each in _rows(models.Image)],
            'secrets': _count(models.Secret),
            'told': _told(),
        }
    return labels.plain(seen) | {'made': made(house.cloud)}


def made(emulated: Any) -> dict[str, int]:
    """How often something was made, whatever became of it."""
    counted: collections.Counter[str] = collections.Counter()
    for call in emulated.calls(method='POST'):
        kind = call.path.rpartition('/')[2]
        if call.status in (201, 202) and kind != 'action':
            counted[kind] += call.number
    return dict(counted) | {'captured': emulated.glance.reserved}


def changes(emulated: Any) -> list[Any]:
    """The calls that change something in Nova, Neutron, Cinder or Glance."""
    return [
        call
        for call in emulated.calls()
        if call.method not in ('GET', 'HEAD') and call.service != 'identity'
    ]


def leftovers(house: Any) -> tuple[dict[str, Any], ...]:
    """Copies of what a conductor could leave behind."""
    rooms = (
        house.neutron.ports,
        house.neutron.floating_ips,
        house.cinder.volumes,
    )
    return tuple(copy.deepcopy(room) for room in rooms)


def put_back(house: Any, kept: tuple[dict[str, Any], ...]) -> None:
    """Leave it behind, used by nobody."""
    ports, floating_ips, volumes = kept
    free = {'device_id': '', 'device_owner': '', 'status': 'DOWN'}
    idle = {'status': 'available', 'attachments': []}
    with house.cloud.lock:
        for id_, port in ports.items():
            house.neutron.ports[id_] = port | free
        house.neutron.floating_ips |= floating_ips
        for id_, volume in volumes.items():
            house.cinder.volumes[id_] = volume | idle


def complaints(house: Any) -> list[str]:
    """What may not be so when nobody works: it would stay like that."""
    found = [
        'desktop in status %s' % each.status
        for each in _rows(models.Desktop)
        if each.status not in states.DESKTOP_STABLE
        or not any(each.status in f for f in states.ACTION_FROM.values())
    ]
    found += [
        'course in status %s' % each.status
        for each in _rows(models.Course)
        if each.status in states.COURSE_UNSTABLE
    ]
    found += [
        'image build in status %s' % each.status
        for each in _rows(models.ImageBuild)
        if each.status in states.BUILD_UNSTABLE
    ]
    for order in _rows(models.WorkOrder):
        if order.status not in states.ORDER_FINISHED or order.owner:
            found.append('order %s held by %s' % (order.status, order.owner))
    for model in (models.Desktop, models.Pool, models.Image):
        found += [
            '%s held by %s' % (model.__tablename__, each.work_order_id)
            for each in _rows(model)
            if each.work_order_id
        ]
    return found + [
        'difference: %s' % each.kind
        for each in auditor().differences(house.school.project_id)
    ]


def _carriers(house: Any) -> dict[str, dict[str, str]]:
    """By kind: the ids of things, and where these name a desktop."""
    nova, neutron, cinder = house.nova, house.neutron, house.cinder
    return {
        'server': {
            each.id: each.metadata.get('clouddesk_desktop_id', '')
            for each in nova.servers.values()
        },
        'port': {each['id']: each['name'] for each in neutron.ports.values()},
        'floating IP': {
            each['id']: each['description']
            for each in neutron.floating_ips.values()
        },
        'volume': {
            each['id']: each['metadata'].get('clouddesk_desktop_id', '')
            for each in cinder.volumes.values()
        },
        'group': {
            each['id']: each['name'] for each in neutron.groups.values()
        },
    }


def _shown(house: Any, noun: str) -> list[dict[str, Any]]:
    found = house.api.get('/' + noun)[noun]
    return [house.api.get('/%s/%s' % (noun, each['id'])) for each in found]


def _unbuilt(desktop: dict[str, Any]) -> dict[str, Any]:
    """What is only known when Nova has built the server.

    Until then it tells no addresses, and it depends on who looked last
    whether those of the port are shown.
    """
    return {'addresses': []} if desktop['server_status'] == 'BUILD' else {}


def _hidden(desktop_id: str) -> dict[str, Any]:
    with db.reader() as session:
        row = session.get_one(models.Desktop, desktop_id)
        return {'_' + key: getattr(row, key) for key in _HIDDEN}


def _told() -> dict[str, int]:
    """What the history says of orders: all of it, and nothing twice."""
    counted = collections.Counter(
        '%s %s %s' % (each.action, each.subject_type, each.outcome)
        for each in _rows(models.Event)
        if each.work_order_id
    )
    return dict(sorted(counted.items()))


def _known(image: models.Image) -> dict[str, Any]:
    retired = image.retired_at is not None
    return {'id': image.id, 'retired': retired, 'fault': image.fault_code}


def _built(build: models.ImageBuild) -> dict[str, Any]:
    keys = ('name', 'status', 'builder_id', 'image_id')
    traces = ('snapshot_id', 'copy_id', 'activated_at')
    return {key: getattr(build, key) for key in keys} | {
        key: getattr(build, key) is not None for key in traces
    }


def _rows(model: Any) -> list[Any]:
    with db.reader() as session:
        return list(session.scalars(sa.select(model)))


def _count(model: Any) -> int:
    return len(_rows(model))


def auditor() -> audit.Audit:
    """What finds and repairs differences, in this process."""
    sync_ = sync.Sync(
        cloud.for_project, CONF, lambda *args: None, threading.Event()
    )
    return audit.Audit(cloud.for_project, sync_, lambda order_id: None)


def _order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
