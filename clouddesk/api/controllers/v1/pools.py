"""``/v1/pools``."""

from collections.abc import Sequence
from typing import Any

from clouddesk import names
from clouddesk.api import access
from clouddesk.api import exposure
from clouddesk.api import limits
from clouddesk.api import listing
from clouddesk.api import ordering
from clouddesk.api import preflight
from clouddesk.api import references
from clouddesk.api import request as cd_request
from clouddesk.api import templating
from clouddesk.api import validation
from clouddesk.api.controllers.v1 import assignment
from clouddesk.api.schemas import common
from clouddesk.api.schemas import limits as limits_schemas
from clouddesk.api.schemas import pools as schemas
from clouddesk.api.schemas import work_orders as order_schemas
from clouddesk.api.views import pools as view
from clouddesk.conf import CONF
from clouddesk.db import models
from clouddesk.db.api import assignments
from clouddesk.db.api import pool_orders as pool_orders_db
from clouddesk.db.api import pools as db
from clouddesk.policies import pools as policies

#: How people come to the desktops of a pool.
_ASSIGNMENT = ('assignment', 'persistence', 'on_return')


def _views(
    req: cd_request.Request, rows: Sequence[models.Pool]
) -> list[dict[str, Any]]:
    """Pools with what is known of their desktops and orders.

    Two queries, however many pools.
    """
    counts = db.counts([row.id for row in rows])
    kinds = db.order_kinds(rows)
    base = req.application_url
    return [
        view.pool(row, counts[row.id], kinds.get(row.id), base) for row in rows
    ]


def _whole(req: cd_request.Request, pool: models.Pool) -> dict[str, Any]:
    viewer = access.viewer(req)
    members = assignments.members([pool.id], viewer)[pool.id]
    return _views(req, [pool])[0] | {
        'faults': view.faults(db.faults(pool.id, viewer=viewer)),
        'members': view.members(members),
    }


def _project_name(req: cd_request.Request, pool: models.Pool) -> str:
    return references.project_name(
        req.caller, pool.name_template, pool.project_id
    )


def _spec(pool: models.Pool) -> dict[str, Any]:
    return {key: getattr(pool, key) for key in models.SPEC}


class _Resize(exposure.Controller):
    """``/v1/pools/{pool_id}/actions/resize``"""

    @exposure.expose(policies.RESIZE)
    @validation.query(limits_schemas.DRY_RUN)
    @validation.body(schemas.RESIZE)
    @validation.response(limits_schemas.PREVIEW)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(self, req: cd_request.Request, pool_id: str) -> exposure.Answer:
        size = req.input['size']
        limits.pool_size(size)
        pool = db.get(pool_id, listing.scope(req))
        more = size - db.live(pool.id)
        if more > 0:
            references.require_image(req.caller, pool.image_id, pool.name)
        project = _project_name(req, pool)
        return preflight.order(
            req,
            _spec(pool),
            more,
            lambda most: pool_orders_db.resize(
                ordering.of(req), pool.id, size, pool.project_id, project, most
            ),
            project_id=pool.project_id,
        )


class _Retry(exposure.Controller):
    """``/v1/pools/{pool_id}/actions/retry``"""

    @exposure.expose(policies.RETRY)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(self, req: cd_request.Request, pool_id: str) -> exposure.Answer:
        pool = db.get(pool_id, listing.scope(req))
        project = _project_name(req, pool)
        return preflight.order(
            req,
            _spec(pool),
            pool.size - db.live(pool.id),
            lambda most: pool_orders_db.retry(
                ordering.of(req), pool.id, pool.project_id, project, most
            ),
            project_id=pool.project_id,
        )


class _Adopt(exposure.Controller):
    """``/v1/pools/{pool_id}/actions/adopt``"""

    @exposure.expose(policies.ADOPT)
    @validation.query(common.EMPTY)
    @validation.body(common.EMPTY)
    @validation.response(schemas.POOL)
    def post(self, req: cd_request.Request, pool_id: str) -> dict[str, Any]:
        pool = db.get(pool_id, listing.scope(req))
        spec = templating.newest_spec(req, pool)
        return _whole(req, db.adopt(pool.id, spec))


class _AddMembers(exposure.Controller):
    """``/v1/pools/{pool_id}/actions/add_members``"""

    @exposure.expose(policies.ADD_MEMBERS)
    @validation.query(common.EMPTY)
    @validation.body(schemas.MEMBERS)
    @validation.response(schemas.POOL)
    def post(self, req: cd_request.Request, pool_id: str) -> dict[str, Any]:
        return _whole(req, assignment.add_members(req, pool_id))


class _RemoveMembers(exposure.Controller):
    """``/v1/pools/{pool_id}/actions/remove_members``"""

    @exposure.expose(policies.REMOVE_MEMBERS)
    @validation.query(common.EMPTY)
    @validation.body(schemas.MEMBERS)
    @validation.response(schemas.POOL)
    def post(self, req: cd_request.Request, pool_id: str) -> dict[str, Any]:
        return _whole(req, assignment.remove_members(req, pool_id))


class _Actions(exposure.Controller):
    """``/v1/pools/{pool_id}/actions``"""

    below = {
        'resize': _Resize(),
        'retry': _Retry(),
        'adopt': _Adopt(),
        'take': assignment.Take(),
        'add_members': _AddMembers(),
        'remove_members': _RemoveMembers(),
    }


class _Pool(exposure.Controller):
    """``/v1/pools/{pool_id}``"""

    below = {'actions': _Actions()}

    @exposure.expose(policies.GET)
    @validation.query(common.EMPTY)
    @validation.response(schemas.POOL)
    def get(self, req: cd_request.Request, pool_id: str) -> dict[str, Any]:
        pool = db.get(pool_id, listing.scope(req), access.viewer(req))
        return _whole(req, pool)

    @exposure.expose(policies.UPDATE)
    @validation.query(common.EMPTY)
    @validation.body(schemas.UPDATE)
    @validation.response(schemas.POOL)
    def patch(self, req: cd_request.Request, pool_id: str) -> dict[str, Any]:
        pool = db.update(pool_id, req.input, listing.scope(req))
        return _whole(req, pool)

    @exposure.expose(policies.DELETE)
    @validation.query(common.EMPTY)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def delete(self, req: cd_request.Request, pool_id: str) -> exposure.Answer:
        order = pool_orders_db.delete(
            ordering.of(req), pool_id, listing.scope(req)
        )
        return ordering.accepted(req, order)


class Pools(exposure.Controller):
    """``/v1/pools``"""

    each = _Pool()
    kind = 'pool'

    @exposure.expose(policies.LIST)
    @validation.query(schemas.LIST)
    @validation.response(schemas.PAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        found = db.list_(
            listing.project(req),
            listing.filters(req),
            listing.page(req),
            access.viewer(req),
        )
        rows, links = listing.cut(req, found)
        return {'pools': _views(req, rows), 'links': links}

    @exposure.expose(policies.CREATE)
    @validation.query(limits_schemas.DRY_RUN)
    @validation.body(schemas.CREATE)
    @validation.response(limits_schemas.PREVIEW)
    @validation.response(order_schemas.WORK_ORDER, 202)
    def post(self, req: cd_request.Request) -> exposure.Answer:
        wanted = req.input
        limits.pool_size(wanted['size'])
        template = wanted.get('name_template', CONF.desktop.name_template)
        names.validate_template(template)
        pool = templating.resolve(req, wanted) | {
            'name': wanted['name'],
            'size': wanted['size'],
            'name_template': template,
        }
        pool |= {key: wanted[key] for key in _ASSIGNMENT if key in wanted}
        db.check_return(pool)
        project = references.project_name(
            req.caller, template, str(req.caller.project_id)
        )
        return preflight.order(
            req,
            pool,
            wanted['size'],
            lambda most: pool_orders_db.create(
                ordering.of(req), pool, project, most
            ),
            pools=1,
        )
