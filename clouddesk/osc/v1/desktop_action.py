"""``openstack desktop start|stop|reboot|retry|rebuild|delete``"""

import argparse
from typing import Any

from clouddesk.osc import command
from clouddesk.osc import find
from clouddesk.osc import questions
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows


class DesktopAction(command.Lister):
    """Do something to desktops; several names make one work order."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'desktop',
            metavar='<desktop>',
            nargs='+',
            help=_('Desktop(s) (name or ID)'),
        )
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order the action, and wait for it if wanted."""
        desktops = find.desktops(self.client, parsed_args.desktop)
        self.check(desktops, parsed_args)
        ids = [desktop.id for desktop in desktops]
        order = self.order(ids, parsed_args)
        if parsed_args.wait:
            order = self.wait(order)
        return rows.of_batch(self.client, order)

    def check(
        self, desktops: list[Any], parsed_args: argparse.Namespace
    ) -> None:
        """Stop here if it must not be done."""

    def order(self, ids: list[str], parsed_args: argparse.Namespace) -> Any:
        """Make the work order."""
        raise NotImplementedError()


class StartDesktop(DesktopAction):
    _description = _('Start desktops')

    def order(self, ids: list[str], parsed_args: argparse.Namespace) -> Any:
        """Make the work order."""
        if len(ids) == 1:
            return self.client.start_desktop(ids[0])
        return self.client.start_desktops(ids)


class StopDesktop(DesktopAction):
    _description = _('Stop desktops: the guest is asked to shut down')

    def order(self, ids: list[str], parsed_args: argparse.Namespace) -> Any:
        """Make the work order."""
        if len(ids) == 1:
            return self.client.stop_desktop(ids[0])
        return self.client.stop_desktops(ids)


class RebootDesktop(DesktopAction):
    _description = _('Reboot desktops')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--hard',
            action='store_true',
            help=_('Cut the power at once; data may be lost'),
        )
        return parser

    def order(self, ids: list[str], parsed_args: argparse.Namespace) -> Any:
        """Make the work order."""
        if len(ids) == 1:
            return self.client.reboot_desktop(ids[0], force=parsed_args.hard)
        return self.client.reboot_desktops(ids, force=parsed_args.hard)


class RetryDesktop(DesktopAction):
    _description = _('Build desktops in fault again')

    def order(self, ids: list[str], parsed_args: argparse.Namespace) -> Any:
        """Make the work order."""
        if len(ids) == 1:
            return self.client.retry_desktop(ids[0])
        return self.client.retry_desktops(ids)


class LosingAction(DesktopAction):
    """An action that takes disks away, so a person is asked first."""

    #: With one place for the names of the desktops.
    question = ''

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        questions.add_yes_option(parser)
        return parser

    def check(
        self, desktops: list[Any], parsed_args: argparse.Namespace
    ) -> None:
        """Ask a person."""
        names = ', '.join(text.one_line(found.name) for found in desktops)
        questions.confirm(self.question % names, parsed_args.yes)


class RebuildDesktop(LosingAction):
    _description = _('Make desktops again from their image')
    question = _('Make again, everything on the disk is lost: %s?')

    def order(self, ids: list[str], parsed_args: argparse.Namespace) -> Any:
        """Make the work order."""
        if len(ids) == 1:
            return self.client.rebuild_desktop(ids[0])
        return self.client.rebuild_desktops(ids)


class DeleteDesktop(LosingAction):
    _description = _('Delete desktops and everything on them')
    question = _('Delete with everything on it: %s?')

    def order(self, ids: list[str], parsed_args: argparse.Namespace) -> Any:
        """Make the work order."""
        if len(ids) == 1:
            return self.client.delete_desktop(ids[0], ignore_missing=False)
        return self.client.delete_desktops(ids)
