"""Who may do what with desktops."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

LIST = 'clouddesk:desktops:list'
GET = 'clouddesk:desktops:get'
CREATE = 'clouddesk:desktops:create'
UPDATE = 'clouddesk:desktops:update'
DELETE = 'clouddesk:desktops:delete'
CONSOLE = 'clouddesk:desktops:console'
LOGIN = 'clouddesk:desktops:login'
ASSIGN = 'clouddesk:desktops:assign'
UNASSIGN = 'clouddesk:desktops:unassign'
RELEASE = 'clouddesk:desktops:release'

_ACTION = 'clouddesk:desktops:%s'
_ACTIONS = {
    'start': 'Start desktops.',
    'stop': 'Shut desktops down.',
    'reboot': 'Reboot desktops.',
    'retry': 'Build desktops in fault again.',
    'rebuild': 'Make desktops again from their image; their disks are lost.',
}


#: Verbs that are done at once, by themselves or to a batch.
_FLAGS = {
    'lock': 'Let nobody use desktops.',
    'unlock': 'Let locked desktops be used again.',
}
_ADMIN_ACTIONS = {
    'protect': 'Let nobody delete a desktop.',
    'unprotect': 'Let a protected desktop be deleted.',
    'migrate': 'Move a running desktop to another host.',
}

#: What whoever has a desktop may do to it without being a member.
_OF_ASSIGNEES = frozenset({'start', 'stop'})


def action(verb: str) -> str:
    """The rule of an action such as ``start``."""
    return _ACTION % verb


def list_rules() -> Iterable[policy.RuleDefault]:
    yield base.rule(
        LIST,
        base.PROJECT_READER_OR_ADMIN,
        'List desktops.',
        'GET /v1/desktops',
        'GET /v1/desktops/export',
    )
    yield base.rule(
        GET,
        base.PROJECT_READER_OR_ADMIN,
        'Show a desktop.',
        'GET /v1/desktops/{desktop_id}',
    )
    yield base.rule(
        CREATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Create desktops.',
        'POST /v1/desktops',
    )
    yield base.rule(
        UPDATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Change the name or note of a desktop.',
        'PATCH /v1/desktops/{desktop_id}',
    )
    yield base.rule(
        DELETE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Delete desktops.',
        'DELETE /v1/desktops/{desktop_id}',
        'POST /v1/desktops/{desktop_id}/actions/delete',
        'POST /v1/desktops/actions/delete',
    )
    yield base.rule(
        ASSIGN,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Give a desktop to a user or a group.',
        'POST /v1/desktops/{desktop_id}/actions/assign',
    )
    yield base.rule(
        UNASSIGN,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Let a desktop belong to nobody.',
        'POST /v1/desktops/{desktop_id}/actions/unassign',
    )
    yield base.rule(
        RELEASE,
        base.PROJECT_READER_OR_ADMIN,
        'Let a desktop go back to its pool.',
        'POST /v1/desktops/{desktop_id}/actions/release',
    )
    yield base.rule(
        CONSOLE,
        base.PROJECT_READER_OR_ADMIN,
        'Open the console of a desktop.',
        'POST /v1/desktops/{desktop_id}/actions/console',
    )
    yield base.rule(
        LOGIN,
        base.PROJECT_READER_OR_ADMIN,
        'Be told what to log in to a desktop with.',
        'POST /v1/desktops/{desktop_id}/actions/login',
    )
    for verb, description in _FLAGS.items():
        yield base.rule(
            action(verb),
            base.PROJECT_MANAGER_OR_ADMIN,
            description,
            'POST /v1/desktops/{desktop_id}/actions/%s' % verb,
            'POST /v1/desktops/actions/%s' % verb,
        )
    for verb, description in _ADMIN_ACTIONS.items():
        yield base.rule(
            action(verb),
            base.ADMIN,
            description,
            'POST /v1/desktops/{desktop_id}/actions/%s' % verb,
        )
    for verb, description in _ACTIONS.items():
        yield base.rule(
            action(verb),
            base.PROJECT_READER_OR_ADMIN
            if verb in _OF_ASSIGNEES
            else base.PROJECT_MEMBER_OR_ADMIN,
            description,
            'POST /v1/desktops/{desktop_id}/actions/%s' % verb,
            'POST /v1/desktops/actions/%s' % verb,
        )
