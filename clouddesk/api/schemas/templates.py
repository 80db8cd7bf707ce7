"""Templates, as they come in and go out."""

from clouddesk import states
from clouddesk.api.schemas import common
from clouddesk.i18n import _

SORT_KEYS = ('created_at', 'name', 'revision', 'updated_at', 'id')

_VISIBILITY = common.one_of(states.TEMPLATE_VISIBILITIES)
#: As Keystone's tags: no comma, no slash.
_DEPARTMENT = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'pattern': r'^[^,/\x00-\x1f\x7f-\x9f\ud800-\udfff]*$(?!\n)',
    'description': _(
        'a tag of Keystone: text without commas, slashes and control '
        'characters'
    ),
}

LIST = common.listing(
    SORT_KEYS,
    {
        'name': common.NAME_255,
        'visibility': _VISIBILITY,
        'department': common.NAME_255,
    },
)

_ABOUT = {
    'name': common.POOL_NAME,
    'note': common.NOTE,
    'visibility': _VISIBILITY,
    'department': common.nullable(_DEPARTMENT),
}

CREATE = common.fields(
    {**_ABOUT, **common.TEMPLATE_SPEC},
    required=('name', 'image_id', 'flavor_id'),
)

#: What cannot be left out of a spec; null takes the others out.
_NEEDED = ('image_id', 'flavor_id', 'boot_from')

UPDATE = common.fields(
    {
        **_ABOUT,
        'revision': common.integer(1),
        **{
            key: schema if key in _NEEDED else common.nullable(schema)
            for key, schema in common.TEMPLATE_SPEC.items()
        },
    }
) | {'minProperties': 1}

TEMPLATE = common.whole(
    {
        'id': common.STRING,
        'name': common.STRING,
        'note': common.STRING,
        'region': common.STRING,
        'visibility': _VISIBILITY,
        'department': common.OPTIONAL_STRING,
        'revision': common.INTEGER,
        **common.SPEC,
        'project_id': common.STRING,
        'user_id': common.STRING,
        'created_at': common.TIME,
        'updated_at': common.nullable(common.TIME),
        'links': common.LINKS,
    }
)

PAGE = common.page('templates', TEMPLATE)

REVISIONS = common.whole(
    {
        'revisions': {
            'type': 'array',
            'items': common.whole(
                {
                    'revision': common.INTEGER,
                    **common.SPEC,
                    'user_id': common.STRING,
                    'created_at': common.TIME,
                }
            ),
        }
    }
)
