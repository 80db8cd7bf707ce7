"""Who may see what this cloud offers, and how much of it."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

LIMITS = 'clouddesk:limits:get'
CAPABILITIES = 'clouddesk:capabilities:get'


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        LIMITS,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Show how much a project may have, and has.',
        'GET /v1/limits',
    )
    yield base.rule(
        CAPABILITIES,
        base.PROJECT_READER_OR_ADMIN,
        'Show what this cloud offers to desktops.',
        'GET /v1/capabilities',
    )
