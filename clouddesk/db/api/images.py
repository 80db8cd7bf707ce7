"""What clouddesk knows of images that Glance does not.

A row is made when it is first needed: most images never have one. The image
itself is Glance's, and may vanish behind our back.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
from typing import Any

from oslo_db import exception as db_exc
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk.db import models

_Image = models.Image


@dataclasses.dataclass(frozen=True)
class Known:
    """What Glance says of an image, as far as a row needs it."""

    id: str
    #: The owner.
    project_id: str
    name: str = ''


def find(image_id: str) -> models.Image | None:
    """The row of an image; None when none was ever needed."""
    with db.reader() as session:
        return session.get(_Image, image_id)


def by_id(ids: Collection[str]) -> dict[str, models.Image]:
    """The rows of those of the images that have one."""
    query = sa.select(_Image).where(_Image.id.in_(sorted(ids)))
    with db.reader() as session:
        return {row.id: row for row in session.scalars(query)}


@db.retry_on_deadlock
def get_or_make(image: Known) -> models.Image:
    """The row of an image, made if there is none."""
    with db.writer() as session:
        return ensure(session, [image])[image.id]


@db.retry_on_deadlock
def update(image: Known, values: Mapping[str, Any]) -> models.Image:
    """Set columns of the row of an image, made if there is none."""
    with db.writer() as session:
        row = ensure(session, [image])[image.id]
        for key, value in values.items():
            setattr(row, key, value)
        session.flush()
        return row


@db.retry_on_deadlock
def remove(image_id: str) -> None:
    """The image is gone from Glance, and no order holds its row."""
    statement = sa.delete(_Image).where(
        _Image.id == image_id, _Image.work_order_id.is_(None)
    )
    with db.writer() as session:
        session.execute(
            statement, execution_options={'synchronize_session': False}
        )


def ensure(
    session: orm.Session, images: Iterable[Known]
) -> dict[str, models.Image]:
    """The rows of images, by id; those that are missing are made.

    For a writer that is retried: who makes the same row at the same time
    makes it run again.
    """
    wanted = {image.id: image for image in images}
    query = sa.select(_Image).where(_Image.id.in_(sorted(wanted)))
    rows = {row.id: row for row in session.scalars(query)}
    missing = [wanted[each] for each in wanted if each not in rows]
    made = [_Image(**dataclasses.asdict(image)) for image in missing]
    session.add_all(made)
    try:
        session.flush()
    except db_exc.DBDuplicateEntry:
        raise db_exc.RetryRequest(exceptions.Conflict()) from None
    return rows | {row.id: row for row in made}
