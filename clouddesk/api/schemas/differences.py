"""Differences between clouddesk and the cloud, as they come in and go out."""

from clouddesk.api.schemas import common
from clouddesk.i18n import _

RESOURCES = (
    *('desktop', 'server', 'port', 'volume', 'floating_ip'),
    *('snapshot', 'image'),
)
REPAIRS = ('retry', 'rebuild', 'reattach', 'delete', 'synchronise')
VERDICTS = ('repaired', 'ordered', 'gone', 'refused', 'failed', 'later')

_ID: common.Schema = {
    'type': 'string',
    'pattern': r'^[0-9a-f]{32}$(?!\n)',
    'description': _('32 hexadecimal digits, the id of a difference'),
}

LIST = common.fields(
    {'all_projects': common.BOOLEAN, 'project_id': common.NAME_255}
)

REPAIR = common.fields(
    {
        'ids': {
            'type': 'array',
            'items': _ID,
            'minItems': 1,
            'maxItems': 10000,
            'uniqueItems': True,
        },
        'all': common.BOOLEAN,
    }
)

_DIFFERENCE = {
    'id': common.STRING,
    'kind': common.STRING,
    'resource_type': common.one_of(RESOURCES),
    'resource_id': common.STRING,
    'project_id': common.STRING,
    'desktop_id': common.OPTIONAL_STRING,
    'desktop_name': common.OPTIONAL_STRING,
    'image_build_id': common.OPTIONAL_STRING,
    'message': common.STRING,
    'repair': common.one_of(REPAIRS),
}

#: Projects that could not be looked at.
_UNREAD = {
    'type': 'array',
    'items': common.whole(
        {'project_id': common.STRING, 'message': common.STRING}
    ),
}

PAGE = common.whole(
    {
        'differences': {'type': 'array', 'items': common.whole(_DIFFERENCE)},
        'unread': _UNREAD,
    }
)

_VERDICT = common.whole(
    {
        **{name: common.OPTIONAL_STRING for name in _DIFFERENCE},
        'id': common.STRING,
        'verdict': common.one_of(VERDICTS),
        'reason': common.OPTIONAL_STRING,
        'work_order_id': common.OPTIONAL_STRING,
    }
)

REPAIRED = common.whole(
    {
        'differences': {'type': 'array', 'items': _VERDICT},
        'unread': _UNREAD,
    }
)
