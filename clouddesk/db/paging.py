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
        """The keys and directions with the id as the last key."""
        if 'id' in self.sort_keys:
            return self.sort_keys, self.sort_dirs
        last = self.sort_dirs[-1] if self.sort_dirs else 'asc'
        return [*self.sort_keys, 'id'], [*self.sort_dirs, last]


def fetch(
    session: orm.Session,
    query: sa.Select[Any],
    model: type[Model],
    project_id: str | None,
    page: Page,
    viewer: people.Viewer | None = None,
) -> list[Model]:
    """One page of ``query``.

    :param viewer: None sees all of the project
    :raises Invalid: the marker is no row that the caller sees, or a key
        cannot be sorted by
    """
    keys, dirs = page.total_order()
    marker = page.after or _marker(
        session, model, project_id, page.marker, viewer
    )
    query = query.where(*people.visible(model, None, viewer))
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
