"""``openstack desktop lock|unlock|protect|unprotect|migrate``"""

import argparse
from typing import Any

from clouddesk.osc import choice as choices
from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import desktop as desktop_commands
from clouddesk.osc.v1 import rows

_COLUMNS = {
    'id': 'ID',
    'name': 'Name',
    'status': 'Status',
    'locked': 'Locked',
    'lock_reason': 'Lock Reason',
}


class LockDesktop(command.Lister):
    _description = _('Let nobody use desktops')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        choices.add_options(parser)
        parser.add_argument(
            '--reason', metavar='<reason>', help=_('What people are told')
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Lock them at once."""
        choice = choices.of(parsed_args, self.client, self.connection)
        found = self.client.lock_desktops(
            choice.wanted, reason=parsed_args.reason
        )
        return rows.of_list(found, _COLUMNS, {})


class UnlockDesktop(command.Lister):
    _description = _('Let locked desktops be used again')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        choices.add_options(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Unlock them at once."""
        choice = choices.of(parsed_args, self.client, self.connection)
        found = self.client.unlock_desktops(choice.wanted)
        return rows.of_list(found, _COLUMNS, {})


class ProtectDesktop(command.ShowOne):
    _description = _('Let nobody delete a desktop (admin only)')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Change it at once."""
        desktop = find.desktop(self.client, parsed_args.desktop)
        return desktop_commands.shown(self.change(desktop.id))

    def change(self, desktop_id: str) -> Any:
        """Let it not be deleted."""
        return self.client.protect_desktop(desktop_id)


class UnprotectDesktop(ProtectDesktop):
    _description = _('Let a protected desktop be deleted (admin only)')

    def change(self, desktop_id: str) -> Any:
        """Let it be deleted."""
        return self.client.unprotect_desktop(desktop_id)


class MigrateDesktop(command.Lister):
    _description = _('Move a running desktop to another host (admin only)')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        parser.add_argument(
            '--host',
            metavar='<host>',
            help=_('Where to; the scheduler chooses when absent'),
        )
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order it, and wait for it if wanted."""
        desktop = find.desktop(self.client, parsed_args.desktop)
        order = self.client.migrate_desktop(desktop.id, host=parsed_args.host)
        if parsed_args.wait:
            order = self.wait(order)
        return rows.of_batch(self.client, order)
