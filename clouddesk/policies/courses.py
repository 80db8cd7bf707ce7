"""Who may do what with courses."""

from collections.abc import Iterable

from oslo_policy import policy

from clouddesk.policies import base

_RULE = 'clouddesk:courses:%s'

LIST = _RULE % 'list'
GET = _RULE % 'get'
CREATE = _RULE % 'create'
UPDATE = _RULE % 'update'
DELETE = _RULE % 'delete'

_RULES = (
    (LIST, 'List courses.', 'GET /v1/courses'),
    (GET, 'Show a course.', 'GET /v1/courses/{course_id}'),
    (CREATE, 'Create a course.', 'POST /v1/courses'),
    (
        UPDATE,
        'Change a course, its roster or its timetable.',
        'PATCH /v1/courses/{course_id}',
    ),
    (
        DELETE,
        'Delete a course, and its pool if wanted.',
        'DELETE /v1/courses/{course_id}',
    ),
    (
        _RULE % 'start',
        'Start a course beside its timetable.',
        'POST /v1/courses/{course_id}/actions/start',
    ),
    (
        _RULE % 'end',
        'End a course beside its timetable.',
        'POST /v1/courses/{course_id}/actions/end',
    ),
)


def action(verb: str) -> str:
    """The rule of an action such as ``start``."""
    return _RULE % verb


def list_rules() -> Iterable[policy.RuleDefault]:
    for name, description, operation in _RULES:
        yield base.rule(
            name, base.PROJECT_MEMBER_OR_ADMIN, description, operation
        )
