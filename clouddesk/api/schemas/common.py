"""The pieces that the schemas of all nouns are made of.

A ``description`` completes "<field> must be …": people read it when a
pattern does not match.
"""

from collections.abc import Iterable
from typing import Any

from clouddesk import first_boot
from clouddesk import remote
from clouddesk.i18n import _

Schema = dict[str, Any]

# Python's $ also matches before a line break at the end.
_END = r'$(?!\n)'
#: Control characters, other ends of lines, what turns the reading direction,
#: and halves of surrogate pairs.
_HARMFUL = r'\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff'
_PRINTABLE = '^[^%s]*%s' % (_HARMFUL, _END)

#: V12: letters of any script, so Chinese too.
DESKTOP_NAME: Schema = {
    'type': 'string',
    'minLength': 2,
    'maxLength': 20,
    'pattern': r'^\w*' + _END,
    'description': _('letters, digits, Chinese characters and underscores'),
}
POOL_NAME: Schema = {
    'type': 'string',
    'minLength': 2,
    'maxLength': 64,
    'pattern': r'^[\w-]*' + _END,
    'description': _(
        'letters, digits, Chinese characters, underscores and hyphens'
    ),
}
UUID: Schema = {
    'type': 'string',
    'pattern': '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' + _END,
    'description': _('a UUID in lower case with hyphens'),
}
#: Keystone's ids are no UUIDs where they come from a directory.
KEYSTONE_ID: Schema = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 64,
    'pattern': '^[A-Za-z0-9_-]*' + _END,
    'description': _('an id of Keystone'),
}
BOOLEAN: Schema = {'type': 'boolean'}
#: Of an answer without a body.
NOTHING: Schema = {'type': 'null'}
EMPTY: Schema = {
    'type': 'object',
    'properties': {},
    'additionalProperties': False,
}


def text(longest: int, shortest: int = 0) -> Schema:
    """One line of text.

    :param longest: characters
    """
    schema = {
        'type': 'string',
        'maxLength': longest,
        'pattern': _PRINTABLE,
        'description': _('text without control characters'),
    }
    return schema | ({'minLength': shortest} if shortest else {})


NOTE = text(1024)
#: Names of things in other services.
NAME_255 = text(255, 1)
COMPONENT: Schema = {
    'type': 'string',
    'maxLength': first_boot.MAX_COMPONENT_NAME,
    'pattern': r'^[a-z0-9][a-z0-9_-]*' + _END,
    'description': _('lower case letters, digits, hyphens and underscores'),
}
#: A file of several lines.
USER_DATA: Schema = {
    'type': 'string',
    'minLength': 1,
    'maxLength': first_boot.MAX_USER_DATA,
    'pattern': r'^[^\x00\ud800-\udfff]*' + _END,
    'description': _('text without NUL characters'),
}


#: A space at an end would make two tags equal on some databases.
TAG: Schema = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 60,
    'pattern': r'^(?!\s)[^%s,/]*(?<!\s)%s' % (_HARMFUL, _END),
    'description': _(
        'text without commas, slashes, control characters and blanks at its '
        'ends'
    ),
}
MAX_TAGS = 50
#: Of one desktop; every one of them takes a place on its bus.
MAX_DATA_DISKS = 8


def integer(smallest: int, largest: int = 2**31 - 1) -> Schema:
    return {'type': 'integer', 'minimum': smallest, 'maximum': largest}


def one_of(values: Iterable[str]) -> Schema:
    return {'type': 'string', 'enum': sorted(values)}


def some_of(values: Iterable[str]) -> Schema:
    """A list; in a query string separated by commas."""
    return {'type': 'array', 'items': one_of(values), 'minItems': 1}


def set_of(item: Schema, most: int | None = None) -> Schema:
    """A list without repetitions.

    :param most: entries, when the schema knows the limit
    """
    schema = {'type': 'array', 'items': item, 'uniqueItems': True}
    return schema if most is None else schema | {'maxItems': most}


def ids() -> Schema:
    """Ids of a batch; how many is limited by the configuration."""
    return {
        'type': 'array',
        'items': UUID,
        'minItems': 1,
        'uniqueItems': True,
    }


def nullable(schema: Schema) -> Schema:
    kinds = (
        schema['type']
        if isinstance(schema['type'], list)
        else [schema['type']]
    )
    changed = schema | {'type': [*kinds, 'null']}
    if 'enum' in schema:
        changed['enum'] = [*schema['enum'], None]
    return changed


def fields(
    properties: dict[str, Schema], required: Iterable[str] = ()
) -> Schema:
    """An object of a request: nothing but these."""
    return {
        'type': 'object',
        'properties': properties,
        'required': list(required),
        'additionalProperties': False,
    }


def whole(
    properties: dict[str, Schema], optional: Iterable[str] = ()
) -> Schema:
    """An object of an answer: all of these and nothing else."""
    left_out = set(optional)
    return fields(
        properties, [name for name in properties if name not in left_out]
    )


def listing(sort_keys: Iterable[str], filters: dict[str, Schema]) -> Schema:
    """The query parameters of a list.

    :param sort_keys: the first one is the default
    """
    return fields(
        {
            'limit': integer(1),
            'marker': UUID,
            'sort_key': {'type': 'string', 'enum': list(sort_keys)},
            'sort_dir': one_of(('asc', 'desc')),
            'all_projects': BOOLEAN,
            'project_id': NAME_255,
            **filters,
        }
    )


# -- of answers --------------------------------------------------------------

STRING: Schema = {'type': 'string'}
INTEGER: Schema = {'type': 'integer'}
OPTIONAL_STRING: Schema = nullable(STRING)
TIME: Schema = {
    'type': 'string',
    'pattern': r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$',
    'description': 'a time in UTC',
}
LINKS: Schema = {
    'type': 'array',
    'items': whole({'rel': STRING, 'href': STRING}),
}
FAULT: Schema = nullable(whole({'code': STRING, 'message': STRING}))

#: V15: exactly one of the three ways.
LOGIN = fields(
    {
        'user': {
            'type': 'string',
            'maxLength': 32,
            'pattern': '^[a-z_][a-z0-9_-]*' + _END,
            'description': _(
                'lower case letters, digits, underscores and hyphens, not '
                'beginning with a digit or hyphen'
            ),
        },
        'password': text(72, 8),
        'public_key': text(16384, 1),
        'key_name': NAME_255,
    },
    required=('user',),
)

#: What desktops and pools are made from, in answers.
SPEC: dict[str, Schema] = {
    'image_id': STRING,
    'flavor_id': STRING,
    'network_id': STRING,
    'boot_from': one_of(('image', 'volume')),
    'volume_size': nullable(INTEGER),
    'availability_zone': OPTIONAL_STRING,
    'data_images': {'type': 'array', 'items': STRING},
    'vcpus': INTEGER,
    'ram': INTEGER,
    'disk': INTEGER,
    'floating_network_id': OPTIONAL_STRING,
    'remote_protocols': {
        'type': 'array',
        'items': one_of(remote.PROTOCOLS),
    },
    'login': nullable(
        whole({'user': STRING, 'method': one_of(('password', 'key'))})
    ),
    'components': {'type': 'array', 'items': STRING},
    # What is in it may be secret; it is never shown.
    'has_user_data': BOOLEAN,
    'keep_running': BOOLEAN,
}

#: The same, in requests.
WANTED_SPEC: dict[str, Schema] = {
    'image_id': UUID,
    'flavor_id': NAME_255,
    'network_id': UUID,
    'boot_from': one_of(('image', 'volume')),
    'volume_size': integer(1),
    'availability_zone': NAME_255,
    'data_images': set_of(UUID, MAX_DATA_DISKS),
    'name_template': text(64, 1),
    'floating_network_id': UUID,
    'remote_protocols': set_of(one_of(remote.PROTOCOLS)),
    'login': LOGIN,
    'components': set_of(COMPONENT, first_boot.MAX_COMPONENTS),
    'user_data': USER_DATA,
    'keep_running': BOOLEAN,
}

#: What of it a template may hold.
TEMPLATE_SPEC = {
    key: schema
    for key, schema in WANTED_SPEC.items()
    if key != 'name_template'
}

#: In answers: what something was made from, and whether it still is so.
OF_TEMPLATE: Schema = nullable(
    whole(
        {
            'id': STRING,
            'name': STRING,
            'revision': INTEGER,
            'current_revision': INTEGER,
            'drift': BOOLEAN,
        }
    )
)


def made_from(
    properties: dict[str, Schema], required: Iterable[str]
) -> Schema:
    """A request that has a spec of its own or the one of a template."""
    schema = fields(
        {**properties, **WANTED_SPEC, 'template_id': UUID}, required
    )
    return schema | {
        'if': {'not': {'required': ['template_id']}},
        'then': {'required': ['image_id', 'flavor_id']},
    }


def page(name: str, item: Schema, **more: Schema) -> Schema:
    """A list in an answer."""
    properties = {
        name: {'type': 'array', 'items': item},
        'links': LINKS,
        **more,
    }
    return whole(properties, optional=more)
