"""Who may do what with templates."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

LIST = 'clouddesk:templates:list'
GET = 'clouddesk:templates:get'
CREATE = 'clouddesk:templates:create'
UPDATE = 'clouddesk:templates:update'
DELETE = 'clouddesk:templates:delete'
SHARE = 'clouddesk:templates:share'


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        LIST,
        base.PROJECT_MEMBER_OR_ADMIN,
        'List templates.',
        'GET /v1/templates',
    )
    yield base.rule(
        GET,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Show a template and its revisions.',
        'GET /v1/templates/{template_id}',
        'GET /v1/templates/{template_id}/revisions',
    )
    yield base.rule(
        CREATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Create a template.',
        'POST /v1/templates',
    )
    yield base.rule(
        UPDATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Edit a template; a changed spec makes a new revision.',
        'PATCH /v1/templates/{template_id}',
    )
    yield base.rule(
        DELETE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Delete a template that nobody uses.',
        'DELETE /v1/templates/{template_id}',
    )
    yield base.rule(
        SHARE,
        base.PROJECT_MANAGER_OR_ADMIN,
        'Offer a template to other projects, all of the region or those of '
        'a department, and change what an offered one is made of.',
        'POST /v1/templates',
        'PATCH /v1/templates/{template_id}',
    )
