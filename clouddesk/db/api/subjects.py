"""What the items of work orders are about: how rows of each kind are written.

A noun that orders work on adds itself to :data:`OF`; a noun that is only held
by orders, so that nobody else touches it meanwhile, to :data:`HELD`.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa

from clouddesk import db
from clouddesk import flows
from clouddesk import states
from clouddesk.db import inserts
from clouddesk.db import models
from clouddesk.db.api import desktops


@dataclasses.dataclass(frozen=True)
class Subject:
    #: Its table; the rows have ``id`` and ``work_order_id``.
    model: Any
    #: What a worker may set of a row.
    writable: frozenset[str]
    #: The columns at the end of an item: takes the item's status, what the
    #: worker says, and the code and message of its fault.
    final: Callable[
        [str, Mapping[str, Any], str | None, str | None], dict[str, Any]
    ]


def of(name: str) -> Subject:
    """
    :param name: :attr:`clouddesk.db.models.WorkItem.subject_type`
    """
    return OF[name]


def held_by(order: models.WorkOrder) -> dict[str, Any]:
    """The rows that an order works on, by id, without those it only holds.

    :param order: with its items
    """
    held: dict[str, Any] = {}
    with db.reader() as session:
        for name in sorted({item.subject_type for item in order.items}):
            model = OF[name].model
            query = sa.select(model).filter_by(work_order_id=order.id)
            rows: Sequence[Any] = session.scalars(query).all()
            held |= {row.id: row for row in rows}
    return held


def _desktop(
    item_status: str,
    values: Mapping[str, Any],
    code: str | None,
    message: str | None,
) -> dict[str, Any]:
    final = dict(values)
    if item_status == states.ITEM_FAILED:
        final.setdefault('status', states.FAULT)
    if 'status' not in final:
        return final
    explained = desktops.fault_values(
        final['status'],
        final.get('fault_code') or code,
        final.get('fault_message') or message,
    )
    return final | explained


def _image(
    item_status: str,
    values: Mapping[str, Any],
    code: str | None,
    message: str | None,
) -> dict[str, Any]:
    """Glance has its status; the row tells what went wrong last."""
    failed = item_status == states.ITEM_FAILED
    return dict(values) | {
        'fault_code': code if failed else None,
        'fault_message': message if failed else None,
        'faulted_at': timeutils.utcnow() if failed else None,
    }


OF: dict[str, Subject] = {
    flows.DESKTOP: Subject(
        models.Desktop,
        frozenset(
            {
                'status',
                'server_id',
                'port_id',
                'wiring',
                'floating_ip_id',
                'volume_id',
                'data_volumes',
                'server_status',
                'task_state',
                'addresses',
                # Follows when an action is taken back.
                'wanted_power',
                # What a desktop is made from, when it is made again.
                *inserts.SPEC,
            }
        ),
        _desktop,
    ),
    flows.IMAGE: Subject(
        models.Image,
        frozenset(
            {'name', 'retired_at', 'retired_by', 'checked_at', 'format'}
        ),
        _image,
    ),
}

#: What a worker may always set: why an item failed.
EXPLAINS = frozenset({'fault_code', 'fault_message', 'faulted_at'})

#: Everything else that an order frees at its end. Pools have their own way.
HELD: tuple[Any, ...] = (models.Image,)
