"""Courses, as the API shows them."""

from collections.abc import Iterable
from typing import Any

from clouddesk import states
from clouddesk.api.views import links
from clouddesk.api.views import spec
from clouddesk.db import models
from clouddesk.db.api import courses as db


def course(
    row: models.Course, roster: Iterable[db.Person], base: str
) -> dict[str, Any]:
    return {
        'id': row.id,
        'name': row.name,
        'note': row.note,
        'status': row.status,
        'fault': _fault(row),
        'size': row.size,
        'roster': _roster(list(roster)),
        'timetable': row.timetable or None,
        'ahead': row.ahead,
        'wave': row.wave,
        'at_end': row.at_end,
        'next_event': row.next_event,
        'next_at': links.time(row.next_at),
        **spec.spec(row),
        'template': spec.template(row),
        'name_template': row.name_template,
        'protects_image': row.protects_image,
        'pool_id': row.pool_id,
        'work_order_id': row.work_order_id,
        'project_id': row.project_id,
        'user_id': row.user_id,
        'created_at': links.time(row.created_at),
        'updated_at': links.time(row.updated_at),
        'links': links.own(base, 'courses', row.id),
    }


def _roster(people: list[db.Person]) -> dict[str, list[str]]:
    return {
        field: [id_ for each, id_ in people if each == kind]
        for field, kind in (('users', states.USER), ('groups', states.GROUP))
    }


def _fault(row: models.Course) -> dict[str, str] | None:
    if row.fault_code is None:
        return None
    return {'code': row.fault_code, 'message': row.fault_message or ''}
