"""Desktops, as they come in and go out."""

from clouddesk import states
from clouddesk.api.schemas import common
from clouddesk.api.schemas import image_logins

_ADDRESS = common.whole(
    {
        'address': common.STRING,
        'version': {'type': 'integer', 'enum': [4, 6]},
        'type': common.one_of(('fixed', 'floating')),
    }
)

_TAGS = common.set_of(common.TAG, common.MAX_TAGS)

SORT_KEYS = ('created_at', 'name', 'status', 'updated_at', 'id')

_FILTERS = {
    'name': common.NAME_255,
    'status': common.some_of(states.DESKTOP_STATUSES),
    'pool_id': common.UUID,
    'image_id': common.UUID,
    'flavor_id': common.NAME_255,
    'network_id': common.UUID,
    'server_id': common.UUID,
    'work_order_id': common.UUID,
    'template_id': common.UUID,
    'drift': common.BOOLEAN,
    'assignee_id': common.KEYSTONE_ID,
    'mine': common.BOOLEAN,
    'tags': _TAGS | {'minItems': 1},
    'tags-any': _TAGS | {'minItems': 1},
    'q': common.NAME_255,
}

LIST = common.listing(SORT_KEYS, _FILTERS | {'summary': common.BOOLEAN})

CREATE = common.made_from(
    {
        'name': common.DESKTOP_NAME,
        'note': common.NOTE,
        'count': common.integer(1),
        'tags': _TAGS,
    },
    required=('name',),
)

UPDATE = common.fields(
    {
        'name': common.DESKTOP_NAME,
        'note': common.NOTE,
        'tags': _TAGS,
        'keep_running': common.BOOLEAN,
    }
) | {'minProperties': 1}

#: Actions that can be done at once, without asking the guest.
_FORCE = {'force': common.BOOLEAN}
FORCED_ACTIONS = ('stop', 'reboot')
CONSOLE_TYPES = ('novnc', 'spice-html5', 'serial')

OPEN_CONSOLE = common.fields(
    {'type': common.one_of(CONSOLE_TYPES), 'login': common.BOOLEAN}
)


#: Whom to give a desktop to: a user or a group.
ASSIGN = common.fields(
    {'user_id': common.NAME_255, 'group_id': common.NAME_255}
) | {'minProperties': 1}


#: Where to; the scheduler chooses when nothing is said.
MIGRATE = common.fields({'host': common.NAME_255})

#: The desktops of a batch: one of these.
_CHOICE = {'desktop_ids': common.ids(), 'filter': common.fields(_FILTERS)}
_REASON = {'reason': common.text(255)}


def action(verb: str) -> common.Schema:
    """The body of an action on one desktop."""
    return common.fields(_FORCE) if verb in FORCED_ACTIONS else common.EMPTY


def batch(verb: str) -> common.Schema:
    """The body of an action on several desktops."""
    force = _FORCE if verb in FORCED_ACTIONS else {}
    return common.fields({**_CHOICE, 'wave': common.integer(1), **force})


def flag(verb: str) -> common.Schema:
    """The body of what is done at once to one desktop."""
    return common.fields(_REASON) if verb == 'lock' else common.EMPTY


def flags(verb: str) -> common.Schema:
    """The body of what is done at once to several desktops."""
    return common.fields(_CHOICE | (_REASON if verb == 'lock' else {}))


DESKTOP = common.whole(
    {
        'id': common.STRING,
        'name': common.STRING,
        'note': common.STRING,
        'tags': {'type': 'array', 'items': common.STRING},
        'status': common.one_of(states.DESKTOP_STATUSES),
        'fault': common.nullable(
            common.whole(
                {
                    'code': common.STRING,
                    'message': common.STRING,
                    'created_at': common.nullable(common.TIME),
                }
            )
        ),
        'project_id': common.STRING,
        'user_id': common.STRING,
        'pool_id': common.OPTIONAL_STRING,
        'slot': common.nullable(common.INTEGER),
        'work_order_id': common.OPTIONAL_STRING,
        'locked': common.BOOLEAN,
        'lock_reason': common.OPTIONAL_STRING,
        'protected': common.BOOLEAN,
        **common.SPEC,
        'template': common.OF_TEMPLATE,
        'assignee': common.nullable(
            common.whole(
                {
                    'type': common.one_of(states.ASSIGNEE_TYPES),
                    'id': common.STRING,
                    'assigned_at': common.TIME,
                }
            )
        ),
        'addresses': {'type': 'array', 'items': _ADDRESS},
        'server_id': common.OPTIONAL_STRING,
        'port_id': common.OPTIONAL_STRING,
        'volume_id': common.OPTIONAL_STRING,
        'data_volumes': {'type': 'array', 'items': common.STRING},
        'server_status': common.OPTIONAL_STRING,
        'created_at': common.TIME,
        'updated_at': common.nullable(common.TIME),
        'links': common.LINKS,
    }
)

PAGE = common.page(
    'desktops',
    DESKTOP,
    summary=common.whole(
        {
            'count': common.INTEGER,
            'vcpus': common.INTEGER,
            'ram': common.INTEGER,
            'disk': common.INTEGER,
        }
    ),
)

#: What was changed at once.
DESKTOPS = common.whole({'desktops': {'type': 'array', 'items': DESKTOP}})

CONSOLE = common.whole(
    {
        'type': common.one_of(CONSOLE_TYPES),
        'protocol': common.STRING,
        'url': common.STRING,
        'login': image_logins.HANDED,
    },
    optional=('login',),
)

#: Columns of an export, as in :data:`DESKTOP`; whatever else a desktop shows
#: is not for spreadsheets.
EXPORT_COLUMNS = (
    'id',
    'name',
    'status',
    'fault',
    'note',
    'tags',
    'addresses',
    'assignee',
    'pool_id',
    'slot',
    'template',
    'image_id',
    'flavor_id',
    'network_id',
    'boot_from',
    'volume_size',
    'data_images',
    'availability_zone',
    'vcpus',
    'ram',
    'disk',
    'remote_protocols',
    'components',
    'keep_running',
    'locked',
    'lock_reason',
    'protected',
    'server_id',
    'server_status',
    'port_id',
    'volume_id',
    'data_volumes',
    'work_order_id',
    'project_id',
    'user_id',
    'created_at',
    'updated_at',
)

#: The query of a list, for all its pages at once.
EXPORT = common.fields(
    {
        'format': common.one_of(('csv', 'xlsx')),
        'columns': common.some_of(EXPORT_COLUMNS) | {'uniqueItems': True},
        **{
            name: schema
            for name, schema in LIST['properties'].items()
            if name not in ('limit', 'marker', 'summary')
        },
    }
)

FILE = {'type': 'string', 'format': 'binary'}
