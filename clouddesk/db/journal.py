"""Writes the history, in the transactions that it tells about.

A request says once what it is going to do, see :func:`telling`. The first
transaction that it commits holds its event, so that the one is never there
without the other. What is done unasked, and what became of a work order, is
given to the session of its transaction, see :func:`tell`.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import contextvars
import dataclasses
import datetime
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import events
from clouddesk.db import models

#: Where a session keeps the events of its transaction.
_TOLD = 'clouddesk_told'

#: Characters of a name that are kept.
_NAME = 255

#: Rows of one INSERT, although a column of some is NULL; without it a new one
#: begins wherever that changes.
IN_ONE: dict[str, Any] = {'execution_options': {'render_nulls': True}}

Row = dict[str, Any]

#: Type, id and name of what something is done to.
Subject = tuple[str, str, str | None]


@dataclasses.dataclass
class Telling:
    """What one request does, as far as it is known by now.

    :ivar action: such as ``desktop.lock``
    :ivar who: ``project_id``, ``user_id`` and ``request_id``
    :ivar ids: what it names in its URL, or in the body of a batch
    :ivar about: what it has made, or what its order is about
    :ivar rows: what is written and committed
    """

    action: str
    who: Mapping[str, Any]
    ids: list[str] = dataclasses.field(default_factory=list)
    details: dict[str, Any] = dataclasses.field(default_factory=dict)
    outcome: str = events.SUCCESS
    code: str | None = None
    order_id: str | None = None
    project_id: str | None = None
    about: Subject | None = None
    rows: list[Row] = dataclasses.field(default_factory=list)
    _open: list[Row] = dataclasses.field(default_factory=list)
    _known: dict[str, Mapping[str, Any]] = dataclasses.field(
        default_factory=dict
    )
    _ids: list[str] = dataclasses.field(default_factory=list)
    _at: datetime.datetime = dataclasses.field(
        default_factory=timeutils.utcnow
    )
    _named: list[str] = dataclasses.field(default_factory=list)
    _guessed: set[str] = dataclasses.field(default_factory=set)
    _refused: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def name(self, ids: list[str]) -> None:
        """Tell what the body of a batch names."""
        self.ids = self._named = ids

    def notice(self, row: Any) -> None:
        """Keep the name of what the request names, and whose it is."""
        # Looking at what is not loaded would load it.
        loaded = row.__dict__
        id_ = loaded.get('id')
        if id_ not in self.ids:
            return
        values = {key: loaded.get(key) for key in ('name', 'project_id')}
        if not isinstance(row, models.Image):
            self._known[id_] = values
        elif id_ not in self._known:
            # Glance knows better what it is called now.
            self._known[id_] = values
            self._guessed.add(id_)

    def describe(self, id_: str, values: Mapping[str, Any]) -> None:
        """Tell more of what the request names."""
        if id_ not in self.ids:
            return
        if id_ in self._guessed:
            known = {key: each for key, each in values.items() if each}
            self._known[id_] = dict(self._known[id_]) | known
            self._guessed.remove(id_)
        elif id_ not in self._known:
            self._known[id_] = values

    def made(self, id_: str, values: Mapping[str, Any]) -> None:
        """Tell what the request has made."""
        if not self.ids and self.about is None:
            noun = events.noun_of(self.action)
            self.about = (noun, id_, values.get('name'))
            self.project_id = self.project_id or values.get('project_id')

    def chose(self, found: Mapping[str, Mapping[str, Any]]) -> None:
        """Tell what a batch is about that does not name it.

        :param found: columns by id
        """
        if not self.ids and self.about is None:
            self.ids = list(found)
            self._known |= found

    def refused(self, codes: Mapping[str, str]) -> None:
        """Tell why nothing will be done to some of a batch.

        :param codes: of the errors, by id
        """
        self._refused = codes

    def ordered(self, values: Mapping[str, Any]) -> None:
        """Tell the columns of the work order that the request gives."""
        self.order_id = values['id']
        self.outcome = events.PENDING
        self.project_id = values['project_id']
        if values.get('subject_id'):
            keys = ('subject_type', 'subject_id', 'subject_name')
            kind, id_, name = (values[key] for key in keys)
            self.about = self.about or (kind, id_, name)
            self.describe(id_, {'name': name})

    def failed(self, code: str) -> None:
        """Tell that nothing came of it."""
        self.outcome, self.code = events.FAILURE, code
        self._refused = {}
        if not self.rows:
            # What was taken back never was.
            self.order_id = self.about = None
            self.ids = self._named

    def now(self) -> list[Row]:
        """The events as far as they are known."""
        return [
            row(
                self.action,
                dict(self.who) | {'project_id': self._project_of(subject)},
                subject,
                outcome,
                id=self._id(place),
                user_project_id=self.who['project_id'],
                code=code,
                work_order_id=self.order_id,
                details=self.details,
                created_at=self._at,
            )
            for place, subject in enumerate(self._subjects())
            for outcome, code in [self._outcome_of(subject)]
        ]

    def write(self, session: orm.Session) -> list[Row]:
        """What a transaction has to write; nothing if one has done so.

        What an earlier one wrote, and is no longer right, goes away.
        """
        # What another transaction left that was taken back.
        self._open = []
        if self._guessed:
            self._look_again(session)
        is_known = self.ids and self._known.keys() >= set(self.ids)
        if self.about is None and not is_known:
            self._find(session)
        rows = self.now()
        if rows == self.rows:
            return []
        if self.rows:
            ids = [row['id'] for row in self.rows]
            event = models.Event
            session.execute(sa.delete(event).where(event.id.in_(ids)))
        self._open = rows
        return rows

    def commit(self) -> None:
        """What was to be written stands in the table."""
        self.rows, self._open = self._open or self.rows, []

    def _look_again(self, session: orm.Session) -> None:
        """Take over what the transaction has learned of images."""
        session.flush()
        for row in session.identity_map.values():
            if row.__dict__.get('id') in self._guessed:
                known = {'name': row.__dict__.get('name')}
                self.describe(row.__dict__['id'], known)

    def _find(self, session: orm.Session) -> None:
        """Find out what the transaction has made."""
        session.flush()
        table = events.noun_of(self.action) + 's'
        rows: list[Any] = list(session.identity_map.values())
        found = {
            each.id: dict(each.__dict__)
            for each in rows
            if each.__tablename__ == table
        }
        for id_, values in found.items():
            self.describe(id_, values)
        if len(found) == 1:
            self.made(*found.popitem())
        elif found:
            self.chose(found)

    def _subjects(self) -> Sequence[Subject | None]:
        if not self.ids:
            return [self.about]
        noun = events.noun_of(self.action)
        known = self._known
        return [
            (noun, id_, known.get(id_, {}).get('name')) for id_ in self.ids
        ]

    def _project_of(self, subject: Subject | None) -> str:
        known = self._known.get(subject[1], {}) if subject else {}
        return str(
            known.get('project_id')
            or self.project_id
            or self.who['project_id']
        )

    def _outcome_of(self, subject: Subject | None) -> tuple[str, str | None]:
        if subject and subject[1] in self._refused:
            return events.FAILURE, self._refused[subject[1]]
        return self.outcome, self.code

    def _id(self, place: int) -> str:
        while len(self._ids) <= place:
            self._ids.append(uuidutils.generate_uuid())
        return self._ids[place]


#: The request that this thread works for.
_current: contextvars.ContextVar[Telling | None] = contextvars.ContextVar(
    'telling', default=None
)


@contextlib.contextmanager
def telling(told: Telling | None) -> Iterator[None]:
    """What the transactions inside are for; None keeps them out of it."""
    token = _current.set(told)
    try:
        yield
    finally:
        _current.reset(token)


def aside() -> contextlib.AbstractContextManager[None]:
    """Transactions inside are not yet what the request is for."""
    return telling(None)


def row(
    action: str,
    who: Mapping[str, Any],
    subject: Subject | None,
    outcome: str,
    **more: Any,
) -> Row:
    """The columns of an event.

    :param who: ``project_id``, ``user_id`` and ``request_id``
    """
    kind, id_, name = subject or (None, None, None)
    return {
        'id': uuidutils.generate_uuid(),
        'project_id': who['project_id'],
        'user_id': who['user_id'] or '',
        'user_project_id': None,
        'action': action,
        'subject_type': kind,
        'subject_id': id_,
        'subject_name': name and name[:_NAME],
        'outcome': outcome,
        'code': None,
        'request_id': who.get('request_id'),
        'work_order_id': None,
        'details': {},
        'created_at': timeutils.utcnow(),
    } | more


def tell(session: orm.Session, rows: Sequence[Row]) -> None:
    """Write events at the end of a transaction, and tell them after it."""
    session.info.setdefault(_TOLD, []).extend(rows)


def ordered(session: orm.Session, values: Mapping[str, Any]) -> None:
    """A work order was made, by the request at hand or by a loop of ours.

    :param values: its columns
    """
    current = _current.get()
    if current is not None:
        current.ordered(values)
        return
    subject = None
    if values.get('subject_id'):
        kind, id_ = values['subject_type'], values['subject_id']
        subject = (kind, id_, values['subject_name'])
    more = {'work_order_id': values['id'], 'details': {'by': 'clouddesk'}}
    told = row(values['kind'], values, subject, events.PENDING, **more)
    tell(session, [told])


def itemized(
    parts: Sequence[tuple[str, str]], refused: Mapping[str, str]
) -> None:
    """The work order of the request at hand got items.

    :param parts: ids and names
    :param refused: by id, the code why nothing will be done to it
    """
    current = _current.get()
    if current is not None:
        current.chose({id_: {'name': name} for id_, name in parts})
        current.refused(refused)


def named(parts: Sequence[tuple[str, str]]) -> None:
    """What the request at hand names is called so by now.

    :param parts: ids and names
    """
    current = _current.get()
    if current is not None:
        for id_, name in parts:
            current.describe(id_, {'name': name})


def write(session: orm.Session) -> None:
    """Write what was told, as the last thing of a transaction."""
    rows = list(session.info.get(_TOLD, ()))
    current = _current.get()
    if current is not None:
        rows += current.write(session)
    if rows:
        session.execute(sa.insert(models.Event), rows, **IN_ONE)


def committed(session: orm.Session) -> None:
    """Tell what was written; the end of a request tells of that."""
    current = _current.get()
    if current is not None:
        current.commit()
    events.tell(session.info.pop(_TOLD, ()))


@sa.event.listens_for(models.Base, 'load', propagate=True)
def _loaded(instance: Any, context: Any) -> None:
    current = _current.get()
    if current is not None:
        current.notice(instance)
