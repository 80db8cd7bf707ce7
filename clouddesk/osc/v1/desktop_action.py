"""``openstack desktop start|stop|reboot|retry|rebuild|delete``"""

import argparse
from typing import Any

from clouddesk.osc import choice as choices
from clouddesk.osc import command
from clouddesk.osc import questions
from clouddesk.osc import spec
from clouddesk.osc import text
from clouddesk.osc.i18n import _
from clouddesk.osc.v1 import rows


class DesktopAction(command.Lister):
    """Do something to desktops; several make one work order."""

    #: The verb of the SDK; that for several ends in ``desktops``.
    verb = ''

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        choices.add_options(parser)
        parser.add_argument(
            '--wave',
            metavar='<number>',
            type=spec.whole_number,
            help=_('So many at once, when there are several'),
        )
        command.add_wait_option(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> rows.Table:
        """Order the action, and wait for it if wanted."""
        choice = choices.of(parsed_args, self.client, self.connection)
        choice = self.check(choice, parsed_args)
        order = self.order(choice, parsed_args)
        self.tell_refusals(order)
        if parsed_args.wait:
            order = self.wait(order)
        return rows.of_batch(self.client, order)

    def check(
        self, choice: choices.Choice, parsed_args: argparse.Namespace
    ) -> choices.Choice:
        """Stop here if it must not be done."""
        return choice

    def order(
        self, choice: choices.Choice, parsed_args: argparse.Namespace
    ) -> Any:
        """Make the work order."""
        options = self.options(parsed_args)
        if choice.one:
            act = getattr(self.client, f'{self.verb}_desktop')
            return act(choice.one, **options)
        act = getattr(self.client, f'{self.verb}_desktops')
        return act(choice.wanted, wave=parsed_args.wave, **options)

    def options(self, parsed_args: argparse.Namespace) -> dict[str, Any]:
        """What else the verb takes."""
        return {}

    def tell_refusals(self, order: Any) -> None:
        """Say what is not done, and why."""
        told = command.refusals(order)
        for line in told:
            self.hint(line)
        if told:
            self.exit_code = 1


class StartDesktop(DesktopAction):
    _description = _('Start desktops')
    verb = 'start'


class StopDesktop(DesktopAction):
    _description = _('Stop desktops: the guest is asked to shut down')
    verb = 'stop'


class RebootDesktop(DesktopAction):
    _description = _('Reboot desktops')
    verb = 'reboot'

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Declare the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--hard',
            action='store_true',
            help=_('Cut the power at once; data may be lost'),
        )
        return parser

    def options(self, parsed_args: argparse.Namespace) -> dict[str, Any]:
        """Whether the power is cut."""
        return {'force': parsed_args.hard}


class RetryDesktop(DesktopAction):
    _description = _('Build desktops in fault again')
    verb = 'retry'


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
        self, choice: choices.Choice, parsed_args: argparse.Namespace
    ) -> choices.Choice:
        """Ask a person."""
        choice = choices.fixed(choice, self.client)
        names = ', '.join(text.one_line(name) for name in choice.names)
        questions.confirm(self.question % names, parsed_args.yes)
        return choice


class RebuildDesktop(LosingAction):
    _description = _('Make desktops again from their image')
    question = _('Make again, everything on the disk is lost: %s?')
    verb = 'rebuild'


class DeleteDesktop(LosingAction):
    _description = _('Delete desktops and everything on them')
    question = _('Delete with everything on it: %s?')
    verb = 'delete'

    def options(self, parsed_args: argparse.Namespace) -> dict[str, Any]:
        """One that is gone already is told."""
        return {'ignore_missing': False} if self._single else {}

    def order(
        self, choice: choices.Choice, parsed_args: argparse.Namespace
    ) -> Any:
        """Make the work order."""
        self._single = choice.one is not None
        return super().order(choice, parsed_args)
