"""Which loops there are, and what some of them find."""

from typing import Any
from unittest import mock

from clouddesk import cloud
from clouddesk.cloud import naming
from clouddesk.conductor import reconciler
from clouddesk.conf import CONF


def names() -> set[str]:
    """What a conductor does unasked."""
    with mock.patch.object(
        reconciler.periodics, 'PeriodicWorker', autospec=True
    ) as worker:
        reconciler.Reconciler(
            mock.Mock(),
            mock.Mock(),
            mock.Mock(),
            CONF,
            mock.Mock(),
            mock.Mock(),
        )
    (callables,) = worker.call_args.args
    return {run.__name__ for run, _args, _kwargs in callables}


def leave_remains(house: Any, build_id: str) -> None:
    """Leave what the making of an image begins with, and nobody's work.

    :param build_id: of a build whose builder has a volume
    """
    project_id = house.school.project_id
    rooms = cloud.for_project(project_id).captures
    (volume_id,) = house.cinder.volumes
    snapshot = rooms.create_snapshot(build_id, volume_id, 'golden')
    rooms.create_copy(build_id, snapshot.id, snapshot.size, 'golden')
    house.cloud.glance.create_image(
        project_id,
        'golden',
        visibility='private',
        **naming.build_marks(build_id),
    )


def remains(house: Any) -> list[str]:
    """What of it is still there."""
    with house.cloud.lock:
        house.cinder.settle()
        copies = {
            id_: each['metadata'] for id_, each in house.cinder.volumes.items()
        }
        marked = house.cloud.glance.images | copies
        found = [id_ for id_, m in marked.items() if naming.BUILD_KEY in m]
        return [*house.cinder.snapshots, *found]
