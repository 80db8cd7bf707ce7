"""Who may do what with work orders."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

LIST = 'clouddesk:work_orders:list'
GET = 'clouddesk:work_orders:get'

_ACTION = 'clouddesk:work_orders:%s'
_ACTIONS = {
    'retry': 'Carry failed work orders on from the failed step.',
    'pause': 'Hold back work orders that did not begin.',
    'resume': 'Release work orders that were held back.',
    'cancel': 'Cancel work orders and undo what is unfinished.',
}


def action(verb: str) -> str:
    """The rule of an action such as ``pause``."""
    return _ACTION % verb


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        LIST,
        base.PROJECT_READER_OR_ADMIN,
        'List work orders.',
        'GET /v1/work-orders',
    )
    yield base.rule(
        GET,
        base.PROJECT_READER_OR_ADMIN,
        'Show a work order and its items.',
        'GET /v1/work-orders/{work_order_id}',
    )
    for verb, description in _ACTIONS.items():
        yield base.rule(
            action(verb),
            base.PROJECT_MEMBER_OR_ADMIN,
            description,
            'POST /v1/work-orders/{work_order_id}/actions/%s' % verb,
            'POST /v1/work-orders/actions/%s' % verb,
        )
