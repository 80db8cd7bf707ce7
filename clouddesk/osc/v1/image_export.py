"""``openstack desktop image export``"""

import argparse

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import command
from clouddesk.osc import files
from clouddesk.osc import listing
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import image as image_commands

_FORMATS = ('csv', 'xlsx')


class ExportImage(command.Command):
    _description = _('Write the list of images to a file for spreadsheets')

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
        image_commands.add_filters(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Write the file as it comes."""
        if parsed_args.format != 'csv' and not parsed_args.file:
            raise osc_exceptions.CommandError(
                _('Give --file for this format.')
            )
        query = image_commands.filters(parsed_args, self.connection)
        with files.written(parsed_args.file) as output:
            self.client.export_images(
                output,
                file_format=parsed_args.format,
                columns=parsed_args.columns,
                **query,
            )
