"""The tables.

Times are UTC. Identifiers of other services are opaque strings. A row that is
no longer needed is deleted; there are no soft-delete columns.
"""

from clouddesk.db.models.base import NAMING
from clouddesk.db.models.base import SPEC
from clouddesk.db.models.base import Base
from clouddesk.db.models.base import DateTime
from clouddesk.db.models.base import images_of
from clouddesk.db.models.courses import Course
from clouddesk.db.models.courses import CourseMember
from clouddesk.db.models.desktops import Desktop
from clouddesk.db.models.desktops import DesktopTag
from clouddesk.db.models.events import Event
from clouddesk.db.models.image_builds import ImageBuild
from clouddesk.db.models.images import Image
from clouddesk.db.models.installation import Installation
from clouddesk.db.models.pools import Pool
from clouddesk.db.models.pools import PoolMember
from clouddesk.db.models.quotas import ProjectTurn
from clouddesk.db.models.secrets import Secret
from clouddesk.db.models.templates import Template
from clouddesk.db.models.templates import TemplateRevision
from clouddesk.db.models.work_orders import WorkItem
from clouddesk.db.models.work_orders import WorkOrder

__all__ = (
    'NAMING',
    'SPEC',
    'Base',
    'Course',
    'CourseMember',
    'DateTime',
    'Desktop',
    'DesktopTag',
    'Event',
    'Image',
    'ImageBuild',
    'Installation',
    'Pool',
    'PoolMember',
    'ProjectTurn',
    'Secret',
    'Template',
    'TemplateRevision',
    'WorkItem',
    'WorkOrder',
    'images_of',
)
