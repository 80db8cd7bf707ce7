"""The personas that the default rules are made of.

Five roles, each containing the next: admin, manager, member, reader; and
service, which stands beside them. Everything is scoped to a project; other
projects' things are for admins only.
"""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.conf import CONF
from clouddesk.conf import service_auth

ADMIN = 'rule:context_is_admin'
PROJECT_MANAGER_OR_ADMIN = 'rule:project_manager_or_admin'
PROJECT_MEMBER_OR_ADMIN = 'rule:project_member_or_admin'
PROJECT_READER_OR_ADMIN = 'rule:project_reader_or_admin'
SERVICE_ROLE = 'rule:service_api'

#: Not to be confined to the caller's own project.
ALL_PROJECTS = 'clouddesk:all_projects'

#: Not to be confined to what is one's own in the project.
WHOLE_PROJECT = 'clouddesk:whole_project'

SCOPE = ('project',)

_ALIASES = (
    policy.RuleDefault(
        'context_is_admin',
        'role:admin',
        'Rules the cloud.',
    ),
    policy.RuleDefault(
        'project_manager_api',
        'role:manager and project_id:%(project_id)s',
        'Manages one project: defaults, quota, what others made.',
    ),
    policy.RuleDefault(
        'project_member_api',
        'role:member and project_id:%(project_id)s',
        'Makes and changes things in one project.',
    ),
    policy.RuleDefault(
        'project_reader_api',
        'role:reader and project_id:%(project_id)s',
        'Looks at one project.',
    ),
    policy.RuleDefault(
        'project_manager_or_admin',
        'rule:project_manager_api or rule:context_is_admin',
        'A manager of the project, or an admin.',
    ),
    policy.RuleDefault(
        'project_member_or_admin',
        'rule:project_member_api or rule:context_is_admin',
        'A member of the project, or an admin.',
    ),
    policy.RuleDefault(
        'project_reader_or_admin',
        'rule:project_reader_api or rule:context_is_admin',
        'A reader of the project, or an admin.',
    ),
    policy.RuleDefault(
        'service_api',
        'role:service',
        'Another service of the cloud.',
    ),
)


def rule(
    name: str, check: str, description: str, *operations: str
) -> policy.DocumentedRuleDefault:
    """A documented rule.

    :param operations: the requests that it guards, such as ``GET /v1/pools``
    """
    return policy.DocumentedRuleDefault(
        name=name,
        check_str=check,
        scope_types=list(SCOPE),
        description=description,
        operations=[
            {'method': method, 'path': path}
            for method, path in (each.split(' ') for each in operations)
        ],
    )


def housekeeper() -> str:
    """Who keeps a project in order: its managers.

    A clouddesk with one person's own credentials can do no more than she
    can, so everybody who may make desktops there may look after them.
    """
    if service_auth.is_replaced(CONF):
        return PROJECT_MEMBER_OR_ADMIN
    return PROJECT_MANAGER_OR_ADMIN


def list_rules() -> Iterable[policy.RuleDefault]:
    yield from _ALIASES
    yield rule(
        ALL_PROJECTS,
        ADMIN,
        'See and act on what belongs to other projects: all_projects and '
        'project_id of every list, and ids of other projects.',
        'GET /v1/courses',
        'GET /v1/desktops',
        'GET /v1/pools',
        'GET /v1/templates',
        'GET /v1/work-orders',
        'GET /v1/limits',
    )
    yield rule(
        WHOLE_PROJECT,
        PROJECT_MEMBER_OR_ADMIN,
        'See and act on everything in the project. Everybody else sees the '
        'desktops that are assigned to them or to a group of theirs, the '
        'pools in whose roster they are, and the work orders they made; the '
        'rest does not exist for them.',
        'GET /v1/desktops',
        'GET /v1/pools',
        'GET /v1/work-orders',
    )
