"""What the other services say, in our own words.

The dataclasses hold what clouddesk uses and nothing else, so that the rest of
the code depends on no client library.
"""

import dataclasses
import datetime
from typing import Any


@dataclasses.dataclass(frozen=True)
class Server:
    id: str
    name: str
    #: Nova's status, e.g. ``ACTIVE``.
    status: str
    task_state: str | None = None
    power_state: int | None = None
    project_id: str | None = None
    fault_message: str | None = None
    #: ``[{"address": "10.0.0.5", "version": 4, "type": "fixed"}]``
    addresses: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    #: The desktop that the server was built for, if any.
    desktop_id: str | None = None
    #: The work order that asked for it.
    order_id: str | None = None
    #: ISO 8601, UTC.
    created: str | None = None
    #: Only an admin can act on it.
    locked: bool = False
    #: Where it runs; only an admin is told.
    host: str | None = None
    availability_zone: str | None = None
    #: Whether Masakari starts it elsewhere when its host fails.
    high_availability: bool = False
    #: Whether this installation of clouddesk made it.
    ours: bool = True


@dataclasses.dataclass(frozen=True)
class Port:
    id: str
    name: str
    mac: str | None = None
    #: ``[{"address": "10.0.0.5", "version": 4, "type": "fixed"}]``
    addresses: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    #: The server that it is plugged into.
    device_id: str | None = None
    desktop_id: str | None = None
    network_id: str | None = None
    #: Their identifiers.
    security_groups: tuple[str, ...] = ()
    ours: bool = True


@dataclasses.dataclass(frozen=True)
class FloatingIP:
    id: str
    address: str
    #: The network that the address belongs to.
    network_id: str
    #: Where it leads.
    port_id: str | None = None
    desktop_id: str | None = None
    ours: bool = True


@dataclasses.dataclass(frozen=True)
class NewPort:
    """A port that is to be made for a desktop."""

    desktop_id: str
    #: Of the desktop, for people.
    name: str
    network_id: str
    #: Their ids; None is the project's default one.
    security_groups: tuple[str, ...] | None = None


@dataclasses.dataclass(frozen=True)
class Volume:
    id: str
    status: str
    bootable: bool = False
    #: GiB
    size: int = 0
    desktop_id: str | None = None
    ours: bool = True
    #: Since when it is as it is: UTC, by Cinder's clock.
    since: datetime.datetime | None = None
    #: The image build that reads an image from it, if any.
    build_id: str | None = None
    #: Which disk of a desktop it is, or is a copy of: 0 is that of the
    #: system, the others count from 1.
    disk: int = 0
    #: The image that such a disk was made from, if it is not the first.
    image_id: str | None = None
    #: Where it is attached, such as ``/dev/vdb``.
    device: str | None = None
    #: The servers that it is attached to.
    server_ids: tuple[str, ...] = ()
    #: Name of its volume type.
    type: str | None = None


@dataclasses.dataclass(frozen=True)
class Attachment:
    """Of a volume to a server."""

    id: str
    #: None where something else than a server holds the volume.
    server_id: str | None


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Of a volume."""

    id: str
    status: str
    volume_id: str
    #: GiB
    size: int = 0
    #: The image build that it was made for, if any.
    build_id: str | None = None
    ours: bool = True
    #: As that of a volume.
    disk: int = 0


@dataclasses.dataclass(frozen=True)
class Checksum:
    #: Such as ``sha512``.
    algorithm: str
    #: Hexadecimal digits.
    value: str


@dataclasses.dataclass(frozen=True)
class Image:
    id: str
    name: str | None
    status: str
    #: Bytes; None until the data is there.
    size: int | None = None
    #: GiB
    min_disk: int = 0
    #: MiB
    min_ram: int = 0
    visibility: str | None = None
    disk_format: str | None = None
    #: What has no field of its own here.
    properties: dict[str, Any] = dataclasses.field(default_factory=dict)
    protected: bool = False
    #: The project that it belongs to.
    owner: str | None = None
    container_format: str | None = None
    #: Bytes of the disk that is in it; None where nobody has looked.
    virtual_size: int | None = None
    checksum: Checksum | None = None
    #: ``system``, ``data`` or ``whole``
    kind: str = 'system'
    #: How it came to be; None where nobody has said.
    origin: str | None = None
    note: str = ''
    #: MiB; None is no limit.
    max_ram: int | None = None
    min_vcpus: int | None = None
    #: Whether network cards get a queue for each CPU.
    multiqueue: bool = False
    os_type: str | None = None
    os_distro: str | None = None
    os_version: str | None = None
    architecture: str | None = None
    tags: tuple[str, ...] = ()
    #: Of a whole machine: the ids of the images of its further disks.
    data_images: tuple[str, ...] = ()
    #: Not in the lists of who does not ask for hidden ones.
    hidden: bool = False
    #: ISO 8601, UTC.
    created_at: str | None = None
    updated_at: str | None = None


@dataclasses.dataclass(frozen=True)
class ImageImport:
    """What Glance does, or did, to fill an image."""

    id: str
    #: ``pending``, ``processing``, ``success`` or ``failure``
    status: str
    #: Such as ``web-download``.
    method: str | None = None
    #: What Glance says about it.
    message: str = ''
    #: ISO 8601, UTC.
    created_at: str | None = None
    updated_at: str | None = None


@dataclasses.dataclass(frozen=True)
class Flavor:
    id: str
    name: str
    vcpus: int
    #: MiB
    ram: int
    #: GiB
    disk: int
    extra_specs: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Network:
    id: str
    name: str
    #: Leads outside; desktops are not put on it.
    external: bool = False
    #: Identifiers of its subnets.
    subnets: tuple[str, ...] = ()
    #: Free IPv4 addresses; None when nobody asked or Neutron would not say.
    free_addresses: int | None = None


@dataclasses.dataclass(frozen=True)
class Limit:
    """How much of something a project may have, and has."""

    #: Less than zero is no limit.
    limit: int
    #: With what is reserved.
    used: int

    @property
    def free(self) -> int | None:
        """What is left; None without a limit."""
        return None if self.limit < 0 else max(self.limit - self.used, 0)


@dataclasses.dataclass(frozen=True)
class ComputeHost:
    name: str
    #: Its service has told lately that it lives.
    up: bool
    #: It may take further servers.
    enabled: bool


@dataclasses.dataclass(frozen=True)
class Console:
    #: ``novnc``, ``spice-html5`` or ``serial``
    type: str
    protocol: str
    #: Opens the console without a further question: never log it.
    url: str = dataclasses.field(repr=False)
