"""What python-openstackclient loads of us on every start: keep it small."""

import argparse
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

    hook.attach(instance.sdk_connection)
    return instance.sdk_connection.desktop


def build_option_parser(
    parser: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Add the global options."""
    parser.add_argument(
        '--os-desktop-api-version',
        metavar='<desktop-api-version>',
        default=utils.env('OS_DESKTOP_API_VERSION'),
        help=_('Desktop API version, default=%s (Env: OS_DESKTOP_API_VERSION)')
        % DEFAULT_API_VERSION,
    )
    return parser


def check_api_version(check_version: str) -> bool:
    """Accept every version: the SDK negotiates with the service."""
    return True
