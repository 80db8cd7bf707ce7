"""``/v1/courses``."""

from collections.abc import Sequence
from typing import Any

from oslo_utils import timeutils

from clouddesk import names
from clouddesk import states
from clouddesk import timetable
from clouddesk.api import exposure
from clouddesk.api import guarding
from clouddesk.api import limits
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import preflight
from clouddesk.api import references
from clouddesk.api import request as cd_request
from clouddesk.api import templating
from clouddesk.api import validation
from clouddesk.api import whom
from clouddesk.api.controllers.v1 import course_actions
from clouddesk.api.schemas import common
from clouddesk.api.schemas import courses as schemas
from clouddesk.api.schemas import limits as limits_schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.api.views import courses as view
from clouddesk.conf import CONF
from clouddesk.db import inserts
from clouddesk.db import models
from clouddesk.db import rehearsal
from clouddesk.db import turns
from clouddesk.db.api import assignments
from clouddesk.db.api import courses as db
from clouddesk.db.api import lessons
from clouddesk.db.api import pool_orders as pool_orders_db
from clouddesk.policies import courses as policies

#: Columns that are taken as they are given.
_PLAIN = ('name', 'note', 'size', 'name_template', 'ahead', 'wave', 'at_end')


class _Course(exposure.Controller):
    """``/v1/courses/{course_id}``"""

    below = {'actions': course_actions.Actions()}

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.COURSE)
    def get(self, req: cd_request.Request, course_id: str) -> dict[str, Any]:
        return course_actions.shown(req, db.get(course_id, listing.scope(req)))

    @exposure.expose(policies.UPDATE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.UPDATE)
    @validation.response(schemas.COURSE)
    def patch(self, req: cd_request.Request, course_id: str) -> dict[str, Any]:
        row = db.get(course_id, listing.scope(req))
        wanted = req.input
        _check(wanted)
        values = {key: wanted[key] for key in _PLAIN if key in wanted}
        values |= _columns(_changed_spec(req, row))
        if 'timetable' in wanted or 'ahead' in wanted:
            values |= _rescheduled(row, wanted)
        before = db.rosters([row.id])[row.id]
        people = _new_roster(req, before)
        # The last of the checks: it changes something elsewhere.
        values |= _reprotected(req, row, values)
        try:
            changed = db.update(row, values, people)
        except Exception:
            if values.get('protects_image'):
                guarding.release(req, values['image_id'])
            raise
        if people is not None:
            _update_pool(changed, before, people)
        if row.protects_image and row.image_id != changed.image_id:
            guarding.release(req, row.image_id)
        return course_actions.shown(req, changed)

    @exposure.expose(policies.DELETE)
    @validation.query(schemas.DELETE)
    @validation.response(order_schemas.WORK_ORDER, 202)
    @validation.response(common.NOTHING, 204)
    def delete(
        self, req: cd_request.Request, course_id: str
    ) -> exposure.Answer:
        row = db.get(course_id, listing.scope(req))
        if req.query.get('with_pool') and row.pool_id is not None:
            answer = ordering.accepted(req, _delete_with_pool(req, row))
            answer.status = 202
        else:
            db.delete(row)
            answer = exposure.Answer(status=204)
        if row.protects_image:
            guarding.release(req, row.image_id)
        return answer


class Courses(exposure.Controller):
    """``/v1/courses``"""

    each = _Course()
    kind = 'course'

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        found = db.list_(
            listing.project(req), listing.filters(req), listing.page(req)
        )
        rows, links = listing.cut(req, found)
        rosters = db.rosters([row.id for row in rows])
        base = req.application_url
        return {
            'courses': [
                view.course(row, rosters[row.id], base) for row in rows
            ],
            'links': links,
        }

    @exposure.expose(policies.CREATE)
    @validation.query(limits_schemas.DRY_RUN)
    @validation.body(schemas.CREATE)
    @validation.response(limits_schemas.PREVIEW)
    @validation.response(schemas.COURSE, 201)
    def post(self, req: cd_request.Request) -> exposure.Answer:
        _check(req.input)
        values = _new(req)
        people = _new_roster(req) or []
        if req.query.get('dry_run'):
            return _rehearsed(req, values, people)
        image_id = values['image_id']
        project_id = req.caller.project_id
        values['protects_image'] = guarding.protect(req, image_id, project_id)
        try:
            row = db.create(values, people)
        except Exception:
            if values['protects_image']:
                guarding.release(req, image_id)
            raise
        shown = view.course(row, people, req.application_url)
        href = shown['links'][0]['href']
        return exposure.Answer(shown, href, status=201)


def _check(wanted: dict[str, Any]) -> None:
    """What the schema does not know."""
    if 'size' in wanted:
        limits.pool_size(wanted['size'])
    if 'name_template' in wanted:
        names.validate_template(wanted['name_template'])
    if wanted.get('wave') is not None:
        limits.wave(wanted['wave'])
    if 'ahead' in wanted:
        limits.ahead(wanted['ahead'])
    if wanted.get('timetable'):
        timetable.check(wanted['timetable'], CONF.course.max_lessons)


def _new(req: cd_request.Request) -> dict[str, Any]:
    """The columns of a new course."""
    wanted = req.input
    table = wanted.get('timetable') or {}
    ahead = wanted.get('ahead', CONF.course.ahead)
    event, at = timetable.next_start(table, ahead, timeutils.utcnow())
    defaults = {
        'note': '',
        'name_template': CONF.desktop.name_template,
        'ahead': ahead,
        'wave': None,
        'at_end': 'stop',
    }
    return {
        'project_id': req.caller.project_id,
        'user_id': req.caller.user_id,
        **defaults,
        **{key: wanted[key] for key in _PLAIN if key in wanted},
        **_columns(templating.resolve(req, wanted)),
        'timetable': table,
        'next_event': event,
        'next_at': at,
    }


def _rehearsed(
    req: cd_request.Request, values: dict[str, Any], people: list[db.Person]
) -> exposure.Answer:
    """Whether the project may have what the first lesson will make."""
    size = values['size']
    with rehearsal():
        db.create(values, people)
    report = preflight.examine(
        str(req.caller.project_id),
        preflight.needs(values, size, pools=1),
        values,
    )
    template = values['name_template']
    project = references.project_name(
        req.caller, template, str(req.caller.project_id)
    )
    wanted_names = [
        names.render(template, values['name'], slot, project)
        for slot in range(1, size + 1)
    ]
    return preflight.answer(report, wanted_names)


def _new_roster(
    req: cd_request.Request, known: Sequence[db.Person] = ()
) -> list[db.Person] | None:
    """The people of a body, who must exist.

    :param known: those who take part already
    """
    wanted = req.input.get('roster')
    if wanted is None:
        return None
    limits.roster_size([each for ids in wanted.values() for each in ids])
    return list(dict.fromkeys(whom.some(req.caller, wanted, known)))


def _changed_spec(
    req: cd_request.Request, row: models.Course
) -> dict[str, Any]:
    """A spec of another template, or the present one with changes."""
    wanted = req.input
    changes = {k: v for k, v in wanted.items() if k in common.TEMPLATE_SPEC}
    if 'template_id' in wanted:
        return templating.resolve(req, wanted)
    if not changes:
        return {}
    # It is not what the template says any more.
    own = {'template_id': None, 'template_revision': None}
    return templating.present_spec(req, row, changes) | own


def _rescheduled(row: models.Course, wanted: dict[str, Any]) -> dict[str, Any]:
    """When the next event is, after a change of the timetable."""
    table = row.timetable
    if 'timetable' in wanted:
        table = wanted['timetable'] or {}
    ahead = wanted.get('ahead', row.ahead)
    values = {'timetable': table, 'ahead': ahead}
    now = timeutils.utcnow()
    if row.status in (states.COURSE_IDLE, states.COURSE_ENDING):
        event, at = timetable.next_start(table, ahead, now)
        return values | {'next_event': event, 'next_at': at}
    session = timetable.current(table, ahead, now)
    if session is not None:
        values |= {'next_event': timetable.END, 'next_at': session.ends}
    elif row.next_event != timetable.END:
        # It was started by hand.
        event, at = timetable.next_start(table, ahead, now)
        values |= {'next_event': event, 'next_at': at}
    return values


def _reprotected(
    req: cd_request.Request, row: models.Course, values: dict[str, Any]
) -> dict[str, Any]:
    image_id = values.get('image_id', row.image_id)
    if image_id == row.image_id:
        return {}
    protects = guarding.protect(req, image_id, row.project_id)
    return {'protects_image': protects}


def _update_pool(
    row: models.Course, before: list[db.Person], now: list[db.Person]
) -> None:
    """Let the pool have the new roster at once."""
    if row.pool_id is None:
        return
    gone = set(before) - set(now)
    assignments.remove_members(row.pool_id, gone)
    # The course has changed already: no limit of the pool may stop that.
    lessons.invite(row)


def _delete_with_pool(
    req: cd_request.Request, row: models.Course
) -> models.WorkOrder:
    turn = turns.Turn(row, removes=True)
    who = ordering.of(req)
    asked = turns.order_of(turn, who['user_id'], who['request_id'])
    try:
        return pool_orders_db.delete(asked, str(row.pool_id), row.project_id)
    except turns.Superseded:
        raise db.moved_on(row) from None


def _columns(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in spec.items() if key in inserts.SPEC}
