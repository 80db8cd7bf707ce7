"""Who makes images: administrators and teachers, unless others may (I16)."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

_RULE = 'clouddesk:image_builds:%s'

LIST = _RULE % 'list'
GET = _RULE % 'get'
CREATE = _RULE % 'create'
UPDATE = _RULE % 'update'
DELETE = _RULE % 'delete'
FINISH = _RULE % 'finish'
CANCEL = _RULE % 'cancel'
RETRY = _RULE % 'retry'
#: Of a desktop that stays.
CAPTURE = 'clouddesk:desktops:create_image'

_READING = (
    (LIST, 'List image builds.', 'GET /v1/image-builds'),
    (GET, 'Show an image build.', 'GET /v1/image-builds/{image_build_id}'),
)
_MAKING = (
    (CREATE, 'Begin to build an image.', 'POST /v1/image-builds'),
    (
        UPDATE,
        'Change the name or note that an image will get.',
        'PATCH /v1/image-builds/{image_build_id}',
    ),
    (
        DELETE,
        'Delete an image build and its builder; a finished image stays.',
        'DELETE /v1/image-builds/{image_build_id}',
    ),
    (
        FINISH,
        'Let the disk of a builder become the image.',
        'POST /v1/image-builds/{image_build_id}/actions/finish',
    ),
    (
        CANCEL,
        'Call off what is done for an image build just now.',
        'POST /v1/image-builds/{image_build_id}/actions/cancel',
    ),
    (
        RETRY,
        'Try again what failed for an image build.',
        'POST /v1/image-builds/{image_build_id}/actions/retry',
    ),
    (
        CAPTURE,
        'Make an image of a desktop that is off.',
        'POST /v1/desktops/{desktop_id}/actions/create_image',
    ),
)


def list_rules() -> Iterable[policy.RuleDefault]:
    for name, description, operation in _READING:
        yield base.rule(
            name, base.PROJECT_MEMBER_OR_ADMIN, description, operation
        )
    for name, description, operation in _MAKING:
        yield base.rule(name, base.housekeeper(), description, operation)
