"""What python-openstackclient loads of us on every start: keep it small."""

import argparse
import re
from typing import Any

from osc_lib import utils

from clouddesk.osc.i18n import _

DEFAULT_API_VERSION = '1'
API_VERSION_OPTION = 'os_desktop_api_version'
API_NAME = 'desktop'
API_VERSIONS = ('1', '1.0')


def make_client(instance: Any) -> Any:
    """The proxy of the desktop service on the connection of the client.

    :param instance: osc's client manager
    """
    from clouddesk.sdk import hook

    connection = instance.sdk_connection
    version = instance._api_version[API_NAME]
    # The SDK finds the endpoint by the major version alone.
    connection.config.config['desktop_api_version'] = version.split('.')[0]
    hook.attach(connection)
    client = connection.desktop
    if '.' in version:
        client.default_microversion = version
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
    return parser


def check_api_version(check_version: str) -> bool:
    """Accept every 1.N: the service knows which of them it has.

    :returns: False makes the client warn that the version is unknown
    """
    return re.fullmatch(r'1(\.\d+)?', check_version) is not None
