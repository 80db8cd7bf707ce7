"""What clouddesk knows of images that Glance does not.

A row is made when it is first needed: most images never have one. The image
itself is Glance's, and may vanish behind our back.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any

from oslo_db import exception as db_exc
from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk.db import holds
from clouddesk.db import models

_Image = models.Image

_NO_FAULT = {'fault_code': None, 'fault_message': None, 'faulted_at': None}


@dataclasses.dataclass(frozen=True)
class Known:
    """What Glance says of an image, as far as a row needs it."""

    id: str
    #: The owner.
    project_id: str
    name: str = ''

    @classmethod
    def of(cls, image: Any) -> 'Known':
        """:param image: as the cloud shows it; it may have no name"""
        return cls(image.id, str(image.owner), image.name or image.id)


def find(image_id: str) -> models.Image | None:
    """The row of an image; None when none was ever needed."""
    with db.reader() as session:
        return session.get(_Image, image_id)


def by_id(ids: Collection[str]) -> dict[str, models.Image]:
    """The rows of those of the images that have one."""
    with db.reader() as session:
        return rows(session, ids)


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
def unretire(image_id: str) -> bool:
    """Let an image stay that was to go with its last user.

    :returns: whether it was to go
    :raises ImageBusy: an order holds it
    """
    statement = sa.update(_Image).where(
        _Image.id == image_id, _Image.work_order_id.is_(None)
    )
    kept = {'retired_at': None, 'retired_by': None, **_NO_FAULT}
    with db.writer() as session:
        row = session.get(_Image, image_id)
        if row is None:
            return False
        # Also one that is not retired yet: the order may be about to do it.
        if holds.execute(session, statement.values(kept)) != 1:
            raise holds.image_busy(row)
        return row.retired_at is not None


@db.retry_on_deadlock
def forgive(image_id: str) -> None:
    """What went wrong with an image is over, as far as no order holds it."""
    statement = sa.update(_Image).where(
        _Image.id == image_id,
        _Image.work_order_id.is_(None),
        _Image.fault_code.is_not(None),
    )
    with db.writer() as session:
        holds.execute(session, statement.values(**_NO_FAULT))


@db.retry_on_deadlock
def checked(
    image: Known,
    at: datetime.datetime,
    format_: str | None,
    code: str,
    message: str | None,
) -> None:
    """The content of an image was looked at.

    What an order comes to grief on is neither covered nor taken away.

    :param code: of the fault of images that are no good
    :param message: None when the image is good
    """
    with db.writer() as session:
        row = ensure(session, [image])[image.id]
        row.checked_at, row.format = at, format_
        if row.work_order_id is not None:
            return
        if message is not None:
            row.fault_code, row.fault_message = code, message
            row.faulted_at = at
        elif row.fault_code == code:
            row.fault_code = row.fault_message = row.faulted_at = None


def check_free(image_id: str) -> models.Image | None:
    """
    :returns: the row of the image; None when none was ever needed
    :raises ImageBusy: an order holds the image
    """
    row = find(image_id)
    if row is not None and row.work_order_id:
        raise holds.image_busy(row)
    return row


@db.retry_on_deadlock
def hand_over(image_id: str, project_id: str) -> None:
    """The image belongs to another project in Glance now."""
    statement = sa.update(_Image).where(_Image.id == image_id)
    with db.writer() as session:
        holds.execute(session, statement.values(project_id=project_id))


@db.retry_on_deadlock
def rename(image_id: str, name: str) -> None:
    """The image has another name in Glance now."""
    statement = sa.update(_Image).where(_Image.id == image_id)
    with db.writer() as session:
        holds.execute(session, statement.values(name=name))


def free(
    limit: int, after: str | None, *conditions: sa.ColumnElement[bool]
) -> list[models.Image]:
    """Images with rows that no order holds, ordered by id.

    :param after: the id before the first
    """
    query = sa.select(_Image).where(
        _Image.work_order_id.is_(None), _Image.id > (after or ''), *conditions
    )
    with db.reader() as session:
        return list(session.scalars(query.order_by(_Image.id).limit(limit)))


def retired(limit: int, after: str | None) -> list[models.Image]:
    """Those of them that are retired."""
    return free(limit, after, _Image.retired_at.is_not(None))


def still_retired(image_id: str) -> Callable[[orm.Session], None]:
    """For the transaction that deletes it: is it retired, as it was read?

    Others may have deleted it meanwhile, or want to keep it.
    """
    statement = sa.update(_Image).where(
        _Image.id == image_id,
        _Image.retired_at.is_not(None),
        _Image.work_order_id.is_(None),
    )

    def check(session: orm.Session) -> None:
        touched = statement.values(updated_at=timeutils.utcnow())
        if holds.execute(session, touched) != 1:
            raise exceptions.Conflict()

    return check


@db.retry_on_deadlock
def remove(image_id: str) -> None:
    """The image is gone from Glance, and no order holds its row."""
    statement = sa.delete(_Image).where(
        _Image.id == image_id, _Image.work_order_id.is_(None)
    )
    with db.writer() as session:
        holds.execute(session, statement)


def ensure(
    session: orm.Session, images: Iterable[Known]
) -> dict[str, models.Image]:
    """The rows of images, by id; those that are missing are made.

    They have the names that the images have now.

    For a writer that is retried: who makes the same row at the same time
    makes it run again.
    """
    wanted = {image.id: image for image in images}
    there = rows(session, wanted)
    for id_, row in there.items():
        row.name = wanted[id_].name or row.name
    missing = [wanted[each] for each in wanted if each not in there]
    made = [_Image(**dataclasses.asdict(image)) for image in missing]
    session.add_all(made)
    try:
        session.flush()
    except db_exc.DBDuplicateEntry:
        raise db_exc.RetryRequest(exceptions.Conflict()) from None
    return there | {row.id: row for row in made}


def rows(
    session: orm.Session, ids: Collection[str]
) -> dict[str, models.Image]:
    """The rows of those of the images that have one, in a transaction."""
    query = sa.select(_Image).where(_Image.id.in_(sorted(ids)))
    return {row.id: row for row in session.scalars(query)}
