"""Glance's protection of the images that courses are made from (I14).

The image of a course's own project is protected with the rights of the
person who makes the course, and set free by the one who takes the last course
away. What somebody protected without us stays protected.
"""

from oslo_log import log

from clouddesk import cloud
from clouddesk import exceptions
from clouddesk.api import references
from clouddesk.api import request as cd_request
from clouddesk.db.api import courses as db

LOG = log.getLogger(__name__)


def protect(
    req: cd_request.Request, image_id: str, project_id: str | None
) -> bool:
    """Protect an image that belongs to the project.

    :returns: whether the course has to set it free again
    :raises ServiceUnavailable: Glance does not answer
    """
    images = cloud.for_user(req.caller).image
    with references.answering('image_id'):
        image = images.get(image_id)
        if image.owner != project_id:
            return False
        if image.protected:
            # By another course of ours, or by somebody who wants it so.
            return db.is_protected(image_id)
        try:
            images.protect(image_id, True)
        except exceptions.CloudError as error:
            if error.transient:
                # It may have been heard all the same.
                release(req, image_id)
            raise
    return True


def release(req: cd_request.Request, image_id: str) -> None:
    """Set an image free when no course protects it any more.

    What cannot be set free does not stop the one who asks.
    """
    if db.is_protected(image_id):
        return
    try:
        cloud.for_user(req.caller).image.protect(image_id, False)
    except exceptions.CloudNotFound:
        LOG.info('Image %s is gone already', image_id)
    except exceptions.CloudError as error:
        LOG.warning(
            'Image %(image)s stays protected: %(error)s',
            {'image': image_id, 'error': error},
        )
