"""``openstack desktop image export``"""

import argparse

from clouddesk.osc import command
from clouddesk.osc import export
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import image as image_commands


class ExportImage(command.Command):
    _description = _('Write the list of images to a file for spreadsheets')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        export.add_options(parser)
        image_commands.add_filters(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Write the file as it comes."""
        export.check(parsed_args)
        query = image_commands.filters(parsed_args, self.connection)
        export.write(parsed_args, self.client.export_images, query)
