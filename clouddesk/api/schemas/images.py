"""Images, as they come in and go out."""

from typing import Any

from clouddesk import states
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.cloud import image_facts
from clouddesk.cloud import image_list
from clouddesk.i18n import _

#: In a filter: whatever the status is.
ANY = 'all'

_KIND = common.one_of(states.IMAGE_KINDS)
_ORIGIN = common.one_of(image_facts.ORIGINS)
_VISIBILITY = common.one_of(image_list.VISIBILITIES)
_SIZE = common.integer(0, 2**63 - 1)
_FORMAT = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 20,
    'pattern': r'^[a-z0-9_-]*$(?!\n)',
    'description': _('lower case letters, digits, hyphens and underscores'),
}
#: Glance drops blanks at the ends of a tag that is looked for.
_TAG = common.text(255, 1) | {
    'pattern': r'^(?!\s)[^\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]*'
    r'(?<!\s)$(?!\n)',
    'description': _('text without control characters and blanks at its ends'),
}
#: Names of properties, as far as Glance and Nova have any.
_KEY = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'pattern': r'^[A-Za-z0-9_.:-]*$(?!\n)',
    'description': _(
        'letters, digits, underscores, points, colons and hyphens'
    ),
}
_KEY_VALUE = {
    'type': 'string',
    'maxLength': 1024,
    'pattern': r'^[A-Za-z0-9_.:-]+=[^\x00\ud800-\udfff]*$(?!\n)',
    'description': _('like key=value'),
}
_VALUE = {
    'type': 'string',
    'maxLength': 16383,
    'pattern': r'^[^\x00\ud800-\udfff]*$(?!\n)',
    'description': _('text without NUL characters'),
}


def _repeated(item: dict[str, Any], most: int) -> dict[str, Any]:
    return common.set_of(item, most) | {validation.REPEATED: True}


LIST = common.fields(
    {
        'limit': common.integer(1),
        'marker': common.UUID,
        'sort_key': common.some_of(image_list.SORT_KEYS)
        | {'uniqueItems': True},
        'sort_dir': common.some_of(('asc', 'desc')),
        'name': common.NAME_255,
        'q': common.NAME_255,
        'status': common.some_of((*image_list.STATUSES, ANY)),
        'visibility': common.one_of((*image_list.VISIBILITIES, ANY)),
        'member_status': common.one_of(image_list.MEMBER_STATUSES),
        'tag': _repeated(_TAG, 20),
        'property': _repeated(_KEY_VALUE, 20),
        'owner': common.KEYSTONE_ID,
        'kind': _KIND,
        'origin': _ORIGIN,
        'hidden': common.BOOLEAN,
        'min_size': _SIZE,
        'max_size': _SIZE,
        'disk_format': _FORMAT,
        'container_format': _FORMAT,
    }
)

#: What people may say of an image.
ABOUT = {
    'name': common.NAME_255,
    'note': common.NOTE,
    'visibility': _VISIBILITY,
    'kind': _KIND,
    'disk_format': _FORMAT,
    'container_format': _FORMAT,
    'min_ram': common.integer(0),
    'min_disk': common.integer(0),
    'max_ram': common.integer(1),
    'min_vcpus': common.integer(1),
    'multiqueue': common.BOOLEAN,
    'os_type': common.NAME_255,
    'os_distro': common.NAME_255,
    'os_version': common.NAME_255,
    'architecture': common.NAME_255,
    'tags': common.set_of(_TAG, 128),
    'protected': common.BOOLEAN,
    'hidden': common.BOOLEAN,
}

#: What an image need not have; null takes it out.
_LACKING = (
    'max_ram',
    'min_vcpus',
    'os_type',
    'os_distro',
    'os_version',
    'architecture',
)

PROPERTIES = {
    'type': 'object',
    'propertyNames': _KEY,
    'additionalProperties': _VALUE,
    'maxProperties': 128,
}

UPDATE = common.fields(
    {
        **{
            key: common.nullable(schema) if key in _LACKING else schema
            for key, schema in ABOUT.items()
        },
        # Of a whole machine.
        'data_images': common.set_of(common.UUID, common.MAX_DATA_DISKS),
        # Another project; Glance lets only admins choose it.
        'owner': common.KEYSTONE_ID,
        'properties': PROPERTIES
        | {'additionalProperties': common.nullable(_VALUE)},
    }
) | {'minProperties': 1}

BATCH = common.fields({'image_ids': common.ids()}, required=('image_ids',))

#: What a project says to an image that another one shares.
RESPOND = common.fields(
    {'status': common.one_of(('accepted', 'pending', 'rejected'))},
    required=('status',),
)

IMAGE = common.whole(
    {
        'id': common.STRING,
        'name': common.OPTIONAL_STRING,
        'note': common.STRING,
        'status': common.STRING,
        'visibility': common.STRING,
        'kind': _KIND,
        'origin': common.OPTIONAL_STRING,
        'size': common.nullable(common.INTEGER),
        'virtual_size': common.nullable(common.INTEGER),
        'disk_format': common.OPTIONAL_STRING,
        'container_format': common.OPTIONAL_STRING,
        'checksum': common.nullable(
            common.whole({'algorithm': common.STRING, 'value': common.STRING})
        ),
        'min_ram': common.INTEGER,
        'min_disk': common.INTEGER,
        'max_ram': common.nullable(common.INTEGER),
        'min_vcpus': common.nullable(common.INTEGER),
        'multiqueue': common.BOOLEAN,
        'data_images': {'type': 'array', 'items': common.STRING},
        'os_type': common.OPTIONAL_STRING,
        'os_distro': common.OPTIONAL_STRING,
        'os_version': common.OPTIONAL_STRING,
        'architecture': common.OPTIONAL_STRING,
        'tags': {'type': 'array', 'items': common.STRING},
        'properties': {'type': 'object', 'propertyNames': common.STRING},
        'protected': common.BOOLEAN,
        'hidden': common.BOOLEAN,
        'owner': common.OPTIONAL_STRING,
        'retired_at': common.nullable(common.TIME),
        'work_order_id': common.OPTIONAL_STRING,
        'fault': common.FAULT,
        'created_at': common.TIME,
        'updated_at': common.TIME,
        'links': common.LINKS,
    }
)

PAGE = common.page('images', IMAGE)

#: Columns of an export, as in :data:`IMAGE` (M18); the first ones are what
#: people look for.
EXPORT_COLUMNS = (
    'name',
    'os_distro',
    'os_version',
    'os_type',
    'kind',
    'created_at',
    'min_disk',
    'size',
    'id',
    'status',
    'visibility',
    'origin',
    'note',
    'virtual_size',
    'disk_format',
    'container_format',
    'architecture',
    'min_ram',
    'max_ram',
    'min_vcpus',
    'multiqueue',
    'tags',
    'protected',
    'hidden',
    'owner',
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
            if name not in ('limit', 'marker')
        },
    }
)

FILE = {'type': 'string', 'format': 'binary'}

USAGE = common.whole(
    {
        'used': common.INTEGER,
        'total': common.nullable(common.INTEGER),
        'percent': common.nullable(common.INTEGER),
        'level': common.one_of(('ok', 'warning', 'critical')),
        'source': common.one_of(('limits', 'sum')),
    }
)
