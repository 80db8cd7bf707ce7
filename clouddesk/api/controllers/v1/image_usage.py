"""``/v1/images/usage``: how full the store is (I1)."""

from typing import Any

from clouddesk import cloud
from clouddesk.api import exposure
from clouddesk.api import image_fields
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.schemas import common
from clouddesk.api.schemas import images as schemas
from clouddesk.api.views import image_usage as view
from clouddesk.conf import CONF
from clouddesk.policies import images as policies

_MIB = 2**20
_GIB = 2**30


class Usage(exposure.Controller):
    """``/v1/images/usage``"""

    @exposure.expose(policies.USAGE)
    @validation.query(common.EMPTY)
    @validation.response(schemas.USAGE)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        """Show how much room the images of the project take."""
        user = cloud.for_user(req.caller)
        with image_fields.refused():
            limit = user.quotas.image().get('image_size_total')
            if limit is not None:
                total = None if limit.limit < 0 else limit.limit * _MIB
                return view.usage(limit.used * _MIB, total, 'limits')
            used = user.image.used(str(req.caller.project_id))
        # Tenants cannot see how large the store is.
        return view.usage(used, CONF.images.capacity * _GIB or None, 'sum')
