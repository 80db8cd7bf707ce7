"""Which disks become images, and what is known of each of them.

Place 0 is the disk of the system, or the only one that is captured. A whole
machine has others beside it, whose ids stand in ``disks`` of its build.
"""

import collections
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from clouddesk import exceptions
from clouddesk import names
from clouddesk.cloud import naming
from clouddesk.cloud import types
from clouddesk.conductor.flows import steps
from clouddesk.db import models
from clouddesk.i18n import _


def build_of(ctx: steps.Context) -> models.ImageBuild:
    """:raises NotFound: somebody removed it"""
    if ctx.build is None:
        raise exceptions.NotFound(kind='image build', id=ctx.order.subject_id)
    return ctx.build


def is_in_cinder(ctx: steps.Context, desktop: models.Desktop) -> bool:
    """Whether the first disk is there."""
    return 'volume_id' in ctx.order.inputs or desktop.boot_from == 'volume'


def of(ctx: steps.Context, desktop: models.Desktop) -> dict[int, str | None]:
    """The volumes by place; None is a disk of the hypervisor.

    :raises CaptureFailed: the desktop has lost the first one
    """
    first: str | None = None
    if is_in_cinder(ctx, desktop):
        first = ctx.order.inputs.get('volume_id', desktop.volume_id)
        if first is None:
            raise exceptions.CaptureFailed(
                reason=_('The desktop has no volume.')
            )
    further = enumerate(build_of(ctx).disks or (), start=1)
    return {0: first} | {place: each['volume_id'] for place, each in further}


def recorded(build: models.ImageBuild, key: str) -> dict[int, str | None]:
    """What was made, by the place of its disk.

    :param key: ``snapshot_id``, ``copy_id`` or ``image_id``
    """
    further = enumerate(build.disks or (), start=1)
    first = {0: getattr(build, key)}
    return first | {place: each.get(key) for place, each in further}


def noted(
    build: models.ImageBuild, **found: Mapping[int, str]
) -> dict[str, Any]:
    """The columns of a build that record what was made.

    :param found: ids by place, under the keys of :func:`recorded`; what is
        missing is nothing
    """
    values: dict[str, Any] = {key: ids.get(0) for key, ids in found.items()}
    if build.disks:
        values['disks'] = [
            each | {key: ids.get(place) for key, ids in found.items()}
            for place, each in enumerate(build.disks, start=1)
        ]
    return values


def by_disk(
    things: Iterable[types.Snapshot | types.Volume | types.Image],
) -> dict[int, list[Any]]:
    """What carries the mark of a build, by the place of its disk."""
    found: dict[int, list[Any]] = collections.defaultdict(list)
    for each in things:
        if isinstance(each, types.Image):
            found[naming.disk_of(each.properties)].append(each)
        else:
            found[each.disk].append(each)
    return dict(found)


def name_of(build: models.ImageBuild, place: int) -> str:
    """What the image of a disk is called."""
    return names.of_disk(build.name, place)
