"""Courses, as they come in and go out."""

from clouddesk import states
from clouddesk import timetable
from clouddesk.api.schemas import common
from clouddesk.i18n import _

SORT_KEYS = ('created_at', 'name', 'next_at', 'status', 'updated_at', 'id')

LIST = common.listing(
    SORT_KEYS,
    {
        'name': common.NAME_255,
        'status': common.some_of(states.COURSE_STATUSES),
        'template_id': common.UUID,
        'pool_id': common.UUID,
        'image_id': common.UUID,
        'drift': common.BOOLEAN,
    },
)

_PERSON = common.text(64, 1)
_ROSTER = common.fields(
    {'users': common.set_of(_PERSON), 'groups': common.set_of(_PERSON)}
)

_DATE = {
    'type': 'string',
    'pattern': r'^\d{4}-\d\d-\d\d$(?!\n)',
    'description': _('a day such as 2026-09-01'),
}
_TIME = {
    'type': 'string',
    'pattern': r'^([01]\d|2[0-3]):[0-5]\d$(?!\n)',
    'description': _('a time of the day such as 08:00'),
}
_LESSON = {
    'days': common.set_of(common.one_of(timetable.DAYS)) | {'minItems': 1},
    'start': _TIME,
    'end': _TIME,
}
_TIMETABLE = {
    'timezone': common.text(64, 1),
    'from': _DATE,
    'until': _DATE,
    'lessons': {
        'type': 'array',
        'items': common.fields(_LESSON, _LESSON),
        'minItems': 1,
    },
}
_WANTED_TIMETABLE = common.nullable(common.fields(_TIMETABLE, _TIMETABLE))

_AT_END = common.one_of(states.COURSE_ENDS)

#: How many, how long before and how fast is limited by the configuration.
_ABOUT = {
    'name': common.POOL_NAME,
    'note': common.NOTE,
    'size': common.integer(0),
    'roster': _ROSTER,
    'timetable': _WANTED_TIMETABLE,
    'ahead': common.integer(0),
    'wave': common.nullable(common.integer(1)),
    'at_end': _AT_END,
}

CREATE = common.made_from(_ABOUT, required=('name', 'size'))

#: What cannot be left out of a spec; null takes the others out.
_NEEDED = ('image_id', 'flavor_id', 'boot_from', 'name_template')

UPDATE = common.fields(
    {
        **_ABOUT,
        'template_id': common.UUID,
        **{
            key: schema if key in _NEEDED else common.nullable(schema)
            for key, schema in common.WANTED_SPEC.items()
        },
    }
) | {'minProperties': 1}

DELETE = common.fields({'with_pool': common.BOOLEAN})

COURSE = common.whole(
    {
        'id': common.STRING,
        'name': common.STRING,
        'note': common.STRING,
        'status': common.one_of(states.COURSE_STATUSES),
        'fault': common.FAULT,
        'size': common.INTEGER,
        'roster': common.whole(
            {
                'users': {'type': 'array', 'items': common.STRING},
                'groups': {'type': 'array', 'items': common.STRING},
            }
        ),
        'timetable': common.nullable(common.whole(_TIMETABLE)),
        'ahead': common.INTEGER,
        'wave': common.nullable(common.INTEGER),
        'at_end': _AT_END,
        'next_event': common.nullable(common.one_of(timetable.EVENTS)),
        'next_at': common.nullable(common.TIME),
        **common.SPEC,
        'template': common.OF_TEMPLATE,
        'name_template': common.STRING,
        'protects_image': common.BOOLEAN,
        'pool_id': common.OPTIONAL_STRING,
        'work_order_id': common.OPTIONAL_STRING,
        'project_id': common.STRING,
        'user_id': common.STRING,
        'created_at': common.TIME,
        'updated_at': common.nullable(common.TIME),
        'links': common.LINKS,
    }
)

PAGE = common.page('courses', COURSE)
