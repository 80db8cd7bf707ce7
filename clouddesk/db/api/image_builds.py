"""Image builds: reading them, and the orders that work on them."""

from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import db
from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import holds
from clouddesk.db import inserts
from clouddesk.db import making
from clouddesk.db import models
from clouddesk.db import owned
from clouddesk.db import paging
from clouddesk.i18n import _

_Build = models.ImageBuild
_WrongState = exceptions.ImageBuildWrongState

#: What the order of an image build is about.
SUBJECT = 'image_build'

#: What people ask for, by the kind of the order that does it.
_VERBS = {flows.GENERATE: 'finish', flows.DISCARD: 'delete'}

#: Columns that may be filtered by equality.
_EXACT = ('name', 'kind', 'source_id', 'image_id')


def get(build_id: str, project_id: str | None = None) -> models.ImageBuild:
    """:raises NotFound: there is none in the project"""
    with db.reader() as session:
        return _get(session, build_id, project_id)


def list_(
    project_id: str | None, filters: Mapping[str, Any], page: paging.Page
) -> list[models.ImageBuild]:
    """One page of the image builds of a project.

    :param filters: ``name``, ``kind``, ``source_id``, ``image_id``,
        ``desktop_id`` and ``status`` (a list)
    :raises Invalid: marker or sort key
    """
    query = sa.select(_Build)
    if project_id is not None:
        query = query.where(_Build.project_id == project_id)
    for key in _EXACT:
        if filters.get(key) is not None:
            query = query.where(getattr(_Build, key) == filters[key])
    if filters.get('desktop_id') is not None:
        query = query.where(_Build.builder_id == filters['desktop_id'])
    if filters.get('status'):
        query = query.where(_Build.status.in_(filters['status']))
    with db.reader() as session:
        return paging.fetch(session, query, _Build, project_id, page)


def of_order(order_id: str) -> models.ImageBuild | None:
    """The image build that an order works on."""
    query = sa.select(_Build).filter_by(work_order_id=order_id)
    with db.reader() as session:
        return session.scalars(query).one_or_none()


def get_many(ids: Collection[str]) -> list[models.ImageBuild]:
    """Those that exist, of any project."""
    query = sa.select(_Build).where(_Build.id.in_(sorted(ids)))
    with db.reader() as session:
        return list(session.scalars(query.order_by(_Build.id)))


def ever(ids: Collection[str]) -> set[str]:
    """Those of the ids that belong, or have belonged, to image builds."""
    order = models.WorkOrder
    wanted = sorted(ids)
    query: Any = sa.union(
        sa.select(_Build.id).where(_Build.id.in_(wanted)),
        sa.select(order.subject_id).where(
            order.subject_id.in_(wanted), order.subject_type == SUBJECT
        ),
    )
    with db.reader() as session:
        return set(session.scalars(query)) if wanted else set()


@db.retry_on_deadlock
def update(
    build_id: str, values: Mapping[str, Any], project_id: str | None = None
) -> models.ImageBuild:
    """Change the name or note that the image will get.

    :raises NotFound: there is none in the project
    :raises ImageBuildWrongState: the image has been asked for, or is ready
    """
    with db.writer() as session:
        row = _get(session, build_id, project_id)
        check(row, 'update')
        _check_unfinished(row, 'update')
        for key, value in values.items():
            setattr(row, key, value)
        session.flush()
        return row


@db.retry_on_deadlock
def create(
    order: Mapping[str, Any],
    build: Mapping[str, Any],
    spec: Mapping[str, Any],
    builder_name: str,
    limits: making.Limits | None = None,
) -> models.WorkOrder:
    """Order the desktop on which an image is made (I8).

    :param order: ``project_id``, ``user_id`` and ``request_id``
    :param build: the columns of the build
    :param spec: what its builder is made from
    :raises OverQuota: more desktops than the project may have
    """
    with db.writer() as session, making.kept(session, order, limits) as made:
        row = _new(order, build)
        desktop_id = uuidutils.generate_uuid()
        part = (desktop_id, builder_name)
        order_id = _ordered(session, order, row, flows.PREPARE)
        columns = making.owner(order) | {
            key: spec[key] for key in inserts.SPEC if key in spec
        }
        inserts.desktops(
            session, order_id, columns, [dict(zip(('id', 'name'), part))]
        )
        inserts.items(session, order_id, flows.PREPARE, {}, [part])
        row.builder_id, row.work_order_id = desktop_id, order_id
        session.add(row)
        session.flush()
        made['desktops'] = 1
        return making.load(session, [order_id])[0]


@db.retry_on_deadlock
def capture(
    order: Mapping[str, Any],
    build: Mapping[str, Any],
    desktop: models.Desktop,
    inputs: Mapping[str, Any] | None = None,
) -> models.WorkOrder:
    """Order an image of a desktop that stays (S3, V49).

    :param inputs: ``volume_id`` of the disk, if it is not that of the system
    :raises DesktopWrongState: it is not off; names the state
    :raises DesktopBusy: another order holds it
    """
    order = dict(order) | {'project_id': desktop.project_id}
    with holds.writer() as session:
        row = _new(order, build)
        part = (desktop.id, desktop.name)
        order_id = _ordered(session, order, row, flows.CAPTURE, inputs)
        holds.take_desktops(session, [desktop.id], order_id, 'capture')
        inserts.items(session, order_id, flows.CAPTURE, {}, [part])
        row.work_order_id = order_id
        session.add(row)
        session.flush()
        return making.load(session, [order_id])[0]


@db.retry_on_deadlock
def finish(
    order: Mapping[str, Any],
    seen: models.ImageBuild,
    values: Mapping[str, Any],
) -> models.WorkOrder:
    """Let the disk of the builder become the image (I12, I13).

    Of two people who finish one build one wins, and the other learns of it.

    :param values: kind and disks, and name and note as far as they change
    :raises ImageBuildWrongState: it is not configurable, or is no longer
    :raises DesktopBusy: another order holds the builder
    """
    check(seen, 'finish')
    _check_unfinished(seen, 'finish')
    if seen.builder_id is None:
        raise _wrong_state(seen, 'finish')
    return _order(order, seen, flows.GENERATE, 'generate', values)


@db.retry_on_deadlock
def discard(
    order: Mapping[str, Any], seen: models.ImageBuild
) -> models.WorkOrder | None:
    """Remove a build with its builder; its image stays.

    :returns: None when there was no builder, and nothing is left to do
    :raises ImageBuildWrongState: an order works on it; cancel that first
    """
    check(seen, 'delete')
    if seen.builder_id is None:
        _forget(seen)
        return None
    return _order(order, seen, flows.DISCARD, 'delete', {})


def _order(
    order: Mapping[str, Any],
    seen: models.ImageBuild,
    kind: str,
    action: str,
    values: Mapping[str, Any],
) -> models.WorkOrder:
    """Order something for a build that is as it was seen."""
    order = dict(order) | {'project_id': seen.project_id}
    with holds.writer() as session:
        order_id = _ordered(session, order, seen, kind)
        statement = sa.update(_Build).where(*_unchanged(seen))
        changed = dict(values) | {'work_order_id': order_id}
        if holds.execute(session, statement.values(changed)) != 1:
            raise _Superseded(seen.id, _VERBS[kind])
        builder_id = str(seen.builder_id)
        name = session.scalars(
            sa.select(models.Desktop.name).filter_by(id=builder_id)
        ).one()
        holds.take_desktops(session, [builder_id], order_id, action)
        inserts.items(session, order_id, kind, {}, [(builder_id, name)])
        return making.load(session, [order_id])[0]


@db.retry_on_deadlock
def _forget(seen: models.ImageBuild) -> None:
    with holds.writer() as session:
        statement = sa.delete(_Build).where(*_unchanged(seen))
        if holds.execute(session, statement) != 1:
            raise _Superseded(seen.id, 'delete')


class _Superseded(holds.Refused):
    """Somebody else was faster."""

    def __init__(self, build_id: str, action: str) -> None:
        super().__init__(build_id)
        self.build_id = build_id
        self.action = action

    def explain(self, session: orm.Session) -> Exception | None:
        row = _get(session, self.build_id, None)
        if row.status not in states.BUILD_ACTION_FROM[self.action]:
            return _wrong_state(row, self.action)
        return exceptions.Conflict(
            _('Image build %(name)s has changed meanwhile; try again.'),
            {'image_build_id': row.id},
            name=row.name,
        )


def _new(
    order: Mapping[str, Any], build: Mapping[str, Any]
) -> models.ImageBuild:
    return _Build(id=uuidutils.generate_uuid(), **making.owner(order), **build)


def _ordered(
    session: orm.Session,
    order: Mapping[str, Any],
    row: models.ImageBuild,
    kind: str,
    inputs: Mapping[str, Any] | None = None,
) -> str:
    asked = dict(order) | {'subject': (SUBJECT, row.id, row.name)}
    return inserts.order(session, asked, kind, inputs or {})


def _unchanged(seen: models.ImageBuild) -> list[sa.ColumnElement[bool]]:
    order_id = seen.work_order_id
    return [
        _Build.id == seen.id,
        _Build.work_order_id.is_(None)
        if order_id is None
        else _Build.work_order_id == order_id,
        # The order may have been retried meanwhile.
        ~sa.exists().where(
            models.WorkOrder.id == _Build.work_order_id,
            models.WorkOrder.status.not_in(sorted(states.ORDER_FINISHED)),
        ),
    ]


def check(row: models.ImageBuild, action: str) -> None:
    """
    :raises ImageBuildWrongState: an action cannot begin with it as it is
    """
    if row.status not in states.BUILD_ACTION_FROM[action]:
        raise _wrong_state(row, action)


def _check_unfinished(row: models.ImageBuild, action: str) -> None:
    """
    :raises ImageBuildActivated: the image is ready, whatever became of what
        it was made with
    """
    if row.activated_at is not None:
        raise _wrong_state(row, action, exceptions.ImageBuildActivated)


def _wrong_state(
    row: models.ImageBuild,
    action: str,
    error: type[_WrongState] = _WrongState,
) -> _WrongState:
    allowed = states.BUILD_ACTION_FROM[action]
    return error(
        details={
            'image_build_id': row.id,
            'status': row.status,
            'work_order_id': row.work_order_id,
            'allowed': list(allowed),
        },
        name=row.name,
        status=row.status,
        action=action,
        allowed=', '.join(allowed),
    )


def _get(
    session: orm.Session, build_id: str, project_id: str | None
) -> models.ImageBuild:
    row = owned.find(session, _Build, build_id, project_id)
    if row is None:
        raise exceptions.NotFound(kind='image build', id=build_id)
    return row
