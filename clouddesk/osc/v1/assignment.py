"""``openstack desktop assign|unassign|take|release`` and the rosters"""

import argparse
from typing import Any

from osc_lib import exceptions as osc_exceptions

from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import desktop as desktop_commands
from clouddesk.osc.v1 import rows
from clouddesk.sdk.v1 import work_order

_ROSTER = ('id', 'name', 'assignment', 'persistence', 'on_return', 'members')


class AssignDesktop(command.ShowOne):
    _description = _('Give a desktop to a user or to a group')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument(
            '--user', metavar='<user>', help=_('User (name or ID)')
        )
        whom.add_argument(
            '--group', metavar='<group>', help=_('Group (name or ID)')
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Give it at once."""
        desktop = find.desktop(self.client, parsed_args.desktop)
        user, group = parsed_args.user, parsed_args.group
        desktop = self.client.assign_desktop(
            desktop.id,
            user=user and find.user(self.connection, user),
            group=group and find.group(self.connection, group),
        )
        return desktop_commands.shown(desktop)


class UnassignDesktop(command.ShowOne):
    _description = _('Let a desktop belong to nobody')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Take it away at once."""
        desktop = find.desktop(self.client, parsed_args.desktop)
        desktop = self.client.unassign_desktop(desktop.id)
        return desktop_commands.shown(desktop)


class TakeDesktop(command.ShowOne):
    _description = _('Take a desktop of a pool; it is yours from now on')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_pool_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Take one, or show the one that is had already."""
        pool = find.pool(self.client, parsed_args.pool)
        return desktop_commands.shown(self.client.take_desktop(pool.id))


class ReleaseDesktop(command.ShowOne):
    _description = _('Let a desktop go back to its pool')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_desktop_argument(parser)
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Give it back; it may be made again for the next user."""
        desktop = find.desktop(self.client, parsed_args.desktop)
        answer = self.client.release_desktop(desktop.id)
        # Nothing of the desktop may be left to be seen by who gave it back.
        order = isinstance(answer, work_order.WorkOrder)
        if order and parsed_args.wait:
            answer = self.wait(answer)
        return ('id', 'name', 'status', 'work_order_id'), (
            desktop.id,
            desktop.name,
            _('released'),
            answer.id if order else None,
        )


class _ChangeRoster(command.ShowOne):
    """Who may take desktops of a pool."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        find.add_pool_argument(parser)
        for noun in ('user', 'group'):
            parser.add_argument(
                f'--{noun}',
                metavar=f'<{noun}>',
                action='append',
                default=[],
                help=_('A %s (name or ID); can be repeated') % noun,
            )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Change the roster at once."""
        if not parsed_args.user and not parsed_args.group:
            raise osc_exceptions.CommandError(_('Give --user or --group.'))
        pool = find.pool(self.client, parsed_args.pool)
        named = {
            'users': [
                find.user(self.connection, each) for each in parsed_args.user
            ],
            'groups': [
                find.group(self.connection, each) for each in parsed_args.group
            ],
        }
        pool = self.change(pool.id, named)
        return rows.of_one(pool, _ROSTER, desktop_commands.PEOPLE)

    def change(self, pool_id: str, named: dict[str, list[str]]) -> Any:
        """Ask for it."""
        raise NotImplementedError()


class AddMember(_ChangeRoster):
    _description = _('Let users or groups take desktops of a pool')

    def change(self, pool_id: str, named: dict[str, list[str]]) -> Any:
        """Ask for it."""
        return self.client.add_pool_members(pool_id, **named)


class RemoveMember(_ChangeRoster):
    _description = _(
        'Let users or groups take no more desktops of a pool; they keep '
        'those that they have'
    )

    def change(self, pool_id: str, named: dict[str, list[str]]) -> Any:
        """Ask for it."""
        return self.client.remove_pool_members(pool_id, **named)
