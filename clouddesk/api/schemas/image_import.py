"""What brings images in, as it comes in and goes out."""

from typing import Any

from clouddesk import image_sources
from clouddesk.api.schemas import common
from clouddesk.api.schemas import images
from clouddesk.cloud import image_data
from clouddesk.i18n import _
from clouddesk.inspection import content

_URI = {
    'type': 'string',
    'minLength': 1,
    'maxLength': image_sources.LONGEST,
    'pattern': r'^[\x21-\x7e]*$(?!\n)',
    'description': _('an address in ASCII, without blanks'),
}

_FETCHED = common.fields(
    {'method': common.one_of((image_data.DOWNLOAD,)), 'uri': _URI},
    required=('method', 'uri'),
)

CREATE = common.fields(
    {
        **images.ABOUT,
        'properties': images.PROPERTIES,
        'id': common.UUID,
        # Another project than the caller's; Glance lets only admins do so.
        'owner': common.KEYSTONE_ID,
        # Bytes that will come, to know early whether there is room.
        'size': common.integer(1, 2**63 - 1),
        'import': _FETCHED,
    },
    required=('name',),
)

IMPORT: dict[str, Any] = common.fields(
    {
        'method': common.one_of((image_data.DIRECT, image_data.DOWNLOAD)),
        'uri': _URI,
    },
    required=('method',),
)

PASSED, REFUSED, SKIPPED = 'passed', 'refused', 'skipped'

CHECKED = common.whole(
    {
        'image_id': common.STRING,
        'status': common.one_of((PASSED, REFUSED, SKIPPED)),
        'disk_format': common.OPTIONAL_STRING,
        'format': common.OPTIONAL_STRING,
        'virtual_size': common.nullable(common.INTEGER),
        'problems': {
            'type': 'array',
            'items': common.whole(
                {
                    'code': common.one_of(content.PROBLEMS),
                    'message': common.STRING,
                }
            ),
        },
        'deactivated': common.BOOLEAN,
        'message': common.STRING,
        'checked_at': common.TIME,
    }
)

IMPORTS = common.whole(
    {
        'imports': {
            'type': 'array',
            'items': common.whole(
                {
                    'id': common.STRING,
                    'status': common.STRING,
                    'method': common.OPTIONAL_STRING,
                    'message': common.STRING,
                    'created_at': common.nullable(common.TIME),
                    'updated_at': common.nullable(common.TIME),
                }
            ),
        }
    }
)
