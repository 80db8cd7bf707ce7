"""``/v1/openapi.json``"""

import functools
from typing import Any

from clouddesk.api import exposure
from clouddesk.api import openapi
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import documents as schemas


class OpenApi(exposure.Controller):
    @exposure.expose(exposure.PUBLIC)
    @validation.query(common.EMPTY)
    @validation.response(schemas.OPENAPI)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        """Describe the API as an OpenAPI document."""
        return _document() | {'servers': [{'url': req.application_url + '/'}]}


@functools.cache
def _document() -> dict[str, Any]:
    """Anybody may ask for it, so it is made only once."""
    # The root of all routes knows this module.
    from clouddesk.api.controllers import root

    return openapi.document(exposure.walk(root.Root()))
