"""Keyset paging: a page begins after a row, not after a number of rows."""

import dataclasses
from typing import Any
from typing import TypeVar

from oslo_db import exception as db_exc
from oslo_db.sqlalchemy import utils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import exceptions
from clouddesk.db import owned
from clouddesk.db import people
from clouddesk.i18n import _

Model = TypeVar('Model')


@dataclasses.dataclass
class Page:
    """What part of a list is wanted.

    :ivar limit: number of rows; ``None`` for all
    :ivar marker: id of the last row of the page before
    :ivar sort_keys: column names, most important first
    :ivar sort_dirs: ``asc`` or ``desc`` for each key
    :ivar after: the row of the marker itself, which may be gone by now
    """

    limit: int | None = None
    marker: str | None = None
    sort_keys: list[str] = dataclasses.field(
        default_factory=lambda: ['created_at']
    )
    sort_dirs: list[str] = dataclasses.field(default_factory=lambda: ['desc'])
    after: Any = None

    def total_order(self) -> tuple[list[str], list[str]]:
        """The keys and directions with the id as the last key.

        Many rows have the same status; those are sorted by age.
        """
        keys = list(self.sort_keys)
        if keys == ['status']:
            keys.append('created_at')
        if 'id' not in keys:
            keys.append('id')
        last = self.sort_dirs[-1] if self.sort_dirs else 'asc'
        missing = len(keys) - len(self.sort_dirs)
        return keys, [*self.sort_dirs, *[last] * missing]


def fetch(
    session: orm.Session,
    query: sa.Select[Any],
    model: type[Model],
    project_id: str | None,
    page: Page,
    viewer: people.Viewer | None = None,
    is_whole: bool = False,
) -> list[Model]:
    """One page of ``query``.

    :param viewer: None sees all of the project
    :param is_whole: it asks for all rows of the project or of all projects
    :raises Invalid: the marker is no row that the caller sees, or a key
        cannot be sorted by
    """
    keys, dirs = page.total_order()
    marker = page.after or _marker(
        session, model, project_id, page.marker, viewer
    )
    query = query.where(*people.visible(model, None, viewer))
    if marker is not None:
        query = query.where(_not_before(model, keys[0], dirs[0], marker))
    if project_id:
        is_exact = is_whole and viewer is None
        query = _hinted(query, model, keys if is_exact else None)
    try:
        query = utils.paginate_query(
            query, model, page.limit, keys, marker=marker, sort_dirs=dirs
        )
    except db_exc.InvalidSortKey:
        raise exceptions.Invalid(
            _('sort_key must not be %(keys)s.'),
            {'field': 'sort_key'},
            keys=', '.join(page.sort_keys),
        ) from None
    return list(session.scalars(query))


def _hinted(
    query: sa.Select[Any], model: Any, keys: list[str] | None
) -> sa.Select[Any]:
    """The query of a project by the right index.

    MariaDB takes the estimates of an index for equal when half of a table or
    more is meant, and then reads a large project from its beginning; and it
    hopes to find a page soon in an index of all projects, where the rows of
    others may come first.

    :param keys: what all of the project is sorted by; None is a part of it
    """
    names = {
        tuple(column.name for column in index.columns): str(index.name)
        for index in model.__table__.indexes
    }
    hint = ''
    others = [
        name
        for columns, name in names.items()
        if ('project_id', *columns) in names
    ]
    if others:
        hint = 'IGNORE INDEX (%s)' % ', '.join(sorted(others))
    if keys:
        columns = ('project_id', *keys)
        # The id is the end of each index.
        exact = names.get(columns) or names.get(columns[:-1])
        hint = 'FORCE INDEX (%s)' % exact if exact else hint
    for dialect in ('mysql', 'mariadb') if hint else ():
        query = query.with_hint(model, hint, dialect)
    return query


def _not_before(
    model: Any, key: str, direction: str, marker: Any
) -> sa.ColumnElement[bool]:
    """Where the page may begin, as a range of one column.

    It follows from the exact condition, which is an OR: databases do not see
    in that where in an index to begin, and read all pages before.
    """
    column, value = getattr(model, key, None), getattr(marker, key, None)
    if column is None or value is None:
        return sa.true()
    return column <= value if direction == 'desc' else column >= value


def _marker(
    session: orm.Session,
    model: Any,
    project_id: str | None,
    marker: str | None,
    viewer: people.Viewer | None,
) -> Any:
    if marker is None:
        return None
    row = owned.find(session, model, marker, project_id, viewer=viewer)
    if row is None:
        raise exceptions.Invalid(
            _('marker %(marker)s is not in the list.'),
            {'field': 'marker'},
            marker=marker,
        )
    return row
