"""``openstack desktop image login set|show|unset``"""

import argparse
import getpass
import sys

from osc_lib import exceptions

from clouddesk.osc import command
from clouddesk.osc import files
from clouddesk.osc import find
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows

_SHOWN = ('user', 'has_password', 'source')

#: The standard input instead of a file.
_STDIN = '-'


class SetImageLogin(command.ShowOne):
    _description = _('Record the account that is in an image')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_image_argument(parser)
        parser.add_argument(
            '--user',
            metavar='<user>',
            required=True,
            help=_('Name of the account'),
        )
        # Where everybody sees the arguments of programs, no password is one.
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument(
            '--password-prompt',
            action='store_true',
            help=_('Ask for the password of the account (default)'),
        )
        ways.add_argument(
            '--password-file',
            metavar='<file>',
            help=_(
                'File with the password of the account; "-" is the standard '
                'input'
            ),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Hand the account to the service."""
        image = find.images(self.client, [parsed_args.image])[0]
        password = _password(parsed_args.password_file)
        login = self.client.set_image_login(
            image.id, parsed_args.user, password
        )
        return _SHOWN, tuple(getattr(login, key) for key in _SHOWN)


class ShowImageLogin(command.ShowOne):
    _description = _('Show the account that is in an image, not its password')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_image_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Ask for the account."""
        image = find.images(self.client, [parsed_args.image])[0]
        login = self.client.get_image_login(image.id)
        return _SHOWN, tuple(getattr(login, key) for key in _SHOWN)


class UnsetImageLogin(command.Command):
    _description = _('Forget the account that is in an image')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        _add_image_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Let the image have the account of the system."""
        image = find.images(self.client, [parsed_args.image])[0]
        self.client.delete_image_login(image.id)


def _add_image_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'image', metavar='<image>', help=_('Image (name or ID)')
    )


def _password(path: str | None) -> str:
    """
    :raises: CommandError when there is none
    """
    if path == _STDIN:
        password = sys.stdin.readline().rstrip('\r\n')
    elif path is not None:
        password = files.text(path).rstrip('\r\n')
    else:
        password = getpass.getpass(_('Password: '))
        if password != getpass.getpass(_('Repeat password: ')):
            raise exceptions.CommandError(_('The passwords differ.'))
    if not password:
        raise exceptions.CommandError(_('The password is empty.'))
    return password
