"""Who may see, and repair, what clouddesk and the cloud disagree about."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

LIST = 'clouddesk:differences:list'
REPAIR = 'clouddesk:differences:repair'


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        LIST,
        base.housekeeper(),
        'List differences between clouddesk and the cloud.',
        'GET /v1/differences',
    )
    yield base.rule(
        REPAIR,
        base.housekeeper(),
        'Repair such differences; deletes what belongs to no desktop.',
        'POST /v1/differences/actions/repair',
    )
