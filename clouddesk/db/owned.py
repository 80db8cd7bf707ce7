"""Rows that belong to a project."""

from collections.abc import Sequence
from typing import Any
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import interfaces

from clouddesk.db import models

Row = TypeVar('Row', models.Desktop, models.Pool, models.WorkOrder)


def find(
    session: orm.Session,
    model: type[Row],
    row_id: str,
    project_id: str | None,
    options: Sequence[interfaces.ORMOption] = (),
) -> Row | None:
    """A row by its id; None when there is none in the project.

    The project is part of the query, so that what belongs to others never
    leaves the database.

    :param project_id: None is every project
    """
    query: sa.Select[Any] = sa.select(model).where(model.id == row_id)
    if project_id is not None:
        query = query.where(model.project_id == project_id)
    return session.scalars(query.options(*options)).one_or_none()
