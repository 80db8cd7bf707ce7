"""Pools: reading them. What changes their desktops is a work order."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import inserts
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import paging
from clouddesk.db import people
from clouddesk.db.api import templates
from clouddesk.i18n import _

#: What a PATCH may change.
EDITABLE = ('name', 'note', 'assignment', 'persistence', 'on_return')


def get(
    pool_id: str,
    project_id: str | None = None,
    viewer: people.Viewer | None = None,
) -> models.Pool:
    """:raises NotFound: there is none that the caller may see"""
    with db.reader() as session:
        return _get(session, pool_id, project_id, viewer)


def list_(
    project_id: str | None,
    filters: Mapping[str, Any],
    page: paging.Page,
    viewer: people.Viewer | None = None,
) -> list[models.Pool]:
    """One page of the pools of a project.

    :param filters: ``name``, ``template_id``, ``drift``
    :param viewer: None sees all of the project
    :raises Invalid: marker or sort key
    """
    query = sa.select(models.Pool)
    if project_id is not None:
        query = query.filter_by(project_id=project_id)
    if filters.get('name') is not None:
        query = query.filter_by(name=filters['name'])
    if filters.get('template_id') is not None:
        query = query.filter_by(template_id=filters['template_id'])
    if filters.get('drift') is not None:
        query = query.where(templates.drifts(models.Pool, filters['drift']))
    with db.reader() as session:
        return paging.fetch(
            session, query, models.Pool, project_id, page, viewer
        )


@db.retry_on_deadlock
def update(
    pool_id: str, values: Mapping[str, Any], project_id: str | None = None
) -> models.Pool:
    """Set what its user may edit: :data:`EDITABLE`.

    :raises NotFound: there is none in the project
    :raises NameTaken: another pool of the project has the name
    :raises Invalid: desktops that stay with people are never rebuilt
    """
    with db.writer() as session:
        pool = _get(session, pool_id, project_id)
        for key in EDITABLE:
            setattr(pool, key, values.get(key, getattr(pool, key)))
        check_return({key: getattr(pool, key) for key in EDITABLE})
        with owned.unique_name('pool', pool.name):
            session.flush()
        return pool


@db.retry_on_deadlock
def adopt(pool_id: str, spec: Mapping[str, Any]) -> models.Pool:
    """Let a pool be made from something else; its desktops stay (S24).

    :param spec: see :data:`clouddesk.db.inserts.SPEC`
    :raises PoolBusy: an order holds the pool
    """
    with holds.writer() as session:
        pool = holds.lock_pool(session, pool_id)
        for key, value in spec.items():
            setattr(pool, key, value)
        session.flush()
        session.refresh(pool)
        return pool


def check_return(pool: Mapping[str, Any]) -> None:
    """Whether what a pool says of desktops that go back makes sense.

    :raises Invalid: only floating ones go back
    """
    persistence = pool.get('persistence', states.PERSISTENT)
    on_return = pool.get('on_return', states.KEEP)
    if on_return == states.REBUILD and persistence != states.FLOATING:
        raise exceptions.Invalid(
            _('on_return rebuild needs persistence floating.'),
            {'field': 'on_return'},
        )


def counts(pool_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """How many desktops of each pool are in each status."""
    desktop = models.Desktop
    query: Any = (
        sa.select(desktop.pool_id, desktop.status, sa.func.count())
        .where(desktop.pool_id.in_(pool_ids))
        .group_by(desktop.pool_id, desktop.status)
    )
    result: dict[str, dict[str, int]] = {each: {} for each in pool_ids}
    with db.reader() as session:
        for pool_id, status, count in session.execute(query):
            result[pool_id][status] = count
    return result


def live(pool_id: str) -> int:
    """How many desktops a pool has that are not on their way out."""
    found = counts([pool_id])[pool_id]
    return sum(found.values()) - found.get(states.DELETING, 0)


def faults(
    pool_id: str, limit: int = 100, viewer: people.Viewer | None = None
) -> list[models.Desktop]:
    """The desktops of a pool that are in fault, by slot."""
    query = (
        sa.select(models.Desktop)
        .filter_by(pool_id=pool_id, status=states.FAULT)
        .where(*people.visible(models.Desktop, None, viewer))
        .order_by(models.Desktop.slot)
        .limit(limit)
    )
    with db.reader() as session:
        return list(session.scalars(query))


def spec_of(desktop: models.Desktop) -> dict[str, Any]:
    """The columns that a desktop takes over when it is made again.

    From its pool, or else from its template as it is now (S24); empty for a
    desktop that has neither, or whose template is not offered to it any more.
    """
    if desktop.pool_id is None:
        template = desktop.template
        if template is None:
            return {}
        offered = templates.is_offered(template, desktop.project_id)
        return templates.spec_of(template) if offered else {}
    pool = get(desktop.pool_id)
    return {key: getattr(pool, key) for key in inserts.SPEC}


def order_kinds(pools: Iterable[models.Pool]) -> dict[str, str]:
    """The kind of the work order that holds each pool; free ones absent."""
    holders = {
        pool.work_order_id: pool.id for pool in pools if pool.work_order_id
    }
    if not holders:
        return {}
    query = sa.select(models.WorkOrder.id, models.WorkOrder.kind).where(
        models.WorkOrder.id.in_(holders)
    )
    with db.reader() as session:
        return {holders[each]: kind for each, kind in session.execute(query)}


def _get(
    session: orm.Session,
    pool_id: str,
    project_id: str | None,
    viewer: people.Viewer | None = None,
) -> models.Pool:
    pool = owned.find(session, models.Pool, pool_id, project_id, viewer=viewer)
    if pool is None:
        raise exceptions.NotFound(kind='pool', id=pool_id)
    return pool
