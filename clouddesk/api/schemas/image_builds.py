"""Image builds, as they come in and go out."""

from clouddesk import states
from clouddesk.api.schemas import common
from clouddesk.api.schemas import images

SORT_KEYS = ('created_at', 'name', 'updated_at', 'id')

LIST = common.listing(
    SORT_KEYS,
    {
        'name': common.NAME_255,
        'status': common.some_of(states.BUILD_STATUSES),
        'kind': common.one_of(states.IMAGE_KINDS),
        'source_id': common.UUID,
        'desktop_id': common.UUID,
        'image_id': common.UUID,
    },
)

_NAMED = {'name': common.NAME_255, 'note': common.NOTE}

#: What desktops of the image will need (V49, M10).
NEEDS = ('min_disk', 'min_ram', 'max_ram', 'min_vcpus')
_NEEDS = {key: images.ABOUT[key] for key in NEEDS}

CREATE = common.made_from({**_NAMED, **_NEEDS}, required=('name',))
del CREATE['properties']['name_template']

CAPTURE = common.fields(
    {
        **_NAMED,
        **_NEEDS,
        'volume_id': common.UUID,
        'whole': common.BOOLEAN,
    },
    required=('name',),
)

UPDATE = common.fields(_NAMED) | {'minProperties': 1}

FINISH = common.fields({**_NAMED, 'whole': common.BOOLEAN})

IMAGE_BUILD = common.whole(
    {
        'id': common.STRING,
        'name': common.STRING,
        'note': common.STRING,
        'status': common.one_of(states.BUILD_STATUSES),
        'fault': common.FAULT,
        'kind': common.one_of(states.IMAGE_KINDS),
        'source': common.whole(
            {
                'type': common.one_of(states.IMAGE_SOURCES),
                'id': common.STRING,
            }
        ),
        **{key: common.nullable(common.INTEGER) for key in NEEDS},
        'desktop_id': common.OPTIONAL_STRING,
        'flavor_id': common.OPTIONAL_STRING,
        'network_id': common.OPTIONAL_STRING,
        'boot_from': common.nullable(common.one_of(('image', 'volume'))),
        'volume_size': common.nullable(common.INTEGER),
        'image_id': common.OPTIONAL_STRING,
        'data_images': {'type': 'array', 'items': common.STRING},
        'work_order_id': common.OPTIONAL_STRING,
        'activated_at': common.nullable(common.TIME),
        'project_id': common.STRING,
        'user_id': common.STRING,
        'created_at': common.TIME,
        'updated_at': common.nullable(common.TIME),
        'links': common.LINKS,
    }
)

PAGE = common.page('image_builds', IMAGE_BUILD)
