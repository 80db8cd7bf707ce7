"""Whose rows a person sees who does not see all of a project.

The conditions become part of the query, so that what belongs to others never
leaves the database.
"""

from collections.abc import Sequence
import dataclasses
from typing import Any

import sqlalchemy as sa

from clouddesk import states
from clouddesk.db import models

Conditions = tuple[sa.ColumnElement[bool], ...]


@dataclasses.dataclass(frozen=True)
class Viewer:
    """Somebody, and the groups of Keystone that she is in."""

    user_id: str
    group_ids: tuple[str, ...] = ()


def is_one_of(table: Any, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows of ``table`` whose assignee is the viewer or a group of hers."""
    herself = sa.and_(
        table.assignee_type == states.USER,
        table.assignee_id == viewer.user_id,
    )
    hers = sa.and_(
        table.assignee_type == states.GROUP,
        table.assignee_id.in_(viewer.group_ids),
    )
    return sa.or_(herself, hers) if viewer.group_ids else herself


def visible(
    model: Any, project_id: str | None, viewer: Viewer | None
) -> Conditions:
    """What must be true of a row for the caller to see it.

    :param project_id: None is every project
    :param viewer: None sees everything in the project
    """
    conditions: list[sa.ColumnElement[bool]] = []
    if project_id is not None:
        conditions.append(model.project_id == project_id)
    if viewer is not None:
        conditions.append(_HERS[model](viewer))
    return tuple(conditions)


def _assigned(viewer: Viewer) -> sa.ColumnElement[bool]:
    return is_one_of(models.Desktop, viewer)


def _in_roster(viewer: Viewer) -> sa.ColumnElement[bool]:
    member = models.PoolMember
    mine = sa.select(member.pool_id).where(is_one_of(member, viewer))
    return models.Pool.id.in_(mine)


def _made(viewer: Viewer) -> sa.ColumnElement[bool]:
    return models.WorkOrder.user_id == viewer.user_id


def _did(viewer: Viewer) -> sa.ColumnElement[bool]:
    return models.Event.user_id == viewer.user_id


_HERS = {
    models.Desktop: _assigned,
    models.Event: _did,
    models.Pool: _in_roster,
    models.WorkOrder: _made,
}


def sees(viewer: Viewer | None, person: Sequence[str]) -> bool:
    """Whether an assignee, type and id, is one that the viewer may know."""
    if viewer is None:
        return True
    kind, id_ = person
    known = (viewer.user_id,) if kind == states.USER else viewer.group_ids
    return id_ in known
