"""A cloud in memory with the verbs of clouddesk.cloud, and faults.

Nothing happens by itself: :meth:`World.tick` lets all servers and volumes
take one step towards where they were asked to go.
"""

import collections
import dataclasses

from oslo_utils import uuidutils

from clouddesk import exceptions
from clouddesk.cloud import types

#: Ticks that Nova and Cinder take.
BUILD_TICKS = 2


@dataclasses.dataclass
class _Thing:
    """A server, port or volume and what it is on its way to."""

    value: object
    project_id: str
    ticks: int = 0
    then: dict | None = None
    gone: bool = False
    port_id: str | None = None
    volume_ids: list = dataclasses.field(default_factory=list)


class World:
    """What exists, who called, and what goes wrong."""

    def __init__(self):
        self.things = {}
        self.calls = []
        #: Desktops whose servers end in ERROR.
        self.doomed = set()
        #: verb -> list of errors to raise, next first; a pair
        #: ``('late', error)`` is raised after the effect.
        self.faults = collections.defaultdict(list)
        #: Called with ``(verb, when)`` around every call.
        self.watch = lambda verb, when: None
        self.forbidden = set()
        #: Whether a service user works, who is an admin.
        self.passes_locks = True
        #: Which servers shall keep running, as Masakari is told.
        self.kept = set()
        #: Where a live migration leads to; None: nowhere.
        self.next_host = 'two'
        #: Images that somebody deleted.
        self.lost_images = set()
        #: Images that orders are about, by id.
        self.images = {}
        #: Those of them that no list has.
        self.unlisted = set()
        #: Servers of people without clouddesk, by image.
        self.image_servers = {}
        #: Security groups: name -> id.
        self.groups = {}

    # what a test asks

    def of(self, kind, desktop_id=None):
        return [
            thing.value
            for thing in self.things.values()
            if isinstance(thing.value, kind)
            and desktop_id in (None, thing.value.desktop_id)
        ]

    def servers(self, desktop_id=None):
        return self.of(types.Server, desktop_id)

    def ports(self, desktop_id=None):
        return self.of(types.Port, desktop_id)

    def floating_ips(self, desktop_id=None):
        return self.of(types.FloatingIP, desktop_id)

    def volumes(self, desktop_id=None):
        return self.of(types.Volume, desktop_id)

    def verbs(self, *names):
        """The calls made, as ``(verb, first argument)``."""
        return [call for call in self.calls if call[0] in names]

    # what a test does

    def fail(self, verb, error, times=1, late=False):
        fault = ('late', error) if late else error
        self.faults[verb] += [fault] * times

    def put(self, value, project_id='project', **more):
        self.things[value.id] = _Thing(value, project_id, **more)
        return value

    def change(self, id_, **changes):
        thing = self.things[id_]
        thing.value = dataclasses.replace(thing.value, **changes)

    def vanish(self, id_):
        thing = self.things.pop(id_)
        for port in self.things.values():
            if getattr(port.value, 'device_id', None) == id_:
                port.value = dataclasses.replace(port.value, device_id=None)
        for volume_id in thing.volume_ids:
            if volume_id in self.things:
                self.change(volume_id, status='available')

    def tick(self):
        for id_, thing in list(self.things.items()):
            if thing.ticks <= 0:
                continue
            thing.ticks -= 1
            if thing.ticks == 0 and thing.gone:
                self.vanish(id_)
            elif thing.ticks == 0 and thing.then:
                self.change(id_, **thing.then)

    # for the verbs

    def new_id(self):
        return uuidutils.generate_uuid()

    def called(self, project_id, verb, effect, *args):
        self.calls.append((verb, args[0] if args else None))
        self.watch(verb, 'before')
        if project_id in self.forbidden:
            raise exceptions.CloudForbidden(service='Nova', reason='no role')
        fault = self.faults[verb].pop(0) if self.faults[verb] else None
        if isinstance(fault, Exception):
            raise fault
        result = effect(*args)
        self.watch(verb, 'after')
        if fault:
            raise fault[1]
        return result

    def for_project(self, project_id):
        return Cloud(self, project_id)

    def for_service(self):
        return Cloud(self, None)


class _Room:
    def __init__(self, world, project_id):
        self._world = world
        self._project_id = project_id

    def _call(self, verb, effect, *args):
        return self._world.called(self._project_id, verb, effect, *args)

    def _of(self, kind):
        return [
            thing.value
            for thing in self._world.things.values()
            if isinstance(thing.value, kind)
            and self._project_id in (None, thing.project_id)
        ]

    def _thing(self, id_):
        thing = self._world.things.get(id_)
        if thing is None:
            raise exceptions.CloudNotFound(
                service='cloud', kind='thing', id=id_
            )
        return thing


class Compute(_Room):
    def list_servers(self, desktop_ids=None):
        def effect(ids):
            return [
                server
                for server in self._of(types.Server)
                if server.desktop_id
                and (ids is None or server.desktop_id in ids)
            ]

        return self._call('list_servers', effect, desktop_ids)

    def get_server(self, server_id):
        def effect(id_):
            thing = self._world.things.get(id_)
            return thing and thing.value

        return self._call('get_server', effect, server_id)

    def rename(self, server_id, name):
        self._call(
            'rename', lambda id_: self._world.change(id_, name=name), server_id
        )

    def set_high_availability(self, server_id, wanted):
        self._call(
            'set_high_availability',
            lambda id_: self._world.change(id_, high_availability=wanted),
            server_id,
        )

    def create_server(self, desktop_id, order_id, name, port_id, **more):
        self._world.kept.add(('create_server', more.get('keep_running')))

        def effect(desktop_id):
            port = self._thing(port_id)
            if port.value.device_id:
                raise exceptions.CloudConflict(
                    service='Nova', reason='Port is in use'
                )
            server = types.Server(
                id=self._world.new_id(),
                name=name,
                status='BUILD',
                task_state='spawning',
                project_id=self._project_id,
                desktop_id=desktop_id,
                order_id=order_id,
                high_availability=bool(more.get('keep_running')),
                created='%04d' % len(self._world.things),
            )
            then = {
                'status': 'ACTIVE',
                'task_state': None,
                'addresses': port.value.addresses,
            }
            if desktop_id in self._world.doomed:
                then = {
                    'status': 'ERROR',
                    'task_state': None,
                    'fault_message': 'No valid host was found.',
                }
            self._world.put(
                server,
                self._project_id,
                ticks=BUILD_TICKS,
                then=then,
                port_id=port_id,
                volume_ids=[
                    *filter(None, [more.get('volume_id')]),
                    *more.get('data_volumes', ()),
                ],
            )
            self._world.change(port_id, device_id=server.id)
            for volume_id in self._world.things[server.id].volume_ids:
                self._world.change(volume_id, status='in-use')
            return dataclasses.replace(server, created=None)

        return self._call('create_server', effect, desktop_id)

    def delete_server(self, server_id):
        def effect(id_):
            if id_ not in self._world.things:
                return False
            self._check_lock(self._thing(id_))
            self._world.change(id_, task_state='deleting')
            self._world.things[id_].ticks = 1
            self._world.things[id_].gone = True
            return True

        return self._call('delete_server', effect, server_id)

    def start(self, server_id):
        self._power('start', server_id, {'SHUTOFF'}, 'powering-on', 'ACTIVE')

    def stop(self, server_id):
        allowed = {'ACTIVE', 'ERROR'}
        self._power('stop', server_id, allowed, 'powering-off', 'SHUTOFF')

    def reboot(self, server_id, hard=False):
        allowed = {'ACTIVE'}
        if hard:
            allowed |= {'SHUTOFF', 'ERROR', 'PAUSED', 'SUSPENDED'}
        self._power('reboot', server_id, allowed, 'rebooting', 'ACTIVE')

    def lock(self, server_id, reason=None):
        self._call('lock', lambda id_: self._lock(id_, True), server_id)

    def unlock(self, server_id):
        self._call('unlock', lambda id_: self._lock(id_, False), server_id)

    def _lock(self, id_, locked):
        if self._project_id is not None:
            raise AssertionError('locks are for admins')
        self._thing(id_)
        self._world.change(id_, locked=locked)

    def plug(self, server_id, port_id):
        def effect(server_id, port_id):
            server, port = self._thing(server_id), self._thing(port_id)
            if server.value.task_state or server.value.status not in (
                'ACTIVE',
                'PAUSED',
                'SHUTOFF',
            ):
                raise exceptions.CloudConflict(
                    service='Nova',
                    reason='Cannot attach while it is in vm_state %s.'
                    % server.value.status,
                )
            if port.value.device_id:
                raise exceptions.CloudError(
                    service='Nova', reason='Port is in use.'
                )
            self._world.change(port_id, device_id=server_id)
            self._world.change(server_id, addresses=port.value.addresses)

        self._call('plug', effect, server_id, port_id)

    def live_migrate(self, server_id, host=None):
        def effect(id_):
            thing = self._thing(id_)
            self._world.change(id_, task_state='migrating', status='MIGRATING')
            thing.ticks = 2
            thing.then = {
                'status': 'ACTIVE',
                'task_state': None,
                'host': host or self._world.next_host or thing.value.host,
            }

        self._call('live_migrate', effect, server_id)

    def why_not_migrated(self, server_id):
        return self._call(
            'why_not_migrated', lambda id_: 'No valid host.', server_id
        )

    def console(self, server_id, console_type=None):
        def effect(id_):
            return types.Console(
                type=console_type or 'novnc',
                protocol='vnc',
                url='http://console/%s' % self._thing(id_).value.id,
            )

        return self._call('console', effect, server_id)

    def _check_lock(self, thing):
        if thing.value.locked and self._project_id is not None:
            raise exceptions.CloudConflict(
                service='Nova', reason='Instance is locked'
            )

    def _power(self, verb, server_id, allowed, task, status):
        def effect(id_):
            thing = self._thing(id_)
            self._check_lock(thing)
            if thing.value.task_state or thing.value.status not in allowed:
                raise exceptions.CloudConflict(
                    service='Nova',
                    reason='Cannot %s while it is in vm_state %s'
                    % (verb, thing.value.status),
                )
            self._world.change(id_, task_state=task)
            thing.ticks = 1
            thing.then = {
                'status': status,
                'task_state': None,
                'fault_message': None,
            }

        self._call(verb, effect, server_id)

    def servers_of_image(self, image_id):
        def effect(id_):
            return self._world.image_servers.get(id_, [])

        return self._call('servers_of_image', effect, image_id)


class Network(_Room):
    def find_ports(self, desktop_ids):
        def effect(ids):
            return [p for p in self._of(types.Port) if p.desktop_id in ids]

        return self._call('find_ports', effect, desktop_ids)

    def list_ports(self):
        return self._call('list_ports', lambda: self._of(types.Port))

    def create_port(
        self,
        desktop_id,
        name,
        network_id,
        security_groups=None,
        mac=None,
        addresses=(),
        project_id=None,
    ):
        def effect(desktop_id):
            id_ = self._world.new_id()
            taken = {
                each['address']
                for port in self._world.ports()
                for each in port.addresses
            }
            if taken & set(addresses):
                raise exceptions.CloudConflict(
                    service='Neutron', reason='IP address already allocated'
                )
            number = len(self._world.things) + 9
            chosen = [*addresses, '10.0.0.%d' % number][0]
            address = {'address': chosen, 'version': 4, 'type': 'fixed'}
            return self._world.put(
                types.Port(
                    id=id_,
                    name=name,
                    mac=mac or 'fa:16:3e:00:00:%02x' % number,
                    addresses=[address],
                    desktop_id=desktop_id,
                    network_id=network_id,
                    security_groups=tuple(security_groups or ('default',)),
                ),
                project_id or self._project_id,
            )

        return self._call('create_port', effect, desktop_id)

    def create_ports(self, wanted):
        return [
            self.create_port(
                each.desktop_id,
                each.name,
                each.network_id,
                each.security_groups,
            )
            for each in wanted
        ]

    def get_port(self, port_id):
        def effect(id_):
            thing = self._world.things.get(id_)
            return thing and thing.value

        return self._call('get_port', effect, port_id)

    def delete_port(self, port_id):
        def effect(id_):
            return self._world.things.pop(id_, None) is not None

        return self._call('delete_port', effect, port_id)

    def set_security_groups(self, port_id, security_groups):
        def effect(id_):
            self._world.change(id_, security_groups=tuple(security_groups))

        self._call('set_security_groups', effect, port_id)


class FloatingIPs(_Room):
    def find(self, desktop_ids):
        def effect(ids):
            return [
                f for f in self._of(types.FloatingIP) if f.desktop_id in ids
            ]

        return self._call('find_floating_ips', effect, desktop_ids)

    def of_project(self):
        return self._call(
            'list_floating_ips', lambda: self._of(types.FloatingIP)
        )

    def get(self, floating_ip_id):
        def effect(id_):
            thing = self._world.things.get(id_)
            return thing and thing.value

        return self._call('get_floating_ip', effect, floating_ip_id)

    def create(self, desktop_id, network_id, port_id):
        def effect(desktop_id):
            self._thing(port_id)
            return self._world.put(
                types.FloatingIP(
                    id=self._world.new_id(),
                    address='172.24.4.9',
                    network_id=network_id,
                    port_id=port_id,
                    desktop_id=desktop_id,
                ),
                self._project_id,
            )

        return self._call('create_floating_ip', effect, desktop_id)

    def attach(self, floating_ip_id, port_id):
        def effect(id_):
            self._world.change(id_, port_id=port_id)
            return self._thing(id_).value

        return self._call('attach_floating_ip', effect, floating_ip_id)

    def delete(self, floating_ip_id):
        def effect(id_):
            return self._world.things.pop(id_, None) is not None

        return self._call('delete_floating_ip', effect, floating_ip_id)


class SecurityGroups(_Room):
    def ensure(self, protocols, sources):
        def effect(protocols):
            known = self._world.groups
            known |= {'clouddesk-%s' % each: each for each in protocols}
            return {'default': 'default'} | known

        return self._call('ensure_groups', effect, tuple(protocols))


class Volume(_Room):
    def find_volumes(self, desktop_id):
        def effect(id_):
            return [v for v in self._of(types.Volume) if v.desktop_id == id_]

        return self._call('find_volumes', effect, desktop_id)

    def list_volumes(self):
        return self._call('list_volumes', lambda: self._of(types.Volume))

    def create_from_image(
        self,
        desktop_id,
        name,
        size,
        image_id,
        availability_zone=None,
        disk=0,
    ):
        def effect(desktop_id):
            volume = types.Volume(
                id=self._world.new_id(),
                status='creating',
                size=size,
                desktop_id=desktop_id,
                disk=disk,
                image_id=image_id if disk else None,
            )
            return self._world.put(
                volume,
                self._project_id,
                ticks=1,
                then={'status': 'available', 'bootable': True},
            )

        return self._call('create_from_image', effect, desktop_id)

    def get(self, volume_id):
        def effect(id_):
            thing = self._world.things.get(id_)
            return thing and thing.value

        return self._call('get', effect, volume_id)

    def delete(self, volume_id):
        def effect(id_):
            thing = self._world.things.get(id_)
            if thing is None:
                return False
            status = thing.value.status
            if status not in ('available', 'error'):
                raise exceptions.CloudConflict(
                    service='Cinder', reason='Invalid volume: ' + status
                )
            self._world.change(id_, status='deleting')
            thing.ticks, thing.gone = 1, True
            return True

        return self._call('delete_volume', effect, volume_id)

    def attachments(self, volume_id):
        def effect(id_):
            return [
                types.Attachment(each.value.id, each.value.id)
                for each in self._world.things.values()
                if id_ in each.volume_ids
            ]

        return self._call('attachments', effect, volume_id)

    def give_up(self, volume_id):
        assert self._project_id is None, 'for admins'

        def effect(id_):
            self._world.change(id_, status='error')

        return self._call('give_up', effect, volume_id)


class Captures(_Room):
    def list_snapshots(self):
        return []

    def list_copies(self):
        return []

    def list_images(self):
        return []

    def delete_snapshot(self, snapshot_id):
        raise AssertionError('there are none')


class Image(_Room):
    def get(self, image_id):
        def effect(id_):
            if id_ not in self._world.images:
                raise exceptions.CloudNotFound(kind='image', id=id_)
            return self._world.images[id_]

        return self._call('get_image', effect, image_id)

    def get_many(self, ids):
        def effect(ids):
            there = self._world.images
            listed = there.keys() - self._world.unlisted
            return {id_: there[id_] for id_ in ids if id_ in listed}

        return self._call('get_images', effect, tuple(ids))

    def delete(self, image_id):
        def effect(id_):
            return self._world.images.pop(id_, None) is not None

        return self._call('delete_image', effect, image_id)

    def set_active(self, image_id, active):
        status = 'active' if active else 'deactivated'
        return self._change('set_active', image_id, status=status)

    def change(self, image_id, fields):
        return self._change('change_image', image_id, **fields)

    def _change(self, verb, image_id, **changes):
        def effect(id_):
            image = self._world.images.get(id_)
            if image is None:
                raise exceptions.CloudNotFound(kind='image', id=id_)
            changed = dataclasses.replace(image, **changes)
            self._world.images[id_] = changed
            return changed

        return self._call(verb, effect, image_id)

    def why_unusable(self, image_id):
        def effect(id_):
            return 'is gone' if id_ in self._world.lost_images else None

        return self._call('look_at_image', effect, image_id)


class Cloud:
    """The facade of one project."""

    def __init__(self, world, project_id):
        self.compute = Compute(world, project_id)
        self.network = Network(world, project_id)
        self.floating_ips = FloatingIPs(world, project_id)
        self.security_groups = SecurityGroups(world, project_id)
        self.volume = Volume(world, project_id)
        self.image = Image(world, project_id)
        self.captures = Captures(world, project_id)
        self._world = world
        self.passes_locks = world.passes_locks

    @property
    def service(self):
        """The service user in its own project."""
        return self._world.for_service()
