"""Work orders, as they come in and go out."""

from clouddesk import flows
from clouddesk import states
from clouddesk.api.schemas import common

SORT_KEYS = ('created_at',)

LIST = common.listing(
    SORT_KEYS,
    {
        'status': common.some_of(states.ORDER_STATUSES),
        'kind': common.one_of(flows.KINDS),
        'subject_id': common.UUID,
        'desktop_id': common.UUID,
        'image_id': common.UUID,
    },
)

BATCH = common.fields(
    {'work_order_ids': common.ids()}, required=('work_order_ids',)
)

_ITEM = common.whole(
    {
        'desktop_id': common.OPTIONAL_STRING,
        'image_id': common.OPTIONAL_STRING,
        'name': common.STRING,
        'status': common.one_of(states.ITEM_STATUSES),
        'step': common.OPTIONAL_STRING,
        'steps_done': common.INTEGER,
        'steps_total': common.INTEGER,
        'fault': common.FAULT,
    }
)

_PROPERTIES = {
    'id': common.STRING,
    'kind': common.one_of(flows.KINDS),
    'status': common.one_of(states.ORDER_STATUSES),
    'subject': common.nullable(
        common.whole(
            {
                'type': common.one_of(
                    ('course', 'desktop', 'image', 'image_build', 'pool')
                ),
                'id': common.STRING,
                'name': common.OPTIONAL_STRING,
            }
        )
    ),
    'percent': common.integer(0, 100),
    'steps': {
        'type': 'array',
        'items': common.whole(
            {
                'name': common.STRING,
                'done': common.INTEGER,
                'total': common.INTEGER,
            }
        ),
    },
    'counts': common.whole(
        {status: common.INTEGER for status in sorted(states.ITEM_STATUSES)}
    ),
    'fault': common.FAULT,
    'project_id': common.STRING,
    'user_id': common.STRING,
    'request_id': common.OPTIONAL_STRING,
    'created_at': common.TIME,
    'updated_at': common.nullable(common.TIME),
    'started_at': common.nullable(common.TIME),
    'finished_at': common.nullable(common.TIME),
    'links': common.LINKS,
}

WORK_ORDER = common.whole(
    {**_PROPERTIES, 'items': {'type': 'array', 'items': _ITEM}}
)

PAGE = common.page('work_orders', common.whole(_PROPERTIES))

#: The answer of a batch.
WORK_ORDERS = common.whole(
    {'work_orders': {'type': 'array', 'items': WORK_ORDER}}
)
