"""Who may see whether all is well."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

LIST = 'clouddesk:checks:list'


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        LIST,
        base.housekeeper(),
        'Check whether everything is there that desktops need.',
        'GET /v1/checks',
    )
