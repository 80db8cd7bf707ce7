"""Lists as files for spreadsheets."""

import argparse
from collections.abc import Callable
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import files
from clouddesk.osc import listing
from clouddesk.osc.i18n import _

_FORMATS = ('csv', 'xlsx')


def add_options(parser: argparse.ArgumentParser) -> None:
    """What file, and what is in it."""
    parser.add_argument(
        '--format',
        choices=_FORMATS,
        default='csv',
        help=_('Format of the file (default: csv)'),
    )
    parser.add_argument(
        '--file',
        metavar='<file>',
        help=_('File to write; when absent, csv goes to the output'),
    )
    parser.add_argument(
        '--columns',
        metavar='<column>[,<column>...]',
        type=listing.words,
        help=_('Columns in their order; all when absent'),
    )


def check(parsed_args: argparse.Namespace) -> None:
    """:raises CommandError: what is no text goes to no terminal"""
    if parsed_args.format != 'csv' and not parsed_args.file:
        raise osc_exceptions.CommandError(_('Give --file for this format.'))


def write(
    parsed_args: argparse.Namespace,
    export: Callable[..., Any],
    query: dict[str, Any],
) -> None:
    """Write the file as it comes.

    :param export: the verb of the proxy
    :param query: which rows are wanted, and in what order
    """
    with files.written(parsed_args.file) as output:
        export(
            output,
            file_format=parsed_args.format,
            columns=parsed_args.columns,
            **query,
        )
