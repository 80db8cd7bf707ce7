"""Who may do what with images.

Glance has the last word: it is asked with the token of the caller.
"""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

LIST = 'clouddesk:images:list'
GET = 'clouddesk:images:get'
USAGE = 'clouddesk:images:usage'
UPDATE = 'clouddesk:images:update'
ACTIVATE = 'clouddesk:images:activate'
DEACTIVATE = 'clouddesk:images:deactivate'
RESPOND = 'clouddesk:images:respond'
DELETE = 'clouddesk:images:delete'
RETIRE = 'clouddesk:images:retire'
RESTORE = 'clouddesk:images:restore'


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        LIST,
        base.PROJECT_READER_OR_ADMIN,
        'List the images that Glance shows.',
        'GET /v1/images',
        'GET /v1/images/export',
    )
    yield base.rule(
        GET,
        base.PROJECT_READER_OR_ADMIN,
        'Show an image.',
        'GET /v1/images/{image_id}',
    )
    yield base.rule(
        USAGE,
        base.PROJECT_READER_OR_ADMIN,
        'Show how much room the images of the project take.',
        'GET /v1/images/usage',
    )
    yield base.rule(
        UPDATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Edit an image. Who may make one public, Glance decides.',
        'PATCH /v1/images/{image_id}',
    )
    yield base.rule(
        ACTIVATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Let a deactivated image be used again.',
        'POST /v1/images/{image_id}/actions/activate',
    )
    yield base.rule(
        DEACTIVATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Let nobody make anything of an image.',
        'POST /v1/images/{image_id}/actions/deactivate',
    )
    yield base.rule(
        RESPOND,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Accept or reject an image that another project shares.',
        'POST /v1/images/{image_id}/actions/respond',
    )
    yield base.rule(
        DELETE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Delete images of the project that nothing refers to.',
        'DELETE /v1/images/{image_id}',
        'POST /v1/images/actions/delete',
    )
    yield base.rule(
        RETIRE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Let images go when their last users are gone.',
        'POST /v1/images/{image_id}/actions/retire',
        'POST /v1/images/actions/retire',
    )
    yield base.rule(
        RESTORE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Take a retired image back into use.',
        'POST /v1/images/{image_id}/actions/restore',
    )
