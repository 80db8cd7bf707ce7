"""What is left of images that nobody makes any longer.

Snapshots, volumes and images in the making carry the id of an image build of
this installation. They are left over when the build is gone, or nobody works
on it: whoever goes on with it begins anew.
"""

from collections.abc import Callable
from collections.abc import Collection
from typing import Any

from oslo_log import log as logging

from clouddesk import exceptions
from clouddesk import states
from clouddesk.cloud import naming
from clouddesk.db import models
from clouddesk.db.api import image_builds

LOG = logging.getLogger(__name__)

#: While a builder goes nothing is made, and its disk waits for its snapshots.
_MAKING = states.BUILD_UNSTABLE - {states.BUILD_DISCARDING}

#: Kind, id, and the image build that it was made for.
Thing = tuple[str, str, str]


def look(cloud: Any) -> list[Thing]:
    """Everything in the project that is there only for image builds.

    Ask before the tables are read. What is going already is left out.
    """
    captures = cloud.captures
    things = [
        ('image', each.id, each.properties[naming.BUILD_KEY])
        for each in optional(captures.list_images)
    ]
    for kind, listed in (
        ('volume', captures.list_copies),
        ('snapshot', captures.list_snapshots),
    ):
        things += [
            (kind, each.id, each.build_id)
            for each in optional(listed)
            if each.ours and each.status != 'deleting'
        ]
    return things


def optional(listed: Callable[[], list[Any]]) -> list[Any]:
    """What a service tells; nothing where there is none."""
    try:
        return listed()
    except exceptions.CloudError as error:
        # A cloud may do without Cinder, or without floating IPs.
        LOG.debug('A part of the cloud was not looked at: %s', error)
        return []


def left_over(things: Collection[Thing]) -> list[Thing]:
    """What nobody will use: our own history knows the build."""
    known = image_builds.ever(_builds(things))
    rows = {row.id: row for row in image_builds.get_many(known)}
    return [
        thing
        for thing in things
        if thing[2] in known and not _is_used(thing, rows.get(thing[2]))
    ]


def unexplained(things: Collection[Thing], project_id: str) -> list[Thing]:
    """What no build of the project uses, whether our history knows it or not.

    For people who look before it goes.
    """
    rows = {
        row.id: row
        for row in image_builds.get_many(_builds(things))
        if row.project_id == project_id
    }
    return [each for each in things if not _is_used(each, rows.get(each[2]))]


def _builds(things: Collection[Thing]) -> set[str]:
    return {build_id for _kind, _id, build_id in things}


def _is_used(thing: Thing, build: models.ImageBuild | None) -> bool:
    kind, id_, _build_id = thing
    if build is None:
        return False
    if build.status in _MAKING:
        return True
    is_finished = build.activated_at is not None
    images = {build.image_id, *(d.get('image_id') for d in build.disks or ())}
    return is_finished and kind == 'image' and id_ in images
