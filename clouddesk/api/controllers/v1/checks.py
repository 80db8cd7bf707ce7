"""``/v1/checks``: is everything there that desktops need?"""

from typing import Any

from clouddesk.api import doctor
from clouddesk.api import exposure
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import checks as schemas
from clouddesk.api.schemas import common
from clouddesk.api.views import checks as view
from clouddesk.policies import checks as policies


class Checks(exposure.Controller):
    """``/v1/checks``"""

    @exposure.expose(policies.LIST)
    @validation.query(common.EMPTY)
    @validation.response(schemas.CHECKS)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        """Check everything now."""
        found = doctor.examine(str(req.caller.project_id))
        return {'checks': [view.check(each) for each in found]}
