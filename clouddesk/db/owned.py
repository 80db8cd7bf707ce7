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
    models.Event,
    models.ImageBuild,
    models.Pool,
    models.Template,
    models.WorkOrder,
)


_Desktop = models.Desktop
_Template = models.Template

#: What no answer shows of a desktop, and may be long.
_LEAN = (
    orm.defer(_Desktop.user_data, raiseload=True),
    orm.defer(_Desktop.wiring, raiseload=True),
)
_OF_TEMPLATE = orm.joinedload(_Desktop.template).load_only(
    _Template.name, _Template.revision
)

#: What an answer shows of desktops, with a second statement for the tags of
#: all of them; and what it shows of one, with its tags in the same statement.
SHOWN = (*_LEAN, _OF_TEMPLATE, orm.selectinload(_Desktop.tags))
SHOWN_ALONE = (*_LEAN, _OF_TEMPLATE, orm.joinedload(_Desktop.tags))


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
    return session.scalars(query.options(*options)).unique().one_or_none()


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
