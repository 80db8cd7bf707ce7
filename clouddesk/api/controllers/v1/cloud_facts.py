"""``/v1/limits`` and ``/v1/capabilities``."""

from typing import Any

from clouddesk import cloud
from clouddesk import policy
from clouddesk.api import exposure
from clouddesk.api import preflight
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import limits as schemas
from clouddesk.api.views import capabilities as view
from clouddesk.api.views import limits as limits_view
from clouddesk.policies import base as base_policies
from clouddesk.policies import cloud_facts as policies


class Limits(exposure.Controller):
    """``/v1/limits``"""

    @exposure.expose(policies.LIMITS)
    @validation.query(schemas.SHOW)
    @validation.response(schemas.LIMITS)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        """Show how much a project may have of all services, and has."""
        own = str(req.caller.project_id)
        project_id = req.query.get('project_id', own)
        if project_id != own:
            policy.authorize(req.caller, base_policies.ALL_PROJECTS)
        said = preflight.quotas_of(project_id, _has_volumes(req))
        return limits_view.limits(project_id, said)


class Capabilities(exposure.Controller):
    """``/v1/capabilities``"""

    @exposure.expose(policies.CAPABILITIES)
    @validation.query(common.EMPTY)
    @validation.response(schemas.CAPABILITIES)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        """Show what this cloud offers to desktops."""
        catalogue = cloud.for_user(req.caller).catalogue
        return view.capabilities(
            catalogue.services(), catalogue.import_methods()
        )


def _has_volumes(req: cd_request.Request) -> bool:
    return cloud.for_user(req.caller).volume.is_offered()
