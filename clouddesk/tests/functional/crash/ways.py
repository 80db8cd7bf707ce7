"""Every way that a work order can go, for the matrix of faults.

A way is prepared in a cloud that works, given while no conductor listens, and
ends as it should or not.
"""

from collections.abc import Callable
import contextlib
import dataclasses
from typing import Any

from clouddesk.tests.fixtures import service

House = Any
Order = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Way:
    """One kind of order."""

    give: Callable[[House], Order]
    #: Statuses of all desktops at the end.
    ends: dict[str, int]
    #: What is there before.
    prepare: Callable[[House], Any] = lambda house: None
    #: Called when the order runs.
    meanwhile: Callable[[House, Order], Any] = lambda house, order: None
    #: How the order ends when nothing goes wrong.
    status: str = 'succeeded'


def _outside(house: House) -> str:
    found: str = house.neutron.create_network(
        house.school.service_project_id, 'out', '203.0.113.0/28', external=True
    )
    return found


def rich(house: House) -> dict[str, Any]:
    return {
        'boot_from': 'volume',
        'volume_size': 2,
        'floating_network_id': _outside(house),
        'remote_protocols': ['rdp'],
    }


def _disks(house: House) -> dict[str, Any]:
    image_id = house.cloud.glance.create_image(
        house.school.project_id, 'tools', clouddesk_kind='data'
    )
    return {'data_images': [image_id]}


def _attached(house: House) -> None:
    """Nova will not reach Cinder when it removes the server."""
    house.build_desktop(boot_from='volume', volume_size=2, **_disks(house))
    house.cinder.lets_go = False


def _desktop(house: House) -> str:
    (row,) = house.desktops()
    id_: str = row['id']
    return id_


def _act(verb: str) -> Callable[[House], Order]:
    return lambda house: house.act('desktops', _desktop(house), verb)


def _off(house: House) -> None:
    house.build_desktop(keep_running=False)
    house.finish(_act('stop')(house))


def _broken(house: House) -> None:
    house.nova.fail_builds(1)
    house.finish(house.create_desktop(), 'failed')


def _pool(size: int) -> Callable[[House], str]:
    return lambda house: house.build_pool(size)


def _resize(size: int) -> Callable[[House], Order]:
    def give(house: House) -> Order:
        (pool,) = house.api.get('/pools')['pools']
        return house.act('pools', pool['id'], 'resize', size=size)

    return give


def _delete_pool(house: House) -> Order:
    (pool,) = house.api.get('/pools')['pools']
    return house.api.delete('/pools/' + pool['id'])


def _two_hosts(house: House) -> None:
    house.build_desktop()
    house.nova.hosts['compute2'] = ('nova', True)


def _migrate(house: House) -> Order:
    admin = house.service.client('root')
    return admin.post('/desktops/%s/actions/migrate' % _desktop(house))


def _without_port(house: House) -> None:
    house.build_desktop(floating_network_id=_outside(house))
    with house.cloud.lock:
        (port_id,) = house.neutron.ports
        (floating_ip,) = house.neutron.floating_ips.values()
        floating_ip['port_id'] = None
        del house.neutron.ports[port_id]


def _reattach(house: House) -> Order:
    keeper = house.service.client('grace')
    told = keeper.post('/differences/actions/repair', all=True)
    ordered = {each['work_order_id'] for each in told['differences']}
    (order_id,) = ordered - {None}
    return {'id': order_id}


def _slow(house: House) -> None:
    house.nova.build_seconds = None


def _cancel(house: House, order: Order) -> None:
    """As soon as there is a server, unless the order failed before."""

    def is_ripe() -> bool:
        now = house.api.get('/work-orders/' + order['id'])['status']
        return bool(house.nova.servers) or now == 'failed'

    service.until(is_ripe, bool)
    with contextlib.suppress(service.Refusal):
        house.act('work-orders', order['id'], 'cancel')


def _image(house: House) -> None:
    house.cloud.glance.create_image(
        house.school.project_id, 'mine', visibility='private'
    )


def _on_image(verb: str) -> Callable[[House], Order]:
    def give(house: House) -> Order:
        (image_id,) = (
            each['id']
            for each in house.cloud.glance.images.values()
            if each['name'] == 'mine'
        )
        order: Order = house.api.post(
            '/images/actions/' + verb, image_ids=[image_id]
        )
        return order

    return give


def _keeper(house: House) -> Any:
    return house.service.client('grace')


def _builder(wish: Callable[[House], dict[str, Any]]) -> Callable[..., None]:
    def prepare(house: House) -> None:
        wanted = house.spec(name='golden', **wish(house))
        house.finish(_keeper(house).post('/image-builds', **wanted))

    return prepare


def _finish(house: House) -> Order:
    (build,) = _keeper(house).get('/image-builds')['image_builds']
    path = '/image-builds/%s/actions/finish' % build['id']
    return _keeper(house).post(path)


def _rich_off(house: House) -> None:
    house.build_desktop(keep_running=False, **rich(house))
    house.finish(_act('stop')(house))


def _capture(house: House) -> Order:
    path = '/desktops/%s/actions/create_image' % _desktop(house)
    return _keeper(house).post(path, name='golden')


def _disks_off(house: House) -> None:
    house.build_desktop(keep_running=False, **_disks(house))
    house.finish(_act('stop')(house))


def _capture_whole(house: House) -> Order:
    path = '/desktops/%s/actions/create_image' % _desktop(house)
    return _keeper(house).post(path, name='golden', whole=True)


def _plain(house: House) -> dict[str, Any]:
    return {}


WAYS = {
    'image.generate': Way(_finish, {}, _builder(_plain)),
    'image.generate, volume and floating IP': Way(_finish, {}, _builder(rich)),
    'image.generate, whole': Way(_finish, {}, _builder(_disks)),
    'image.capture': Way(_capture, {'off': 1}, _off),
    'image.capture, volume and floating IP': Way(
        _capture, {'off': 1}, _rich_off
    ),
    'image.capture, whole': Way(_capture_whole, {'off': 1}, _disks_off),
    'image.delete': Way(_on_image('delete'), {}, _image),
    'image.retire': Way(_on_image('retire'), {}, _image),
    'desktop.create': Way(
        lambda house: house.create_desktop(), {'running': 1}
    ),
    'desktop.create, volume and floating IP': Way(
        lambda house: house.create_desktop(**rich(house)), {'running': 1}
    ),
    'desktop.create, data disk': Way(
        lambda house: house.create_desktop(**_disks(house)), {'running': 1}
    ),
    'desktop.stop': Way(
        _act('stop'),
        {'off': 1},
        lambda house: house.build_desktop(keep_running=False),
    ),
    'desktop.start': Way(_act('start'), {'running': 1}, _off),
    'desktop.reboot': Way(
        _act('reboot'), {'running': 1}, lambda house: house.build_desktop()
    ),
    'desktop.retry': Way(_act('retry'), {'running': 1}, _broken),
    'desktop.rebuild': Way(
        _act('rebuild'), {'running': 1}, lambda house: house.build_desktop()
    ),
    'desktop.rebuild, volume and floating IP': Way(
        _act('rebuild'),
        {'running': 1},
        lambda house: house.build_desktop(**rich(house)),
    ),
    'desktop.rebuild, data disk': Way(
        _act('rebuild'),
        {'running': 1},
        lambda house: house.build_desktop(**_disks(house)),
    ),
    'desktop.rebuild, still attached': Way(
        _act('rebuild'), {'running': 1}, _attached
    ),
    'desktop.migrate': Way(_migrate, {'running': 1}, _two_hosts),
    'desktop.reattach': Way(_reattach, {'running': 1}, _without_port),
    'desktop.delete': Way(
        _act('delete'), {}, lambda house: house.build_desktop()
    ),
    'desktop.delete, volume and floating IP': Way(
        _act('delete'), {}, lambda house: house.build_desktop(**rich(house))
    ),
    'desktop.delete, data disk': Way(
        _act('delete'), {}, lambda house: house.build_desktop(**_disks(house))
    ),
    'desktop.delete, still attached': Way(_act('delete'), {}, _attached),
    'undo': Way(
        lambda house: house.create_desktop(**rich(house)),
        {},
        _slow,
        _cancel,
        'cancelled',
    ),
    'pool.resize, grow': Way(_resize(3), {'running': 3}, _pool(1)),
    'pool.resize, shrink': Way(_resize(1), {'running': 1}, _pool(2)),
    'pool.delete': Way(_delete_pool, {}, _pool(2)),
}
