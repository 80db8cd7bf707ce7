"""What python-openstackclient loads of us on every start: keep it small."""

import argparse
import re
from typing import Any

from osc_lib import utils

from clouddesk.osc import i18n
from clouddesk.osc.i18n import _

DEFAULT_API_VERSION = '1'
API_VERSION_OPTION = 'os_desktop_api_version'
API_NAME = 'desktop'
API_VERSIONS = ('1', '1.0')
ENDPOINT_OPTION = 'desktop_endpoint_override'


def make_client(instance: Any) -> Any:
    """The proxy of the desktop service on the connection of the client.

    :param instance: osc's client manager
    """
    from clouddesk.sdk import hook

    connection = instance.sdk_connection
    version = instance._api_version[API_NAME]
    _complete_endpoint(connection.config.config)
    # The SDK finds the endpoint by the major version alone.
    connection.config.config['desktop_api_version'] = version.split('.')[0]
    hook.attach(connection)
    client = connection.desktop
    if '.' in version:
        client.default_microversion = version
    language = i18n.language()
    if language:
        client.additional_headers['Accept-Language'] = language
    return client


def build_option_parser(
    parser: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Add the global options."""
    parser.add_argument(
        '--os-desktop-api-version',
        metavar='<desktop-api-version>',
        default=utils.env('OS_DESKTOP_API_VERSION'),
        help=_(
            'Desktop API version, such as 1.0; by default the newest that '
            'client and service know (Env: OS_DESKTOP_API_VERSION)'
        ),
    )
    parser.add_argument(
        # The SDK finds it in its configuration, as if it were in clouds.yaml.
        '--os-desktop-endpoint-override',
        metavar='<url>',
        default=utils.env('OS_DESKTOP_ENDPOINT_OVERRIDE') or None,
        help=_(
            'Where the desktop service is, in place of what the catalogue '
            'tells (Env: OS_DESKTOP_ENDPOINT_OVERRIDE)'
        ),
    )
    return parser


def _complete_endpoint(config: dict[str, Any]) -> None:
    """Make a URL that somebody chose that of the API v1."""
    url = (config.get(ENDPOINT_OPTION) or '').rstrip('/')
    if url:
        # With a URL that somebody chose, the SDK looks for no versions.
        config[ENDPOINT_OPTION] = url if url.endswith('/v1') else url + '/v1'


def check_api_version(check_version: str) -> bool:
    """Accept every 1.N: the service knows which of them it has.

    :returns: False makes the client warn that the version is unknown
    """
    return re.fullmatch(r'1(\.\d+)?', check_version) is not None
