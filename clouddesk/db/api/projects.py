"""Projects that Keystone has forgotten."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk.db import holds
from clouddesk.db import models

#: What belongs to projects, with what refers to others first. Events stay:
#: they are history, and go with their age.
_OWNED: tuple[Any, ...] = (
    models.Course,
    models.ImageBuild,
    models.Desktop,
    models.Pool,
    models.Image,
    models.WorkOrder,
    models.Secret,
    models.ProjectTurn,
)

#: Columns of desktops and image builds with ids of what was made for them.
_MADE = {
    'server': (models.Desktop.server_id,),
    'port': (models.Desktop.port_id,),
    'volume': (models.Desktop.volume_id, models.ImageBuild.copy_id),
    'volume snapshot': (models.ImageBuild.snapshot_id,),
    'floating IP': (models.Desktop.floating_ip_id,),
}


@db.retry_on_deadlock
def forget(project_id: str) -> tuple[int, list[tuple[str, str]]]:
    """Remove every row of a project; nothing can be done in it any more.

    A conductor that still works on one of its orders finds its lease gone.
    Templates stay as long as something in another project is made from them.

    :returns: how many desktops there were, and kind and id of what may still
        be in the cloud
    """
    with db.writer() as session:
        left = list(_left(session, project_id))
        removed = {
            model: holds.execute(
                session, sa.delete(model).filter_by(project_id=project_id)
            )
            for model in _OWNED
        }
        holds.execute(session, _unused_templates(project_id))
        return removed[models.Desktop], left


def _left(session: orm.Session, project_id: str) -> Iterator[tuple[str, str]]:
    for kind, columns in _MADE.items():
        for column in columns:
            found = sa.select(column).filter_by(project_id=project_id)
            for id_ in session.scalars(found):
                if id_ is not None:
                    yield kind, id_
    disks = sa.select(models.Desktop.data_volumes)
    for ids in session.scalars(disks.filter_by(project_id=project_id)):
        for id_ in ids or ():
            yield 'volume', id_


def _unused_templates(project_id: str) -> sa.Delete:
    template = models.Template
    users = (
        sa.exists().where(model.template_id == template.id)
        for model in (models.Course, models.Desktop, models.Pool)
    )
    return (
        sa.delete(template)
        .where(template.project_id == project_id)
        .where(~sa.or_(*users))
    )
