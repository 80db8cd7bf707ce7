"""Glance as an operator uses it, with the operator's own credentials."""

import dataclasses

import openstack

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.cloud import image
from clouddesk.cloud import image_data
from clouddesk.i18n import _


@dataclasses.dataclass(frozen=True)
class Glance:
    images: image.Image
    data: image_data.ImageData
    #: Of the operator.
    project_id: str


def connect(os_cloud: str | None) -> Glance:
    """
    :param os_cloud: a name in clouds.yaml; None for ``OS_CLOUD`` and the
        other ``OS_*`` variables
    :raises CloudError: Keystone refuses the credentials
    """
    with errors.translated('Keystone'):
        conn = openstack.connect(cloud=os_cloud, image_status_code_retries=0)
        project_id = conn.current_project_id
    if project_id is None:
        raise exceptions.CloudForbidden(
            _('The credentials are of no project; images need one.'),
            service='Keystone',
        )
    return Glance(
        image.Image(conn), image_data.ImageData(conn), str(project_id)
    )
