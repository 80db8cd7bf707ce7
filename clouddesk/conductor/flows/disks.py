"""Volumes that have to go."""

from oslo_utils import timeutils

from clouddesk.cloud import types
from clouddesk.conductor.flows import steps
from clouddesk.conf import CONF

#: Statuses that end by themselves, unless a worker of Cinder died in them.
_PASSING = frozenset({'creating', 'downloading'})


def is_stuck(volume: types.Volume) -> bool:
    """Whether Cinder has been at it for longer than a build may take.

    Twice as long: its clock may differ from ours.
    """
    if volume.status not in _PASSING or volume.since is None:
        return False
    age = timeutils.delta_seconds(volume.since, timeutils.utcnow())
    return age > 2 * CONF.conductor.build_timeout


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
