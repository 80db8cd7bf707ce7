"""Rows that belong to a project."""

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
from typing import Any
from typing import TypeVar

from oslo_db import exception as db_exc
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import interfaces

from clouddesk import exceptions
from clouddesk.db import models
from clouddesk.db import people

Row = TypeVar(
    'Row',
    models.Course,
    models.Desktop,
    models.Pool,
    models.Template,
    models.WorkOrder,
)


#: What an answer shows of a desktop beside its own columns.
SHOWN = (orm.selectinload(models.Desktop.tags),)


def find(
    session: orm.Session,
    model: type[Row],
    row_id: str,
    project_id: str | None,
    options: Sequence[interfaces.ORMOption] = (),
    viewer: people.Viewer | None = None,
) -> Row | None:
    """A row by its id; None when there is none that the caller may see.

    The project is part of the query, so that what belongs to others never
    leaves the database.

    :param project_id: None is every project
    :param viewer: None sees all of the project
    """
    query: sa.Select[Any] = sa.select(model).where(
        model.id == row_id, *people.visible(model, project_id, viewer)
    )
    return session.scalars(query.options(*options)).one_or_none()


@contextlib.contextmanager
def unique_name(kind: str, name: str) -> Iterator[None]:
    """What writes a row whose name is its project's own.

    :raises NameTaken: another such row of the project has the name
    """
    try:
        yield
    except db_exc.DBDuplicateEntry:
        raise exceptions.NameTaken(
            details={'field': 'name'}, name=name, kind=kind
        ) from None
