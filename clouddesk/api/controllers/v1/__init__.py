"""``/v1``: the nouns of the API."""

from typing import Any

from clouddesk.api import exposure
from clouddesk.api import request as cd_request
from clouddesk.api import validation
from clouddesk.api.controllers.v1 import checks
from clouddesk.api.controllers.v1 import cloud_facts
from clouddesk.api.controllers.v1 import courses
from clouddesk.api.controllers.v1 import desktops
from clouddesk.api.controllers.v1 import differences
from clouddesk.api.controllers.v1 import documents
from clouddesk.api.controllers.v1 import events
from clouddesk.api.controllers.v1 import image_builds
from clouddesk.api.controllers.v1 import images
from clouddesk.api.controllers.v1 import pools
from clouddesk.api.controllers.v1 import templates
from clouddesk.api.controllers.v1 import work_orders
from clouddesk.api.schemas import common
from clouddesk.api.schemas import versions as schemas
from clouddesk.api.views import versions as view


class V1(exposure.Controller):
    below = {
        'capabilities': cloud_facts.Capabilities(),
        'checks': checks.Checks(),
        'courses': courses.Courses(),
        'desktops': desktops.Desktops(),
        'differences': differences.Differences(),
        'events': events.Events(),
        'image-builds': image_builds.ImageBuilds(),
        'images': images.Images(),
        'limits': cloud_facts.Limits(),
        'openapi.json': documents.OpenApi(),
        'pools': pools.Pools(),
        'templates': templates.Templates(),
        'work-orders': work_orders.WorkOrders(),
    }

    @exposure.expose(exposure.PUBLIC)
    @validation.query(common.EMPTY)
    @validation.response(schemas.VERSION)
    def get(self, req: cd_request.Request) -> dict[str, Any]:
        """Show this version of the API."""
        return {'version': view.version(req.application_url)}
