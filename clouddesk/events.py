"""What is told of something that was done: in the history and in messages.

An event never holds a value that somebody gave, only the names of the fields.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import datetime
from typing import Any

#: A work order has begun, and what comes of it is told by its end.
PENDING = 'pending'
SUCCESS = 'success'
FAILURE = 'failure'
OUTCOMES = frozenset({PENDING, SUCCESS, FAILURE})

#: What something is done to: the nouns of all rules that change anything.
SUBJECTS = frozenset(
    {
        'course',
        'desktop',
        'difference',
        'image',
        'image_build',
        'pool',
        'template',
        'work_order',
    }
)

#: Columns of an event by name.
Values = Mapping[str, Any]
Listener = Callable[[Sequence[Values]], None]

_listeners: list[Listener] = []


def action_of(rule: str) -> str:
    """``clouddesk:work_orders:cancel`` as ``work_order.cancel``.

    Kinds of work orders are named in the same way.
    """
    noun, verb = rule.split(':')[-2:]
    return '%s.%s' % (noun.removesuffix('s'), verb)


def noun_of(action: str) -> str:
    """The type of what an action is done to: ``work_order``."""
    return action.partition('.')[0]


def document(values: Values) -> dict[str, Any]:
    """An event as answers and messages show it."""
    subject = None
    if values['subject_type'] is not None:
        keys = ('type', 'id', 'name')
        subject = {key: values['subject_' + key] for key in keys}
    return {
        'id': values['id'],
        'action': values['action'],
        'outcome': values['outcome'],
        'code': values['code'],
        'subject': subject,
        'project_id': values['project_id'],
        'user_id': values['user_id'],
        'user_project_id': values['user_project_id'],
        'request_id': values['request_id'],
        'work_order_id': values['work_order_id'],
        'details': values['details'],
        'created_at': _time(values['created_at']),
    }


def _time(value: datetime.datetime) -> str:
    return value.isoformat(timespec='seconds') + 'Z'


def listen(listener: Listener) -> None:
    """Have somebody told of events whose transaction is committed.

    :param listener: never fails, and waits for nobody
    """
    _listeners.append(listener)


def forget(listener: Listener) -> None:
    """Tell somebody nothing more."""
    if listener in _listeners:
        _listeners.remove(listener)


def tell(told: Sequence[Values]) -> None:
    """Tell everybody who listens."""
    for listener in _listeners if told else ():
        listener(told)
