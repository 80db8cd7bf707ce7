"""``openstack desktop export``"""

import argparse
from collections.abc import Iterator
import contextlib
import os
import sys
import tempfile
from typing import BinaryIO

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import command
from clouddesk.osc import filters
from clouddesk.osc import listing
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import desktop

_FORMATS = ('csv', 'xlsx')


class ExportDesktop(command.Command):
    _description = _('Write the list of desktops to a file for spreadsheets')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
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
        filters.add_options(parser)
        listing.add_scope_options(parser, desktop.SORT_KEYS, default='name')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Write the file as it comes."""
        if parsed_args.format != 'csv' and not parsed_args.file:
            raise osc_exceptions.CommandError(
                _('Give --file for this format.')
            )
        query = filters.given(parsed_args, self.client, self.connection)
        query |= listing.query(parsed_args, self.connection)
        with _opened(parsed_args.file) as output:
            self.client.export_desktops(
                output,
                file_format=parsed_args.format,
                columns=parsed_args.columns,
                **query,
            )


@contextlib.contextmanager
def _opened(path: str | None) -> Iterator[BinaryIO]:
    """The file, which stays as it is until all of the new one is there."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if os.path.exists(path) and not os.path.isfile(path):
        with _written_to(path) as stream:
            yield stream
        return
    # What a link leads to is replaced, not the link.
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    try:
        file = tempfile.NamedTemporaryFile(dir=folder, delete=False)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with file:
            yield file  # type: ignore[misc]
        os.replace(file.name, path)
    except BaseException as error:
        os.unlink(file.name)
        # Errors of the API are of that class, too, but have no number.
        if isinstance(error, OSError) and error.errno:
            raise _unwritable(path, error) from error
        raise


@contextlib.contextmanager
def _written_to(path: str) -> Iterator[BinaryIO]:
    """A device or a pipe: replacing /dev/null would break the machine."""
    try:
        with open(path, 'wb') as stream:
            yield stream
    except OSError as error:
        if error.errno is None:
            raise
        raise _unwritable(path, error) from error


def _unwritable(path: str, error: OSError) -> osc_exceptions.CommandError:
    return osc_exceptions.CommandError(
        _('%(path)s cannot be written: %(reason)s')
        % {'path': path, 'reason': error.strerror}
    )
