"""What can be done to courses: ``/v1/courses/{course_id}/actions``."""

from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk import limits
from clouddesk import states
from clouddesk.api import exposure
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import references
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import courses as schemas
from clouddesk.api.views import courses as view
from clouddesk.api.views import links
from clouddesk.db import models
from clouddesk.db import turns
from clouddesk.db.api import courses as db
from clouddesk.db.api import lessons
from clouddesk.policies import courses as policies

#: Verb -> status while it is done, and when nothing is to do.
_VERBS = {
    'start': (states.COURSE_STARTING, states.COURSE_IN_SESSION),
    'end': (states.COURSE_ENDING, states.COURSE_IDLE),
}


def shown(req: cd_request.Request, row: models.Course) -> dict[str, Any]:
    roster = db.rosters([row.id])[row.id]
    return view.course(row, roster, req.application_url)


class Actions(exposure.Controller):
    """``/v1/courses/{course_id}/actions``"""

    def __init__(self) -> None:
        self.below = {verb: _action(verb) for verb in _VERBS}


def _action(verb: str) -> exposure.Controller:
    class Action(exposure.Controller):
        @exposure.expose(policies.action(verb))
        @validation.query(common.EMPTY)
        @validation.body(common.EMPTY)
        @validation.response(schemas.COURSE, 202)
        def post(
            self, req: cd_request.Request, course_id: str
        ) -> exposure.Answer:
            row = db.get(course_id, listing.scope(req))
            _require_rest(row)
            if verb == 'start' or _is_open(row):
                _act(req, verb, row)
            row = db.get(row.id, row.project_id)
            href = links.href(req.application_url, 'courses', row.id)
            return exposure.Answer(shown(req, row), href)

    return Action()


def _require_rest(row: models.Course) -> None:
    if row.status in states.COURSE_UNSTABLE:
        raise exceptions.CourseBusy(
            details={'course_id': row.id, 'status': row.status},
            name=row.name,
            status=row.status,
            work_order=row.work_order_id,
        )


def _is_open(row: models.Course) -> bool:
    """Whether there is something to end.

    Desktops that were put back are not wiped a second time, unless the end
    went wrong.
    """
    return row.status != states.COURSE_IDLE or row.fault_code is not None


def _act(req: cd_request.Request, verb: str, row: models.Course) -> None:
    doing, done = _VERBS[verb]
    name, most = '', None
    if verb == 'start':
        with references.answering('image_id'):
            require_image(req, row)
            most = limits.of_project(row.project_id)
        name = references.project_name(
            req.caller, row.name_template, row.project_id
        )
    who = ordering.of(req)
    try:
        order = lessons.begin(
            row,
            turns.values_of(doing),
            name,
            most,
            who['user_id'],
            who['request_id'],
        )
    except turns.Superseded:
        raise db.moved_on(row) from None
    if order is not None:
        ordering.hint(order)
    elif not db.move(turns.Turn(row, turns.values_of(done))):
        raise db.moved_on(row)


def require_image(req: cd_request.Request, row: models.Course) -> None:
    """:raises ImageGone: names the image"""
    images = cloud.for_user(req.caller).image
    reason = images.why_unusable(row.image_id)
    if reason is not None:
        raise exceptions.ImageGone.of(row.name, row.image_id, reason)
