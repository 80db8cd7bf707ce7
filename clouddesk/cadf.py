"""Events as audit records of the Cloud Auditing Data Federation (M22)."""

from typing import Any

from pycadf import cadftaxonomy as taxonomy
from pycadf import cadftype
from pycadf import event
from pycadf import reason
from pycadf import resource
from pycadf import tag

from clouddesk import events

_OUTCOMES = {
    events.PENDING: taxonomy.OUTCOME_PENDING,
    events.SUCCESS: taxonomy.OUTCOME_SUCCESS,
    events.FAILURE: taxonomy.OUTCOME_FAILURE,
}

#: Verbs that CADF has words of its own for; what is not here is an update of
#: some kind.
_ACTIONS = {
    'activate': 'enable',
    'capture': 'capture',
    'console': 'read/console',
    'create': 'create',
    'create_image': 'capture',
    'deactivate': 'disable',
    'delete': 'delete',
    'discard': 'delete',
    'generate': 'capture',
    'import': 'receive',
    'lock': 'disable/lock',
    'login': 'read/login',
    'restore': 'restore',
    'retire': 'disable/retire',
    'start': 'start',
    'stop': 'stop',
    'unlock': 'enable/unlock',
    'update': 'update',
}

_TYPES = {
    'desktop': 'compute/machine',
    'image': 'data/image',
    'template': 'data/template',
    'work_order': 'data/workload/job',
}

_SERVICE = 'service/compute/desktop'
_TIME = '%Y-%m-%dT%H:%M:%S.%f+0000'


def record(row: events.Values) -> dict[str, Any]:
    """The payload of a CADF notification."""
    told = event.Event(
        eventType=cadftype.EVENTTYPE_ACTIVITY,
        id=row['id'],
        eventTime=row['created_at'].strftime(_TIME),
        action=_action(row['action']),
        outcome=_OUTCOMES[row['outcome']],
        initiator=_initiator(row),
        target=_target(row),
        observer=resource.Resource(
            id='observer', typeURI=_SERVICE, name='clouddesk'
        ),
        reason=_reason(row),
        name=row['action'],
    )
    for key in ('project_id', 'request_id', 'work_order_id'):
        if row[key]:
            told.add_tag(tag.generate_name_value_tag(key, row[key]))
    document: dict[str, Any] = told.as_dict()
    return document


def _action(action: str) -> str:
    verb = action.partition('.')[2]
    return _ACTIONS.get(verb, 'update/' + verb)


def _initiator(row: events.Values) -> resource.Resource:
    who = resource.Resource(
        id=row['user_id'] or None, typeURI=taxonomy.ACCOUNT_USER
    )
    if row['user_project_id']:
        # As the middleware for requests names it.
        who.project_id = row['user_project_id']
    return who


def _target(row: events.Values) -> resource.Resource:
    if row['subject_type'] is None:
        return resource.Resource(
            id=row['project_id'], typeURI=taxonomy.SECURITY_PROJECT
        )
    kind = row['subject_type']
    return resource.Resource(
        id=row['subject_id'],
        typeURI=_TYPES.get(kind, '%s/%s' % (_SERVICE, kind)),
        name=row['subject_name'],
    )


def _reason(row: events.Values) -> reason.Reason | None:
    if row['code'] is None:
        return None
    return reason.Reason(reasonType='clouddesk', reasonCode=row['code'])
