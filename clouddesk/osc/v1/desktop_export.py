"""``openstack desktop export``"""

import argparse

from clouddesk.osc import command
from clouddesk.osc import export
from clouddesk.osc import filters
from clouddesk.osc import listing
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import desktop


class ExportDesktop(command.Command):
    _description = _('Write the list of desktops to a file for spreadsheets')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        export.add_options(parser)
        filters.add_options(parser)
        listing.add_scope_options(parser, desktop.SORT_KEYS, default='name')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Write the file as it comes."""
        export.check(parsed_args)
        query = filters.given(parsed_args, self.client, self.connection)
        query |= listing.query(parsed_args, self.connection)
        export.write(parsed_args, self.client.export_desktops, query)
