"""Working without a service user: as the one whom clouds.yaml names.

``[service_auth]`` wins when both are there.
"""

import functools
from typing import Any
from typing import cast

from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1 import plugin
from openstack import config as sdk_config
from openstack import exceptions as sdk_exceptions

from clouddesk import exceptions
from clouddesk.cloud import errors
from clouddesk.conf import CONF
from clouddesk.conf import service_auth
from clouddesk.i18n import _


def has_service_user() -> bool:
    """Whether the credentials of a service user are configured."""
    return service_auth.has_user(CONF)


def is_used() -> bool:
    """Whether one's own credentials stand in for a service user's."""
    return service_auth.is_replaced(CONF)


def find(name: str | None) -> Any:
    """A cloud of clouds.yaml.

    :param name: None for ``OS_CLOUD``, or else the ``OS_*`` variables, or
        else the only cloud that there is
    :returns: openstacksdk's description of it
    :raises Invalid: there is none of this name, or it is incomplete
    """
    try:
        return sdk_config.OpenStackConfig().get_one(cloud=name)
    except (
        sdk_exceptions.SDKException,
        ks_exceptions.ClientException,
    ) as error:
        raise exceptions.Invalid(
            _('clouds.yaml: %(reason)s'),
            {'field': 'os_cloud'},
            reason=errors.shorten(str(error)),
        ) from error


@functools.cache
def region() -> Any:
    """The cloud that ``[cloud] os_cloud`` names."""
    return find(CONF.cloud.os_cloud)


def auth() -> plugin.BaseAuthPlugin:
    """Her credentials, scoped to her project."""
    return cast(plugin.BaseAuthPlugin, region().get_auth())


def auth_url() -> str:
    """Where Keystone is."""
    return str(region().config['auth']['auth_url'])


def require(project_id: str | None, mine: str | None) -> None:
    """Refuse to work in a project that the credentials are not for.

    :raises Forbidden: names the project that they are for
    """
    if mine is None or project_id != mine:
        raise exceptions.Forbidden(
            _(
                'This clouddesk works with the credentials of one person, '
                'in project %(mine)s only.'
            ),
            {'project_id': mine},
            mine=mine,
        )
