"""Asking before something is destroyed."""

import argparse
import sys

from osc_lib import exceptions

from clouddesk.osc import text
from clouddesk.osc.i18n import _


def add_yes_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--yes``."""
    parser.add_argument(
        '-y',
        '--yes',
        action='store_true',
        help=_(
            'Do not ask for confirmation; without a terminal nobody is asked'
        ),
    )


def confirm(question: str, yes: bool) -> None:
    """Ask a person; a script is taken at its word.

    :param question: what is about to happen, as a question
    :param yes: whether the answer was given on the command line
    :raises: CommandError when the answer is no
    """
    if yes or not sys.stdin.isatty():
        return
    sys.stderr.write(text.one_line(question) + ' [y/N] ')
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in _affirmative():
        raise exceptions.CommandError(_('Nothing was deleted.'))


def _affirmative() -> tuple[str, ...]:
    return ('y', 'yes', _('y'), _('yes'))
