from typing import ClassVar
from typing import Literal

from clouddesk.sdk.v1 import _assignments
from clouddesk.sdk.v1 import _courses
from clouddesk.sdk.v1 import _desktops
from clouddesk.sdk.v1 import _events
from clouddesk.sdk.v1 import _housekeeping
from clouddesk.sdk.v1 import _image_builds
from clouddesk.sdk.v1 import _image_imports
from clouddesk.sdk.v1 import _image_logins
from clouddesk.sdk.v1 import _image_removal
from clouddesk.sdk.v1 import _images
from clouddesk.sdk.v1 import _limits
from clouddesk.sdk.v1 import _locks
from clouddesk.sdk.v1 import _pools
from clouddesk.sdk.v1 import _templates
from clouddesk.sdk.v1 import _work_orders
from clouddesk.sdk.v1 import check as _check
from clouddesk.sdk.v1 import course as _course
from clouddesk.sdk.v1 import desktop as _desktop
from clouddesk.sdk.v1 import difference as _difference
from clouddesk.sdk.v1 import event as _event
from clouddesk.sdk.v1 import image as _image
from clouddesk.sdk.v1 import image_build as _image_build
from clouddesk.sdk.v1 import image_login as _image_login
from clouddesk.sdk.v1 import pool as _pool
from clouddesk.sdk.v1 import template as _template
from clouddesk.sdk.v1 import work_order as _work_order


class Proxy(
    _assignments.AssignmentsMixin,
    _courses.CoursesMixin,
    _desktops.DesktopsMixin,
    _events.EventsMixin,
    _image_builds.ImageBuildsMixin,
    _image_imports.ImageImportsMixin,
    _image_logins.ImageLoginsMixin,
    _image_removal.ImageRemovalMixin,
    _images.ImagesMixin,
    _limits.LimitsMixin,
    _locks.LocksMixin,
    _housekeeping.HousekeepingMixin,
    _pools.PoolsMixin,
    _templates.TemplatesMixin,
    _work_orders.WorkOrdersMixin,
):
    """The verbs of the desktop service, one module for each noun."""

    api_version: ClassVar[Literal['1']] = '1'

    _resource_registry = {
        'check': _check.Check,
        'course': _course.Course,
        'desktop': _desktop.Desktop,
        'difference': _difference.Difference,
        'event': _event.Event,
        'image': _image.Image,
        'image_build': _image_build.ImageBuild,
        'image_login': _image_login.ImageLogin,
        'pool': _pool.Pool,
        'template': _template.Template,
        'work_order': _work_order.WorkOrder,
    }
