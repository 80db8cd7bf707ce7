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

CREATE = common.made_from(
    {'name': common.POOL_NAME, 'note': common.NOTE, 'size': _SIZE},
    required=('name', 'size'),
)

UPDATE = common.fields({'name': common.POOL_NAME, 'note': common.NOTE}) | {
    'minProperties': 1
}

RESIZE = common.fields({'size': _SIZE}, required=('size',))

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
            status: common.INTEGER for status in states.DESKTOP_STATUSES
        },
        'additionalProperties': False,
    },
    **common.SPEC,
    'template': common.OF_TEMPLATE,
    'name_template': common.STRING,
    'project_id': common.STRING,
    'user_id': common.STRING,
    'work_order_id': common.OPTIONAL_STRING,
    'created_at': common.TIME,
    'updated_at': common.nullable(common.TIME),
    'links': common.LINKS,
}

POOL = common.whole(
    {**_PROPERTIES, 'faults': {'type': 'array', 'items': _FAULT}}
)

PAGE = common.page('pools', common.whole(_PROPERTIES))
