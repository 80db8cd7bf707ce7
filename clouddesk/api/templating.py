"""Templates on their way into desktops, pools and courses."""

from typing import Any

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.api import listing
from clouddesk.api import references
from clouddesk.api import request as cd_request
from clouddesk.api.schemas import common
from clouddesk.conf import CONF
from clouddesk.db import models
from clouddesk.db.api import templates as db
from clouddesk.i18n import _

#: What the wish for a login became when the template was made; the password
#: itself is not known any more.
_LOGIN = ('login_user', 'public_key', 'secret_ref')


def region() -> str:
    """The region that this service makes desktops in (S22)."""
    return CONF.cloud.region_name or ''


def audience(
    req: cd_request.Request, project_id: str | None = None
) -> db.Audience:
    """What the caller may see; an admin sees the templates of everybody.

    :param project_id: of a list, for the one who may see more
    """
    project_id = project_id or listing.scope(req)
    if project_id is None:
        return db.Audience(region())
    return db.Audience(region(), project_id, _departments(req, project_id))


def find(req: cd_request.Request, template_id: str) -> models.Template:
    """The template that a request refers to.

    :raises Invalid: there is none that the caller may use
    """
    project_id = str(req.caller.project_id)
    try:
        return db.get(template_id, audience(req, project_id))
    except exceptions.NotFound as error:
        raise exceptions.Invalid(
            _('template_id: %(reason)s'),
            {'field': 'template_id'},
            reason=error.text,
        ) from None


def resolve(req: cd_request.Request, wanted: dict[str, Any]) -> dict[str, Any]:
    """What desktops will be made from: the request's spec or a template's.

    :param wanted: a body; see :func:`clouddesk.api.references.resolve`
    :returns: the columns of a desktop, pool or course
    :raises Invalid: names the field that is wrong
    """
    if 'template_id' not in wanted:
        dry_run = req.query.get('dry_run', False)
        return references.resolve(req.caller, wanted, dry_run)
    given = sorted(set(wanted) & set(common.TEMPLATE_SPEC))
    if given:
        raise exceptions.Invalid(
            _(
                '%(field)s comes from the template; give template_id or '
                '%(field)s, not both.'
            ),
            {'field': given[0]},
            field=given[0],
        )
    row = find(req, wanted['template_id'])
    note = {key: wanted[key] for key in ('note',) if key in wanted}
    return present_spec(req, row, note) | {
        'template_id': row.id,
        'template_revision': row.revision,
    }


def newest_spec(req: cd_request.Request, pool: models.Pool) -> dict[str, Any]:
    """What a pool is made from when it follows its template.

    :raises Conflict: it was not made from one
    :raises Invalid: the template, or what it names, cannot be used any more
    """
    if pool.template_id is None:
        raise exceptions.Conflict(
            _('Pool %(name)s was not made from a template.'), name=pool.name
        )
    spec = resolve(req, {'template_id': pool.template_id})
    return {key: spec[key] for key in spec if key != 'note'}


def present_spec(
    req: cd_request.Request,
    row: models.Template | models.Course,
    changes: dict[str, Any],
) -> dict[str, Any]:
    """The spec of a row with changes, proved usable for the caller.

    :param changes: fields of a request; None takes one out
    """
    merged = wish_of(row) | changes
    if merged.get('boot_from') == 'image' and 'volume_size' not in changes:
        merged.pop('volume_size', None)
    if 'image_id' in changes and 'data_images' not in changes:
        # A whole machine brings its own.
        merged['former_data_images'] = merged.pop('data_images')
    wanted = {key: each for key, each in merged.items() if each is not None}
    spec = references.resolve(req.caller, wanted)
    if 'login' in changes:
        return spec
    return spec | {key: getattr(row, key) for key in _LOGIN}


def wish_of(row: models.Template | models.Course) -> dict[str, Any]:
    """The fields of a request that would ask for the spec of a row."""
    values = {key: getattr(row, key, None) for key in common.TEMPLATE_SPEC}
    return {key: each for key, each in values.items() if each is not None}


def _departments(req: cd_request.Request, project_id: str) -> frozenset[str]:
    """Keystone is asked only when somebody offers anything."""
    if not db.has_departments(region(), project_id):
        return frozenset()
    with references.answering('department'):
        return cloud.for_user(req.caller).identity.departments(project_id)
