"""Who may bring images in.

Glance has the last word: it is asked with the token of the caller.
"""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

CREATE = 'clouddesk:images:create'
IMPORT = 'clouddesk:images:import'
IMPORTS = 'clouddesk:images:list_imports'
CHECK = 'clouddesk:images:check'


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        CREATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Create an image, and let Glance fetch it from an address.',
        'POST /v1/images',
    )
    yield base.rule(
        IMPORT,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Let Glance fill an image that waits for its bytes.',
        'POST /v1/images/{image_id}/actions/import',
    )
    yield base.rule(
        IMPORTS,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Show what Glance did to fill an image of the project.',
        'GET /v1/images/{image_id}/imports',
    )
    yield base.rule(
        CHECK,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Compare the content of an image with what it is called; one of the '
        'project that is dangerous is deactivated.',
        'POST /v1/images/{image_id}/actions/check',
    )
