"""Lists as files for spreadsheets."""

import argparse
import codecs
from collections.abc import Callable
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import files
from clouddesk.osc import listing
from clouddesk.osc.i18n import _

_CSV = 'csv'
_FORMATS = (_CSV, 'xlsx')


def add_options(parser: argparse.ArgumentParser) -> None:
    """What file, and what is in it."""
    parser.add_argument(
        '--format',
        choices=_FORMATS,
        help=_(
            'Format of the file (default: what its name ends in, else csv)'
        ),
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
    if _format(parsed_args) != _CSV and not parsed_args.file:
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
    format_ = _format(parsed_args)
    with files.written(parsed_args.file) as output:
        if parsed_args.file and format_ == _CSV:
            # Else spreadsheets take it for the encoding of the computer.
            output.write(codecs.BOM_UTF8)
        export(
            output,
            file_format=format_,
            columns=parsed_args.columns,
            **query,
        )


def _format(parsed_args: argparse.Namespace) -> str:
    """What was asked for, or what the name of the file ends in."""
    if parsed_args.format:
        return str(parsed_args.format)
    end = (parsed_args.file or '').rpartition('.')[2].lower()
    return end if end in _FORMATS else _CSV
