"""Writing new rows, in as many statements for fifty desktops as for one."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from oslo_utils import uuidutils
import sqlalchemy as sa
from sqlalchemy import orm

from clouddesk import exceptions
from clouddesk import flows
from clouddesk import states
from clouddesk.db import journal
from clouddesk.db import models

#: Columns that a desktop takes over from its pool.
SPEC = (*models.SPEC, 'template_id', 'template_revision')

_SUBJECT = ('subject_type', 'subject_id', 'subject_name')

#: Id and name of a desktop or image that a work order has an item for.
Part = tuple[str, str]


def order(
    session: orm.Session,
    asked: Mapping[str, Any],
    kind: str,
    inputs: Mapping[str, Any],
    subject: models.Pool | models.Desktop | Part | None = None,
) -> str:
    """A queued work order.

    :param asked: ``project_id``, ``user_id`` and ``request_id``; perhaps
        ``inputs`` to add, and a ``subject`` of its own (type, id and name)
    :param subject: pool or desktop that the order is about as a whole; a
        pair is the id and name of a desktop, or of an image
    :returns: its id
    """
    order_id = uuidutils.generate_uuid()
    values = {
        'id': order_id,
        'kind': kind,
        'inputs': dict(inputs) | dict(asked.get('inputs', {})),
        'project_id': asked['project_id'],
        'user_id': asked['user_id'],
        'request_id': asked.get('request_id'),
    }
    about = _subject_values(kind, subject)
    if 'subject' in asked and not isinstance(subject, models.Pool):
        # Orders of pools stay theirs: a retry takes the pool again.
        about = dict(zip(_SUBJECT, asked['subject'], strict=True))
    session.execute(sa.insert(models.WorkOrder), [values | about])
    journal.ordered(session, values | about)
    return order_id


def desktops(
    session: orm.Session,
    order_id: str,
    common: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
) -> list[Part]:
    """Desktops that an order builds.

    :param common: the columns that all of them share
    :param rows: the other columns of each: ``name``, perhaps ``id``, and
        ``slot`` in a pool
    """
    if not rows:
        return []
    shared = dict(common) | {
        'status': states.BUILDING,
        'work_order_id': order_id,
    }
    values = [
        {'id': uuidutils.generate_uuid()} | shared | dict(row) for row in rows
    ]
    session.execute(sa.insert(models.Desktop), values)
    return [(row['id'], row['name']) for row in values]


def tags(
    session: orm.Session, parts: Sequence[Part], words: Sequence[str]
) -> None:
    """The same tags for all of these desktops."""
    values = [
        {'desktop_id': desktop_id, 'tag': tag}
        for desktop_id, _name in parts
        for tag in words
    ]
    if values:
        session.execute(sa.insert(models.DesktopTag), values)


def items(
    session: orm.Session,
    order_id: str,
    kind: str,
    inputs: Mapping[str, Any],
    parts: Sequence[Part],
    refusals: Mapping[str, exceptions.ClouddeskError] | None = None,
) -> None:
    """One pending item for each desktop or image, in the order given.

    :param parts: of what :func:`clouddesk.flows.subject_of` says
    :param refusals: by id, why nothing will be done to it
    """
    if not parts:
        return
    refusals = refusals or {}
    total = len(flows.steps_for(kind, inputs))
    values = [
        {
            'work_order_id': order_id,
            'position': position,
            'subject_type': flows.subject_of(kind),
            'subject_id': subject_id,
            'subject_name': name,
            **_prospect(total, refusals.get(subject_id)),
        }
        for position, (subject_id, name) in enumerate(parts)
    ]
    session.execute(sa.insert(models.WorkItem), values, **journal.IN_ONE)
    codes = {id_: error.code for id_, error in refusals.items()}
    journal.itemized(parts, codes)


def _prospect(
    total: int, refusal: exceptions.ClouddeskError | None
) -> dict[str, Any]:
    """What will become of an item; the same columns for all of them."""
    if refusal is None:
        return {
            'status': states.ITEM_PENDING,
            'steps_total': total,
            'fault_code': None,
            'fault_message': None,
        }
    return {
        'status': states.ITEM_REFUSED,
        'steps_total': 0,
        'fault_code': refusal.code,
        'fault_message': refusal.text,
    }


def _subject_values(
    kind: str, subject: models.Pool | models.Desktop | Part | None
) -> dict[str, str]:
    if subject is None:
        return {}
    if isinstance(subject, tuple):
        subject_id, name = subject
    else:
        subject_id, name = subject.id, subject.name
    is_pool = isinstance(subject, models.Pool)
    return {
        'subject_type': 'pool' if is_pool else flows.subject_of(kind),
        'subject_id': subject_id,
        'subject_name': name,
    }
