"""What refers to images: nobody deletes what something is made from (H14).

A noun that refers to images adds itself to :data:`USERS`.
"""

import collections
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import i18n
from clouddesk.db import models
from clouddesk.i18n import _

_Build = models.ImageBuild
_Desktop = models.Desktop
_Pool = models.Pool
_Revision = models.TemplateRevision
_Template = models.Template

#: Users that a refusal names, of each kind.
_NAMED = 20

#: Ids in one part of a union.
_AT_ONCE = 400


@dataclasses.dataclass(frozen=True)
class User:
    """Something that is, or will be, made from an image."""

    #: Such as ``pools``.
    kind: str
    id: str
    name: str
    project_id: str


def of(ids: Collection[str]) -> dict[str, list[User]]:
    """What refers to each of these images; one query for all of them."""
    with db.reader() as session:
        return found(session, ids)


def found(session: orm.Session, ids: Collection[str]) -> dict[str, list[User]]:
    """The same as :func:`of`, in a transaction."""
    users: dict[str, list[User]] = {each: [] for each in ids}
    if not users:
        return users
    queries = [query(sorted(users)) for query in USERS]
    rows: Any = session.execute(
        sa.union_all(*queries).order_by('kind', 'name', 'id')
    )
    for image_id, *user in rows:
        users[image_id].append(User(*user))
    return users


def wholes(image_id: str, images: Iterable[Any]) -> list[User]:
    """Images of whole machines that refer to a data image (M2).

    :param images: have ``id``, ``name``, ``owner`` and ``data_images``
    """
    return [
        User('images', each.id, each.name or each.id, str(each.owner))
        for each in images
        if image_id in each.data_images
    ]


def in_use(
    image: Any, users: Sequence[User], project_id: str | None
) -> exceptions.ImageInUse:
    """The error that names what refers to an image.

    :param image: has its ``id`` and ``name``
    :param project_id: whose users may be named; ``None`` names all
    """
    named = collections.defaultdict(list)
    for user in users:
        if project_id in (None, user.project_id):
            named[user.kind].append({'id': user.id, 'name': user.name})
    others = len(users) - sum(map(len, named.values()))
    details = {kind: some[:_NAMED] for kind, some in named.items()}
    return exceptions.ImageInUse(
        details=details
        | {'image_id': image.id, 'others': others, 'total': len(users)},
        name=image.name,
        users=_spoken(named, others),
    )


def _spoken(named: dict[str, Any], others: int) -> str:
    words = {
        'courses': _('courses %s'),
        'desktops': _('desktops %s'),
        'image_builds': _('image builds %s'),
        'images': _('images %s'),
        'pools': _('pools %s'),
        'servers': _('servers %s'),
        'templates': _('templates %s'),
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
    more = len(names) - _NAMED
    shown = ', '.join(names[:_NAMED])
    return '%s, … (+%d)' % (shown, more) if more > 0 else shown


def _select(kind: str, table: Any, image_id: Any) -> sa.Select[Any]:
    return sa.select(
        image_id.label('image_id'),
        sa.literal(kind).label('kind'),
        table.id.label('id'),
        table.name.label('name'),
        table.project_id.label('project_id'),
    )


def _made_from(kind: str, table: Any) -> Callable[[list[str]], Any]:
    def query(ids: list[str]) -> sa.Select[Any]:
        rows = _select(kind, table, table.image_id)
        return rows.where(table.image_id.in_(ids))

    return query


def _desktops(ids: list[str]) -> sa.Select[Any]:
    """Those of a pool that is made from the same image, the pool speaks for.

    So does an image build for the desktop that it is made on.
    """
    of_pool = sa.exists().where(
        _Pool.id == _Desktop.pool_id, _Pool.image_id == _Desktop.image_id
    )
    builds = sa.exists().where(
        _Build.builder_id == _Desktop.id,
        _Build.source_id == _Desktop.image_id,
    )
    rows = _select('desktops', _Desktop, _Desktop.image_id)
    return rows.where(_Desktop.image_id.in_(ids), ~of_pool, ~builds)


def _with_disks(kind: str, table: Any) -> Callable[[list[str]], Any]:
    """Whose further disks are made from the images (M20)."""

    def query(ids: list[str]) -> sa.Select[Any]:
        wanted = _listed(ids)
        rows = _select(kind, table, wanted.c.id)
        rows = rows.join(wanted, _has_disk(table, wanted.c.id))
        if table is _Desktop:
            # The pool speaks for it.
            of_pool = sa.exists().where(
                _Pool.id == _Desktop.pool_id, _has_disk(_Pool, wanted.c.id)
            )
            rows = rows.where(~of_pool)
        return rows.where(table.data_disks.is_not(None))

    return query


def _listed(ids: Sequence[str]) -> Any:
    """Ids as a table, to be joined with."""
    rows = [sa.select(sa.literal(each).label('id')) for each in ids]
    # SQLite takes a union of so many only.
    parts = [
        sa.union_all(*rows[start : start + _AT_ONCE]).subquery()
        for start in range(0, len(rows), _AT_ONCE)
    ]
    return sa.union_all(*(sa.select(part.c.id) for part in parts)).subquery()


def _has_disk(table: Any, image_id: Any) -> sa.ColumnElement[bool]:
    return sa.cast(table.data_disks, sa.Text).contains(image_id)


def _image_builds(ids: list[str]) -> sa.Select[Any]:
    """Builds on a builder that was made from the image."""
    rows = _select('image_builds', _Build, _Build.source_id)
    return rows.where(
        _Build.source_id.in_(ids), _Build.builder_id.is_not(None)
    )


def _results(ids: list[str]) -> sa.Select[Any]:
    """Builds that are not done with the image that they make."""
    rows = _select('image_builds', _Build, _Build.image_id)
    return rows.where(_Build.image_id.in_(ids), _Build.activated_at.is_(None))


def _revisions(ids: list[str]) -> sa.Select[Any]:
    """Templates that were made from the image, for as long as it matters.

    Nothing can be made from an old revision, so it counts only while
    something that was made from it is there.
    """
    image_id = _Revision.spec['image_id'].as_string()
    made = [
        sa.exists().where(
            table.template_id == _Revision.template_id,
            table.template_revision == _Revision.revision,
        )
        for table in (_Desktop, _Pool, models.Course)
    ]
    rows = _select('templates', _Template, image_id).distinct()
    return rows.join(_Revision, _Revision.template_id == _Template.id).where(
        image_id.in_(ids), _Template.image_id != image_id, sa.or_(*made)
    )


#: Each answers with the rows of one kind that refer to some images.
USERS: tuple[Callable[[list[str]], Any], ...] = (
    _made_from('pools', _Pool),
    _made_from('templates', _Template),
    _revisions,
    _made_from('courses', models.Course),
    _desktops,
    _with_disks('pools', _Pool),
    _with_disks('templates', _Template),
    _with_disks('courses', models.Course),
    _with_disks('desktops', _Desktop),
    _image_builds,
    _results,
)
