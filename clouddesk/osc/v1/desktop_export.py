"""``openstack desktop export``"""

import argparse

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import command
from clouddesk.osc import files
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
        with files.written(parsed_args.file) as output:
            self.client.export_desktops(
                output,
                file_format=parsed_args.format,
                columns=parsed_args.columns,
                **query,
            )
