"""What the doctor says."""

from clouddesk.api.schemas import common

STATUSES = ('ok', 'warning', 'error')

CHECKS = common.whole(
    {
        'checks': {
            'type': 'array',
            'items': common.whole(
                {
                    'name': common.STRING,
                    'status': common.one_of(STATUSES),
                    'message': common.STRING,
                    'cost': common.OPTIONAL_STRING,
                }
            ),
        }
    }
)
