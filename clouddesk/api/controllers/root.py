"""``/``: which versions there are."""

from typing import Any

from clouddesk.api import exposure
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.controllers import v1
from clouddesk.api.schemas import common
from clouddesk.api.schemas import versions as schemas
from clouddesk.api.views import versions as view


class Root(exposure.Controller):
    below = {'v1': v1.V1()}

    @exposure.expose(exposure.PUBLIC)
    @validation.query(common.EMPTY)
    @validation.response(schemas.VERSIONS)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        """List the versions of the API."""
        return {'versions': [view.version(req.application_url)]}
