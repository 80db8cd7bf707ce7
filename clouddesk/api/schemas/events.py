"""The history, as it is asked for and goes out."""

from clouddesk import events
from clouddesk.api.schemas import common
from clouddesk.i18n import _

SORT_KEYS = ('created_at',)

_TIME = common.TIME | {
    'description': _('a time in UTC such as 2026-09-01T08:00:00Z')
}
_ACTION = {
    'type': 'string',
    'maxLength': 64,
    'pattern': r'^[a-z_]+\.[a-z_]+$(?!\n)',
    'description': _('like desktop.start'),
}

_OF_ONE = {
    'action': _ACTION,
    'outcome': common.one_of(events.OUTCOMES),
    'user_id': common.KEYSTONE_ID,
    'since': _TIME,
    'until': _TIME,
}

#: Of one thing, whose project is known.
HISTORY = common.fields(
    {
        key: schema
        for key, schema in common.listing(SORT_KEYS, _OF_ONE)[
            'properties'
        ].items()
        if key not in ('all_projects', 'project_id')
    }
)

LIST = common.listing(
    SORT_KEYS,
    {
        **_OF_ONE,
        'subject_type': common.one_of(events.SUBJECTS),
        'subject_id': common.UUID,
        'request_id': common.text(64, 1),
        'work_order_id': common.UUID,
    },
)

_DETAILS = common.whole(
    {
        'fields': {'type': 'array', 'items': common.STRING},
        'by': common.STRING,
    },
    optional=('fields', 'by'),
)

_EVENT = common.whole(
    {
        'id': common.STRING,
        'action': common.STRING,
        'outcome': common.one_of(events.OUTCOMES),
        'code': common.OPTIONAL_STRING,
        'subject': common.nullable(
            common.whole(
                {
                    'type': common.STRING,
                    'id': common.STRING,
                    'name': common.OPTIONAL_STRING,
                }
            )
        ),
        'project_id': common.STRING,
        'user_id': common.STRING,
        'user_project_id': common.OPTIONAL_STRING,
        'request_id': common.OPTIONAL_STRING,
        'work_order_id': common.OPTIONAL_STRING,
        'details': _DETAILS,
        'created_at': common.TIME,
    }
)

PAGE = common.page('events', _EVENT)
