"""Pools, as they come in and go out."""

from clouddesk import states
from clouddesk.api.schemas import common

SORT_KEYS = ('created_at', 'name', 'size', 'updated_at', 'id')

LIST = common.listing(
    SORT_KEYS,
    {
        'name': common.NAME_255,
        'template_id': common.UUID,
        'drift': common.BOOLEAN,
    },
)

#: The largest size is an option, ``[pool] max_size``.
_SIZE = common.integer(0)

#: How people come to the desktops, and how these go back.
_ASSIGNMENT = {
    'assignment': common.one_of(states.POOL_ASSIGNMENTS),
    'persistence': common.one_of(states.POOL_PERSISTENCES),
    'on_return': common.one_of(states.POOL_RETURNS),
}

CREATE = common.made_from(
    {
        'name': common.POOL_NAME,
        'note': common.NOTE,
        'size': _SIZE,
        **_ASSIGNMENT,
    },
    required=('name', 'size'),
)

UPDATE = common.fields(
    {'name': common.POOL_NAME, 'note': common.NOTE, **_ASSIGNMENT}
) | {'minProperties': 1}

RESIZE = common.fields({'size': _SIZE}, required=('size',))

_PEOPLE = {
    'type': 'array',
    'items': common.NAME_255,
    'minItems': 1,
    'uniqueItems': True,
}

#: Who joins or leaves the roster.
MEMBERS = common.fields({'users': _PEOPLE, 'groups': _PEOPLE}) | {
    'minProperties': 1
}

_IDS = {'type': 'array', 'items': common.STRING}

_FAULT = common.whole(
    {
        'desktop_id': common.STRING,
        'name': common.STRING,
        'code': common.OPTIONAL_STRING,
        'message': common.OPTIONAL_STRING,
    }
)

_PROPERTIES = {
    'id': common.STRING,
    'name': common.STRING,
    'note': common.STRING,
    'status': common.one_of(states.POOL_STATUSES),
    'status_reason': common.OPTIONAL_STRING,
    'size': common.INTEGER,
    'counts': {
        'type': 'object',
        'properties': {
            status: common.INTEGER
            for status in sorted(states.DESKTOP_STATUSES)
        },
        'additionalProperties': False,
    },
    **common.SPEC,
    'template': common.OF_TEMPLATE,
    'name_template': common.STRING,
    **_ASSIGNMENT,
    'project_id': common.STRING,
    'user_id': common.STRING,
    'work_order_id': common.OPTIONAL_STRING,
    'created_at': common.TIME,
    'updated_at': common.nullable(common.TIME),
    'links': common.LINKS,
}

POOL = common.whole(
    {
        **_PROPERTIES,
        'faults': {'type': 'array', 'items': _FAULT},
        'members': common.whole({'users': _IDS, 'groups': _IDS}),
    }
)

PAGE = common.page('pools', common.whole(_PROPERTIES))
