"""The disks of desktops that are in Cinder: which there are, and their end.

The first one, that of the system, is there for desktops that boot from a
volume, and goes whenever the desktop is made again. The others hold data of
people: they stay, as long as the desktop is still to have one of that image at
that place.
"""

from collections.abc import Iterable
import dataclasses

from oslo_utils import timeutils

from clouddesk.cloud import types
from clouddesk.conductor.flows import steps
from clouddesk.conf import CONF
from clouddesk.db import models

#: Statuses that end by themselves, unless a worker of Cinder died in them.
_PASSING = frozenset({'creating', 'downloading'})


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A disk that a desktop is to have."""

    #: 0 is that of the system.
    disk: int
    #: GiB
    size: int
    image_id: str

    def fits(self, volume: types.Volume) -> bool:
        """Whether a volume of the desktop is this disk."""
        return volume.disk == self.disk and (
            not self.disk or volume.image_id == self.image_id
        )


def wanted(desktop: models.Desktop) -> list[Wanted]:
    """Every disk that a desktop is to have in Cinder."""
    further = [
        Wanted(place, each['size'], each['image_id'])
        for place, each in enumerate(desktop.data_disks or (), start=1)
    ]
    if desktop.boot_from != 'volume':
        return further
    size = desktop.volume_size or desktop.disk
    return [Wanted(0, size, desktop.image_id), *further]


def lasting(
    desktop: models.Desktop, volumes: Iterable[types.Volume]
) -> list[types.Volume]:
    """Those with data that stay when it is made again."""
    places = [each for each in wanted(desktop) if each.disk]
    return [v for v in volumes if any(each.fits(v) for each in places)]


def is_stuck(volume: types.Volume) -> bool:
    """Whether Cinder has been at it for longer than a build may take.

    Twice as long: its clock may differ from ours.
    """
    if volume.status not in _PASSING or volume.since is None:
        return False
    age = timeutils.delta_seconds(volume.since, timeutils.utcnow())
    return age > 2 * CONF.conductor.build_timeout


def let_go(ctx: steps.Context, volume_id: str) -> None:
    """Free a volume of servers that are gone.

    Nova does so before it forgets a server, and once: when Cinder does not
    answer it just then, nobody else will.
    """
    for each in ctx.cloud.volume.attachments(volume_id):
        # As an admin, who sees servers of other projects, too.
        if each.server_id and not ctx.admin.compute.get_server(each.server_id):
            ctx.cloud.volume.detach(each.id)


def remove(
    ctx: steps.Context, volume_id: str, seen: types.Volume | None
) -> bool:
    """Ask for the removal of a volume, also of one that is stuck.

    :param seen: the volume, if the scene knows it
    :returns: False when it was gone already
    :raises CloudConflict: it is in use, or being made
    """
    if seen and is_stuck(seen):
        ctx.admin.volume.give_up(volume_id)
    removed: bool = ctx.cloud.volume.delete(volume_id)
    return removed
