"""Options about the account that a desktop is made with."""

import argparse
import getpass

from osc_lib import exceptions

from clouddesk.osc import files
from clouddesk.osc.i18n import _


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--login`` and what opens the account."""
    parser.add_argument(
        '--login',
        metavar='<user>',
        dest='login_user',
        help=_('Make an account of this name (Linux images)'),
    )
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        '--password-prompt',
        action='store_true',
        help=_('Ask for the password of the account'),
    )
    ways.add_argument(
        '--password-file',
        metavar='<file>',
        help=_('File with the password of the account'),
    )
    ways.add_argument(
        '--public-key',
        metavar='<file>',
        help=_('File with the OpenSSH public key of the account'),
    )
    ways.add_argument(
        '--key-name',
        metavar='<key>',
        help=_('Your key pair in Nova that opens the account'),
    )


def is_given(parsed_args: argparse.Namespace) -> bool:
    """Whether there is to be an account.

    :raises: CommandError when it is said how to open it, but not its name
    """
    opened = (
        parsed_args.password_prompt
        or parsed_args.password_file
        or parsed_args.public_key
        or parsed_args.key_name
    )
    if opened and not parsed_args.login_user:
        raise exceptions.CommandError(
            _(
                '--password-prompt, --password-file, --public-key and '
                '--key-name need --login.'
            )
        )
    return bool(parsed_args.login_user)


def attributes(parsed_args: argparse.Namespace) -> dict[str, str]:
    """The account as the API takes it.

    :raises: CommandError when nothing opens it
    """
    account = {'user': parsed_args.login_user}
    if parsed_args.password_prompt:
        return account | {'password': _asked()}
    if parsed_args.password_file:
        text = files.text(parsed_args.password_file)
        return account | {'password': text.rstrip('\r\n')}
    if parsed_args.public_key:
        text = files.text(parsed_args.public_key)
        return account | {'public_key': text.strip()}
    if parsed_args.key_name:
        return account | {'key_name': parsed_args.key_name}
    raise exceptions.CommandError(
        _(
            '--login needs --password-prompt, --password-file, --public-key '
            'or --key-name.'
        )
    )


def _asked() -> str:
    password = getpass.getpass(_('Password: '))
    if password != getpass.getpass(_('Repeat password: ')):
        raise exceptions.CommandError(_('The passwords differ.'))
    return password
