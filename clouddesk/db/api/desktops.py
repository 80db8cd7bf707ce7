"""Desktops: reading them, and writing what Nova says about them."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import ipaddress
from typing import Any

from oslo_utils import timeutils
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

#: Columns that may be filtered by equality.
_EXACT = (
    'name',
    'pool_id',
    'image_id',
    'flavor_id',
    'network_id',
    'server_id',
    'work_order_id',
    'assignee_id',
    'template_id',
)

#: Characters of a fault's message that are kept: what another service says
#: must not be too long for the column.
MAX_MESSAGE = 4000

#: What loops over all desktops must not load: it may be long.
_LEAN = orm.defer(models.Desktop.user_data, raiseload=True)

#: Columns that hold what Nova said last.
_OBSERVED = ('server_status', 'task_state', 'addresses')


def get(
    desktop_id: str,
    project_id: str | None = None,
    viewer: people.Viewer | None = None,
) -> models.Desktop:
    """:raises NotFound: there is none that the caller may see"""
    with db.reader() as session:
        return _get(session, desktop_id, project_id, viewer)


def get_many(
    ids: Collection[str],
    project_id: str | None = None,
    viewer: people.Viewer | None = None,
) -> list[models.Desktop]:
    """The desktops that exist and may be seen, ordered by id.

    Without their user data.
    """
    query = sa.select(models.Desktop).where(
        models.Desktop.id.in_(ids),
        *people.visible(models.Desktop, project_id, viewer),
    )
    return _fetch(query.order_by(models.Desktop.id).options(_LEAN))


def chosen(
    ids: Sequence[str], project_id: str | None, viewer: people.Viewer | None
) -> tuple[list[inserts.Part], dict[str, str]]:
    """The desktops in the order asked for, and the project they are in.

    :returns: their ids and names, and ``{"project_id": …}``
    :raises NotFound: desktops that the caller does not see, named
    :raises Invalid: they belong to several projects
    """
    rows = get_many(ids, project_id, viewer)
    found = {row.id: row for row in rows}
    missing = set(ids) - set(found)
    if missing:
        raise holds.not_found(missing)
    projects = {row.project_id for row in found.values()}
    if len(projects) != 1:
        raise exceptions.Invalid(
            _('desktop_ids must name desktops of one project.'),
            {'field': 'desktop_ids'},
        )
    parts = [(each, found[each].name) for each in dict.fromkeys(ids)]
    return parts, {'project_id': projects.pop()}


def held_by(work_order_id: str) -> list[models.Desktop]:
    """The desktops that an order works on, ordered by id."""
    query = sa.select(models.Desktop).filter_by(work_order_id=work_order_id)
    return _fetch(query.order_by(models.Desktop.id))


def by_server_ids(ids: Collection[str]) -> dict[str, models.Desktop]:
    """Desktops by the id of the server below them."""
    query = sa.select(models.Desktop).where(models.Desktop.server_id.in_(ids))
    return {row.server_id: row for row in _fetch(query) if row.server_id}


def list_(
    project_id: str | None,
    filters: Mapping[str, Any],
    page: paging.Page,
    viewer: people.Viewer | None = None,
) -> list[models.Desktop]:
    """One page of the desktops of a project.

    :param filters: ``name``, ``status`` (a list), ``pool_id``, ``image_id``,
        ``flavor_id``, ``network_id``, ``server_id``, ``work_order_id``,
        ``tags`` (all of them), ``tags-any``, ``assignee_id``, ``mine`` (a
        :class:`~clouddesk.db.people.Viewer`), and ``q``: part of the name,
        the owner's id, or an IP address
    :param viewer: None sees all of the project
    :raises Invalid: marker or sort key
    """
    query = _filtered(sa.select(models.Desktop), project_id, filters)
    query = query.options(*owned.SHOWN)
    with db.reader() as session:
        return paging.fetch(
            session,
            query,
            models.Desktop,
            project_id,
            page,
            viewer,
            is_whole=not any(filters.values()),
        )


def summary(
    project_id: str | None,
    filters: Mapping[str, Any],
    viewer: people.Viewer | None = None,
) -> dict[str, int]:
    """``count``, ``vcpus``, ``ram`` (MiB) and ``disk`` (GiB) of a list."""
    sums = [
        sa.func.coalesce(sa.func.sum(column), 0)
        for column in (
            models.Desktop.vcpus,
            models.Desktop.ram,
            models.Desktop.disk,
        )
    ]
    totals: Any = sa.select(sa.func.count(), *sums)
    query = _filtered(totals.select_from(models.Desktop), project_id, filters)
    query = query.where(*people.visible(models.Desktop, None, viewer))
    with db.reader() as session:
        row = session.execute(query).one()
    names = ('count', 'vcpus', 'ram', 'disk')
    return {name: int(value) for name, value in zip(names, row, strict=True)}


@db.retry_on_deadlock
def update(
    desktop_id: str, values: Mapping[str, Any], project_id: str | None = None
) -> models.Desktop:
    """Set what its user may edit: name, note, tags and ``keep_running``.

    :param values: only what is to change; ``tags`` replaces all of them
    :raises NotFound: there is none in the project
    """
    with db.writer() as session:
        desktop = _get(session, desktop_id, project_id)
        for key in ('name', 'note', 'keep_running'):
            setattr(desktop, key, values.get(key, getattr(desktop, key)))
        if 'tags' in values:
            _tag(desktop, values['tags'])
        session.flush()
        return desktop


def page_with_server(after_id: str | None, limit: int) -> list[models.Desktop]:
    """Desktops that have a server, a page at a time, ordered by id.

    Without their user data.

    :param after_id: the last one of the page before
    """
    query = sa.select(models.Desktop).where(
        models.Desktop.server_id.is_not(None)
    )
    if after_id is not None:
        query = query.where(models.Desktop.id > after_id)
    query = query.order_by(models.Desktop.id).limit(limit)
    return _fetch(query.options(_LEAN))


def stranded(limit: int) -> list[models.Desktop]:
    """Desktops in an unstable status that no unfinished order works on."""
    order = models.WorkOrder
    query = (
        sa.select(models.Desktop)
        .outerjoin(order, models.Desktop.work_order_id == order.id)
        .where(models.Desktop.status.in_(sorted(states.DESKTOP_UNSTABLE)))
        .where(
            sa.or_(
                order.id.is_(None),
                order.status.in_(sorted(states.ORDER_FINISHED)),
            )
        )
    )
    return _fetch(query.order_by(models.Desktop.id).limit(limit))


@db.retry_on_deadlock
def observe(rows: Sequence[Mapping[str, Any]]) -> None:
    """Record what Nova said of servers; rows that did not change are left.

    :param rows: each with ``id`` and any of ``server_status``,
        ``task_state``, ``addresses``; with ``status`` (and ``fault_code``,
        ``fault_message``) when the desktop's status should follow. It does so
        only while no order holds the desktop, because then the order knows
        better; with ``was`` also only from that status, because an order may
        have begun and ended since Nova was asked.
    """
    said = {row['id']: row for row in rows}
    with db.writer() as session:
        query = sa.select(models.Desktop).where(models.Desktop.id.in_(said))
        known = list(session.scalars(query.order_by(models.Desktop.id)))
        _observe_servers(session, known, said)
        _observe_statuses(session, known, said)


def fault_values(
    status: str | None, code: str | None, message: str | None
) -> dict[str, Any]:
    """Columns that explain a status: a fault's reason, or none."""
    if status != states.FAULT:
        code = message = None
    return {
        'fault_code': code,
        'fault_message': message and message[:MAX_MESSAGE],
        'faulted_at': timeutils.utcnow() if status == states.FAULT else None,
    }


def _observe_servers(
    session: orm.Session,
    known: Iterable[models.Desktop],
    said: Mapping[str, Mapping[str, Any]],
) -> None:
    changed = []
    for row in known:
        seen = {
            key: said[row.id].get(key, getattr(row, key)) for key in _OBSERVED
        }
        if any(seen[key] != getattr(row, key) for key in _OBSERVED):
            changed.append(
                seen | {'of': row.id, 'observed_at': timeutils.utcnow()}
            )
    _update_each(session, changed)


def _observe_statuses(
    session: orm.Session,
    known: Iterable[models.Desktop],
    said: Mapping[str, Mapping[str, Any]],
) -> None:
    changed = []
    for row in known:
        values = _status_values(said[row.id])
        if (
            row.work_order_id is None
            and said[row.id].get('was', row.status) == row.status
            and not _stays_off(row, values)
            and any(
                values[key] != getattr(row, key)
                for key in values
                if key != 'faulted_at'
            )
        ):
            changed.append(values | {'of': row.id, 'was': row.status})
    unheld = models.Desktop.work_order_id.is_(None)
    as_it_was = models.Desktop.status == sa.bindparam('was')
    _update_each(session, changed, unheld, as_it_was)


def _stays_off(row: models.Desktop, values: Mapping[str, Any]) -> bool:
    """Whether it was given up; that it is off is no news then."""
    return (
        row.fault_code == states.RESTARTS_EXHAUSTED
        and values.get('status') == row.status == states.OFF
    )


def _update_each(
    session: orm.Session,
    rows: Sequence[Mapping[str, Any]],
    *conditions: sa.ColumnElement[bool],
) -> None:
    """Write rows that differ in their values, with one statement.

    :param rows: the same columns in each, and ``of``, the id of the desktop;
        ``was`` is for the conditions
    :param conditions: what else must be true of a desktop
    """
    if not rows:
        return
    table = models.Desktop.metadata.tables['desktops']
    columns = rows[0].keys() - {'of', 'was'}
    statement = (
        sa.update(table)
        .where(table.c.id == sa.bindparam('of'), *conditions)
        .values({key: sa.bindparam(key) for key in columns})
    )
    session.connection().execute(statement, list(rows))


def _status_values(said: Mapping[str, Any]) -> dict[str, Any]:
    if 'status' not in said:
        return {}
    return {'status': said['status']} | fault_values(
        said['status'], said.get('fault_code'), said.get('fault_message')
    )


def _get(
    session: orm.Session,
    desktop_id: str,
    project_id: str | None,
    viewer: people.Viewer | None = None,
) -> models.Desktop:
    desktop = owned.find(
        session,
        models.Desktop,
        desktop_id,
        project_id,
        owned.SHOWN_ALONE,
        viewer,
    )
    if desktop is None:
        raise exceptions.NotFound(kind='desktop', id=desktop_id)
    return desktop


def _fetch(query: sa.Select[Any]) -> list[models.Desktop]:
    with db.reader() as session:
        return list(session.scalars(query))


def _tag(desktop: models.Desktop, tags: Collection[str]) -> None:
    present = {each.tag: each for each in desktop.tags}
    if set(tags) == set(present):
        return
    desktop.tags = [
        present.get(tag) or models.DesktopTag(tag=tag) for tag in sorted(tags)
    ]
    desktop.updated_at = timeutils.utcnow()


def _tagged(tags: Collection[str]) -> sa.ColumnElement[bool]:
    """Desktops with any of these tags."""
    tag = models.DesktopTag
    return models.Desktop.id.in_(
        sa.select(tag.desktop_id).where(tag.tag.in_(tags))
    )


def _filtered(
    query: sa.Select[Any],
    project_id: str | None,
    filters: Mapping[str, Any],
) -> sa.Select[Any]:
    if project_id is not None:
        query = query.where(models.Desktop.project_id == project_id)
    for key in _EXACT:
        if filters.get(key) is not None:
            query = query.where(getattr(models.Desktop, key) == filters[key])
    if filters.get('drift') is not None:
        query = query.where(templates.drifts(models.Desktop, filters['drift']))
    for each in filters.get('tags', ()):
        query = query.where(_tagged([each]))
    if filters.get('tags-any'):
        query = query.where(_tagged(filters['tags-any']))
    if filters.get('status'):
        query = query.where(models.Desktop.status.in_(filters['status']))
    if filters.get('mine'):
        query = query.where(people.is_one_of(models.Desktop, filters['mine']))
    if filters.get('q'):
        query = query.where(_search(filters['q']))
    return query


def _search(text: str) -> sa.ColumnElement[bool]:
    """Desktops that a person means when typing ``text`` (V5)."""
    hits = [
        models.Desktop.name.icontains(text, autoescape=True),
        models.Desktop.user_id == text,
    ]
    try:
        address = str(ipaddress.ip_address(text))
    except ValueError:
        return sa.or_(*hits)
    # The quotes make it the whole address; JSON functions differ too much
    # between databases.
    stored = sa.cast(models.Desktop.addresses, sa.Text)
    hits.append(stored.contains('"%s"' % address, autoescape=True))
    return sa.or_(*hits)
