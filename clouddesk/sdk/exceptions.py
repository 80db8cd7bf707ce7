"""The errors that calls of this service raise, all from openstacksdk."""

from openstack.exceptions import ConflictException
from openstack.exceptions import DuplicateResource
from openstack.exceptions import ForbiddenException
from openstack.exceptions import HttpException
from openstack.exceptions import NotFoundException
from openstack.exceptions import ResourceFailure
from openstack.exceptions import ResourceTimeout
from openstack.exceptions import SDKException

__all__ = [
    'ConflictException',
    'DuplicateResource',
    'ForbiddenException',
    'HttpException',
    'NotFoundException',
    'ResourceFailure',
    'ResourceTimeout',
    'SDKException',
]
