"""Pools: reading them. What changes their desktops is a work order."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from oslo_db import exception as db_exc
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import states
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import paging


def get(pool_id: str, project_id: str | None = None) -> models.Pool:
    """:raises NotFound: there is none in the project"""
    with db.reader() as session:
        return _get(session, pool_id, project_id)


def list_(
    project_id: str | None, filters: Mapping[str, Any], page: paging.Page
) -> list[models.Pool]:
    """One page of the pools of a project.

    :param filters: ``name``
    :raises Invalid: marker or sort key
    """
    query = sa.select(models.Pool)
    if project_id is not None:
        query = query.filter_by(project_id=project_id)
    if filters.get('name') is not None:
        query = query.filter_by(name=filters['name'])
    with db.reader() as session:
        return paging.fetch(session, query, models.Pool, project_id, page)


@db.retry_on_deadlock
def update(
    pool_id: str, values: Mapping[str, Any], project_id: str | None = None
) -> models.Pool:
    """Set what its user may edit: ``name`` and ``note``.

    :raises NotFound: there is none in the project
    :raises NameTaken: another pool of the project has the name
    """
    with db.writer() as session:
        pool = _get(session, pool_id, project_id)
        for key in ('name', 'note'):
            setattr(pool, key, values.get(key, getattr(pool, key)))
        try:
            session.flush()
        except db_exc.DBDuplicateEntry:
            raise exceptions.NameTaken(
                details={'field': 'name'}, name=values['name'], kind='pool'
            ) from None
        return pool


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


def faults(pool_id: str, limit: int = 100) -> list[models.Desktop]:
    """The desktops of a pool that are in fault, by slot."""
    query = (
        sa.select(models.Desktop)
        .filter_by(pool_id=pool_id, status=states.FAULT)
        .order_by(models.Desktop.slot)
        .limit(limit)
    )
    with db.reader() as session:
        return list(session.scalars(query))


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
    session: orm.Session, pool_id: str, project_id: str | None
) -> models.Pool:
    pool = owned.find(session, models.Pool, pool_id, project_id)
    if pool is None:
        raise exceptions.NotFound(kind='pool', id=pool_id)
    return pool
