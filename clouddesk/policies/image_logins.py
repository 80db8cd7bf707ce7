"""Who may look after the account that is in an image.

Each is asked twice: for the project of the caller, and for that of the image.
"""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

GET = 'clouddesk:images:get_login'
SET = 'clouddesk:images:set_login'
UNSET = 'clouddesk:images:unset_login'

_PATH = '/v1/images/{image_id}/login'


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        GET,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Show the account that is in an image, without its password.',
        'GET ' + _PATH,
    )
    yield base.rule(
        SET,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Record the account that is in an image.',
        'PUT ' + _PATH,
    )
    yield base.rule(
        UNSET,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Forget the account that is in an image.',
        'DELETE ' + _PATH,
    )
