"""Templates: what they are, what they were, and who uses them."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from oslo_db import exception as db_exc
from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import i18n
from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import paging
from clouddesk.i18n import _

_Template = models.Template
_Revision = models.TemplateRevision

#: What does not make a new revision.
EDITABLE = ('name', 'note', 'visibility', 'department')

#: Columns of the spec that a revision must not repeat.
_SECRET = frozenset({'secret_ref'})

#: Users of a template that a refusal names, of each kind.
_NAMED = 20

#: Kind of a user -> its table; a pool stands for its desktops.
_USERS: dict[str, Any] = {
    'pools': models.Pool,
    'desktops': models.Desktop,
    'courses': models.Course,
}


@dataclasses.dataclass(frozen=True)
class Audience:
    """Who looks for templates, and where.

    :ivar region: of this service; templates of others are not seen
    :ivar project_id: ``None`` sees those of every project
    :ivar departments: Keystone's tags of the project and of its domain
    """

    region: str
    project_id: str | None = None
    departments: frozenset[str] = frozenset()


def get(template_id: str, audience: Audience) -> models.Template:
    """:raises NotFound: there is none that they may use"""
    with db.reader() as session:
        return _get(session, template_id, audience)


def list_(
    audience: Audience, filters: Mapping[str, Any], page: paging.Page
) -> list[models.Template]:
    """One page of the templates that may be used.

    :param filters: ``name``, ``visibility``, ``department``
    :raises Invalid: marker or sort key
    """
    query = sa.select(_Template).where(*_visible(audience))
    for key in ('name', 'visibility', 'department'):
        if filters.get(key) is not None:
            query = query.where(getattr(_Template, key) == filters[key])
    with db.reader() as session:
        if page.marker is not None:
            _check_marker(session, page.marker, audience)
        return paging.fetch(session, query, _Template, None, page)


def has_departments(region: str, project_id: str) -> bool:
    """Whether other projects offer anything to a department."""
    query = sa.select(
        sa.exists().where(
            _Template.region == region,
            _Template.project_id != project_id,
            _Template.visibility == states.EXCLUSIVE,
            _Template.department.is_not(None),
        )
    )
    with db.reader() as session:
        return bool(session.scalar(query))


def revisions(template_id: str, limit: int) -> list[models.TemplateRevision]:
    """What a template was, the newest first."""
    query = (
        sa.select(_Revision)
        .filter_by(template_id=template_id)
        .order_by(_Revision.revision.desc())
        .limit(limit)
    )
    with db.reader() as session:
        return list(session.scalars(query))


@db.retry_on_deadlock
def create(values: Mapping[str, Any]) -> models.Template:
    """Make a template and its first revision.

    :param values: every column that has no default
    :raises NameTaken: another one of project and region has the name
    """
    row = _Template(id=uuidutils.generate_uuid(), revision=1, **values)
    with db.writer() as session:
        session.add(row)
        with owned.unique_name('template', row.name):
            session.flush()
        _remember(session, row, row.user_id)
        return row


@db.retry_on_deadlock
def update(
    template_id: str,
    seen: int,
    values: Mapping[str, Any],
    spec: Mapping[str, Any],
    user_id: str,
) -> models.Template:
    """Edit a template; a changed spec makes a new revision.

    :param seen: revision that the edit was made from
    :param values: of :data:`EDITABLE`
    :param spec: the whole spec, or nothing
    :param user_id: who edits
    :raises Conflict: it has another revision now
    :raises NameTaken: another one of project and region has the name
    """
    lock = (
        sa.update(_Template)
        .where(_Template.id == template_id, _Template.revision == seen)
        .values(updated_at=timeutils.utcnow())
    )
    with db.writer() as session:
        if holds.execute(session, lock) != 1:
            raise _moved_on(session, template_id)
        row = session.get_one(_Template, template_id)
        for key in EDITABLE:
            setattr(row, key, values.get(key, getattr(row, key)))
        if any(getattr(row, key) != spec[key] for key in spec):
            for key in spec:
                setattr(row, key, spec[key])
            row.revision = seen + 1
            _remember(session, row, user_id)
        with owned.unique_name('template', row.name):
            session.flush()
        return row


@db.retry_on_deadlock
def delete(template_id: str, project_id: str | None) -> None:
    """Remove a template that nobody uses.

    :param project_id: whose users may be named; ``None`` names all
    :raises TemplateInUse: names them
    """
    with db.writer() as session:
        row = session.get(_Template, template_id)
        if row is None:
            raise exceptions.NotFound(kind='template', id=template_id)
        _refuse_in_use(session, row, project_id)
        session.delete(row)
        try:
            session.flush()
        except db_exc.DBReferenceError:
            # Somebody was faster than we; the next run sees who.
            raise db_exc.RetryRequest(exceptions.Conflict()) from None


def drifts(table: Any, wanted: bool) -> sa.ColumnElement[bool]:
    """What was made from another revision than the present one (S24)."""
    other = sa.exists().where(
        _Template.id == table.template_id,
        _Template.revision != table.template_revision,
    )
    return other if wanted else ~other


def is_offered(row: models.Template, project_id: str) -> bool:
    """Whether a template may be one for a project, as far as the row tells.

    Who is in a department is known to Keystone only.
    """
    return (
        row.project_id == project_id
        or row.visibility == states.SHARED
        or row.department is not None
    )


def spec_of(row: models.Template) -> dict[str, Any]:
    """The columns that are made from a template, with where they are from."""
    return {key: getattr(row, key) for key in models.SPEC} | {
        'template_id': row.id,
        'template_revision': row.revision,
    }


def _get(
    session: orm.Session, template_id: str, audience: Audience
) -> models.Template:
    query = sa.select(_Template).where(_Template.id == template_id)
    row = session.scalars(query.where(*_visible(audience))).one_or_none()
    if row is None:
        raise exceptions.NotFound(kind='template', id=template_id)
    return row


def _visible(audience: Audience) -> tuple[sa.ColumnElement[bool], ...]:
    here = _Template.region == audience.region
    if audience.project_id is None:
        return (here,)
    offered = sa.and_(
        _Template.visibility == states.EXCLUSIVE,
        _Template.department.in_(sorted(audience.departments)),
    )
    mine = _Template.project_id == audience.project_id
    shared = _Template.visibility == states.SHARED
    return here, sa.or_(mine, shared, offered)


def _check_marker(
    session: orm.Session, marker: str, audience: Audience
) -> None:
    try:
        _get(session, marker, audience)
    except exceptions.NotFound:
        raise exceptions.Invalid(
            _('marker %(marker)s is not in the list.'),
            {'field': 'marker'},
            marker=marker,
        ) from None


def _remember(
    session: orm.Session, row: models.Template, user_id: str
) -> None:
    spec = {
        key: getattr(row, key) for key in models.SPEC if key not in _SECRET
    }
    session.add(
        _Revision(
            template_id=row.id,
            revision=row.revision,
            spec=spec,
            user_id=user_id,
        )
    )


def _moved_on(session: orm.Session, template_id: str) -> Exception:
    row = session.get(_Template, template_id)
    if row is None:
        return exceptions.NotFound(kind='template', id=template_id)
    return exceptions.TemplateChanged(
        details={'field': 'revision', 'revision': row.revision},
        name=row.name,
        revision=row.revision,
    )


def _refuse_in_use(
    session: orm.Session, row: models.Template, project_id: str | None
) -> None:
    users = {
        kind: _users(session, table, row.id) for kind, table in _USERS.items()
    }
    if not any(users.values()):
        return
    named: dict[str, Any] = {
        kind: [
            {'id': user.id, 'name': user.name}
            for user in found
            if project_id in (None, user.project_id)
        ]
        for kind, found in users.items()
    }
    known = sum(map(len, named.values()))
    others = sum(map(len, users.values())) - known
    raise exceptions.TemplateInUse(
        details=named | {'others': others},
        name=row.name,
        users=_spoken(named, others),
    )


def _users(session: orm.Session, table: Any, template_id: str) -> Sequence:
    query = sa.select(table.id, table.name, table.project_id).where(
        table.template_id == template_id
    )
    if table is models.Desktop:
        # One may be older than what its pool is made from now.
        same = sa.select(models.Pool.id).filter_by(template_id=template_id)
        alone = table.pool_id.is_(None)
        query = query.where(sa.or_(alone, table.pool_id.not_in(same)))
    return session.execute(query.order_by(table.name, table.id)).all()


def _spoken(named: Mapping[str, list[Any]], others: int) -> str:
    words = {
        'pools': _('pools %s'),
        'desktops': _('desktops %s'),
        'courses': _('courses %s'),
    }
    parts = [
        words[kind] % _some([user['name'] for user in users])
        for kind, users in named.items()
        if users
    ]
    if others:
        parts.append(_('%s of other projects') % others)
    return i18n.chain(parts, _('%(one)s; %(other)s'))


def _some(names: Sequence[str]) -> str:
    shown = ', '.join(names[:_NAMED])
    return shown if len(names) <= _NAMED else shown + ', …'
