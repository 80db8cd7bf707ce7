"""Who may see the history."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

LIST = 'clouddesk:events:list'


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        LIST,
        base.PROJECT_READER_OR_ADMIN,
        'List what was done in the project. Whoever does not see the whole '
        'project is shown what she did herself.',
        'GET /v1/events',
        'GET /v1/images/{image_id}/history',
    )
