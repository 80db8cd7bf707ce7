"""The history: reading it, and writing what no transaction holds."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from clouddesk import db
from clouddesk.db import clock
from clouddesk.db import holds
from clouddesk.db import journal
from clouddesk.db import models
from clouddesk.db import paging
from clouddesk.db import people

_Event = models.Event

#: Columns that may be filtered by equality.
_EXACT = (
    'action',
    'outcome',
    'request_id',
    'subject_id',
    'subject_type',
    'user_id',
    'work_order_id',
)


def list_(
    project_id: str | None,
    filters: Mapping[str, Any],
    page: paging.Page,
    viewer: people.Viewer | None = None,
) -> list[models.Event]:
    """One page of what was done to the things of a project.

    :param filters: the columns of :data:`_EXACT`, ``since`` and ``until``
        (times, the second one is no longer meant)
    :param viewer: None sees all of the project, everybody else what she did
    :raises Invalid: marker or sort key
    """
    query = sa.select(_Event)
    if project_id is not None:
        query = query.filter_by(project_id=project_id)
    for key in _EXACT:
        if filters.get(key) is not None:
            query = query.where(getattr(_Event, key) == filters[key])
    if filters.get('since') is not None:
        query = query.where(_Event.created_at >= filters['since'])
    if filters.get('until') is not None:
        query = query.where(_Event.created_at < filters['until'])
    with db.reader() as session:
        return paging.fetch(
            session,
            query,
            _Event,
            project_id,
            page,
            viewer,
            is_whole=not any(filters.values()),
        )


@db.retry_on_deadlock
def end(told: journal.Telling) -> list[journal.Row]:
    """Write what no transaction of a request did, or not as it is now.

    :returns: the events of the request
    """
    if told.now() != told.rows:
        with journal.telling(told), db.writer():
            """Each transaction writes what is told."""
    return told.rows


def purge(days: int, batch: int = 1000) -> int:
    """Remove what was done so many days ago.

    :param batch: events per transaction, so that others are not kept waiting
    :returns: how many were removed
    """
    total = 0
    while True:
        removed = _remove(days, batch)
        total += removed
        if removed < batch:
            return total


@db.retry_on_deadlock
def _remove(days: int, batch: int) -> int:
    query = (
        sa.select(_Event.id)
        .where(_Event.created_at < clock.now(-86400 * days))
        .order_by(_Event.created_at)
        .limit(batch)
    )
    with db.writer() as session:
        ids = list(session.scalars(query))
        statement = sa.delete(_Event).where(_Event.id.in_(ids))
        return holds.execute(session, statement) if ids else 0
