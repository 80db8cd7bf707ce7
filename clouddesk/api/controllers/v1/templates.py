"""``/v1/templates``."""

from typing import Any

from clouddesk import exceptions
from clouddesk import policy
from clouddesk import states
from clouddesk.api import exposure
from clouddesk.api import listing
from clouddesk.api import preflight
from clouddesk.api import references
from clouddesk.api import request as cd_request
from clouddesk.api import templating
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import limits as limits_schemas
from clouddesk.api.schemas import templates as schemas
from clouddesk.api.views import templates as view
from clouddesk.conf import CONF
from clouddesk.db import models
from clouddesk.db import rehearsal
from clouddesk.db.api import templates as db
from clouddesk.i18n import _
from clouddesk.policies import templates as policies


def _seen(req: cd_request.Request, template_id: str) -> models.Template:
    return db.get(template_id, templating.audience(req))


def _own(req: cd_request.Request, template_id: str) -> models.Template:
    """A template that the caller's project, or an admin, may change."""
    row = _seen(req, template_id)
    if listing.scope(req) not in (None, row.project_id):
        raise exceptions.Forbidden(
            _('Template %(name)s belongs to another project.'), name=row.name
        )
    return row


def _check_audience(
    req: cd_request.Request, visibility: str, department: str | None
) -> None:
    """Whether the caller may offer a template to these.

    :raises Forbidden: other projects are among them, and she may not share
    """
    if _is_offered(visibility, department):
        policy.authorize(req.caller, policies.SHARE)
    if visibility == states.SHARED and department is not None:
        raise exceptions.Invalid(
            _(
                'department needs visibility exclusive: a shared template is '
                'offered to every project.'
            ),
            {'field': 'department'},
        )


def _is_offered(visibility: str, department: str | None) -> bool:
    """Whether other projects may use it."""
    return visibility == states.SHARED or department is not None


class _Revisions(exposure.Controller):
    """``/v1/templates/{template_id}/revisions``"""

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.REVISIONS)
    def get(self, req: cd_request.Request, template_id: str) -> dict[str, Any]:
        row = _seen(req, template_id)
        found = db.revisions(row.id, CONF.api.max_limit)
        return {'revisions': [view.revision(each) for each in found]}


class _Template(exposure.Controller):
    """``/v1/templates/{template_id}``"""

    below = {'revisions': _Revisions()}

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.TEMPLATE)
    def get(self, req: cd_request.Request, template_id: str) -> dict[str, Any]:
        return view.template(_seen(req, template_id), req.application_url)

    @exposure.expose(policies.UPDATE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.UPDATE)
    @validation.response(schemas.TEMPLATE)
    def patch(
        self, req: cd_request.Request, template_id: str
    ) -> dict[str, Any]:
        row = _own(req, template_id)
        about = {k: v for k, v in req.input.items() if k in db.EDITABLE}
        if 'visibility' in about or 'department' in about:
            _check_audience(
                req,
                about.get('visibility', row.visibility),
                about.get('department', row.department),
            )
        changed = {
            k: v for k, v in req.input.items() if k in common.TEMPLATE_SPEC
        }
        if changed and _is_offered(row.visibility, row.department):
            # It becomes what desktops of other projects boot.
            policy.authorize(req.caller, policies.SHARE)
        row = db.update(
            row.id,
            req.input.get('revision', row.revision),
            about,
            _columns(templating.present_spec(req, row, changed))
            if changed
            else {},
            str(req.caller.user_id),
        )
        return view.template(row, req.application_url)

    @exposure.expose(policies.DELETE)
    @validation.query(common.EMPTY)
    @validation.response(common.NOTHING, 204)
    def delete(self, req: cd_request.Request, template_id: str) -> None:
        db.delete(_own(req, template_id).id, listing.scope(req))


class Templates(exposure.Controller):
    """``/v1/templates``"""

    each = _Template()
    kind = 'template'

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        project_id = listing.project(req)
        audience = (
            templating.audience(req, project_id)
            if project_id
            else db.Audience(templating.region())
        )
        found = db.list_(audience, listing.filters(req), listing.page(req))
        rows, links = listing.cut(req, found)
        base = req.application_url
        return {
            'templates': [view.template(row, base) for row in rows],
            'links': links,
        }

    @exposure.expose(policies.CREATE)
    @validation.query(limits_schemas.DRY_RUN)
    @validation.body(schemas.CREATE)
    @validation.response(limits_schemas.PREVIEW)
    @validation.response(schemas.TEMPLATE, 201)
    def post(self, req: cd_request.Request) -> exposure.Answer:
        wanted = req.input
        visibility = wanted.get('visibility', states.EXCLUSIVE)
        department = wanted.get('department')
        _check_audience(req, visibility, department)
        dry_run = req.query.get('dry_run', False)
        values = {
            'project_id': req.caller.project_id,
            'user_id': req.caller.user_id,
            'region': templating.region(),
            'name': wanted['name'],
            'note': wanted.get('note', ''),
            'visibility': visibility,
            'department': department,
            **_columns(references.resolve(req.caller, wanted, dry_run)),
        }
        if dry_run:
            with rehearsal():
                db.create(values)
            # It needs nothing of the cloud before something is made from it.
            return preflight.answer(preflight.Report({}, [], {}), [])
        shown = view.template(db.create(values), req.application_url)
        href = shown['links'][0]['href']
        return exposure.Answer(shown, href, status=201)


def _columns(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in spec.items() if key in models.SPEC}
