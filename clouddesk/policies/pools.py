"""Who may do what with pools."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

LIST = 'clouddesk:pools:list'
GET = 'clouddesk:pools:get'
CREATE = 'clouddesk:pools:create'
UPDATE = 'clouddesk:pools:update'
RESIZE = 'clouddesk:pools:resize'
RETRY = 'clouddesk:pools:retry'
ADOPT = 'clouddesk:pools:adopt'
DELETE = 'clouddesk:pools:delete'
TAKE = 'clouddesk:pools:take'
ADD_MEMBERS = 'clouddesk:pools:add_members'
REMOVE_MEMBERS = 'clouddesk:pools:remove_members'


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        LIST,
        base.PROJECT_READER_OR_ADMIN,
        'List pools.',
        'GET /v1/pools',
    )
    yield base.rule(
        GET,
        base.PROJECT_READER_OR_ADMIN,
        'Show a pool and the faults in it.',
        'GET /v1/pools/{pool_id}',
    )
    yield base.rule(
        CREATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Create a pool.',
        'POST /v1/pools',
    )
    yield base.rule(
        UPDATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Change the name or note of a pool.',
        'PATCH /v1/pools/{pool_id}',
    )
    yield base.rule(
        RESIZE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Grow or shrink a pool.',
        'POST /v1/pools/{pool_id}/actions/resize',
    )
    yield base.rule(
        RETRY,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Build again what a degraded pool lacks.',
        'POST /v1/pools/{pool_id}/actions/retry',
    )
    yield base.rule(
        ADOPT,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Let a pool follow the newest revision of its template.',
        'POST /v1/pools/{pool_id}/actions/adopt',
    )
    yield base.rule(
        TAKE,
        base.PROJECT_READER_OR_ADMIN,
        'Take a desktop of a pool.',
        'POST /v1/pools/{pool_id}/actions/take',
    )
    yield base.rule(
        ADD_MEMBERS,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Put users and groups into the roster of a pool.',
        'POST /v1/pools/{pool_id}/actions/add_members',
    )
    yield base.rule(
        REMOVE_MEMBERS,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Take users and groups out of the roster of a pool.',
        'POST /v1/pools/{pool_id}/actions/remove_members',
    )
    yield base.rule(
        DELETE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Delete a pool with its desktops.',
        'DELETE /v1/pools/{pool_id}',
    )
